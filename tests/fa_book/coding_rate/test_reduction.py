"""The coding rate as an objective: its gradient by autograd and by differences, what it reads, and that it climbs."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from fa_book.coding_rate.reduction import RateReduction, coding_rate, gradient
from fa_lib import tasks, training


def value(H, y, precision, unit, always_on):
    """The rate reduction written out, in bits, (run,)."""
    H = functional.pad(H, (0, 1), value=1.0) if always_on else H
    H = functional.normalize(H, dim=2) if unit else H
    m = H.shape[2]
    total = 0.0
    for part, weight in [(H, 1.0), *((H[:, row > 0.5], -row.mean()) for row in y.T)]:
        gram = torch.eye(m, dtype=H.dtype) + m / (part.shape[1] * precision**2) * part.mT @ part
        total = total + weight * torch.logdet(gram) / 2
    return total / np.log(2)


def sample(runs=3, n=40, m=5, p=3, seed=0):
    random = torch.Generator().manual_seed(seed)
    H = torch.tanh(torch.randn(runs, n, m, generator=random, dtype=torch.float64))
    return H, torch.eye(p, dtype=torch.float64)[torch.randint(p, (n,), generator=random)]


@pytest.mark.parametrize("unit", [True, False])
@pytest.mark.parametrize("always_on", [True, False])
@pytest.mark.parametrize("precision", [0.5, 0.1])
def test_gradient_is_autograds(unit, always_on, precision):
    H, y = sample()
    H.requires_grad_()
    value(H, y, precision, unit, always_on).sum().backward()
    ours = gradient(H.detach(), y, precision=precision, unit=unit, always_on=always_on)
    torch.testing.assert_close(ours, H.grad, atol=1e-13, rtol=1e-10)


def test_gradient_is_that_of_the_probe_by_differences():
    H, y = sample(runs=1, n=12)
    step, found = 1e-5, gradient(H, y)
    for place in [(0, 0, 0), (0, 5, 3), (0, 11, 4)]:
        up, down = H.clone(), H.clone()
        up[place] += step
        down[place] -= step
        slope = (coding_rate(up, y) - coding_rate(down, y)) / (2 * step)
        assert abs(slope.item() - found[place].item()) < 1e-8


def test_classes_that_are_not_there_and_rows_without_direction_do_no_harm():
    H, y = sample(p=2)
    H[:, 3] = 0
    wider = functional.pad(y, (0, 2))
    found = gradient(H, wider)
    torch.testing.assert_close(found, gradient(H, y))
    assert torch.isfinite(found).all()
    assert (found[:, 3] == 0).all()


def test_rows_on_both_sides_of_the_origin_are_told_apart_by_the_unit_that_is_always_on():
    side = torch.eye(2)[torch.arange(20) % 2]
    random = torch.Generator().manual_seed(0)
    H = (side @ torch.tensor([[0.5], [-0.5]]) + 0.05 * torch.randn(1, 20, 4, generator=random)).double()
    y = side.double()
    mirrored = H * torch.where(torch.rand(20, 1, generator=random) < 0.5, -1.0, 1.0)
    assert torch.equal(gradient(mirrored, y).abs(), gradient(H, y).abs())  # signs of rows do not count as it stands
    assert not torch.allclose(gradient(mirrored, y, always_on=True).abs(), gradient(H, y, always_on=True).abs())


@pytest.mark.parametrize("channel", [RateReduction(), RateReduction(always_on=True), RateReduction(unit=False)])
def test_the_encoder_climbs_it_and_hears_no_error(channel, toy):
    task = toy()
    model = training.build(task, channel, runs=2)
    seen = model.step(task.x, task.y)
    other = channel(seen.error * -3, task.y, H=seen.H, W=-seen.W)
    assert torch.equal(seen.signal, other)
    options = {"precision": channel.precision, "unit": channel.unit, "always_on": channel.always_on}
    start = value(seen.H, task.y, **options)
    for _ in range(60):
        for _ in training.train_epoch(model, training.batches(task)):
            pass
    assert (value(model.encoder(task.x).detach(), task.y, **options) > start + 0.02).all()


@pytest.mark.parametrize("precision", [0.0, -1.0, float("nan"), float("inf")])
def test_precision_must_be_there(precision):
    with pytest.raises(ValueError, match="precision must be a finite number above 0"):
        RateReduction(precision=precision)


def test_one_number_is_no_class():
    with pytest.raises(ValueError, match="one-hot targets with 2 classes or more"):
        training.build(tasks.ib_regression(), RateReduction(), runs=1)
