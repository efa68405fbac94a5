"""A Boltzmann machine as channel, blocks cut at their outputs, and recurrent units learned or not."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from fa_book.published_numbers.mnist1d_data import mnist_1d
from fa_book.random_layers.delayed import delayed
from fa_book.random_layers.random_layers import read, reservoir
from fa_book.systems import memory
from fa_book.systems.boltzmann import Boltzmann
from fa_book.systems.mixer import Blocks
from fa_lib import tasks, training
from fa_lib.feedback import BP, DFA, FA


def likelihood(rule, y, states):
    """Mean over the samples, exact, (run,): hidden units are summed out, the states of the visible ones listed."""
    A, visible, hidden = rule.parameters

    def free(v):
        return (v @ visible.mT)[..., 0] + functional.softplus(v @ A + hidden).sum(2)

    return free(y).mean(1) - free(states).logsumexp(1)


def test_contrastive_divergence_comes_to_the_frequencies_of_the_classes():
    y = torch.eye(6).repeat(10, 1)
    rule = Boltzmann(lr=0.3).draw(6, 4, runs=[0, 1], seed=2)
    y = torch.cat([y, torch.eye(6)[:1].repeat(60, 1)])  # the first class is more frequent
    before, code = likelihood(rule, y, torch.eye(6)), rule.matrix()
    for _ in range(1500):
        rule.learn(y)
    entropy = torch.special.entr(y.mean(0)).sum()  # the best there is
    after = likelihood(rule, y, torch.eye(6))
    assert (after > before + 0.1).all()
    assert torch.allclose(after, -entropy, atol=0.1)
    assert torch.allclose(rule.matrix().norm(dim=(1, 2)), code.norm(dim=(1, 2)), rtol=1e-4)


def test_the_machine_learns_once_on_the_first_targets_and_runs_stay_apart():
    y, error = torch.eye(3), torch.randn(2, 3, 3, generator=torch.Generator().manual_seed(0))
    rule = Boltzmann(before=5).draw(3, 4, runs=[0, 1])
    sent = rule(error, y)
    assert torch.allclose(sent, error @ rule.matrix(), atol=1e-6)
    assert torch.equal(rule(error, y.flip(0)), sent)
    alone = Boltzmann(before=5).draw(3, 4, runs=[1])
    assert torch.allclose(alone(error[1:], y), sent[1:], atol=1e-6)
    with pytest.raises(ValueError, match="before"):
        Boltzmann(before=-1)


def one_run(encoder, run, x, mixing):
    """H of one run in plain PyTorch, sample by sample, from the same weights."""
    maps = [(w[run].detach(), b[run].detach()) for w, b in zip(encoder.weights, encoder.biases, strict=True)]
    norm, rows = (lambda h: functional.layer_norm(h, h.shape[-1:])), []
    for sample in x:
        h = functional.linear(sample.unflatten(0, (encoder.patches, -1)), *maps[0])  # (patch, feature)
        for block in range(encoder.blocks):
            first, second, third, fourth = maps[1 + 4 * block : 5 + 4 * block]
            n = norm(h)
            if mixing == "linear":
                h = h + functional.linear(functional.gelu(functional.linear(n.T, *first)), *second).T
            else:
                query, key = functional.linear(n, *first).chunk(2, 1)
                out = functional.scaled_dot_product_attention(query, key, functional.linear(n, *second))
                h = h + out
            h = h + functional.linear(functional.gelu(functional.linear(norm(h), *third)), *fourth)
        rows.append(h.flatten())
    return torch.stack(rows)


@pytest.mark.parametrize("mixing", ["linear", "attention"])
def test_blocks_are_those_of_a_loop_and_learn_from_what_they_are_told(mixing):
    task = mnist_1d(samples=100)
    encoder = Blocks(40, patches=10, features=6, blocks=2, mixing=mixing, runs=[0, 1], seed=4)
    x, y = task.x[:7], task.y[:7]
    for run in range(2):
        assert torch.allclose(encoder(x)[run], one_run(encoder, run, x, mixing), atol=1e-5)
    # BP: the gradients of plain automatic differentiation
    model = training.build(task, BP(), encoder=encoder, runs=2)
    model.step(x, y)
    found = [p.grad.clone() for p in encoder.parameters()]
    encoder.zero_grad()
    task.objective(model.decoder(encoder(x)), y).sum().backward()
    for ours, theirs in zip(found, (p.grad for p in encoder.parameters()), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-6)
    # DFA: each block gets the output's error through a matrix of its own and nothing from above
    model = training.build(task, DFA(), encoder=encoder, runs=2, seed=5)
    encoder.zero_grad()
    seen = model.step(x, y)
    assert len(seen.layers) == 2
    for number, layer in enumerate(seen.layers, 1):
        assert torch.allclose(layer.signal, seen.error @ model.rules.at[number].B, atol=1e-7)
    found = [p.grad.clone() for p in encoder.parameters()]
    encoder.zero_grad()
    hidden = encoder.hidden(x, (1, 2))
    sum((hidden[n].H * seen.layers[n - 1].signal).sum() for n in (1, 2)).backward()
    for ours, theirs in zip(found, (p.grad for p in encoder.parameters()), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-6)


def test_blocks_refuse_what_they_cannot_be():
    with pytest.raises(ValueError, match="multiple of the patches"):
        Blocks(40, patches=7, features=4, blocks=1, runs=[0])
    with pytest.raises(ValueError, match="one of linear, attention"):
        Blocks(40, patches=10, features=4, blocks=1, mixing="none", runs=[0])
    assert isinstance(Blocks(40, patches=10, features=4, blocks=3, runs=[0]), nn.Module)


def test_what_does_not_learn_is_the_echo_state_network_and_through_time_is_better():
    task = delayed(4, length=32, sequences=16).change(batch=128)
    ways = {"still": memory.Way(None), "through": memory.Way(BP(), 1e-2, cut=False)}
    found = memory.compare(task, ways, runs=3, epochs=60, m=8)
    still = read(reservoir(task, 8, length=32, runs=3), lambda guess, y: tasks.r_squared(guess, y).numpy())
    assert np.allclose(found["still"], still)
    assert (found["through"] > found["still"] + 0.1).all()
    assert isinstance(memory.WAYS["RFLO"].rule, FA)
    assert memory.WAYS["RFLO"].cut
