"""Feedback rules: how what is known about y becomes a change of H.

`draw` gives every run its own random matrices; a matrix passed by the caller is used as it is. All but
`KolenPollack`'s are frozen: drawing returns a copy::

    BP            error times W_O, the exact gradient
    FA            error times a fixed random B
    NFA           error times B, B shaken anew at each step
    NF            error through a fixed random network
    TF            no error: the target times B
    Projection    no error: minus the target times B
    SignSymmetry  error times a B with the signs of W_O
    KolenPollack  error times a B that learns as W_O does

Around any of them::

    Centred           without what all samples share
    Initial           with matrices of another size or kind
    OutputError       told y_hat - y

For more than one hidden layer::

    DFA           the output's error to every layer, each through its own B
    DRTP          the target to every layer, each through its own B
    Direct        the same with any rule
    Chained       from layer to layer: `Chained(FA())` is feedback alignment in depth
"""

from fa_lib.feedback.base import CONTEXT, RandomMatrix, Rule, Wrapper, carry
from fa_lib.feedback.centred import Centred
from fa_lib.feedback.errors import BP, FA, NF, NFA, OutputError
from fa_lib.feedback.init import Initial
from fa_lib.feedback.layers import DFA, DRTP, Chained, Direct, ForLayers
from fa_lib.feedback.symmetric import KolenPollack, SignSymmetry
from fa_lib.feedback.targets import TF, Projection, decorrelation

__all__ = ["BP", "CONTEXT", "DFA", "DRTP", "FA", "NF", "NFA", "TF", "Centred", "Chained", "Direct"]
__all__ += ["ForLayers", "Initial", "KolenPollack", "OutputError", "Projection", "RandomMatrix"]
__all__ += ["Rule", "SignSymmetry", "Wrapper", "carry", "decorrelation"]
