"""Estimates of the mutual information I(H;Y) between the hidden layer and the target, in bits, with their nulls."""

from fa_lib.information.counts import CORRECTIONS, entropy
from fa_lib.information.discrete import binned, ceiling, shuffle_null, with_null
from fa_lib.information.kernels import kde_bounds
from fa_lib.information.neighbours import ksg
from fa_lib.information.normal import gaussian
from fa_lib.information.nulls import null

__all__ = [
    "CORRECTIONS",
    "binned",
    "ceiling",
    "entropy",
    "gaussian",
    "kde_bounds",
    "ksg",
    "null",
    "shuffle_null",
    "with_null",
]
