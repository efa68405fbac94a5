"""Networks with a run axis: many repeats as one tensor."""

from fa_lib.networks.base import Hidden, RunNetwork
from fa_lib.networks.mlp import NONLINEARITIES, ConvBackbone, Decoder, Encoder, Linear
from fa_lib.networks.stacked import Stacked

__all__ = ["NONLINEARITIES", "ConvBackbone", "Decoder", "Encoder", "Hidden", "Linear", "RunNetwork", "Stacked"]
