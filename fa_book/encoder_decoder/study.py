"""Encoder first, then the decoder: a training in two stages that no cell of a sweep describes.

python -m fa_book.encoder_decoder.study --seed S --out FOLDER --into book/results/apart.nc

Training them together, with the same seed, is condition "FA" of `fa_book.results.ibtask`.
"""

import sys
from collections.abc import Sequence
from functools import partial

import torch
import xarray as xr

from fa_book import studies
from fa_lib import FA, check, tasks, training

RUNS, EPOCHS = 100, 1000
BLOCK = 10  # runs at a time, as many as the chapter trains live
EVERY = 50  # epochs from one measure to the next


def apart(runs: int | Sequence[int], epochs: int = EPOCHS, every: int = EVERY, seed: int = 0) -> xr.Dataset:
    """An encoder learns by FA behind a frozen W_O; then a decoder that has not seen it learn is trained on it.

    Args:
        runs: how many repeats, or their numbers. Run r has the start that `training.train` gives it with this seed;
            the second decoder has that of seed + 1.
        epochs: full-batch steps of each stage.
        every: measure each so-many-th epoch.
        seed: of weights, matrices, and the split of IBTask into training and test set.

    Returns:
        Dataset with dims (stage, run, epoch), stage "encoder" or "decoder", and what `training.fit` measures.

    Raises:
        ValueError: for runs, epochs or every below 1.
    """
    numbers, task = check.run_numbers(runs), tasks.ib(seed)
    first = training.build(task, FA(), runs=numbers, seed=seed, learn_decoder=False)
    alone = training.fit(first, epochs=epochs, measure_every=every)
    fresh = training.build(task, FA(), runs=numbers, seed=seed + 1, learn_encoder=False)
    then = training.fit(fresh._replace(encoder=first.encoder), epochs=epochs, measure_every=every)
    stages = xr.DataArray(["encoder", "decoder"], dims="stage", name="stage")
    joined = xr.concat([alone, then], stages, combine_attrs="drop")
    return joined.assign_coords(run=list(numbers)).assign_attrs(seed=seed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute the study, ten runs at a time, and write it; 0 if all went well."""
    options = studies.command("fa_book.encoder_decoder.study", __doc__, runs=RUNS, epochs=EPOCHS).parse_args(arguments)
    torch.set_num_threads(1)
    name = f"apart-seed{options.seed}-epochs{options.epochs}"
    compute = partial(apart, epochs=options.epochs, seed=options.seed)
    studies.write(studies.in_blocks(name, options.runs, BLOCK, options.out, compute), options.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
