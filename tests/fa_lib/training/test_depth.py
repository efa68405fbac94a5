"""Rules for several layers: against plain autograd, against backpropagation and against the single cut."""

import numpy as np
import pytest
import torch
from torch import nn

from fa_lib import training
from fa_lib.feedback import BP, DFA, DRTP, FA, NF, NFA, TF, Chained, Direct, KolenPollack, OutputError, SignSymmetry
from fa_lib.feedback.centred import Centred

DEEP = [
    DFA(),
    DRTP(),
    DFA(layers=(1,)),
    Direct(NFA(sigma=0.3)),
    Direct(TF()),
    Direct(OutputError(NF(hidden=3))),
    Chained(FA()),
    Chained(Centred(NFA(sigma=0.3))),
    Chained(SignSymmetry()),
    Chained(KolenPollack()),
    Chained({3: TF(), 2: FA(), 1: BP()}),
]
by_name = {"ids": str}


def a_step(task, rule, **options):
    model = training.build(task, rule, **{"runs": 2} | options)
    model.encoder.eval()
    return model, model.step(task.x, task.y)


def gradients(model):
    return [parameter.grad for part in model[:2] for parameter in part.parameters()]


def assert_same(ours, theirs, **options):
    for a, b in zip(ours, theirs, strict=True):
        assert b.any()
        torch.testing.assert_close(a, b, **options)


@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("kind", ["toy", "images"])
@pytest.mark.parametrize("layers", [None, (), (1,), (2,)])
def test_a_chain_of_exact_channels_is_backpropagation(double, toy, images, kind, layers, scale):
    task = {"toy": lambda: toy(widths=(7, 6, 4)), "images": lambda: images(widths=(8, 7, 6))}[kind]()
    rule, seen = a_step(task, Chained(BP(), layers), learn_gain=scale)
    exact, expected = a_step(task, BP(), learn_gain=scale)
    assert_same(gradients(rule), gradients(exact))
    assert len(seen.layers) == 3 + (kind == "images")
    for name in ("H", "signal", "error", "W", "loss", "gamma", "y_hat"):
        torch.testing.assert_close(getattr(seen, name), getattr(expected, name))


@pytest.mark.parametrize("nonlinearity", ["relu", "linear"])
@pytest.mark.parametrize("scale", [False, True])
def test_so_it_is_with_other_nonlinearities(double, toy, nonlinearity, scale):
    task = toy(widths=(7, 6, 4), nonlinearity=nonlinearity)
    rule, _ = a_step(task, Chained(BP()), learn_gain=scale)
    exact, _ = a_step(task, BP(), learn_gain=scale)
    assert_same(gradients(rule), gradients(exact))


@pytest.mark.parametrize("kind", ["toy", "images"])
@pytest.mark.parametrize("channel", [FA, KolenPollack], **{"ids": ["FA", "KolenPollack"]})
def test_a_chain_through_given_forward_weights_is_backpropagation(double, toy, images, kind, channel):
    task = {"toy": lambda: toy(widths=(7, 6, 4)), "images": lambda: images(widths=(8, 7, 6))}[kind]()
    exact, _ = a_step(task, BP())
    weights = dict(enumerate([*(layer.weight for layer in exact.encoder.layers), exact.decoder.weight]))
    if kind == "toy":  # no layer below the first: its weight stands for no channel
        del weights[0]
    rule, _ = a_step(task, Chained({number: channel(B=weight) for number, weight in weights.items()}))
    assert_same(gradients(rule), gradients(exact))


def test_direct_matrices_of_multiplied_weights_are_backpropagation_where_units_are_linear(double, toy):
    task = toy(widths=(7, 6, 4))
    task = task.change(x=1e-5 * task.x)  # so small that tanh(a) is a
    exact, _ = a_step(task, BP())
    for parameter in exact.encoder.parameters():
        parameter.grad = None
    W3, W2 = exact.encoder.layers[2].weight, exact.encoder.layers[1].weight
    WO = exact.decoder.weight
    channels = {3: FA(B=WO), 2: FA(B=WO @ W3), 1: FA(B=WO @ W3 @ W2)}
    rules = [training.build(task, rule, runs=2) for rule in (BP(), Direct(channels), Direct(BP()))]
    for model in rules:
        with torch.no_grad():
            for layer in model.encoder.layers:
                layer.bias.zero_()
        model.step(task.x, task.y)
    assert_same(gradients(rules[1]), gradients(rules[0]), rtol=1e-8, atol=0)
    assert_same(gradients(rules[2]), gradients(rules[0]), rtol=1e-8, atol=0)


def slow_gradients(model, task, row, signals):
    """Gradients of one run, its layers as torch.nn modules and its signals by an own rule, from the last layer down."""
    layers = []
    for layer in model.encoder.layers:
        layers.append(nn.Linear(*layer.weight.shape[:0:-1]))
        layers[-1].weight.data, layers[-1].bias.data = layer.weight[row].detach(), layer.bias[row].detach()
    head = nn.Linear(*model.decoder.weight.shape[:0:-1])
    head.weight.data, head.bias.data = model.decoder.weight[row].detach(), model.decoder.bias[row].detach()
    hidden = [task.x]
    for layer in layers:
        hidden.append(torch.tanh(layer(hidden[-1])).detach())
    z = head(hidden[-1]).detach().requires_grad_()
    torch.nn.functional.mse_loss(torch.sigmoid(z), task.y).backward()
    sent = signals(z.grad, hidden)
    found = []
    for number in range(len(layers)):
        delta = sent[number] * (1 - hidden[number + 1] ** 2)
        found += [delta.T @ hidden[number], delta.sum(0)]
    return [*found, z.grad.T @ hidden[-1], z.grad.sum(0)]


@pytest.mark.parametrize("widths", [(4,), (6, 4), (9, 8, 7, 6, 5, 4)])
def test_layer_by_layer_feedback_alignment_is_its_textbook_form(double, toy, widths):
    task = toy(widths=widths)
    model, _ = a_step(task, Chained(FA()))
    assert [tuple(model.rules.at[n].B.shape[1:]) for n in sorted(model.rules.at)] == list(
        zip([*widths[1:], 2], widths, strict=True)
    )
    for row in range(2):

        def chain(error, hidden, row=row):
            sent, below = {}, error
            for number in range(len(widths), 0, -1):
                sent[number - 1] = below @ model.rules.at[number].B[row]
                below = sent[number - 1] * (1 - hidden[number] ** 2)
            return sent

        assert_same([g[row] for g in gradients(model)], slow_gradients(model, task, row, chain))


@pytest.mark.parametrize("rule", [DFA(), DRTP()], **by_name)
def test_direct_rules_are_their_textbook_form(double, toy, rule):
    task = toy(widths=(8, 7, 6, 4))
    model, _ = a_step(task, rule)
    for row in range(2):

        def direct(error, hidden, row=row):
            told = error if rule == DFA() else -2 / task.y.numel() * task.y
            return [told @ model.rules.at[number].B[row] for number in range(1, 5)]

        assert_same([g[row] for g in gradients(model)], slow_gradients(model, task, row, direct))


@pytest.mark.parametrize("rule", [DRTP(), Direct(TF(modulated=False, decorrelate=0))], **by_name)
def test_target_rules_are_deaf_to_the_error(double, toy, rule):
    task = toy(widths=(6, 4))
    model = training.build(task, rule, runs=2)
    told, found = training.build(task, DFA(), runs=2), []
    for channel in (model, told):
        for weight in (1.0, -3.0):
            with torch.no_grad():
                channel.decoder.weight.mul_(weight)
            channel.optimizer.zero_grad()
            channel.step(task.x, task.y)
            found.append([parameter.grad.clone() for parameter in channel.encoder.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(*found[:2], strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(*found[2:], strict=True))


@pytest.mark.parametrize("single", [BP(), FA(), NFA(sigma=0.3), NF(), TF(), SignSymmetry(), KolenPollack()], **by_name)
@pytest.mark.parametrize("widths", [(4,), (6, 5, 4)])
def test_a_cut_at_the_last_layer_alone_is_the_single_cut_bit_by_bit(toy, single, widths):
    protocol = {"runs": [4, 1], "epochs": 3, "learn_gain": True, "progress": False}
    task = toy(widths=widths, batch=64)
    alone = training.train(task, single, **protocol).drop_attrs()
    frames = [Direct(single, ()), Direct({len(widths): single})]
    frames += [Chained(single, ())] + ([Chained(single)] if widths == (4,) else [])
    for rule in frames:
        assert training.train(task, rule, **protocol).drop_attrs().identical(alone)


@pytest.mark.parametrize("rule", [*DEEP, SignSymmetry(), SignSymmetry(uniform=True), KolenPollack()], **by_name)
def test_a_run_is_the_same_alone_and_in_company(in_double, toy, rule):
    task = in_double(lambda: toy(widths=(7, 6, 4), batch=64))
    protocol = {"epochs": 3, "seed": 5, "learn_gain": True, "progress": False}
    together, alone = (training.train(task, rule, runs=runs, **protocol) for runs in (4, [3]))
    for name in alone.data_vars:
        np.testing.assert_allclose(alone[name], together[name].sel(run=[3]) if name != "ceiling" else together[name])
    losses = together["test_loss"].values[:, -1]
    assert len(np.unique(losses.round(8))) == 4


@pytest.mark.parametrize("rule", [DFA(), DRTP(), Chained(FA()), Chained(SignSymmetry())], **by_name)
def test_layers_draw_for_themselves_and_are_counted_from_the_last(toy, rule):
    drawn, deeper = (training.build(toy(widths=widths), rule, runs=2).rules.at for widths in ((6, 6, 6), (9, 6, 6, 6)))
    assert not torch.equal(drawn[2].B, drawn[1].B)
    assert not torch.equal(drawn[3].B[:, :2], drawn[2].B[:, :2])
    assert all(torch.equal(channel.B, deeper[number + 1].B) for number, channel in drawn.items())


@pytest.mark.parametrize("scale", [False, True])
def test_the_cut_forward_pass_is_the_encoders(toy, images, scale):
    for task in (toy(widths=(6, 5, 4)), images()):
        encoder = training.build(task, FA(), runs=2, learn_gain=scale).encoder.eval()
        widths = encoder.widths()
        layers = encoder.hidden(task.x, {*widths})
        assert torch.equal(layers[max(layers)].H, encoder(task.x))
        assert {number: layer.H.shape[2] for number, layer in layers.items()} == widths


@pytest.mark.parametrize("rule", [DFA(), Chained(FA()), Chained(KolenPollack(decay=0.1))], **by_name)
def test_deep_rules_learn(toy, rule):
    task = toy(widths=(16, 16, 16), samples=300, epochs=60)
    data = training.train(task, rule, runs=4, measure_every=59, progress=False)
    assert (data.test_accuracy[:, -1] > 0.85).all()
    assert data.attrs["rule"] == str(rule)


def test_the_backbone_learns_by_the_rule(images):
    task = images()
    model, seen = a_step(task, DFA())
    _, other = a_step(task, DFA(layers=(1,)))
    features = seen.layers[0]
    torch.testing.assert_close(features.signal, seen.error @ model.rules.at[0].B)
    assert model.encoder.backbone.conv1.grad.any()
    assert features.H.shape == other.layers[0].H.shape
    assert other.layers[0].B is None
    assert not torch.allclose(features.signal, other.layers[0].signal)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (DFA(layers=(0,)), "layers must be among"),
        (DFA(layers=(4,)), "layers must be among"),
        (Chained({1: FA()}), "the last in any case"),
        (Chained({2: FA()}, layers=(1,)), "a rule each"),
        (Chained(TF()), "carries the error"),
        (Chained(Centred(OutputError(FA()))), "carries the error"),
        (Direct(KolenPollack()), "no single weight"),
        (DFA, "such as FA"),
    ],
    ids=str,
)
def test_rules_that_cannot_be_are_refused(toy, rule, message):
    with pytest.raises(ValueError, match=message):
        training.build(toy(), rule, runs=1)


def test_learned_feedback_must_see_the_error_that_the_weight_learns_from():
    with pytest.raises(ValueError, match="without OutputError"):
        OutputError(Centred(KolenPollack()))


def test_what_the_layers_saw_stays_as_it_was(toy):
    model, seen = a_step(toy(widths=(6, 4)), Chained(KolenPollack()))
    before = [[part.clone() for part in layer] for layer in seen.layers]
    model.optimizer.step()
    for layer, old in zip(seen.layers, before, strict=True):
        assert not any(part.requires_grad for part in layer)
        assert all(torch.equal(a, b) for a, b in zip(layer, old, strict=True))
    assert not torch.equal(model.decoder.weight, seen.layers[1].weight)
