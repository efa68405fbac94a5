"""What the sweeps compute, by name: the paper's figures, and this book's own experiments."""

from fa_book.bottleneck.plan import bottleneck
from fa_book.decide.plan import decide
from fa_book.depth.plan import depth
from fa_book.results.ibtask import ibtask, ibtask_more
from fa_book.results.orbits import orbits
from fa_book.results.plan import fig1, fig4, fig7, fig8
from fa_book.sensitivity.plan import sensitivity

PLANS = {
    plan.__name__: plan
    for plan in (fig1, fig4, fig7, fig8, ibtask, ibtask_more, orbits, bottleneck, decide, depth, sensitivity)
}
