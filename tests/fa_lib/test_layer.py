"""The drop-in layer: equal to the three objects, to textbook gradients, and at home in torch.func."""

import copy
import math
import textwrap

import pytest
import torch
from torch import nn
from torch.func import functional_call, grad, stack_module_state, vmap

from fa_lib import training
from fa_lib.feedback import BP, DFA, FA, NF, NFA, TF, Chained, KolenPollack, OutputError, Projection, SignSymmetry
from fa_lib.nn import FeedbackLinear

CHANNELS = [BP(), FA(), NFA(sigma=0.3), NF(hidden=3), SignSymmetry(), KolenPollack(), Projection(), TF(slope=True)]
by_name = {"ids": lambda rule: type(rule).__name__}


def copied(parts, row, make):
    """A torch.nn model with one run's weights, the layers above the first by `make(m, p, number from 1)`."""
    layers = []
    linear = [*parts.encoder.layers, parts.decoder]
    for number, ours in enumerate(linear):
        p, m = ours.weight.shape[1:]
        layers += [nn.Linear(m, p) if number == 0 else make(m, p, number), nn.Tanh()]
        layers[-2].weight.data, layers[-2].bias.data = (
            ours.weight[row].detach().clone(),
            ours.bias[row].detach().clone(),
        )
    return nn.Sequential(*layers[:-1])


@pytest.mark.parametrize("channel", CHANNELS, **by_name)
def test_one_layer_is_the_three_objects(double, toy, channel):
    task = toy(widths=(6, 4))
    parts = training.build(task, channel, runs=2)
    seen = parts.step(*parts[:3], task, task.x, task.y)
    for row in range(2):
        top = FeedbackLinear(4, 2, channel, seed=0, run=row, output=torch.sigmoid)
        assert all(torch.equal(getattr(top, name)[0], getattr(parts.channel, name)[row]) for name in top.names)
        model = copied(parts, row, lambda m, p, number: top if number == 2 else nn.Linear(m, p))  # noqa: B023
        told = {"y": task.y, "accuracy": seen.metrics["accuracy"][row]} if isinstance(channel, TF) else {}
        told = {"y": task.y} if channel == Projection() else told
        y_hat = torch.sigmoid(top(model[:-1](task.x), **told))
        nn.functional.mse_loss(y_hat, task.y).backward()
        theirs = [*parts.encoder.parameters(), *parts.decoder.parameters()]
        for ours, other in zip([*model[:-1].parameters(), top.weight, top.bias], theirs, strict=True):
            assert ours.grad.any()
            torch.testing.assert_close(ours.grad, other.grad[row])
        if channel == KolenPollack():
            torch.testing.assert_close(top.B.grad[0], top.weight.grad)


@pytest.mark.parametrize("channel", [FA(), BP(), SignSymmetry(), KolenPollack()], **by_name)
def test_layers_all_the_way_down_are_the_chain(double, toy, channel):
    task = toy(widths=(8, 7, 6, 4))
    parts = training.build(task, Chained(channel), runs=2)
    parts.step(*parts[:3], task, task.x, task.y)
    for row in range(2):

        def make(m, p, number, row=row):
            made = FeedbackLinear(m, p, channel)
            for name in made.names:
                getattr(made, name).data = getattr(parts.channel.at[number], name)[row : row + 1]
            return made

        model = copied(parts, row, make)
        nn.functional.mse_loss(torch.sigmoid(model(task.x)), task.y).backward()
        theirs = [*parts.encoder.parameters(), *parts.decoder.parameters()]
        ours = [parameter for name, parameter in model.named_parameters() if not name.endswith(".B")]
        for mine, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(mine.grad, other.grad[row])


def test_forward_it_is_linear_in_any_shape_and_bp_is_exact(double):
    x = torch.randn(3, 4, 5)
    exact, plain = FeedbackLinear(5, 2, BP()), nn.Linear(5, 2)
    plain.load_state_dict(exact.state_dict())
    for part in (x, x[0], x[0, 0]):
        torch.testing.assert_close(exact(part), plain(part))
    assert torch.autograd.gradcheck(exact, (x.requires_grad_(),))
    without = FeedbackLinear(5, 2, FA(), bias=False)
    assert without(x).shape == (3, 4, 2)
    assert set(without.state_dict()) == {"weight", "B"}
    assert "channel=FA()" in repr(without)


def loss(model, parameters, buffers, x, y):
    return nn.functional.mse_loss(functional_call(model, (parameters, buffers), (x,)), y)


@pytest.mark.parametrize("channel", [BP(), FA(), NF(hidden=3), SignSymmetry(), KolenPollack()], **by_name)
def test_torch_func_finds_the_same_gradients_for_a_stack_of_models(double, channel):
    x, y = torch.randn(3, 20, 5), torch.randn(3, 20, 2)
    models = [
        nn.Sequential(nn.Linear(5, 6), nn.Tanh(), FeedbackLinear(6, 4, channel, seed=0, run=run), nn.Tanh(),
                      FeedbackLinear(4, 2, channel, run=run, seed=1)) for run in range(3)
    ]  # fmt: skip
    parameters, buffers = stack_module_state(models)
    blank = copy.deepcopy(models[0])
    found = vmap(grad(lambda *given: loss(blank, *given)))(parameters, buffers, x, y)
    for number, model in enumerate(models):
        nn.functional.mse_loss(model(x[number]), y[number]).backward()
        for name, parameter in model.named_parameters():
            assert parameter.grad.any()
            torch.testing.assert_close(found[name][number], parameter.grad, msg=name)


def test_gradients_of_every_sample_add_up(double):
    model = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), FeedbackLinear(6, 2, FA()))
    x, y = torch.randn(20, 5), torch.randn(20, 2)
    parameters, buffers = dict(model.named_parameters()), dict(model.named_buffers())
    each = vmap(grad(lambda *given: loss(model, *given)), in_dims=(None, None, 0, 0))(parameters, buffers, x, y)
    nn.functional.mse_loss(model(x), y).backward()
    for name, parameter in parameters.items():
        torch.testing.assert_close(each[name].mean(0), parameter.grad)


def test_learned_feedback_meets_the_weight(double):
    torch_random = torch.Generator().manual_seed(0)
    x = torch.randn(50, 5, generator=torch_random)
    model = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), FeedbackLinear(6, 2, KolenPollack()))
    adam = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=3.0)
    apart = (model[2].weight - model[2].B[0]).detach()
    for _ in range(100):
        adam.zero_grad()
        model(x).square().mean().backward()
        adam.step()
    torch.testing.assert_close(model[2].weight - model[2].B[0], math.pow(0.97, 100) * apart)


@pytest.mark.parametrize("channel", [DFA(), Chained(FA()), OutputError(FA()), FA, None], ids=str)
def test_rules_for_several_layers_and_wrappers_are_refused(channel):
    with pytest.raises(ValueError, match=r"channel of fa_lib\.feedback|is for many layers"):
        FeedbackLinear(3, 2, channel)


@pytest.mark.parametrize("channel", [TF(), Projection()], **by_name)
def test_a_channel_of_targets_asks_for_them(channel):
    with pytest.raises(ValueError, match="must be told"):
        FeedbackLinear(3, 2, channel)(torch.ones(4, 3))


def test_the_example_of_the_module_prints_what_it_says(capsys):
    example = textwrap.dedent(nn.__doc__[nn.__doc__.index("    import torch") : nn.__doc__.index("One such layer")])
    with torch.random.fork_rng():
        exec(example, {})
    printed = capsys.readouterr().out.split()
    stated = example[example.rindex("#") + 1 :].split()
    assert printed[1:] == stated[1:] == ["correct"]
    assert float(printed[0]) == pytest.approx(float(stated[0]), abs=0.03)
