"""Following a layer: measures against layers moved by hand, and a branch that goes on as the original would."""

import copy

import numpy as np
import pytest
import torch

from fa_book.drift import drift
from fa_lib import BP, FA, NFA, probes, training


def layers(seed=0, m=4):
    random = torch.Generator().manual_seed(seed)
    return torch.randn(3, 200, m, generator=random, dtype=torch.float64)


def orthogonal(seed=1, m=4):
    return torch.linalg.qr(torch.randn(3, m, m, generator=torch.Generator().manual_seed(seed), dtype=torch.float64))[0]


def test_a_turn_moves_all_but_the_shape():
    H = layers()
    turned = 2 * H @ orthogonal() + 5  # turned, scaled and moved
    assert (drift.angle(turned, H) > 20).all()
    torch.testing.assert_close(drift.cka(turned, H), torch.ones(3, dtype=torch.float64))
    torch.testing.assert_close(drift.turned_back(turned, H), 2 * drift.centred(H))


def test_the_angle_is_that_of_the_correlation():
    H, other = layers(), layers(1)
    flat = [part - part.mean(1, keepdim=True) for part in (H, other)]
    expected = [np.rad2deg(np.arccos(np.corrcoef(a.ravel(), b.ravel())[0, 1])) for a, b in zip(*flat, strict=True)]
    np.testing.assert_allclose(drift.angle(H, other), expected)


def test_cka_against_the_kernels():
    H, other = layers(), layers(1, 6) ** 3
    centre = torch.eye(200, dtype=torch.float64) - 1 / 200
    kernels = [centre @ (part @ part.mT) @ centre for part in (H, other)]

    def inner(a, b):
        return (a * b).sum((1, 2))

    K, L = kernels
    torch.testing.assert_close(drift.cka(H, other), inner(K, L) / (inner(K, K) * inner(L, L)).sqrt())


def test_no_other_turn_brings_it_nearer():
    H, reference = layers(), layers(1)
    best = (drift.turned_back(H, reference) - drift.centred(reference)).norm(dim=(1, 2))
    for seed in range(30):
        assert ((drift.centred(H) @ orthogonal(seed) - drift.centred(reference)).norm(dim=(1, 2)) >= best).all()


def test_tuning_is_a_correlation_unit_by_unit():
    H, other = layers(), layers(1) + layers()
    expected = [[np.corrcoef(H[r, :, u], other[r, :, u])[0, 1] for u in range(4)] for r in range(3)]
    np.testing.assert_allclose(drift.tuning(H, other), expected)


@pytest.mark.parametrize("batch", [None, 50])
def test_a_branch_with_the_same_rule_is_the_original_that_went_on(toy, batch):
    task = toy(batch=batch)
    model = drift.converge(task, FA(), epochs=4, runs=2)
    branch = drift.branch(model, FA())
    before = [parameter.detach().clone() for parameter in model.encoder.parameters()]
    drift.follow(branch, at=[0, 3])
    assert all(torch.equal(a, b) for a, b in zip(before, model.encoder.parameters(), strict=True))  # it stays
    through = drift.converge(task, FA(), epochs=7, runs=2)
    for a, b in zip(through.encoder.parameters(), branch.encoder.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_a_branch_without_noise_is_fa_and_with_it_is_not(toy):
    task = toy()
    model = drift.converge(task, FA(), epochs=4, runs=2)
    fa, silent, noisy = (drift.follow(drift.branch(model, rule), at=[0, 5])
                         for rule in (FA(), NFA(sigma=0.0), NFA(sigma=1.0)))  # fmt: skip
    assert fa.equals(silent)
    assert (noisy.angle[:, -1] != fa.angle[:, -1]).all()


def test_what_is_followed(toy):
    task = toy()
    model = drift.converge(task, BP(), epochs=5, runs=2)
    before, known = (model.encoder(x).detach() for x in (task.test_x, task.x))
    old = copy.deepcopy(model.decoder)
    data = drift.follow(model, at=[0, 2, 4, 60])
    assert dict(data.sizes) == {"run": 2, "epoch": 4}
    start = data.isel(epoch=0)
    np.testing.assert_allclose([start.angle, start.angle_left, start.pace], 0, atol=1e-5)
    np.testing.assert_allclose([start.cka, start.tuning], 1)
    assert start.refitted.equals(start.frozen)
    assert start.own.equals(start.own_frozen)
    assert (data.angle.isel(epoch=1) == data.pace.isel(epoch=1)).all()
    assert (data.angle.isel(epoch=-1) > data.pace.isel(epoch=-1) / 2).all()
    now = model.encoder(task.test_x).detach()
    np.testing.assert_allclose(data.angle.isel(epoch=-1), drift.angle(now, before))
    last = data.isel(epoch=-1)
    for name, guess in {
        "frozen": probes.readout(known, task.y, at=now),
        "refitted": probes.readout(model.encoder(task.x).detach(), task.y, at=now),
        "own_frozen": task.activate(old(now)),
    }.items():
        np.testing.assert_allclose(last[name], task.accuracy(guess.float().detach(), task.test_y), err_msg=name)
    assert (last.frozen != last.refitted).any()
    assert (last.own_frozen != last.own).any()
    decoder = task.activate(model.decoder(model.encoder(task.test_x)))
    np.testing.assert_allclose(data.own.isel(epoch=-1), task.accuracy(decoder, task.test_y))


def test_weight_decay_pulls(toy):
    task = toy()
    model = drift.converge(task, FA(), epochs=20, runs=2)
    sizes = []
    for decay in (0.0, 1.0):
        branch = drift.branch(model, FA(), weight_decay=decay)
        drift.follow(branch, at=[0, 20])
        sizes.append(sum(parameter.square().sum() for parameter in branch.encoder.parameters()).item())
    assert sizes[1] < sizes[0] / 2
    assert model.optimizer.param_groups[0]["weight_decay"] == 0


@pytest.mark.parametrize("at", [[], [1, 2], [0, 2, 2]])
def test_epochs_must_rise_from_zero(toy, at):
    model = training.build(toy(), FA(), runs=1)
    with pytest.raises(ValueError, match="at must rise from 0"):
        drift.follow(model, at=at)
