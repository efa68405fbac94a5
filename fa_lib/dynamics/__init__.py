"""The paper's idealised dynamics, simulated and solved: H moves freely, nothing but the feedback signal pushes it."""

from fa_lib.dynamics.rules import FA, NF, NFA, TF
from fa_lib.dynamics.simulation import draw, simulate, trajectory
from fa_lib.dynamics.solution import exact

__all__ = ["FA", "NF", "NFA", "TF", "draw", "exact", "simulate", "trajectory"]
