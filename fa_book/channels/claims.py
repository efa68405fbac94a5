"""The paper's claims on what follows from its theory (Section 2.4), each with its criterion.

The criteria were written down before the chapters were run. The ids are those of the book's ledger. Evidence is one
value a run: Datasets of `training.train` and `dynamics.simulate`, or arrays; each function says which. "Comparable" and
"similar" mean that the 95 % interval of the difference paired by run lies within `CLOSE` of zero.
"""

import numpy as np

from fa_book.claims.evidence import first, last, share, within
from fa_book.claims.verdict import claim


@claim(
    "C12",
    "2.4",
    "FA, TF, NF and NFA all reduce the regression loss in the idealised dynamics; the direct loss mostly explodes.",
    "For each: at most a tenth of the regression loss is left, the direct loss grows in half of the draws or more.",
    "FA: .083 to .0020; direct loss grows in 91 of 200 draws",
)
def C12(channels):
    """Name to Dataset of the idealised dynamics, everything redrawn in each run."""
    checks = []
    for name, data in channels.items():
        left, grown = (
            last(data.regression_loss) / first(data.regression_loss),
            last(data.direct_loss) > first(data.direct_loss),
        )
        checks.append(within(f"{name}: at most a tenth of the regression loss is left", left, high=0.1))
        checks.append(share(f"{name}: direct loss grows in half of the draws or more", grown, at_least=0.5))
    return checks


@claim(
    "C13",
    "2.4",
    "FA, TF, NF and NFA all raise I(H;Y) in the idealised dynamics.",
    "The binned reading starts near its null and far below its ceiling, and rises; so does the true value.",
    "3.31 bits at the start, ceiling 3.32",
    artefact=1,
)
def C13(readings, nulls, exact, ceiling):
    """Name to binned information, to its null and to the true information, all (run, step), and the ceiling; bits."""
    start = np.concatenate([reading[:, 0] for reading in readings.values()])
    excess = start - np.concatenate([nulls[name][:, 0] for name in readings])
    checks = [
        within("at the start, where nothing is known, the reading is within 0.1 bits of its null", excess, -0.1, 0.1),
        within("and below a tenth of the ceiling, as a share of it", start / ceiling, high=0.1),
    ]
    for name in readings:
        checks.append(within(f"{name}: binned reading rises", readings[name][:, -1] - readings[name][:, 0], 0))
        checks.append(within(f"{name}: information rises", exact[name][:, -1] - exact[name][:, 0], 0.5))
    return checks
