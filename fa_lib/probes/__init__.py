"""What is read off a hidden layer."""

from fa_lib.probes.readouts import alignment, angle, effective_rank, nonlinear_readout, readout

__all__ = ["alignment", "angle", "effective_rank", "nonlinear_readout", "readout"]
