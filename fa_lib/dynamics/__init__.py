"""The paper's idealised dynamics, simulated and solved: H moves freely, nothing but the feedback signal pushes it."""

from fa_lib.dynamics.encoder import encoded
from fa_lib.dynamics.ends import limits
from fa_lib.dynamics.floors import floor
from fa_lib.dynamics.law import feedback_rate, readout_rate
from fa_lib.dynamics.noise import noise_moments
from fa_lib.dynamics.regimes import PHASES, clock, large_n, phase
from fa_lib.dynamics.rules import FA, NF, NFA, TF
from fa_lib.dynamics.simulation import draw, simulate, trajectory
from fa_lib.dynamics.solution import exact

__all__ = ["FA", "NF", "NFA", "PHASES", "TF"]
__all__ += ["clock", "draw", "encoded", "exact", "feedback_rate", "floor", "large_n", "limits", "noise_moments"]
__all__ += ["phase", "readout_rate", "simulate", "trajectory"]
