"""What the sweeps compute, by name: the paper's figures, and this book's own experiments."""

from fa_book.bottleneck.plan import bottleneck
from fa_book.decide.more import decide_further, decide_more
from fa_book.decide.plan import decide
from fa_book.depth.plan import depth
from fa_book.one_law.budget_of_digits import one_law_digits
from fa_book.one_law.fresh import one_law_fresh
from fa_book.one_law.more import one_law_more
from fa_book.one_law.plan import one_law, one_law_further
from fa_book.one_law.runs import one_law_runs
from fa_book.published_numbers.plan import (
    published,
    published_dfc,
    published_dfc_fashion,
    published_fashion,
    published_more,
    published_psa,
    published_rates,
    published_rates_mnist,
)
from fa_book.results.ibtask import ibtask, ibtask_more
from fa_book.results.orbits import orbits
from fa_book.results.plan import fig1, fig4, fig7, fig7_judged, fig8, fig8_judged
from fa_book.sensitivity.plan import sensitivity

_PAPER = (fig1, fig4, fig7, fig7_judged, fig8, fig8_judged, ibtask, ibtask_more, orbits)
_OWN = (
    bottleneck,
    decide,
    decide_more,
    decide_further,
    depth,
    one_law,
    one_law_further,
    one_law_more,
    one_law_runs,
    one_law_fresh,
    one_law_digits,
    sensitivity,
    published_rates,
    published_rates_mnist,
    published,
    published_fashion,
    published_more,
    published_psa,
    published_dfc,
    published_dfc_fashion,
)
PLANS = {plan.__name__: plan for plan in _PAPER + _OWN}
