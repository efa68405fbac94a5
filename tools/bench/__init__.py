"""Benchmark: how fast the project's own work is, against references that do the same work in other ways.

Every ratio is measured within one run, the two sides in turn, so that what else the machine does cancels.
"""
