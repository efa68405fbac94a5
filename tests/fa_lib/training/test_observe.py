"""Observation is the training it observes: same weights as `build` and `step` in a plain loop, dropout off."""

import numpy as np
import pytest
import torch

from fa_lib import BP, DFA, FA, NFA, train, training
from fa_lib.record import Snapshot
from fa_lib.training.evaluate import look
from fa_lib.training.snapshots import observe, probe


def hidden(seen):
    return seen.H


@pytest.mark.parametrize("rule", [BP(), NFA(sigma=0.3)], ids=["BP", "NFA"])
def test_observed_layers_are_those_of_a_plain_loop(toy, rule):
    task = toy(batch=64)
    got = observe(task, rule, {"H": hidden, "test": lambda seen: seen.H_test}, at=[0, 2, 3], runs=2, seed=4)
    model = training.build(task, rule, runs=2, seed=4)
    encoder = model.encoder
    for epoch in range(4):
        if epoch in (0, 2, 3):
            torch.testing.assert_close(torch.tensor(got["H"].sel(epoch=epoch).values), encoder(task.x).detach())
            torch.testing.assert_close(torch.tensor(got["test"].sel(epoch=epoch).values), encoder(task.test_x).detach())
        for start in range(0, len(task.x), 64):
            model.optimizer.zero_grad()
            part = slice(start, start + 64)
            model.step(task.x[part], task.y[part])
            model.optimizer.step()
    assert got["H"].dims == ("run", "epoch", "H_0", "H_1")
    assert (got["H"].sel(epoch=0) != got["H"].sel(epoch=2)).any()


def test_observing_does_not_disturb_and_agrees_with_train(toy):
    task = toy()
    options = {"runs": 3, "seed": 1, "learn_gain": True, "learn_decoder": False}
    trained = train(task, FA(), epochs=6, record={"H": lambda seen: seen.H}, progress=False, **options)
    got = observe(task, FA(), {"H": hidden}, at=[0, 1, 5], **options)
    for epoch in (0, 1, 5):  # train records before the epoch's update, as observe does
        np.testing.assert_allclose(got["H"].sel(epoch=epoch), trained["H"].sel(epoch=epoch), atol=1e-6)


def test_dropout_is_off_while_looking_and_on_again_after(images):
    task = images(batch=8)
    got = observe(task, FA(), {"H": hidden, "again": hidden}, at=[0, 1], runs=2)
    encoder = training.build(task, FA(), runs=2).encoder
    encoder.eval()
    with torch.no_grad():
        np.testing.assert_allclose(got["H"].sel(epoch=0), encoder(task.x), atol=1e-6)
    encoder.train()
    torch.testing.assert_close(look(encoder, task.x), look(encoder, task.x))
    assert encoder.training
    assert (encoder(task.x) != look(encoder, task.x)).any()


def test_what_is_measured_later_only_is_not_measured_before(toy):
    both, later = (observe(toy(), FA(), {"H": hidden}, at=at, runs=2) for at in ([0, 2], [2]))
    assert later.epoch.values.tolist() == [2]
    np.testing.assert_array_equal(later["H"], both["H"].sel(epoch=[2]))


def test_what_is_seen(toy):
    task, seen = toy(), []
    observe(task, FA(), {"size": lambda one: seen.append(one) or np.zeros(2)}, at=[0], runs=2)
    (one,) = seen
    assert isinstance(one, Snapshot)
    assert one.H.shape == (2, 150, 4)
    assert one.H_test.shape == (2, 50, 4)
    assert torch.equal(one.y, task.y)
    assert torch.equal(one.y_test, task.test_y)


@pytest.mark.parametrize("at", [[], [-1, 2], [3, 2], [1, 1], 5, None, "01"], ids=str)
def test_epochs_must_rise(toy, at):
    with pytest.raises(ValueError, match=r"at must list epochs, rising, from 0 on, such as \[0, 10, 100\], got"):
        observe(toy(), FA(), {}, at=at)


@pytest.mark.parametrize(
    "measures",
    [["binned"], "binned", {"binned": "binned"}, {1: hidden}, None],
    ids=["list", "text", "text for a function", "number for a name", "None"],
)
def test_measures_are_functions_with_names(toy, measures):
    with pytest.raises(ValueError, match=r"measures must map names to functions of a Snapshot, such as \{.mean.: "):
        observe(toy(), FA(), measures, at=[0])


def test_epochs_may_be_numpys(toy):
    got = observe(toy(), FA(), {"H": hidden}, at=np.array([0, 1]), runs=1)
    assert got.epoch.values.tolist() == [0, 1]


@pytest.mark.parametrize("rule", [BP(), DFA()], ids=str)
def test_a_probe_sees_a_step_and_changes_nothing(images, rule):
    task = images(batch=8)
    model = training.build(task, rule, runs=2)
    before = [parameter.detach().clone() for parameter in (*model.encoder.parameters(), *model.decoder.parameters())]
    seen = probe(model, task.test_x[:9], task.test_y[:9])
    assert seen.H.shape == (2, 9, 6)
    torch.testing.assert_close(seen.H, look(model.encoder, task.test_x[:9]))  # dropout is off
    torch.testing.assert_close(seen.y_hat, training.predict(model, task.test_x[:9]))
    assert model.encoder.training
    after = [*model.encoder.parameters(), *model.decoder.parameters()]
    assert all(map(torch.equal, before, after))
    assert all(parameter.grad is None or not parameter.grad.any() for parameter in after)


def test_shuffled_samples_come_in_the_order_of_the_seed(toy):
    task = toy(batch=16, shuffle=True)
    seen = observe(task, FA(), {"H": hidden}, at=[2], runs=2, seed=4).H.values[:, 0]
    model = training.trained(training.build(task, FA(), runs=2, seed=4), 2, seed=4)
    np.testing.assert_array_equal(seen, look(model.encoder, task.x).detach())
