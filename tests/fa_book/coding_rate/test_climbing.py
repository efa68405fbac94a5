"""Looking at what an encoder has climbed: the same training as elsewhere, and measures that say what they should."""

import numpy as np
import pytest
import torch

from fa_book.coding_rate import climbing
from fa_book.coding_rate.reduction import RateReduction, coding_rate
from fa_lib import FA, train
from fa_lib.record import Snapshot


def test_it_is_the_training_of_train(toy):
    task = toy(epochs=3)
    ours = climbing.climb(task, FA(), at=[0, 2, 3], runs=2, seed=1)
    theirs = train(task, FA(), runs=2, epochs=3, seed=1, progress=False)
    np.testing.assert_allclose(ours.test_accuracy[:, -1], theirs.test_accuracy[:, -1], atol=1e-6)
    np.testing.assert_allclose(ours.test_loss[:, 1], theirs.test_loss[:, 1], atol=1e-6)
    assert ours.epoch.values.tolist() == [0, 2, 3]


def test_between_is_one_for_points_and_none_for_labels_at_random():
    y = torch.eye(3)[torch.arange(600) % 3]
    corners = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0))
    H = y @ corners
    random = torch.randn(2, 600, 4, generator=torch.Generator().manual_seed(1))
    task = type("Task", (), {"accuracy": staticmethod(lambda a, b: (a.argmax(2) == b.argmax(1)).float().mean(1))})
    found = climbing.look(Snapshot(H, y, H, y), task)
    np.testing.assert_allclose(found["between"], 1, atol=1e-5)
    np.testing.assert_allclose(found["held_out"], 1)
    apart = climbing.look(Snapshot(random, y, random, y), task)
    assert (apart["between"] < 0.03).all()
    assert (apart["held_out"] < 0.45).all()


@pytest.mark.parametrize("always_on", [False, True])
def test_the_encoder_climbs_what_it_is_told_to(always_on, toy):
    data = climbing.climb(toy(), RateReduction(always_on=always_on), at=[0, 40], runs=2)
    name = "reduction_on" if always_on else "reduction"
    assert (data[name][:, 1] > data[name][:, 0]).all()
    assert set(data.data_vars) >= {"told", "told_null", "effective_rank", "held_out", "information", "information_null"}
    H = torch.randn(2, 50, 4, generator=torch.Generator().manual_seed(0))
    y = torch.eye(2)[torch.arange(50) % 2]
    one = torch.cat([H, torch.ones(2, 50, 1)], 2)
    task = toy()
    found = climbing.look(Snapshot(H, y, H, y), task)
    np.testing.assert_allclose(found["reduction_on"], coding_rate(one, y))
