"""Fully connected MNIST: the networks of the papers, and that every direct rule begins to learn on them."""

import pytest
import torch

from fa_book.published_numbers import networks
from fa_lib import tasks, training
from fa_lib.feedback import DFA, DRTP


def test_networks_have_the_stated_sizes_and_see_pixels():
    task = tasks.mnist(samples=20, test_samples=10)
    deep, shallow = networks.nokland(task), networks.frenkel(task, depth=2, width=1000, lr=1e-3)
    assert (deep.widths, shallow.widths) == ((240,) * 7, (1000, 1000))
    assert (deep.lr, shallow.lr, shallow.batch) == (1e-4, 1e-3, 100)
    assert torch.equal(deep.x.view(-1, 1, 28, 28), task.x)
    assert deep.test_x.shape == (10, 784)
    model = training.build(deep, DFA(), runs=1)
    assert model.encoder.backbone is None
    assert [tuple(layer.weight.shape) for layer in model.encoder.layers] == [(1, 240, 784)] + [(1, 240, 240)] * 6
    assert len(model.rules.at) == 7


@pytest.mark.parametrize("rule", [DFA(), DRTP()], ids=str)
def test_direct_rules_begin_to_learn_mnist(rule):
    task = networks.frenkel(tasks.mnist(samples=3000, test_samples=500), width=100, lr=1e-3, batch=20)
    data = training.train(task, rule, runs=2, epochs=2, progress=False)
    assert (data.test_accuracy[:, -1] > 0.6).all()  # 0.1 is chance
