"""Rules that are told another target than the decoder learns."""

import numpy as np
import pytest
import torch

from fa_book.decide.label_corruption import MIXED, Mixed, Told
from fa_book.decide.rules import Own, Rotated
from fa_lib import BP, FA, tasks, training
from fa_lib.feedback import Projection

RUNS = [0, 3]


@pytest.fixture(scope="module")
def task():
    return tasks.ib()


def model_of(rule, task):
    return training.build(task, rule, runs=RUNS, seed=1)


def signal(rule, task, n=400):
    return model_of(rule, task).step(task.x[:n], task.y[:n]).signal


def targets(how, share, n=20_000, p=10, calls=1):
    y = torch.eye(p)[torch.arange(n) % p]
    rule = Told(FA(), how, share).draw(p, 4, runs=RUNS, seed=1)
    return y, [rule.target(y) for _ in range(calls)]


@pytest.mark.parametrize("how", ["noise", "fresh noise"])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_so_many_labels_are_replaced_evenly(how, share):
    y, (told,) = targets(how, share)
    assert told.shape == (2, *y.shape)
    assert (told.sum(2) == 1).all()
    wrong = (told != y).any(2).double().mean(1)
    np.testing.assert_allclose(wrong, share * 9 / 10, atol=0.01)  # one in ten is replaced by itself
    if share == 1:
        np.testing.assert_allclose(told.mean(1), 0.1, atol=0.01)
        assert (told[0] != told[1]).any()


def test_fixed_noise_is_fixed_and_fresh_noise_is_not():
    for how, same in (("noise", True), ("fresh noise", False)):
        _, (one, two) = targets(how, 0.5, calls=2)
        assert torch.equal(one, two) == same


def test_a_longer_batch_begins_like_a_shorter_one_and_a_run_is_its_own():
    y, (long,) = targets("noise", 0.5)
    rule = Told(FA(), "noise", 0.5).draw(10, 4, runs=[3], seed=1)
    assert torch.equal(rule.target(y[:700])[0], long[1, :700])


@pytest.mark.parametrize("how", ["noise", "neighbour's", "mean"])
def test_the_error_is_the_one_that_the_told_target_makes(how, task):
    """By autograd: the loss with the other target, whose gradient BP sends."""
    rule = Told(BP(), how, 0.5 if how == "noise" else 0.0)
    model = model_of(rule, task)
    x, y = task.x[:300], task.y[:300]
    told = model.rule.target(y)
    sent = model.step(x, y).signal
    H = model.encoder(x).detach().requires_grad_()
    task.squared_error(task.activate(model.decoder(H)), told).sum().backward()
    torch.testing.assert_close(sent, H.grad, rtol=1e-4, atol=1e-8)


def test_the_decoder_learns_from_the_true_target(task):
    grads = []
    for rule in (BP(), Told(BP(), "noise", 1.0)):
        model = model_of(rule, task)
        model.step(task.x[:300], task.y[:300])
        grads.append(model.decoder.weight.grad)
    assert torch.equal(*grads)


def test_nothing_replaced_is_nothing_changed(task):
    torch.testing.assert_close(signal(Told(BP(), "noise", 0.0), task), signal(BP(), task))


def test_neighbours_and_means(task):
    y = task.y[:400]
    sent = signal(Told(Own("target"), "neighbour's"), task)
    torch.testing.assert_close(sent[:, 1:], signal(Own("target"), task)[:, :-1])
    told = signal(Told(Own("target"), "mean"), task)
    torch.testing.assert_close(told, signal(Own("target"), task).mean(1, keepdim=True).expand_as(told))
    assert Told(BP(), "mean").target(y).shape == y.shape


def matrices(how, amount=0, p=10):
    return Mixed(FA(), how, amount).draw(p, 4, runs=RUNS, seed=1).M.double()


RANKS = [("groups", 2, 2), ("groups", 5, 5), ("groups", 3, 3), ("rank", 1, 1), ("rank", 7, 7), ("sum", 0, 1)]


@pytest.mark.parametrize(("how", "amount", "rank"), [*RANKS, ("difference", 0, 9)])
def test_projections(how, amount, rank):
    M = matrices(how, amount)
    torch.testing.assert_close(M @ M, M, atol=1e-6, rtol=0)
    torch.testing.assert_close(M, M.mT, atol=1e-6, rtol=0)
    np.testing.assert_allclose(M.diagonal(dim1=1, dim2=2).sum(1), rank, atol=1e-5)


def test_exchanged_and_lumped_together():
    classes = torch.eye(10, dtype=torch.float64)
    assert torch.equal((classes @ matrices("shift", 3)).argmax(2)[0], (torch.arange(10) + 3) % 10)
    lumped = (classes @ matrices("groups", 5)).unique(dim=1)
    assert lumped.shape[1] == 5
    np.testing.assert_allclose(matrices("groups", 5)[0, 0, :2], 0.5)


def test_two_classes_cancel_in_the_sum(task):
    """The one-hot target is the same for all in the sum, and all of it is in the difference."""
    same = signal(Mixed(Projection(), "sum"), task)
    torch.testing.assert_close(same, same[:, :1].expand_as(same))
    both = same + signal(Mixed(Projection(), "difference"), task)
    torch.testing.assert_close(both, signal(Projection(), task))


def test_mixing_the_error_is_a_matrix_of_less_rank(task):
    M = Mixed(FA(), "rank", 1).draw(2, 4, runs=RUNS, seed=1)
    torch.testing.assert_close(signal(Mixed(FA(), "rank", 1), task), signal(FA(B=M.M @ M.rule.B), task))


def test_turned_around_told_is_told_around_turned(task):
    one, other = Rotated(Told(BP(), "noise", 0.5), 40), Told(Rotated(BP(), 40), "noise", 0.5)
    torch.testing.assert_close(signal(one, task), signal(other, task))


@pytest.mark.parametrize(
    ("arguments", "word"), [(("noise", 1.5), "share"), (("mean", 0.5), "share"), (("lies",), "how")]
)
def test_what_cannot_be_told_is_refused(arguments, word):
    with pytest.raises(ValueError, match=word):
        Told(FA(), *arguments)
    with pytest.raises(ValueError, match="rule must be a rule"):
        Told(FA)


def test_one_number_has_no_classes():
    regression = tasks.ib_regression()
    with pytest.raises(ValueError, match="classes are needed"):
        signal(Told(BP(), "noise", 0.5), regression)
    with pytest.raises(ValueError, match="nothing is drawn yet"):
        Told(BP(), "noise", 0.5).target(torch.eye(2))


@pytest.mark.parametrize(("how", "amount"), [("groups", 0), ("groups", 11), ("rank", 11), ("shift", 10), ("sum", 1)])
def test_amounts_that_are_not_there_are_refused(how, amount):
    with pytest.raises(ValueError, match="amount"):
        Mixed(FA(), how, amount).draw(10, 4, runs=[0])


def test_unknown_mixtures_are_refused():
    with pytest.raises(ValueError, match=", ".join(MIXED)):
        Mixed(FA(), "blur")
