"""What is read off a hidden layer."""

from fa_lib.probes.readouts import alignment, angle, coding_rate, effective_rank, nonlinear_readout, readout

__all__ = ["alignment", "angle", "coding_rate", "effective_rank", "nonlinear_readout", "readout"]
