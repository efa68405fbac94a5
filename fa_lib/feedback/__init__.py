"""Feedback channels: how what is known about y becomes a change of H.

A channel is called with the error at the decoder's output (before its nonlinearity) and the target, and returns the
gradient with respect to H that the encoder descends. `draw` gives every run its own random matrices; a matrix passed by
the caller is used as it is. All but `KolenPollack`'s are frozen: drawing returns a copy::

    BP            error times W_O, the exact gradient
    FA            error times a fixed random B
    NFA           error times B, B shaken anew at each step
    NF            error through a fixed random network
    TF            no error: the target times B
    SignSymmetry  error times a B with the signs of W_O
    KolenPollack  error times a B that learns as W_O does

For more than one hidden layer::

    DFA           the output's error to every layer, each through its own B
    DRTP          the target to every layer, each through its own B
    Direct        the same with any channel
    Chained       from layer to layer: `Chained(FA())` is feedback alignment in depth
"""

from fa_lib.feedback.errors import BP, FA, NF, NFA, OutputError
from fa_lib.feedback.layers import DFA, DRTP, Chained, Direct
from fa_lib.feedback.matrices import carry
from fa_lib.feedback.targets import TF, Projection, decorrelation
from fa_lib.feedback.weights import KolenPollack, SignSymmetry

__all__ = ["BP", "DFA", "DRTP", "FA", "NF", "NFA", "TF", "Chained", "Direct", "KolenPollack", "OutputError"]
__all__ += ["Projection", "SignSymmetry", "carry", "decorrelation"]
