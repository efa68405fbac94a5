"""Sweeps: many trainings as cells on disk, on this machine or a cluster."""

from fa_lib.sweep.cells import Cell
from fa_lib.sweep.merged import IncompleteSweepError, load, merge, provenance
from fa_lib.sweep.plans import PLANS

__all__ = ["PLANS", "Cell", "IncompleteSweepError", "load", "merge", "provenance"]
