"""Channels that lean on the forward weight: learned feedback meets it, sign symmetry has its signs."""

import numpy as np
import pytest
import torch

from fa_lib import training
from fa_lib.feedback import BP, Chained, KolenPollack, SignSymmetry

by_name = {"ids": str}


def a_step(task, rule):
    model = training.build(task, rule, runs=2)
    return model, model.step(task.x, task.y)


@pytest.mark.parametrize("rule", [KolenPollack(decay=2.0), Chained(KolenPollack(decay=2.0))], **by_name)
@pytest.mark.parametrize("frozen", [{}, {"learn_decoder": False}, {"learn_encoder": False}], ids=str)
def test_learned_feedback_comes_closer_to_the_weight_by_decay_alone(double, toy, rule, frozen):
    task = toy(widths=(6, 5, 4))
    model = training.build(task, rule, runs=2, **frozen)
    weights = model.encoder.weights_above() | {3: model.decoder.weight}
    pairs = [(weights[number], one) for number, one in model.rules.at.items()]
    assert len(pairs) == (3 if isinstance(rule, Chained) else 1)
    before = [(weight.detach().clone(), channel.B.clone()) for weight, channel in pairs]
    for _ in range(50):
        list(training.train_epoch(model, training.batches(task)))
    for (weight, channel), (W, B) in zip(pairs, before, strict=True):
        decoder = weight is model.decoder.weight
        learns = frozen.get("learn_decoder", True) if decoder else frozen.get("learn_encoder", True)
        assert torch.equal(weight, W) != learns
        assert torch.equal(channel.B, B) != learns
        shrunk = (1 - task.lr * 2.0) ** 50 if learns else 1.0
        torch.testing.assert_close(weight - channel.B, shrunk * (W - B), rtol=1e-6, atol=1e-9)


def test_learned_feedback_starting_from_the_weight_and_without_decay_is_backpropagation(double, toy):
    task = toy(widths=(6, 4))
    start = training.build(task, BP(), runs=2)
    given = Chained(
        {
            2: KolenPollack(decay=0.0, B=start.decoder.weight),
            1: KolenPollack(decay=0.0, B=start.encoder.layers[1].weight),
        }
    )
    learned, exact = (training.train(task, rule, runs=2, epochs=40, progress=False) for rule in (given, BP()))
    np.testing.assert_allclose(learned.loss, exact.loss, rtol=1e-7)


@pytest.mark.parametrize("uniform", [False, True])
def test_sign_symmetry_has_the_weights_signs_and_sizes_of_its_own(double, toy, uniform):
    task = toy(widths=(60, 50))
    model, seen = a_step(task, Chained(SignSymmetry(uniform)))
    for layer in seen.layers:
        assert torch.equal(layer.B.sign(), layer.weight.sign())
        sizes = layer.B.abs()
        assert not torch.allclose(sizes, layer.weight.abs())
        assert (sizes.std() < 1e-12) == uniform
        assert sizes.square().mean().sqrt() == pytest.approx((2 / layer.B.shape[2]) ** 0.5, rel=0.15)
    before = [layer.B.clone() for layer in seen.layers]
    for parameter in model.decoder.parameters():
        parameter.data.neg_()
    _, flipped = model, model.step(task.x, task.y)
    assert torch.equal(flipped.layers[1].B, -before[1])
    assert torch.equal(flipped.layers[0].B, before[0])


@pytest.mark.parametrize("decay", [-1.0, float("nan"), float("inf")])
def test_a_decay_must_be_finite_and_not_negative(decay):
    with pytest.raises(ValueError, match="decay must be"):
        KolenPollack(decay)
