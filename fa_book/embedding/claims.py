"""The claims of the paper on the idealised dynamics, Section 2.2, each one proposition.

Evidence is a Dataset of the idealised dynamics under FA, everything redrawn in each draw.
"""

import numpy as np
from scipy import stats

from fa_book.claims.evidence import first, last, share, within, worst
from fa_book.claims.verdict import claim

FIG2 = "Fig. 2, means of 10 draws of B"


@claim(
    "C6a",
    "2.2",
    "In the idealised dynamics the regression residual falls monotonically.",
    "The mean over draws falls at every step: its interval of change lies below 0 at each.",
    shown=FIG2,
)
def C6a(fa):
    """Dataset of FA."""
    fall = (fa.regression_loss.diff("step") / first(fa.regression_loss)[:, None]).transpose("run", "step").values
    steps = [within(f"step {k + 1}", fall[:, k], high=0, unit="draws") for k in range(fall.shape[1])]
    return [worst("change of the loss in a step, as a share of its start, below 0 at each; the slowest step", steps)]


@claim(
    "C6b",
    "2.2",
    "In the idealised dynamics the regression residual converges to near zero.",
    "The mean over draws of what is left after 20 steps is at most 5 % of the start.",
    shown=FIG2,
    authors=".083 to .0020",
)
def C6b(fa):
    """Dataset of FA."""
    return [
        within("at most 5 % is left", last(fa.regression_loss) / first(fa.regression_loss), high=0.05, unit="draws")
    ]


@claim(
    "C6c",
    "2.2",
    "It does so in every draw.",
    "At most 5 % is left in at least 95 % of the draws.",
    ours=True,
)
def C6c(fa):
    """Dataset of FA."""
    left = last(fa.regression_loss) / first(fa.regression_loss)
    return [share("draws with at most 5 % left, at least 95 %", left <= 0.05, 0.95, unit="draws")]


@claim(
    "C7a",
    "2.2",
    "The angle to the gradient of the regression starts near 90 degrees.",
    "Mean start within 5 degrees of 90.",
    shown=FIG2,
    authors="89",
)
def C7a(fa):
    """Dataset of FA."""
    return [within("angle at the start within 5 degrees of 90", first(fa.angle), 85, 95, zero=90, unit="draws")]


@claim(
    "C7b",
    "2.2",
    "The angle quickly falls to a much lower level.",
    "Lowest angle of steps 1 to 3 at least 20 degrees below the start.",
    shown=FIG2,
    authors="33 at step 1",
)
def C7b(fa):
    """Dataset of FA."""
    fall = first(fa.angle) - fa.angle.sel(step=slice(1, 3)).min("step")
    return [within("fall of the angle at least 20 degrees", fall, 20, unit="draws")]


@claim(
    "C7c",
    "2.2",
    "The angle then recovers to a level close to 90 degrees.",
    "Mean of the last step 80 degrees or more.",
    shown=FIG2,
    authors="86",
)
def C7c(fa):
    """Dataset of FA."""
    return [within("angle at the end at least 80 degrees", last(fa.angle), 80, zero=90, unit="draws")]


@claim(
    "C7d",
    "2.2",
    "From its fall on the angle stays below 90 degrees.",
    "Below 90 from the first step on in at least 95 % of the draws.",
    shown=FIG2,
    authors="200 of 200",
)
def C7d(fa):
    """Dataset of FA."""
    below = (fa.angle.sel(step=slice(1, None)) < 90).all("step")
    return [share("draws below 90 degrees at every step from 1 on, at least 95 %", below, 0.95, unit="draws")]


@claim(
    "C7e",
    "2.2",
    "Before the first step the angle is a fair coin: above 90 degrees in half of the draws.",
    "Share of draws that start above 90 degrees between 0.4 and 0.6.",
    authors="101 of 200",
    ours=True,
)
def C7e(fa):
    """Dataset of FA."""
    return [share("draws that start above 90 degrees, 40 to 60 %", first(fa.angle) > 90, 0.4, 0.6, zero=0.5,
                  unit="draws")]  # fmt: skip


@claim(
    "C8",
    "2.2",
    "The angle's recovery goes with the convergence of the regression loss and of its gradient's norm.",
    "After the lowest angle its rank correlation with the loss is below -0.8, and further from 0 by 0.1 than that with "
    "the number of the step, which knows nothing of the loss.",
    shown=FIG2,
    artefact=2,
)
def C8(fa):
    """Dataset of FA."""

    def correlation(other):
        pairs = [
            (a[np.argmin(a) :], o[np.argmin(a) :]) for a, o in zip(fa.angle.values, other, strict=True)
        ]  # (from the lowest angle on)
        return np.array([stats.spearmanr(a, o).statistic for a, o in pairs if len(a) > 2])

    loss = correlation(fa.regression_loss.values)
    steps = correlation(np.broadcast_to(fa.step.values, fa.angle.shape))
    return [
        within("rank correlation of angle and regression loss below -0.8", loss, high=-0.8, unit="draws"),
        within("of angle and the gradient's norm below -0.8", correlation(fa.gradient_norm.values), high=-0.8,
               unit="draws"),
        within("closer than to the number of the step by 0.1", -loss - steps, 0.1, unit="draws"),
    ]  # fmt: skip
