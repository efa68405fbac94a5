"""The drop-in layer: equal to the three objects, to textbook gradients, and at home in torch.func."""

import copy
import inspect
import math
import warnings

import pytest
import torch
from jaxtyping import TypeCheckError
from shapes import unchecked
from torch import nn
from torch.func import functional_call, grad, stack_module_state, vmap
from torch.utils.checkpoint import checkpoint

from fa_book.bottleneck.autoencoder import Autoencoder
from fa_book.coding_rate.reduction import RateReduction
from fa_book.predictive_coding.rule import PredictiveCoding
from fa_lib import feedback, training
from fa_lib.feedback import (
    BP,
    DFA,
    FA,
    NF,
    NFA,
    TF,
    Centred,
    Chained,
    KolenPollack,
    OutputError,
    Projection,
    SignSymmetry,
)
from fa_lib.feedback.base import RandomMatrix, Rule, Wrapper
from fa_lib.feedback.init import Initial
from fa_lib.nn import FeedbackConv2d, FeedbackLinear, told
from fa_lib.nn.tensors import tensors_of

PLAIN = [BP(), FA(), NFA(sigma=0.3), NF(hidden=3), SignSymmetry(), KolenPollack(), Projection(), TF(slope=True)]
PLAIN += [Autoencoder(before=20, steps=1), RateReduction()]
WRAPPED = [
    Centred(FA()),
    Centred(KolenPollack()),
    OutputError(FA()),
    Initial(NF(), "signs"),
    Centred(OutputError(TF())),
]
WRAPPED += [PredictiveCoding(FA(), steps=3), Centred(PredictiveCoding(BP(), steps=2))]
RULES = [*PLAIN, *WRAPPED]
by_name = {"ids": str}


def mean_squared(z, y):
    return nn.functional.mse_loss(torch.sigmoid(z), y)


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


def test_all_rules_of_the_library_are_here_and_those_of_single_chapters():
    named = {getattr(feedback, name) for name in feedback.__all__}
    ours = {kind for kind in named if isinstance(kind, type) and issubclass(kind, Rule)}
    chapters = {Autoencoder, PredictiveCoding, RateReduction}
    assert {type(rule) for rule in RULES} == (ours - {Rule, RandomMatrix, Wrapper}) | chapters


@pytest.mark.parametrize("rule", RULES, **by_name)
def test_one_layer_is_the_three_objects(double, toy, rule):
    task = toy(widths=(6, 4))
    parts = training.build(task, rule, runs=2)
    seen = parts.step(task.x, task.y)
    for row in range(2):
        top = FeedbackLinear(4, 2, rule, seed=0, run=row, output=torch.sigmoid, loss=mean_squared)
        drawn = tensors_of(parts.rule)
        assert all(torch.equal(getattr(top, own)[0], drawn[name][row]) for name, own in top.tensors.items())
        model = copied(parts, row, lambda m, p, number: top if number == 2 else nn.Linear(m, p))  # noqa: B023
        known = {
            name: value
            for name, value in (("y", task.y), ("accuracy", seen.metrics["accuracy"][row]))
            if name in rule.needs
        }
        y_hat = torch.sigmoid(top(model[:-1](task.x), **known))
        nn.functional.mse_loss(y_hat, task.y).backward()
        theirs = [*parts.encoder.parameters(), *parts.decoder.parameters()]
        for ours, other in zip([*model[:-1].parameters(), top.weight, top.bias], theirs, strict=True):
            assert ours.grad.any()
            torch.testing.assert_close(ours.grad, other.grad[row])
        if rule.learns:
            torch.testing.assert_close(getattr(top, top.mirror).grad[0], top.weight.grad)


@pytest.mark.parametrize("rule", [FA(), BP(), SignSymmetry(), KolenPollack()], **by_name)
def test_layers_all_the_way_down_are_the_chain(double, toy, rule):
    task = toy(widths=(8, 7, 6, 4))
    parts = training.build(task, Chained(rule), runs=2)
    parts.step(task.x, task.y)
    for row in range(2):

        def make(m, p, number, row=row):
            made = FeedbackLinear(m, p, rule)
            for name, own in made.tensors.items():
                getattr(made, own).data = getattr(parts.rules.at[number], name)[row : row + 1]
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
    assert "rule=FA()" in repr(without)


def loss(model, parameters, buffers, x, y):
    return nn.functional.mse_loss(functional_call(model, (parameters, buffers), (x,)), y)


@pytest.mark.parametrize("rule", [BP(), FA(), NF(hidden=3), SignSymmetry(), KolenPollack()], **by_name)
def test_torch_func_finds_the_same_gradients_for_a_stack_of_models(double, rule):
    x, y = torch.randn(3, 20, 5), torch.randn(3, 20, 2)
    models = [
        nn.Sequential(nn.Linear(5, 6), nn.Tanh(), FeedbackLinear(6, 4, rule, seed=0, run=run), nn.Tanh(),
                      FeedbackLinear(4, 2, rule, run=run, seed=1)) for run in range(3)
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


@pytest.mark.parametrize("rule", [DFA(), Chained(FA()), FA, None], ids=str)
def test_rules_for_several_layers_and_what_is_no_rule_are_refused(rule):
    with pytest.raises(ValueError, match=r"rule of fa_lib\.feedback|is for many layers"):
        FeedbackLinear(3, 2, rule)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.needs & {"y", "output", "error_at"}], **by_name)
def test_a_rule_that_needs_more_than_the_error_asks_for_it_before_anything_runs(rule):
    with pytest.raises(ValueError, match="must be told"):
        FeedbackLinear(3, 2, rule)(torch.ones(4, 3))


@pytest.mark.parametrize("rule", [Projection(), Centred(TF())], **by_name)
def test_a_model_may_be_told_the_target_as_classes(rule):
    model = nn.Sequential(nn.Linear(5, 4), nn.Sequential(nn.Tanh(), FeedbackLinear(4, 3, rule, seed=0)))
    x, classes = torch.randn(6, 5), torch.tensor([0, 2, 1, 1, 0, 2])
    with pytest.raises(ValueError, match="must be told"):
        model(x)
    with told(model, y=classes):
        z = model(x)
        nn.functional.cross_entropy(z, classes).backward()
    model_grad = model[0].weight.grad.clone()
    model.zero_grad()
    right = (z.argmax(1) == classes).float().mean()
    with told(model, y=nn.functional.one_hot(classes, 3).float(), accuracy=right):
        nn.functional.cross_entropy(model(x), classes).backward()
    assert model_grad.any()
    torch.testing.assert_close(model[0].weight.grad, model_grad)
    with pytest.raises(ValueError, match="must be told"):
        model(x)
    with pytest.raises(ValueError, match="no feedback rules"), told(nn.Linear(2, 2), y=classes):
        pass


@pytest.mark.parametrize("y", [torch.ones(5, 2), torch.ones(4), torch.zeros(5, dtype=torch.long)], ids=str)
def test_a_target_of_another_shape_is_named(y):
    with pytest.raises(ValueError, match=r"y must be of the output's shape \(4, 2\).*got"):
        FeedbackLinear(3, 2, Projection())(torch.ones(4, 3), y=y)
    with pytest.raises(ValueError, match="a call takes y and accuracy besides x, got target"):
        FeedbackLinear(3, 2, Projection())(torch.ones(4, 3), target=y)


def known_of(rule, y):
    """What a rule is told in these tests."""
    return {name: value for name, value in (("y", y), ("accuracy", torch.tensor(0.25))) if name in rule.needs}


def gradients_of(model):
    return {name: parameter.grad for name, parameter in model.named_parameters()}


@pytest.mark.parametrize("rule", RULES, **by_name)
@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": 1}, {"dilation": (2, 1), "padding": (0, 2)}], ids=str)
def test_a_convolution_is_the_linear_layer_on_every_patch(double, rule, options):
    x = torch.randn(3, 2, 7, 6, requires_grad=True)
    ours = FeedbackConv2d(2, 4, 3, rule, seed=1, output=torch.sigmoid, loss=mean_squared, **options)
    plain = nn.Conv2d(2, 4, 3, **options)
    plain.load_state_dict({name: tensor for name, tensor in ours.state_dict().items() if name in ("weight", "bias")})
    theirs = FeedbackLinear(18, 4, rule, seed=1, output=torch.sigmoid, loss=mean_squared)
    theirs.load_state_dict({
        name: tensor.flatten(1) if name == "weight" else tensor for name, tensor in ours.state_dict().items()
    })  # fmt: skip
    y = torch.rand(3, plain(x).shape[2:].numel(), 4)  # (sample, position, out)
    z = ours(x, **known_of(rule, y))
    torch.testing.assert_close(z, plain(x))
    mean_squared(z.flatten(2).mT, y).backward()
    grad, x.grad = x.grad, None
    patches = nn.functional.unfold(x, 3, **options).mT
    mean_squared(theirs(patches, **known_of(rule, y)), y).backward()
    assert grad.any()
    torch.testing.assert_close(grad, x.grad)
    for name, parameter in ours.named_parameters():
        other = theirs.get_parameter(name)
        torch.testing.assert_close(parameter.grad.reshape(other.shape), other.grad)


@pytest.mark.parametrize("mode", ["zeros", "circular", "reflect"])
def test_bp_makes_it_the_plain_convolution_in_every_padding(double, mode):
    ours = FeedbackConv2d(3, 4, 3, BP(), padding="same", padding_mode=mode, bias=False)
    plain = nn.Conv2d(3, 4, 3, padding="same", padding_mode=mode, bias=False)
    plain.load_state_dict(ours.state_dict())
    x = torch.randn(2, 3, 6, 5, requires_grad=True)
    found = []
    for layer in (ours, plain):
        layer(x).square().sum().backward()
        found.append((layer.weight.grad, x.grad))
        x.grad = None
    torch.testing.assert_close(*found)


def net(rule, **options):
    """A convolution, a layer and another, all but the first under the rule."""
    one = {"output": torch.sigmoid, "loss": mean_squared, "seed": 0} | options
    kind = {name: options[name] for name in ("dtype",) if name in options}
    return nn.Sequential(
        nn.Conv2d(1, 2, 3, **kind), nn.Tanh(),
        nn.Sequential(FeedbackConv2d(2, 3, 2, FA(), **one), nn.Tanh(), nn.Flatten(), nn.Linear(12, 5, **kind)),
        nn.Tanh(),
        FeedbackLinear(5, 3, rule, **one),
    )  # fmt: skip


def learned(model, x, y, run=lambda model, x: model(x)):
    model.zero_grad()
    with told(model, y=y, accuracy=0.25):
        mean_squared(run(model, x).float(), y).backward()
    return {name: parameter.grad.clone() for name, parameter in model.named_parameters()}


def same_gradients(found, expected, **options):
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        assert gradient.any(), name
        torch.testing.assert_close(found[name], gradient, msg=lambda words, name=name: f"{name}: {words}", **options)


@pytest.fixture
def batch():
    random = torch.Generator().manual_seed(0)
    return torch.randn(6, 1, 5, 5, generator=random), torch.rand(6, 3, generator=random)


def through_checkpoint(model, x):
    h = checkpoint(model[2], checkpoint(model[:2], x, use_reentrant=False), use_reentrant=False)
    return model[3:](h)


def whole_in_checkpoint(model, x):
    return checkpoint(model, x, use_reentrant=False)


def called_functionally(model, x):
    return functional_call(model, (dict(model.named_parameters()), dict(model.named_buffers())), (x,))


def compiled(model, x):
    torch.compiler.reset()
    with warnings.catch_warnings(), unchecked():
        warnings.simplefilter("ignore")  # torch's own, about itself
        return torch.compile(model, backend="aot_eager")(x)


def test_compiled_its_graph_breaks_once_a_layer(batch):
    graphs = []

    def backend(graph, _):
        graphs.append(graph)
        return graph.forward

    torch.compiler.reset()
    with warnings.catch_warnings(), unchecked():
        warnings.simplefilter("ignore")
        torch.compile(net(FA()), backend=backend)(batch[0])
    assert len(graphs) == 3  # up to the first layer that hears, up to the second, and what is left of the first


@pytest.mark.parametrize("rule", RULES, **by_name)
@pytest.mark.parametrize("way", [through_checkpoint, whole_in_checkpoint, called_functionally, compiled])
def test_every_way_of_torch_to_call_a_model_gives_the_same_gradients(double, batch, rule, way):
    x, y = (part.double() for part in batch)
    torch.manual_seed(0)
    model = net(rule)
    expected = learned(copy.deepcopy(model), x, y)
    same_gradients(learned(copy.deepcopy(model), x, y, way), expected)


@pytest.mark.parametrize("rule", RULES, **by_name)
def test_copies_and_saved_models_learn_as_the_first(double, batch, rule, tmp_path):
    x, y = (part.double() for part in batch)
    model = net(rule)
    other = net(rule, seed=9)
    torch.save(model.state_dict(), tmp_path / "model.pt")
    other.load_state_dict(torch.load(tmp_path / "model.pt", weights_only=True))
    first, second = copy.deepcopy(model), copy.deepcopy(model)
    expected = learned(first, x, y)
    same_gradients(learned(second, x, y), expected)
    if not isinstance(rule, NFA | Autoencoder):  # what they draw or learn by themselves is no part of a state_dict
        same_gradients(learned(other, x, y), expected)
    for parameter in first.parameters():
        parameter.data.zero_()
    assert all(parameter.any() for parameter in second.parameters())


@pytest.mark.parametrize("rule", RULES, **by_name)
def test_under_autocast_the_gradients_are_those_in_full_precision_but_for_rounding(batch, rule):
    x, y = batch
    torch.manual_seed(0)
    model = net(rule)
    expected = learned(copy.deepcopy(model), x, y)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = learned(copy.deepcopy(model), x, y)
    largest = {"0": 0.0, "2": 0.0, "4": 0.0}  # of a layer: a centred signal's bias has next to no gradient
    for name, gradient in expected.items():
        largest[name[0]] = max(largest[name[0]], gradient.abs().max().item())
    for name, gradient in expected.items():
        assert found[name].dtype == torch.float32
        torch.testing.assert_close(found[name], gradient, rtol=0, atol=0.05 * largest[name[0]], msg=name)


@pytest.mark.parametrize("rule", RULES, **by_name)
@pytest.mark.parametrize("kind", [torch.float64, torch.bfloat16], ids=str)
def test_layers_of_another_precision_learn_in_it(batch, rule, kind):
    x, y = (part.to(kind) for part in batch)
    model = net(rule, dtype=kind)
    model.zero_grad()
    with told(model, y=y, accuracy=0.25):
        mean_squared(model(x), y).backward()
    for parameter in model.parameters():
        assert parameter.dtype == parameter.grad.dtype == kind
        assert torch.isfinite(parameter.grad).all()


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_what_cannot_follow_a_rule_says_so(monkeypatch):
    for kind in (FeedbackLinear, FeedbackConv2d):
        monkeypatch.setattr(kind, "forward", inspect.unwrap(kind.forward))  # as it is outside these tests
    for layer in (FeedbackLinear(4, 3, FA()), FeedbackConv2d(1, 2, 3, FA())):
        with pytest.raises(ValueError, match=r"torch\.fx cannot follow a feedback rule"):
            torch.fx.symbolic_trace(layer)
        with pytest.raises(torch.jit.frontend.NotSupportedError):
            torch.jit.script(layer)


def test_a_convolution_has_no_groups_and_says_so():
    with pytest.raises(ValueError, match="FeedbackConv2d has no groups"):
        FeedbackConv2d(2, 4, 3, FA(), groups=2)
    with pytest.raises(TypeError, match="padded"):
        FeedbackConv2d(2, 4, 3, FA(), padded=2)


def test_what_is_made_on_a_device_and_of_a_type_is_there():
    layer = FeedbackLinear(4, 3, FA(), device="cpu", dtype=torch.float64)
    assert {tensor.dtype for tensor in layer.state_dict().values()} == {torch.float64}
    assert FeedbackLinear(4, 3, Centred(FA())).state_dict().keys() == {"weight", "bias", "rule_B"}


def test_where_the_weight_is_frozen_so_is_the_matrix_that_learns_it():
    model = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), FeedbackLinear(4, 3, KolenPollack()))
    model[2].weight.requires_grad_(False)
    model(torch.randn(6, 5)).square().sum().backward()
    assert model[0].weight.grad.any()
    assert model[2].B.grad is None or not model[2].B.grad.any()


@pytest.mark.parametrize("rule", [FA(), NF(hidden=3), Centred(KolenPollack()), BP()], **by_name)
def test_weights_of_the_plain_layer_load_and_the_matrices_stay_as_drawn(rule):
    plain = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(18, 3))
    ours = nn.Sequential(FeedbackConv2d(1, 2, 3, rule), nn.Flatten(), FeedbackLinear(18, 3, rule))
    before = {name: tensor.clone() for name, tensor in ours.state_dict().items()}
    ours.load_state_dict(plain.state_dict())
    for name, tensor in ours.state_dict().items():
        assert torch.equal(tensor, plain.state_dict().get(name, before[name]))
    with pytest.raises(RuntimeError, match=r"Missing key.*2\.bias"):
        ours.load_state_dict({name: tensor for name, tensor in plain.state_dict().items() if name != "2.bias"})
    others = [name for name in before if name not in plain.state_dict() and name.startswith("2.")]
    if len(others) > 1:  # some of the matrices and not all: something is lost
        with pytest.raises(RuntimeError, match="Missing key"):
            ours.load_state_dict({name: tensor for name, tensor in before.items() if name != others[0]})


@pytest.mark.parametrize("shape", [(1, 5, 2), (2, 4, 2), (4, 2)], ids=str)
def test_the_tests_look_at_the_shapes_that_the_annotations_say(shape):
    rule = KolenPollack().draw(2, 3, runs=1)
    with pytest.raises(TypeCheckError):
        rule(torch.ones(shape), None, H=torch.ones(1, 4, 3))
    assert rule(torch.ones(1, 4, 2), None, H=torch.ones(1, 4, 3)).shape == (1, 4, 3)
