"""Predictive coding: its limits, its energy, where it comes to rest, and what it learns from."""

import pytest
import torch

from fa_book.predictive_coding.energy import asymmetry, energy, equilibrium
from fa_book.predictive_coding.rule import PredictiveCoding, squared_error_at
from fa_book.predictive_coding.training import Whole, learn
from fa_lib import BP, FA, NF, TF, tasks, training
from fa_lib.feedback import carry


@pytest.fixture
def scene(in_double):
    """A small task in double precision and what a rule is told there."""

    def make(output="sigmoid", seed=0):
        task = in_double(tasks.ib)
        encoder, decoder, *_ = training.build(task, BP(), runs=2, seed=seed)
        x, y = task.x[:30], task.y[:30]
        H = encoder(x).detach()
        z = decoder(H).detach()
        activate = torch.sigmoid if output == "sigmoid" else lambda z: z
        known = {"H": H, "W": decoder.weight.detach(), "z": z, "output": activate}
        return squared_error_at(z, y, activate), y, known | {"accuracy": torch.tensor([0.5, 0.6])}

    return make


def drawn(rule):
    return rule.draw(2, 4, runs=[0, 1])


@pytest.mark.parametrize("rule", [BP(), FA(), NF(), TF()])
def test_one_step_is_the_rule_itself(rule, scene):
    error, y, known = scene()
    inner = drawn(rule)
    once = PredictiveCoding(inner, steps=1, rate=0.3, precision=7.0)(error, y, **known)
    torch.testing.assert_close(once, 0.3 * inner(error, y, **known), rtol=1e-12, atol=0)


def test_error_is_the_losss(scene):
    _, y, known = scene()
    z = known["z"].clone().requires_grad_()
    ((torch.sigmoid(z) - y) ** 2).mean((1, 2)).sum().backward()  # the loss of every task
    torch.testing.assert_close(squared_error_at(z, y, torch.sigmoid), z.grad)


def test_with_bp_inside_the_state_descends_its_energy(scene):
    error, y, known = scene()
    W, z, output = known["W"], known["z"], known["output"]
    levels = [energy(torch.zeros_like(known["H"]), y, W=W, z=z, output=output, precision=5.0)]
    for steps in range(1, 30):
        move = PredictiveCoding(BP(), steps=steps, rate=0.1, precision=5.0).moved(error, y, **known)
        levels.append(energy(move, y, W=W, z=z, output=output, precision=5.0))
    assert (torch.stack(levels).diff(dim=0) < 0).all()


def test_a_step_of_inference_is_the_energys_gradient(scene):
    _, y, known = scene()
    move = (0.1 * torch.randn(known["H"].shape, generator=torch.Generator().manual_seed(0))).requires_grad_()
    W, z, output = known["W"], known["z"], known["output"]
    energy(move, y, W=W, z=z, output=output, precision=3.0).sum().backward()
    at = z + carry(move.detach(), W.mT)
    expected = move.detach() + 3.0 * y.numel() / 2 * carry(squared_error_at(at, y, output), W)
    torch.testing.assert_close(move.grad, expected)


@pytest.mark.parametrize("rule", [BP(), FA()])
@pytest.mark.parametrize("precision", [0.1, 2.0])
def test_a_linear_output_comes_to_rest_where_the_formula_says(rule, precision, scene):
    error, y, known = scene("linear")
    W = known["W"]
    B = W if isinstance(rule, BP) else 0.3 * drawn(rule).B + 0.5 * W
    inner = rule if isinstance(rule, BP) else FA(B=B).draw(2, 4, runs=[0, 1])
    rest = equilibrium(error * y.numel() / 2, W, B, precision)
    found = PredictiveCoding(inner, steps=2000, rate=0.05, precision=precision).moved(error, y, **known)
    torch.testing.assert_close(found, rest, atol=1e-9, rtol=1e-7)


def test_rest_goes_from_the_gradient_to_the_shortest_way_to_the_target(scene):
    error, y, known = scene("linear")
    W, e = known["W"], error * y.numel() / 2
    torch.testing.assert_close(equilibrium(e, W, W, 1e-9) / 1e-9, -e @ W, rtol=1e-6, atol=1e-8)
    shortest = -e @ torch.linalg.pinv(W).mT
    torch.testing.assert_close(equilibrium(e, W, W, 1e9), shortest, rtol=1e-6, atol=1e-7)
    B = drawn(FA()).B
    torch.testing.assert_close(equilibrium(e, W, B, 1e9) @ W.mT, -e, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("steps", [2, 9])
def test_target_feedback_has_nothing_to_relax(steps, scene):
    error, y, known = scene()
    inner = drawn(TF(decorrelate=0.0))
    found = PredictiveCoding(inner, steps=steps, rate=0.2)(error, y, **known)
    torch.testing.assert_close(found, (1 - 0.8**steps) * inner(error, y, **known), rtol=1e-10, atol=1e-18)
    assert not asymmetry(inner, y, **known).any()


def test_only_feedback_through_w_has_an_energy(scene):
    _, y, known = scene()
    assert asymmetry(BP(), y, **known).max() < 1e-6
    scaled = FA(B=2.5 * known["W"]).draw(2, 4, runs=[0, 1])
    assert asymmetry(scaled, y, **known).max() < 1e-6
    for rule in (FA(), NF()):
        assert asymmetry(drawn(rule), y, **known).min() > 0.05
    _, y, known = scene("linear")
    S = torch.tensor([[2.0, 0.7], [0.7, 1.0]], dtype=torch.float64)
    assert asymmetry(FA(B=S @ known["W"]).draw(2, 4, runs=[0, 1]), y, **known).max() < 1e-6
    S[0, 1] = -0.7
    assert asymmetry(FA(B=S @ known["W"]).draw(2, 4, runs=[0, 1]), y, **known).min() > 0.01


def test_the_decoder_learns_at_the_relaxed_state(toy):
    task = toy()
    rule = PredictiveCoding(BP(), steps=5, rate=0.2, precision=20.0)
    model = Whole(*training.build(task, rule, runs=2))
    seen, decoder = model.step(task.x, task.y), model.decoder
    known = {"H": seen.H, "W": seen.W, "z": decoder(seen.H), "output": task.activate}
    state = seen.H + rule.moved(seen.error, task.y, **known)
    z = (state @ decoder.weight.detach().mT + decoder.bias.detach().unsqueeze(1)).requires_grad_()
    task.squared_error(task.activate(z), task.y).sum().backward()
    torch.testing.assert_close(decoder.weight.grad, z.grad.mT @ state)
    torch.testing.assert_close(decoder.bias.grad, z.grad.sum(1))
    assert not torch.allclose(z.grad, seen.error)


def test_it_learns_whole_and_as_a_rule(toy):
    for kind in (training.Model, Whole):
        model = kind(*training.build(toy(), PredictiveCoding(BP(), steps=4, rate=0.2), runs=2))
        found = learn(model, epochs=150)
        assert (found["test_accuracy"] > 0.8).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [({"rule": BP}, "rule must be a rule"), ({"steps": 0}, "steps must be"), ({"steps": 1.5}, "steps must be"),
     ({"rate": 0.0}, "rate must be"), ({"precision": float("nan")}, "precision must be")],
)  # fmt: skip
def test_what_cannot_be_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        PredictiveCoding(**{"rule": BP()} | options)
