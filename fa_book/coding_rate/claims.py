"""The claim of the paper on coding rate, as an objective."""

from fa_book.claims.evidence import CLOSE, within
from fa_book.claims.verdict import claim


@claim(
    "C25",
    "3",
    "Coding rate can serve as the objective that the encoder climbs.",
    "On IBTask and on MNIST an encoder that climbs the rate reduction ends at most 0.05 of test accuracy behind "
    "target feedback, paired by run, and a linear readout of held-out samples beats the untrained encoder's by 0.05.",
)
def CLIMBED(climbing, target, untrained):
    """Task to test accuracies and held-out readouts.

    Args:
        climbing, target: task to Dataset with final `test_accuracy`, of the rate reduction and of target feedback; the
            first with `held_out` too, the test accuracy of a linear readout of H fitted to the training samples.
        untrained: task to `held_out` of the encoder before training, (run,).
    """
    checks = []
    for task, data in climbing.items():
        difference = data.test_accuracy[:, -1].values - target[task].test_accuracy[:, -1].values
        gain = data.held_out[:, -1].values - untrained[task]
        checks += [
            within(f"{task}: test accuracy minus target feedback's at least -{CLOSE}", difference, -CLOSE),
            within(f"{task}: held-out linear readout better than untrained by {CLOSE}", gain, CLOSE),
        ]
    return checks
