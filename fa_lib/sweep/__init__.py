"""Sweeps: many trainings as cells on disk, on this machine or a cluster."""

from fa_lib.sweep.cells import Cell, blocks
from fa_lib.sweep.merged import IncompleteSweepError, load, merge, named, provenance
from fa_lib.sweep.own import cells_of
from fa_lib.sweep.registry import register
from fa_lib.sweep.running import StoppedError, run

__all__ = ["Cell", "IncompleteSweepError", "StoppedError", "blocks", "cells_of", "load", "merge", "named", "provenance"]
__all__ += ["register", "run"]
