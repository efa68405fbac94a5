"""The claim of the paper's Section 3 on coding rate, as the objective that an encoder climbs."""

from fa_book.claims.evidence import CLOSE, last, within, worst
from fa_book.claims.verdict import claim


@claim(
    "C25c",
    "3",
    "Climbing the coding rate, in place of mutual information, puts readable information into H.",
    f"With the rate reduction as its objective an encoder ends {CLOSE} or more above the untrained one, in the correct "
    "rate of a linear readout of held-out samples, on IBTask and on MNIST.",
    shown="not tried",
)
def C25c(climbing, untrained):
    """What climbing gave.

    Args:
        climbing: task to Dataset with `held_out`, the test accuracy of a linear readout of H fitted to the training
            samples.
        untrained: task to the same before training, (run,).
    """
    each = [within(task, last(data.held_out) - untrained[task], CLOSE) for task, data in climbing.items()]
    return [worst(f"held-out linear readout at least {CLOSE} above untrained, of the two tasks the lower", each)]


@claim(
    "C25d",
    "3",
    "A network whose encoder climbs the coding rate learns as well as by target feedback.",
    f"Its own decoder's test accuracy ends at most {CLOSE} behind that of target feedback, on IBTask and on MNIST.",
    ours=True,
)
def C25d(climbing, target):
    """Task to Dataset with final `test_accuracy`, of the rate reduction and of target feedback."""
    each = [
        within(task, last(data.test_accuracy) - last(target[task].test_accuracy), -CLOSE)
        for task, data in climbing.items()
    ]
    return [worst(f"test accuracy minus target feedback's at least -{CLOSE}, of the two tasks the lower", each)]
