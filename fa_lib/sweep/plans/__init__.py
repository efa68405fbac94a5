"""What the sweeps compute, by name: the paper's figures, and this book's own experiments."""

from fa_lib.sweep.plans.bottleneck import bottleneck
from fa_lib.sweep.plans.decide import decide
from fa_lib.sweep.plans.depth import depth
from fa_lib.sweep.plans.paper import fig1, fig4, fig7, fig8
from fa_lib.sweep.plans.sensitivity import sensitivity

PLANS = {plan.__name__: plan for plan in (fig1, fig4, fig7, fig8, bottleneck, decide, depth, sensitivity)}
