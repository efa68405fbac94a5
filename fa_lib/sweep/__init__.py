"""Sweeps: many trainings as cells on disk, on this machine or a cluster."""

from fa_book.plans import PLANS
from fa_lib.sweep.cells import Cell
from fa_lib.sweep.merged import IncompleteSweepError, load, merge, provenance
from fa_lib.sweep.own import cells_of
from fa_lib.sweep.running import StoppedError, run

__all__ = ["PLANS", "Cell", "IncompleteSweepError", "StoppedError"]
__all__ += ["cells_of", "load", "merge", "provenance", "run"]
