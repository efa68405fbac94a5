"""Losses against torch's own and against finite differences; data as people have them."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from fa_lib import tasks
from fa_lib.tasks import Task
from fa_lib.tasks.losses import OUTPUTS

LOSSES = {
    ("mean squared error", "sigmoid"): lambda z, y: functional.mse_loss(torch.sigmoid(z), y),
    ("mean squared error", "softmax"): lambda z, y: functional.mse_loss(torch.softmax(z, -1), y),
    ("mean squared error", "linear"): functional.mse_loss,
    ("cross-entropy", "softmax"): functional.cross_entropy,
    ("binary cross-entropy", "sigmoid"): functional.binary_cross_entropy_with_logits,
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_range_of_an_output_is_what_it_reaches(name):
    output, ends = OUTPUTS[name]
    z = torch.tensor([[-1e6, 1e6], [1e6, -1e6]])
    reached = output(z)
    wanted = (-1e6, 1e6) if name == "linear" else ends
    assert (reached.min().item(), reached.max().item()) == wanted


@pytest.fixture
def data():
    random = torch.Generator().manual_seed(0)
    return torch.randn(2, 9, 4, generator=random).double(), torch.softmax(
        torch.randn(9, 4, generator=random), -1
    ).double()


def task_of(y, **options):
    return Task("own", torch.zeros(len(y), 1), y, torch.zeros(len(y), 1), y, **options)


@pytest.mark.parametrize(("loss", "output"), LOSSES)
def test_every_loss_is_torchs_run_by_run_and_its_gradient_the_error(double, data, loss, output):
    z, y = data
    task = task_of(y, loss=loss, output=output)
    theirs = torch.stack([LOSSES[loss, output](one, y) for one in z])
    torch.testing.assert_close(task.objective(z, y), theirs)
    error = task.error_at(z, y)
    for place in ((0, 0, 0), (1, 8, 3)):
        moved = torch.zeros_like(z)
        moved[place] = 1e-6
        slope = (task.objective(z + moved, y) - task.objective(z - moved, y)).sum() / 2e-6
        assert error[place].item() == pytest.approx(slope.item(), rel=1e-6)


def test_a_loss_of_ones_own(double, data):
    z, y = data
    task = task_of(y, output="linear", loss=lambda z, y: (z - y).abs().mean((-2, -1)))
    torch.testing.assert_close(task.error_at(z, y), (z - y).sign() / y.numel())


@pytest.mark.parametrize(
    "classes", [np.array([0, 2, 1, 2]), torch.tensor([0, 2, 1, 2]), np.array([0, 2, 1, 2], np.uint8)]
)
def test_whole_numbers_as_targets_are_classes(classes):
    task = Task("own", np.zeros((4, 3)), classes, np.zeros((2, 3), np.float32), classes[:2], output="softmax")
    assert task.y.tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]]
    assert task.test_y.tolist() == [[1, 0, 0], [0, 0, 1]]
    assert {array.dtype for array in (task.x, task.y, task.test_x, task.test_y)} == {torch.float32}
    assert task.metrics == {"accuracy": tasks.correct_rate}


def test_numbers_as_targets_are_judged_by_the_share_of_variance_explained():
    task = Task("own", np.zeros((4, 3)), np.ones((4, 2)), np.zeros((2, 3)), np.ones((2, 2)), output="linear")
    assert task.metrics == {"accuracy": tasks.r_squared}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": torch.tensor([0, 1]), "output": "linear"}, "whole numbers as targets are classes"),
        ({"y": torch.tensor([0, -1])}, "classes must be counted from 0, got -1"),
        ({"loss": "cross-entropy"}, "cross-entropy needs output='softmax', got 'sigmoid'"),
        ({"loss": "binary cross-entropy", "output": "linear"}, "needs output='sigmoid', got 'linear'"),
        ({"loss": "hinge"}, "loss must be one of mean squared error, cross-entropy, binary cross-entropy, got 'hinge'"),
        ({"loss": "cross-entropy", "output": "softmax", "y": torch.full((2, 2), 0.9)}, "targets that sum to 1"),
        ({"protocol": {"lr": 1e-3}}, "protocol must be a Protocol"),
        ({"batches": 3}, "a task has no batches; it has batch, "),
    ],
)
def test_what_does_not_go_together_is_named(change, message):
    known = {"x": torch.zeros(2, 3), "y": torch.eye(2)}
    task = Task("own", **known, test_x=known["x"], test_y=known["y"])
    if "y" in change:
        change = change | {"test_y": change["y"]}
    with pytest.raises(ValueError, match=message):
        task.change(**change)
