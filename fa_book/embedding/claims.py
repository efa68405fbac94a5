"""The claims of the paper on the idealised dynamics, Section 2.2."""

import numpy as np
from scipy import stats

from fa_book.claims.evidence import first, last, share, within
from fa_book.claims.verdict import claim


@claim(
    "C6",
    "2.2",
    "In the idealised dynamics the regression residual falls monotonically to near zero.",
    "In 95 % of the draws it never rises and at most 5 % of it is left after 20 steps.",
)
def C6(fa):
    """Dataset of the idealised dynamics under FA, everything redrawn in each run."""
    falling = (fa.regression_loss.diff("step") <= 0).all("step")
    left = last(fa.regression_loss) / first(fa.regression_loss)
    return [
        share("regression loss never rises, in at least 95 % of the draws", falling, at_least=0.95),
        share("at most 5 % of it is left, in at least 95 % of the draws", left <= 0.05, at_least=0.95),
    ]


@claim(
    "C7",
    "2.2",
    "The angle to the regression gradient starts near 90 degrees, falls quickly and recovers to a level below 90.",
    "Mean start within 5 degrees of 90, 20 lower within 3 steps, 80 or more at the end; then below 90 in 95 %.",
)
def C7(fa):
    """Dataset of the idealised dynamics under FA, everything redrawn in each run."""
    early = fa.angle.sel(step=slice(1, 3)).min("step")
    return [
        within("angle at the start within 5 degrees of 90", first(fa.angle), 85, 95),
        within("lowest angle of steps 1 to 3 at least 20 degrees below the start", first(fa.angle) - early, 20),
        within("angle at the end at least 80 degrees", last(fa.angle), 80),
        share("angle below 90 degrees from the first step on, in at least 95 % of the draws",
              (fa.angle.sel(step=slice(1, None)) < 90).all("step"), at_least=0.95),
    ]  # fmt: skip


@claim(
    "C8",
    "2.2",
    "The angle's recovery goes with the convergence of the regression loss and of its gradient's norm.",
    "After the lowest angle its rank correlation with either is below -0.8 on average.",
)
def C8(fa):
    """Dataset of the idealised dynamics under FA, everything redrawn in each run."""

    def correlation(other):
        from_lowest = [
            stats.spearmanr(a[np.argmin(a) :], o[np.argmin(a) :]).statistic
            for a, o in zip(fa.angle.values, other.values, strict=True)
            if len(a) - np.argmin(a) > 2
        ]
        return np.array(from_lowest)

    return [
        within("after its lowest point the angle rises as L_R falls, rank correlation below -0.8",
               correlation(fa.regression_loss), high=-0.8),
        within("and as its gradient's norm falls, rank correlation below -0.8",
               correlation(fa.gradient_norm), high=-0.8),
    ]  # fmt: skip
