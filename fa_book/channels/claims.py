"""The paper's claims on the variants in the idealised dynamics (Section 2.4, Fig. 6), each one proposition.

Evidence is one value a draw, everything redrawn in each.
"""

import numpy as np

from fa_book.claims.evidence import first, last, within, worst
from fa_book.claims.verdict import claim

FIG6 = "Fig. 6, one curve a rule"
EXPLODED = 10  # times its start: from here on a loss counts as exploded


@claim(
    "C12a",
    "2.4",
    "FA, TF, NF and NFA all reduce the regression loss in the idealised dynamics.",
    "For each: on average at most a tenth of it is left after 20 steps.",
    shown=FIG6,
    authors="FA .083 to .0020",
)
def C12a(rules):
    """Name to Dataset of the idealised dynamics."""
    left = {name: last(data.regression_loss) / first(data.regression_loss) for name, data in rules.items()}
    each = [within(name, values, high=0.1, unit="draws") for name, values in left.items()]
    return [worst("at most a tenth of the regression loss is left; the rule with most", each)]


@claim(
    "C12b",
    "2.4",
    "The direct loss in most cases explodes.",
    f"Over draws and the four rules, more than half of all cases end at {EXPLODED} times their start or more.",
    shown=FIG6,
    authors="FA: grows in 91 of 200, tenfold in 30",
)
def C12b(rules):
    """Name to Dataset of the idealised dynamics, the same draws in each."""
    exploded = [last(data.direct_loss) >= EXPLODED * first(data.direct_loss) for data in rules.values()]
    return [within("share of the four rules that explode, more than half, by draw", np.mean(exploded, axis=0), 0.5,
                   unit="draws")]  # fmt: skip


@claim(
    "C13a",
    "2.4",
    "FA, TF, NF and NFA all raise I(H;Y) in the idealised dynamics.",
    "The exact information rises by half a bit or more under each.",
    shown=FIG6,
)
def C13a(information):
    """Name to the true information, (run, step), bits."""
    each = [within(name, bits[:, -1] - bits[:, 0], 0.5, unit="draws") for name, bits in information.items()]
    return [worst("information rises by half a bit or more; the rule with least", each)]


@claim(
    "C13b",
    "2.4",
    "The binned estimate of I(H;Y), bin size 0.1, shows that rise.",
    "It rises under each rule, and at the start, where H knows nothing, it lies below a tenth of its ceiling.",
    shown=FIG6,
    authors="3.31 bits at the start, ceiling 3.32",
    artefact=1,
)
def C13b(readings, ceiling):
    """Name to binned information, (run, step), and the ceiling, bits."""
    rises = [within(name, bits[:, -1] - bits[:, 0], 0, unit="draws") for name, bits in readings.items()]
    start = np.concatenate([bits[:, 0] for bits in readings.values()]) / ceiling
    return [
        worst("reading rises; the rule with least", rises),
        within("reading at the start, as a share of the ceiling, below a tenth", start, high=0.1, unit="draws"),
    ]
