"""Sweeps: many trainings as cells on disk, on this machine or a cluster."""
