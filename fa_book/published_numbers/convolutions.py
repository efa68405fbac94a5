"""Three convolutions on MNIST-1D by rules that Moskovitz and others tried between convolutions.

python -m fa_book.published_numbers.convolutions --seed S --out FOLDER --into book/results/convolutions.nc

Written before the runs, five for each rule. The network is that of the data's source: 25 channels in each of three
convolutions, kernels of 5, 3 and 3, steps of 2, ReLU, a linear readout; cross-entropy, Adam, batches of 100, 6000
steps. BP has the source's rate, 0.01; the others the better of it and a quarter of it, two runs of 25 passes each,
judged on the last fifth of the training samples. Asked: does BP meet the source's 92.3 %; does FA through convolutions
teach them anything, FA less the last layer alone; how near to BP do signs come (Moskovitz and others: near).

Source: Moskovitz et al. 2018; github.com/greydanus/mnist1d, notebooks/models.py and mnist1d-classification.ipynb.
"""

import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
import xarray as xr
from torch import nn

from fa_book import studies
from fa_book.published_numbers import search
from fa_book.published_numbers.mnist1d_data import mnist_1d
from fa_book.published_numbers.tasks import held_out
from fa_lib import BP, FA, FeedbackConv2d, check, training
from fa_lib.feedback import Rule, SignSymmetry
from fa_lib.tasks import Task

CHANNELS, KERNELS = 25, (5, 3, 3)
RUNS, EPOCHS, LR = 5, 150, 1e-2
FACTORS, GRID_RUNS, GRID_EPOCHS = (0.25, 1.0), 2, 25


class Way(NamedTuple):
    """What stands in the place of which weights on the way back."""

    top: Rule  #: of the readout
    between: Rule | None = None  #: of the second and third convolution; None for their own weights
    learns: bool = True  #: False: the convolutions stay as they were drawn


ONE_SIZE = SignSymmetry(uniform=True)
WAYS = {
    "BP": Way(BP()),
    "FA at the top": Way(FA()),
    "FA": Way(FA(), FA()),
    "signs": Way(SignSymmetry(), SignSymmetry()),
    "signs of one size": Way(ONE_SIZE, ONE_SIZE),
    "last layer only": Way(BP(), learns=False),
}


def convolutions(between: Rule | None = None) -> Callable[[], nn.Module]:
    """A function that makes the three convolutions of one run, (sample, 40) to (sample, 125).

    Args:
        between: the rule that stands in the place of the second and third kernel on the way back.
    """

    def make() -> nn.Module:
        layers: list[nn.Module] = [nn.Unflatten(1, (1, 1, 40))]
        for number, size in enumerate(KERNELS):
            shape = (CHANNELS if number else 1, CHANNELS, (1, size))
            options = {"stride": (1, 2), "padding": (0, 1)}
            plain = between is None or not number  # below the first there is nothing to teach
            layers.append(nn.Conv2d(*shape, **options) if plain else FeedbackConv2d(*shape, between, **options))
            layers.append(nn.ReLU())
        return nn.Sequential(*layers, nn.Flatten())

    return make


def learned(
    way: str, *, runs: int = RUNS, epochs: int = EPOCHS, lr: float = LR, seed: int = 0, task: Task | None = None
) -> xr.Dataset:
    """Test accuracies of the convolutions and their readout, as `test_accuracy` (run,).

    Args:
        way: a key of `WAYS`.
        runs, epochs, seed: as in `training.train`.
        lr: learning rate.
        task: with rows of 40 values; MNIST-1D if None.

    Raises:
        ValueError: for another way, or runs, epochs or lr that cannot be.
    """
    top, between, learns = WAYS[check.one_of("way", way, WAYS)]
    task = (task or mnist_1d()).change(lr=lr)
    model = training.build(task, top, encoder=convolutions(between), runs=runs, seed=seed, learn_encoder=learns)
    return search.after_training(model, epochs, seed=seed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute the study, a way at a time, and write it; 0 if all went well."""
    lengths = {"runs": RUNS, "epochs": EPOCHS, "grid_epochs": GRID_EPOCHS}
    options = search.command("fa_book.published_numbers.convolutions", __doc__, **lengths).parse_args(arguments)
    torch.set_num_threads(1)
    rates = {"lr": LR, "factors": FACTORS, "grid_runs": GRID_RUNS, "fixed": ["BP"]}
    studies.write(search.searched(WAYS, learned, lambda: held_out(mnist_1d()), options, **rates), options.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
