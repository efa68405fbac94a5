"""Transfer: what the hidden layer that a rule made for digits holds for clothes, and the other way round.

A network learns one task; then a linear readout of its H, fitted to the other task's training images, says how much of
the other task is there. An untrained layer of the same widths and the pixels themselves are the two things to beat.
"""

from collections.abc import Mapping

import numpy as np
import torch
import xarray as xr

from fa_book.published_numbers.fashion import fashion_mnist
from fa_lib import probes, tasks, training
from fa_lib.feedback import FA, Rule
from fa_lib.feedback.layers import ForLayers
from fa_lib.tasks import Protocol, Task
from fa_lib.training.evaluate import look

UNTRAINED = "untrained"


def pair(images: int = 4000, test_images: int = 1000, widths: tuple[int, ...] = (256, 256)) -> dict[str, Task]:
    """The first images of MNIST and of Fashion-MNIST as tasks with one protocol, by name."""
    protocol = Protocol(lr=1e-3, batch=128, epochs=10, shuffle=True)
    own = {"output": "softmax", "loss": "cross-entropy", "widths": widths, "protocol": protocol}
    digits, clothes = tasks.rows(tasks.mnist(images, test_images)), fashion_mnist(images, test_images)
    return {"MNIST": digits.change(**own), "Fashion-MNIST": clothes.change(**own)}


def readable(model: training.Model, task: Task) -> np.ndarray:
    """Test accuracy, (run,) in per cent, of a linear readout of the model's H fitted to the task's training images."""
    guess = probes.readout(look(model.encoder, task.x), task.y, at=look(model.encoder, task.test_x))
    return 100 * task.accuracy(guess.to(task.y.dtype), task.test_y).numpy()


def pixels(task: Task) -> float:
    """The same of the images themselves, in per cent, the readout's penalty a hundredth of the mean variance."""
    x, at = task.x.double(), task.test_x.double()
    middle, level = x.mean(0), task.y.double().mean(0)
    gram = (x - middle).mT @ (x - middle)
    gram.diagonal().add_(0.01 * gram.diagonal().mean())
    weight = torch.linalg.solve(gram, (x - middle).mT @ (task.y - level))
    guess = ((at - middle) @ weight + level)[None]
    return float(100 * task.accuracy(guess.to(task.y.dtype), task.test_y))


def transferred(
    sets: Mapping[str, Task], rules: Mapping[str, Rule | ForLayers], *, runs: int, epochs: int, seed: int = 0
) -> xr.Dataset:
    """Learn each task by each rule and read every task from the layer it made.

    Args:
        sets: tasks by name, such as those of `pair`.
        rules: by name; the untrained layer is added as `UNTRAINED`.
        runs, epochs, seed: as in `training.train`. All rules start from the same weights.

    Returns:
        Dataset with `accuracy` (learned, read, rule, run), per cent on the test images of what is read.
    """
    names, found = list(sets), []
    for name in names:
        of_task = []
        for rule in (FA(), *rules.values()):
            model = training.build(sets[name], rule, runs=runs, seed=seed)
            if of_task:  # the first stays as it was drawn
                training.trained(model, epochs, seed=seed)
            of_task.append([readable(model, sets[other]) for other in names])
        found.append(of_task)
    values = np.array(found).swapaxes(1, 2)  # learned, read, rule, run
    coords = {"learned": names, "read": names, "rule": [UNTRAINED, *rules], "run": range(runs)}
    return xr.Dataset({"accuracy": (tuple(coords), values)}, coords=coords)
