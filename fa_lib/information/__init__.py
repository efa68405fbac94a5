"""Estimates of the mutual information I(H;Y) between the hidden layer and the target, in bits, with their nulls."""

from fa_lib.information._arrays import EstimateWarning
from fa_lib.information._binned import binned, ceiling, shuffle_null, with_null
from fa_lib.information._entropy import CORRECTIONS, entropy
from fa_lib.information._gaussian import gaussian
from fa_lib.information._ksg import ksg
from fa_lib.information._permutation import null

__all__ = ["CORRECTIONS", "EstimateWarning", "binned", "ceiling", "entropy", "gaussian", "ksg", "null"]
__all__ += ["shuffle_null", "with_null"]
