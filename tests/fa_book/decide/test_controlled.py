"""Rules with one thing set: what the signal tells, or where it points."""

import math

import numpy as np
import pytest
import torch

from fa_book.decide import measures as measured
from fa_book.decide.rules import MeanOnly, Own, Rotated, Signs
from fa_lib import BP, FA, NF, TF, probes, tasks, train, training
from fa_lib.feedback import Centred, Direct, Projection
from fa_lib.networks.mlp import Decoder


@pytest.fixture(scope="module")
def task():
    return tasks.ib()


def seen(rule, task, n=200, runs=(0, 3), seed=1):
    return training.build(task, rule, runs=list(runs), seed=seed).step(task.x[:n], task.y[:n])


def cosines(a, b):
    return torch.nn.functional.cosine_similarity(a.double(), b.double(), dim=2)  # (run, sample)


@pytest.mark.parametrize("angle", [0, 15, 90, 135, 180, -60])
@pytest.mark.parametrize("rule", [BP(), FA(), NF(), Own("target"), TF()])
def test_every_sample_is_turned_by_the_angle_at_its_length(rule, angle, task):
    plain, turned = seen(rule, task).signal, seen(Rotated(rule, angle), task).signal
    there = plain.norm(dim=2) > 1e-9
    wanted = math.cos(math.radians(angle))
    assert (cosines(plain, turned)[there] - wanted).abs().max() < 1e-5
    torch.testing.assert_close(turned.norm(dim=2), plain.norm(dim=2), rtol=1e-5, atol=1e-12)


def test_turning_loses_nothing(task):
    """Gram matrices, and so all that a linear or kernel readout could find, are those of the signal not turned."""
    plain, turned = (seen(rule, task).signal.double() for rule in (BP(), Rotated(BP(), 75)))
    scale = (plain @ plain.mT).abs().max()
    torch.testing.assert_close(turned @ turned.mT / scale, plain @ plain.mT / scale, rtol=0, atol=1e-6)
    rule = Rotated(BP(), 75).draw(2, 4, runs=[0, 3], seed=1)
    back = turned @ rule.rotation().double().mT
    torch.testing.assert_close(back, plain, rtol=1e-5, atol=1e-10)


def test_a_rotation_is_a_runs_own_and_the_same_at_every_angle():
    one, all_ = (Rotated(BP(), 90).draw(10, 32, runs=runs, seed=2) for runs in ([5], [0, 5, 7]))
    assert torch.equal(one.J[0], all_.J[1])
    assert not torch.allclose(all_.J[0], all_.J[1])
    eye = torch.eye(32, dtype=torch.float64)
    torch.testing.assert_close(one.J @ one.J.mT, eye[None])
    torch.testing.assert_close(one.J, -one.J.mT)
    thirds = [Rotated(BP(), 30).draw(10, 32, runs=[5], seed=2).rotation().double()] * 3
    torch.testing.assert_close(thirds[0] @ thirds[1] @ thirds[2], one.rotation().double(), atol=1e-6, rtol=0)


def test_the_gradient_through_own_weights(task):
    assert torch.equal(seen(Own(), task).signal, seen(BP(), task).signal)
    first = Decoder(4, 2, runs=[0, 3], seed=1).weight.detach()
    assert torch.equal(seen(Own(follow=False), task).signal, seen(FA(B=first), task).signal)
    assert torch.equal(seen(Own("target"), task).signal, seen(Projection(B=first), task).signal)
    assert torch.equal(seen(Own("target", follow=False), task).signal, seen(Projection(B=first), task).signal)


def test_following_is_following(task):
    options = {"runs": 1, "epochs": 8, "measure_every": 7, "progress": False, "record": {"angle": probes.alignment}}
    moving, first = (train(task, Rotated(Own(follow=f), 50), **options).angle.values[0] for f in (True, False))
    np.testing.assert_allclose(moving, 50, atol=1e-3)
    np.testing.assert_allclose(first[0], 50, atol=1e-3)
    assert abs(first[-1] - 50) > 0.01


def test_signs_are_one_bit_each(task):
    one, error = seen(Signs(FA()), task), seen(BP(), task).error
    B = Signs(FA()).draw(2, 4, runs=[0, 3], seed=1).rule.B
    size = error.square().mean((1, 2)).sqrt()
    for run in (0, 1):
        torch.testing.assert_close(one.signal[run], size[run] * (error[run] > 0).float().mul(2).sub(1) @ B[run])


def test_mean_and_the_rest_make_the_whole(task):
    whole, rest, mean = (seen(rule, task).signal for rule in (BP(), Centred(BP()), MeanOnly(BP())))
    torch.testing.assert_close(rest + mean, whole)
    assert (mean == mean[:, :1]).all()


def test_what_the_measures_say_where_it_is_known(task):
    by_name = {
        name: seen(Direct(rule, ()), task, 1200)
        for name, rule in {
            "all": BP(),
            "back": Rotated(BP(), 180),
            "side": Rotated(BP(), 90),
            "none": MeanOnly(BP()),
        }.items()
    }
    for name, wanted in {"all": 1, "back": -1, "side": 0}.items():
        one = by_name[name]
        np.testing.assert_allclose(measured.cosine(one), wanted, atol=1e-5)
        np.testing.assert_allclose(measured.ratio(one), 1, atol=1e-5)
        assert (measured.told(one) > 0.95).all()  # the error's sign is the class
        assert (abs(measured.told_null(one)) < 0.03).all()
    np.testing.assert_allclose(measured.weight_cosine(by_name["back"]), -1, atol=1e-5)
    np.testing.assert_allclose(measured.told(by_name["none"]), 0, atol=1e-9)
    np.testing.assert_allclose(measured.told_beyond(by_name["none"]), 0, atol=0.05)
    assert (measured.told_beyond(by_name["side"]) > 0.5).all()
    assert (measured.cosine(by_name["none"]) > 0).all()


def test_the_weights_cosine_is_that_of_the_gradients(task):
    model = training.build(task, Direct(FA(), ()), runs=[0, 3], seed=1)
    one = model.step(task.x[:200], task.y[:200])
    told = model.encoder.layers[-1].weight.grad.clone()
    exact = training.build(task, BP(), runs=[0, 3], seed=1)
    exact.step(task.x[:200], task.y[:200])
    wanted = torch.nn.functional.cosine_similarity(told.flatten(1), exact.encoder.layers[-1].weight.grad.flatten(1))
    np.testing.assert_allclose(measured.weight_cosine(one), wanted, atol=1e-5)


def test_no_signal_has_no_direction(task):
    one = seen(Direct(BP(), ()), task)
    one = one._replace(signal=torch.zeros_like(one.signal))
    assert (measured.cosine(one) == 0).all()
    assert (measured.told(one) == 0).all()


@pytest.mark.parametrize("make", [lambda c: Rotated(c, 30), Signs, MeanOnly])
@pytest.mark.parametrize("wrong", [FA, None, "FA"])
def test_what_is_no_rule_is_refused(make, wrong):
    with pytest.raises(ValueError, match="rule must be a rule"):
        make(wrong)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="carrier must be"):
        Own("both")
    with pytest.raises(ValueError, match="finite"):
        Rotated(BP(), float("nan"))
    with pytest.raises(ValueError, match="even number"):
        Rotated(BP(), 30).draw(2, 5, runs=[0])
    with pytest.raises(ValueError, match="no matrices yet"):
        Rotated(BP(), 30).rotation()
