"""Blocks of a mixer and of a transformer on MNIST, under BP, under DFA at the blocks' outputs, and as they were drawn.

python -m fa_book.published_numbers.blocks linear --seed S --out FOLDER --into book/results/mixer.nc
python -m fa_book.published_numbers.blocks attention --seed S --out FOLDER --into book/results/transformer.nc

Written before the runs, five for each rule. Nakajima and others have three blocks of each kind on MNIST; their sizes
are in a supplement that is not at hand. Ours are what a core trains in minutes: 16 patches of 7 x 7 pixels, three
blocks of 32 features a patch, softmax and cross-entropy, Adam, batches of 128, 10 passes. The learning rate is the best
of 3e-4, 1e-3 and 3e-3 for each rule, BP included: two runs of 2 passes each, judged on the last fifth of the training
images. Asked of both kinds: does DFA teach the blocks anything (DFA less the last layer alone, interval above 0), and
is it near to BP (DFA less BP, interval above -1 point; theirs: -0.54 for the mixer, -0.19 for the transformer).

Source: Nakajima et al. 2022, Table 2 ("custom MLP-mixer-3", "ViT-3").
"""

import sys
from collections.abc import Sequence
from functools import partial

import torch
import xarray as xr
from torch import Tensor

from fa_book import studies
from fa_book.published_numbers import search
from fa_book.published_numbers.tasks import held_out
from fa_book.systems.mixer import MIXING, Blocks
from fa_lib import BP, DFA, FA, check, tasks, training
from fa_lib.feedback import Rule
from fa_lib.feedback.layers import ForLayers
from fa_lib.tasks import Protocol, Task

SIDE, PATCH = 28, 7  # of an image and of a patch, pixels
FEATURES, BLOCKS = 32, 3
RUNS, EPOCHS, LR = 5, 10, 1e-3
FACTORS, GRID_RUNS, GRID_EPOCHS = (0.3, 1.0, 3.0), 2, 2
WAYS: dict[str, tuple[Rule | ForLayers, bool]] = {  # what is sent back, and whether the blocks learn
    "BP": (BP(), True),
    "DFA": (DFA(), True),
    "last layer only": (FA(), False),
}


def in_patches(x: Tensor) -> Tensor:
    """Images, 784 pixels each, as (sample, 784) with the 49 pixels of a patch side by side."""
    along = SIDE // PATCH
    return x.reshape(-1, along, PATCH, along, PATCH).transpose(2, 3).reshape(len(x), SIDE * SIDE)


def mnist(samples: int | None = None, test_samples: int | None = None) -> Task:
    """MNIST as rows of patches, with softmax and cross-entropy."""
    task = tasks.rows(tasks.mnist(samples, test_samples))
    x, test_x = in_patches(task.x), in_patches(task.test_x)
    protocol = Protocol(lr=LR, batch=128, epochs=EPOCHS, shuffle=True)
    return task.change(x=x, test_x=test_x, output="softmax", loss="cross-entropy", protocol=protocol)


def learned(
    way: str,
    *,
    mixing: str = "linear",
    runs: int = RUNS,
    epochs: int = EPOCHS,
    lr: float = LR,
    seed: int = 0,
    task: Task | None = None,
) -> xr.Dataset:
    """Test accuracies of the blocks and their readout, as `test_accuracy` (run,).

    Args:
        way: a key of `WAYS`.
        mixing: of patches, "linear" or "attention".
        runs, epochs, seed: as in `training.train`.
        lr: learning rate.
        task: of `mnist`; all images if None.

    Raises:
        ValueError: for another way or mixing, or runs, epochs or lr that cannot be.
    """
    rule, learns = WAYS[check.one_of("way", way, WAYS)]
    task, numbers = (task or mnist()).change(lr=lr), check.run_numbers(runs)
    size = {"patches": (SIDE // PATCH) ** 2, "features": FEATURES, "blocks": BLOCKS}
    encoder = Blocks(SIDE * SIDE, mixing=mixing, runs=numbers, seed=seed, **size)
    model = training.build(task, rule, encoder=encoder, runs=numbers, seed=seed, learn_encoder=learns)
    return search.after_training(model, epochs, seed=seed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute one kind of blocks, a rule at a time, and write it; 0 if all went well."""
    lengths = {"runs": RUNS, "epochs": EPOCHS, "grid_epochs": GRID_EPOCHS}
    said = search.command("fa_book.published_numbers.blocks", __doc__, **lengths)
    said.add_argument("mixing", choices=MIXING, help="of patches")
    options = said.parse_args(arguments)
    torch.set_num_threads(1)
    options.out = options.out / options.mixing
    rates = {"lr": LR, "factors": FACTORS, "grid_runs": GRID_RUNS}
    compute = partial(learned, mixing=options.mixing)
    studies.write(search.searched(WAYS, compute, lambda: held_out(mnist()), options, **rates), options.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
