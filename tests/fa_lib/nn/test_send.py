"""Rules in a forward pass of one's own and by hooks: equal to the library's own step and, for BP, to autograd."""

import copy
import warnings
from dataclasses import dataclass, replace
from typing import NamedTuple

import pytest
import torch
from shapes import unchecked
from torch import nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from fa_book.bottleneck.autoencoder import Autoencoder
from fa_book.coding_rate.reduction import RateReduction
from fa_book.predictive_coding.rule import PredictiveCoding
from fa_lib import training
from fa_lib.feedback import (
    BP,
    DFA,
    DRTP,
    FA,
    NF,
    NFA,
    TF,
    Centred,
    Chained,
    Direct,
    KolenPollack,
    OutputError,
    Projection,
    RandomMatrix,
    SignSymmetry,
    carry,
)
from fa_lib.feedback.init import Initial
from fa_lib.nn import FeedbackLinear, attach, told, with_feedback
from fa_lib.nn.tensors import tensors_of

DIRECT = [DFA(), DRTP(), DFA((1,)), *(Direct(rule) for rule in (NFA(sigma=0.3), NF(hidden=3), TF(slope=True)))]
DIRECT += [Direct(rule) for rule in (Autoencoder(before=10, steps=1), RateReduction(), Initial(FA(), "orthogonal"))]
DIRECT += [Direct(rule) for rule in (Centred(FA()), OutputError(FA()), Centred(OutputError(NF())))]
by_name = {"ids": str}


def mean_squared(z, y):
    return functional.mse_loss(torch.sigmoid(z), y)


def copied(model, row=0):
    """The layers of one run as a torch.nn model: three hidden layers and the readout."""
    modules = []
    for ours in (*model.encoder.layers, model.decoder):
        p, m = ours.weight.shape[1:]
        modules += [nn.Linear(m, p), nn.Tanh()]
        modules[-2].weight.data, modules[-2].bias.data = ours.weight[row].detach(), ours.bias[row].detach()
    return nn.Sequential(*modules[:-1])


def gradients(*modules):
    return [parameter.grad.clone() for module in modules for parameter in module.parameters()]


def assert_same(ours, theirs):
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert other.any()
        torch.testing.assert_close(mine, other)


def one_run(toy, rule, widths=(8, 7, 6)):
    task = toy(widths=widths)
    model = training.build(task, rule, runs=[0])
    seen = model.step(task.x, task.y)
    return task, model, seen, [g[0] for g in gradients(model.encoder, model.decoder)]


@pytest.mark.parametrize("rule", DIRECT, **by_name)
def test_a_forward_pass_of_ones_own_hears_what_the_librarys_step_sends(double, toy, rule):
    task, model, seen, expected = one_run(toy, rule)
    plain = copied(model)
    fresh = training.build(task, rule, runs=[0]).rules  # as drawn: what a rule learns or shakes starts anew
    hidden, h = [], task.x
    for number, (linear, bend) in enumerate(zip(plain[0:6:2], plain[1:6:2], strict=True), 1):
        h = bend(linear(h))
        if number in fresh.at:
            hidden.append(h)
            h = h.detach()
    z = plain[6](h)
    sent = with_feedback(
        z, hidden, fresh, task.y, accuracy=seen.metrics["accuracy"][0], output=torch.sigmoid, loss=mean_squared
    )
    assert torch.equal(sent, z)
    mean_squared(sent, task.y).backward()
    assert_same(gradients(plain), expected)


@pytest.mark.parametrize("lead", [(6,), (2, 3), (3, 1, 2)])
def test_classes_are_one_hot_rows_whatever_the_samples_shape(lead):
    random = torch.Generator().manual_seed(0)
    h = torch.randn(*lead, 5, generator=random)
    labels = torch.randint(4, lead, generator=random)
    rule = Projection().draw(4, 5, runs=[0])
    found = []
    for y in (labels, functional.one_hot(labels, 4).float()):
        h.grad = None
        h.requires_grad_()
        with_feedback(h.detach() @ torch.ones(5, 4), h, rule, y).sum().backward()
        found.append(h.grad)
    assert found[0].any()
    torch.testing.assert_close(*found)


@pytest.mark.parametrize("rule", DIRECT, **by_name)
def test_hooks_do_the_same_to_a_model_that_cannot_be_edited(double, toy, rule):
    task, model, seen, expected = one_run(toy, rule)
    plain = copied(model)
    before = gradients_by_backpropagation(plain, task)
    attached = attach(
        plain, rule, at=["1", "3", "5"], example=task.x[:2], seed=0, output=torch.sigmoid, loss=mean_squared
    )
    for number, names in attached.tensors.items():
        for name, own in names.items():
            drawn = tensors_of(training.build(task, rule, runs=[0]).rules.at[number])
            assert torch.equal(getattr(plain, own), drawn[name])
    with told(plain, y=task.y, accuracy=seen.metrics["accuracy"][0]):
        mean_squared(plain(task.x), task.y).backward()
    assert_same(gradients(plain), expected)
    attached.remove(plain)
    plain.zero_grad()
    assert_same(gradients_by_backpropagation(plain, task), before)
    assert not list(plain.buffers())


def gradients_by_backpropagation(plain, task):
    mean_squared(plain(task.x), task.y).backward()
    found = gradients(plain)
    plain.zero_grad()
    return found


@pytest.mark.parametrize("rule", [BP(), SignSymmetry(), PredictiveCoding(BP(), steps=4), Centred(BP())], **by_name)
def test_rules_that_lean_on_the_weight_above_are_given_it(double, toy, rule):
    task, model, _, expected = one_run(toy, rule, (6, 4))
    plain = copied(model)
    H = plain[:4](task.x)
    z = plain[4](H.detach())
    drawn = training.build(task, rule, runs=[0]).rule
    sent = with_feedback(z, H, drawn, task.y, W=plain[4].weight, output=torch.sigmoid, loss=mean_squared)
    mean_squared(sent, task.y).backward()
    assert_same(gradients(plain), expected)
    if rule == BP():
        exact = copied(model)
        mean_squared(exact(task.x), task.y).backward()
        assert_same(gradients(plain), gradients(exact))


class Nested(nn.Module):
    """Convolutions in blocks, a branch and a residual path: nothing that a list of layers could hold."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), nn.Sequential(nn.MaxPool2d(2)))
        self.block = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU())
        self.out = nn.Linear(4 * 3 * 3, 5)

    def forward(self, x):
        h = self.features(x)
        return self.out((h + self.block(h)).flatten(1))


@pytest.fixture
def images_and_labels():
    random = torch.Generator().manual_seed(1)
    return torch.randn(12, 3, 8, 8, generator=random), torch.randint(5, (12,), generator=random)


def learned(model, x, labels, run=lambda model, x: model(x)):
    model.zero_grad()
    with told(model, y=labels):
        functional.cross_entropy(run(model, x).float(), labels).backward()
    return {name: parameter.grad.clone() for name, parameter in model.named_parameters()}


def net(rule, seed=0):
    torch.manual_seed(0)
    model = Nested()
    at = ["features.0", "block"]
    attach(model, rule, at=at, example=torch.zeros(2, 3, 8, 8), seed=seed, loss=functional.cross_entropy,
           output=lambda z: torch.softmax(z, -1))  # fmt: skip
    return model


def whole_in_checkpoint(model, x):
    return checkpoint(model, x, use_reentrant=False)


def parts_in_checkpoint(model, x):
    inside = model.features.forward
    model.features.forward = lambda x: checkpoint(inside, x, use_reentrant=False)
    try:
        return model(x)
    finally:
        del model.features.forward


def called_functionally(model, x):
    return functional_call(model, (dict(model.named_parameters()), dict(model.named_buffers())), (x,))


def a_copy(model, x):
    return model(x)


@pytest.mark.parametrize("rule", DIRECT[:2] + DIRECT[3:], **by_name)
@pytest.mark.parametrize("way", [whole_in_checkpoint, parts_in_checkpoint, called_functionally, a_copy])
def test_every_way_of_torch_to_call_a_model_gives_the_same_gradients(images_and_labels, rule, way):
    x, labels = images_and_labels
    expected = learned(net(rule), x, labels)
    model = copy.deepcopy(net(rule)) if way is a_copy else net(rule)
    found = learned(model, x, labels, way)
    for name, gradient in expected.items():
        assert gradient.any()
        torch.testing.assert_close(found[name], gradient, msg=name)


def test_a_copy_has_hooks_and_matrices_of_its_own(images_and_labels):
    x, labels = images_and_labels
    first = net(DRTP())
    second = copy.deepcopy(first)
    expected = learned(second, x, labels)["block.0.weight"]
    first.feedback_2_B.zero_()
    assert not learned(first, x, labels)["block.0.weight"].any()
    torch.testing.assert_close(learned(second, x, labels)["block.0.weight"], expected)


def test_a_part_with_a_cut_may_be_called_alone_as_often_as_one_likes(images_and_labels):
    x, labels = images_and_labels
    model = net(DFA())
    expected = learned(model, x, labels)
    seen = [model.features(x) for _ in range(2)]
    torch.testing.assert_close(*seen)
    for name, gradient in learned(model, x, labels).items():
        torch.testing.assert_close(gradient, expected[name])


@dataclass(frozen=True)
class Reordered(FA):
    """FA whose units are told what is meant for others: a rule of one's own with whole numbers."""

    order: torch.Tensor | None = None

    def draw(self, p, m, *, runs, seed=0, device="cpu"):
        return replace(super().draw(p, m, runs=runs, seed=seed, device=device), order=torch.arange(m).flip(0))

    def __call__(self, error, y, **context):
        return super().__call__(error, y)[..., self.order]


def test_a_rules_whole_numbers_stay_whole_in_a_model(images_and_labels):
    model = net(Reordered())
    kinds = {name: buffer.dtype for name, buffer in model.named_buffers() if "feedback" in name}
    assert kinds["feedback_2_order"] == torch.int64
    assert kinds["feedback_2_B"] == torch.float32
    assert all(gradient.any() for gradient in learned(model, *images_and_labels).values())


def test_saved_matrices_come_back(images_and_labels, tmp_path):
    x, labels = images_and_labels
    model, other = net(DFA()), net(DFA(), seed=5)
    assert not torch.equal(model.feedback_1_B, other.feedback_1_B)
    torch.save(model.state_dict(), tmp_path / "model.pt")
    other.load_state_dict(torch.load(tmp_path / "model.pt", weights_only=True))
    expected = learned(model, x, labels)
    for name, gradient in learned(other, x, labels).items():
        torch.testing.assert_close(gradient, expected[name])


def test_gradients_of_every_sample_add_up(images_and_labels):
    x, labels = images_and_labels
    model = net(DFA())
    parameters, buffers = dict(model.named_parameters()), dict(model.named_buffers())

    def loss(parameters, x, label):
        z = functional_call(model, (parameters, buffers), (x[None],))
        return functional.cross_entropy(z, label[None])

    each = vmap(grad(loss), in_dims=(None, 0, 0))(parameters, x, labels)
    for name, gradient in learned(model, x, labels).items():
        torch.testing.assert_close(each[name].mean(0), gradient)


def test_autocast_gives_the_same_but_for_rounding(images_and_labels):
    x, labels = images_and_labels
    expected = learned(net(DFA()), x, labels)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = learned(net(DFA()), x, labels)
    for name, gradient in expected.items():
        assert found[name].dtype == torch.float32
        torch.testing.assert_close(found[name], gradient, rtol=0, atol=0.05 * gradient.abs().max().item())


def test_compiled_it_learns_the_same(images_and_labels):
    x, labels = images_and_labels
    expected = learned(net(DFA()), x, labels)

    def compiled(model, x):
        torch.compiler.reset()
        return torch.compile(model, backend="aot_eager")(x)

    with warnings.catch_warnings(), unchecked():
        warnings.simplefilter("ignore")  # torch's own, about itself
        found = learned(net(DFA()), x, labels, compiled)
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, msg=name)


def test_a_rule_of_ones_own_is_three_lines(double, toy):
    class SignFA(RandomMatrix):
        def __call__(self, error, y, **context):
            return carry(error.sign(), self.B)

    task, model, _, expected = one_run(toy, Direct(SignFA()))
    plain = copied(model)
    attach(plain, SignFA(), at=[plain[1], plain[3], plain[5]], example=task.x[:2], seed=0)
    mean_squared(plain(task.x), task.y).backward()
    assert_same(gradients(plain), expected)


def test_looking_needs_no_target_and_leaves_no_trace():
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Tanh(), nn.Dropout(), nn.Linear(3, 2))
    model[3].eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    attach(model, DRTP(), at=["2"], example=torch.randn(5, 4))
    assert all(torch.equal(model.state_dict()[name], tensor) for name, tensor in before.items())
    assert [module.training for module in model] == [True, True, True, False, True]
    with torch.no_grad():
        assert model(torch.randn(5, 4)).shape == (5, 2)
    with pytest.raises(ValueError, match="must be told y"):
        model(torch.randn(5, 4))


def test_of_several_outputs_the_first_hears(double):
    class Last(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru, self.out = nn.GRU(3, 4, batch_first=True), nn.Linear(4, 2)

        def forward(self, x):
            return self.out(self.gru(x)[0][:, -1])

    model, x, y = Last(), torch.randn(6, 5, 3), torch.randn(6, 2)
    attach(model, DFA(), at=["gru"], example=x[:1])
    assert model.feedback_1_B.shape == (1, 2, 20)
    z = model(x)
    functional.mse_loss(z, y).backward()
    found = model.gru.weight_hh_l0.grad.clone()
    model.gru.zero_grad()
    H = nn.GRU.forward(model.gru, x)[0]
    H.flatten(1).backward(2 / y.numel() * (z - y).detach() @ model.feedback_1_B[0])
    torch.testing.assert_close(found, model.gru.weight_hh_l0.grad)


def model_for(kind):
    if kind == "twice":
        shared = nn.Linear(3, 3)
        return nn.Sequential(shared, nn.Tanh(), shared, nn.Linear(3, 2))
    return nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 2))


@pytest.mark.parametrize(
    ("kind", "rule", "at", "message"),
    [
        ("", Chained(FA()), ["1"], "a chain needs the weights between layers"),
        ("", BP(), ["1"], "leans on the weight right above"),
        ("", SignSymmetry(), ["1"], "leans on the weight right above"),
        ("", KolenPollack(), ["1"], "learns the weight right above"),
        ("", "FA", ["1"], "rule must be a rule"),
        ("", FA(), ["9"], "at must name modules below the model, of 0, 1, 2, got '9'"),
        ("", FA(), [nn.Tanh()], "at must name modules below the model"),
        ("", FA(), [1], "at must name modules below the model, of 0, 1, 2, got 1"),
        ("", FA(), 1, "at must name modules below the model, of 0, 1, 2, got 1"),
        ("", FA(), ["1", "0"], "at must name the modules from the input to the output: 0, 1; got 1, 0"),
        ("", FA(), ["0", "2"], "2 gives the output itself"),
        ("", FA(), [], "at must name one module or more, each once"),
        ("", FA(), ["1", "1"], "each once"),
        ("", DFA((3,)), ["1"], "layers must be among"),
        ("twice", FA(), ["0"], "called more than once"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_the_model_as_it_was(kind, rule, at, message):
    model = model_for(kind)
    with pytest.raises(ValueError, match=message):
        attach(model, rule, at=at, example=torch.zeros(2, 3))
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert not list(model.buffers())


def test_a_second_set_of_rules_is_refused():
    model = model_for("")
    attach(model, FA(), at="1", example=torch.zeros(2, 3))
    with pytest.raises(ValueError, match="remove them first"):
        attach(model, FA(), at="1", example=torch.zeros(2, 3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rules": FA()}, r"no matrices yet: call .draw\(2, 3"),
        ({"rules": FA().draw(2, 4, runs=[0])}, r"must hold a \(1, 2, 3\) matrix, got \(1, 2, 4\)"),
        ({"rules": FA().draw(2, 3, runs=[0, 1])}, r"got \(2, 2, 3\)"),
        ({"rules": [FA()] * 2}, "a drawn rule for each of 1 hidden layers"),
        ({"rules": "FA"}, "a drawn rule for each of 1 hidden layers"),
        ({"rules": Chained(FA()).draw(2, {1: 3}, runs=[0])}, "a chain needs the weights"),
        ({"rules": KolenPollack().draw(2, 3, runs=[0])}, "learns the weight right above"),
        ({"rules": Projection().draw(2, 3, runs=[0])}, "must be told y"),
        ({"rules": BP()}, "must be told W"),
        ({"rules": BP(), "W": torch.zeros(3, 2)}, r"W of hidden layer 1 must be of shape \(2, 3\)"),
        ({"rules": BP(), "W": [None, None]}, "W must be one weight for each of 1"),
        ({"rules": TF().draw(2, 3, runs=[0]), "y": torch.zeros(5, 2)}, "must be told accuracy"),
        ({"rules": PredictiveCoding(FA()).draw(2, 3, runs=[0]), "y": torch.zeros(5, 2)}, "must be told W and output"),
        ({"hidden": torch.zeros(4, 3)}, r"must begin with the samples of z, \(5,\), got \(4, 3\)"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    given = {"z": torch.zeros(5, 2, requires_grad=True), "hidden": torch.zeros(5, 3, requires_grad=True)}
    with pytest.raises(ValueError, match=message):
        with_feedback(**given | {"rules": FA().draw(2, 3, runs=[0])} | change)


def test_a_rule_that_gives_another_shape_is_named():
    class Wrong(RandomMatrix):
        def __call__(self, error, y, **context):
            return error

    layer = FeedbackLinear(3, 2, Wrong())
    with pytest.raises(ValueError, match=r"must give the shape of H, \(1, 4, 3\).*got \(1, 4, 2\)"):
        layer(torch.ones(4, 3, requires_grad=True)).sum().backward()


class Skip(nn.Module):
    """A path around the middle block, and a second use of its output."""

    def __init__(self):
        super().__init__()
        self.a, self.f, self.both, self.out = nn.Linear(4, 3), nn.Linear(3, 3), nn.Identity(), nn.Linear(3, 2)

    def forward(self, x):
        h = self.a(x)
        return self.out(self.both(h + self.f(h)))


def test_a_gradient_that_goes_around_a_cut_is_said():
    x = torch.randn(5, 4)
    with pytest.warns(UserWarning, match=r"also reaches a\.bias, a\.weight around the cut at f"):
        attach(Skip(), DFA(), at=["f"], example=x)
    attach(Skip(), DFA(), at=["both"], example=x)  # where the paths have met


@pytest.mark.parametrize("kind", [nn.GRU, nn.LSTM])
def test_no_output_of_a_cut_module_is_left_open(kind):
    class Last(nn.Module):
        def __init__(self):
            super().__init__()
            self.r, self.out = kind(3, 4, batch_first=True), nn.Linear(4, 2)

        def forward(self, x):
            state = self.r(x)[1]
            return self.out((state[0] if isinstance(state, tuple) else state)[-1])

    model, x = Last(), torch.randn(6, 5, 3)
    attach(model, DFA(), at=["r"], example=x[:2])
    model.feedback_1_B.zero_()
    model(x).square().sum().backward()
    assert not any(parameter.grad.any() for parameter in model.r.parameters())


def test_the_output_itself_is_not_cut():
    with pytest.raises(ValueError, match="2 gives the output itself, which learns from the loss"):
        attach(model_for(""), DFA(), at=["1", "2"], example=torch.randn(2, 3))


def test_a_part_called_by_itself_learns_as_ever():
    model, x = model_for(""), torch.randn(5, 3)
    attach(model, DFA(), at=["1"], example=x)
    model[:2](x).square().sum().backward()
    assert model[0].weight.grad.any()


def test_matrices_are_drawn_from_torchs_random_state_or_a_seed():
    def drawn(**options):
        model = model_for("")
        torch.manual_seed(options.pop("manual", 0))
        attach(model, DFA(), at=["1"], example=torch.randn(2, 3), **options)
        return model.feedback_1_B

    assert torch.equal(drawn(), drawn())
    assert not torch.equal(drawn(), drawn(manual=1))
    assert torch.equal(drawn(seed=3), drawn(seed=3, manual=1))


@pytest.mark.parametrize("labels", [[0, 1, 3, 1, 0], [0, -100, 1, 1, 0]])
def test_labels_that_name_no_output_are_refused(labels):
    model, x = model_for(""), torch.randn(5, 3)
    attach(model, DRTP(), at=["1"], example=x)
    with told(model, y=labels), pytest.raises(ValueError, match="classes must be from 0 to 1"):
        model(x)


def test_labels_may_come_as_people_have_them(double):
    labels, x = torch.tensor([0, 1, 1, 0, 1]), torch.randn(5, 3)
    found = []
    for y in (labels, labels.numpy(), labels.tolist(), functional.one_hot(labels, 2)):
        torch.manual_seed(0)
        model = model_for("")
        attach(model, TF(), at=["1"], example=x)
        with told(model, y=y):
            functional.cross_entropy(model(x), labels).backward()
        found.append(model[0].weight.grad)
    assert found[0].any()
    assert all(torch.equal(one, found[0]) for one in found)


def test_what_is_no_function_or_not_attached_is_named():
    with pytest.raises(ValueError, match=r"output must be a function, such as torch\.sigmoid, got 'softmax'"):
        attach(model_for(""), DFA(), at=["1"], example=torch.randn(2, 3), output="softmax")
    model = model_for("")
    attached = attach(model, DFA(), at=["1"], example=torch.randn(2, 3))
    attached.remove(model)
    with pytest.raises(ValueError, match="not attached to this model"):
        attached.remove(model)


def test_a_frozen_model_may_have_rules_attached_and_named_tuples_are_kept():
    class Pair(NamedTuple):
        h: torch.Tensor
        words: str

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Linear(3, 3)

        def forward(self, x):
            return Pair(self.a(x), "kept")

    class Whole(nn.Module):
        def __init__(self):
            super().__init__()
            self.two, self.out = Two(), nn.Linear(3, 2)

        def forward(self, x):
            pair = self.two(x)
            assert pair.words == "kept"
            return self.out(pair.h)

    model = Whole().requires_grad_(False)
    attach(model, DFA(), at=["two"], example=torch.randn(2, 3))
    assert model(torch.randn(4, 3)).shape == (4, 2)
    model.requires_grad_(True)
    model(torch.randn(4, 3)).sum().backward()
    assert model.two.a.weight.grad.any()


def test_a_forward_pass_that_fails_leaves_nothing_running():
    model, x = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Flatten(), nn.Linear(3, 2)), torch.randn(5, 3)
    attached = attach(model, DFA(), at=["1"], example=x)
    with pytest.raises(RuntimeError):
        model[:2](x), model(torch.randn(5, 3, 2))
    with pytest.raises(RuntimeError):
        model(torch.randn(5, 3, 1).expand(5, 3, 3))  # passes the cut, and fails above it
    assert not attached.running
    assert not attached.seen
    model[:2](x).square().sum().backward()  # a part alone learns as ever
    assert model[0].weight.grad.any()


class Answering(nn.Module):
    """A model whose answer is whatever `form` makes of the output."""

    def __init__(self, form):
        super().__init__()
        self.body, self.form = model_for(""), form

    def forward(self, x):
        return self.form(self.body(x))


@pytest.mark.parametrize(
    ("form", "name"), [(lambda z: (z, None), "tuple"), (lambda z: {"logits": z}, "dict"), (lambda z: None, "NoneType")]
)
def test_a_model_that_gives_no_tensor_is_told_what_to_do(form, name):
    model, x = Answering(form), torch.randn(2, 3)
    words = rf"must give a tensor \(\.\.\., p\), its output, got {name}: put it into a module whose forward gives"
    with pytest.raises(ValueError, match=words):
        attach(model, DFA(), at=["body.1"], example=x)
    assert not any(module._forward_hooks for module in model.modules())


@pytest.mark.parametrize("form", [lambda z: (), lambda z: None, lambda z: {"z": z}])
def test_a_cut_module_that_gives_no_tensor_is_refused(form):
    model = nn.Sequential(Answering(form), nn.Identity())
    with pytest.raises(ValueError, match="0 must give a tensor, or tensors of which the first is cut"):
        attach(model, DFA(), at=["0"], example=torch.randn(2, 3))


def test_put_into_another_module_it_learns():
    class First(nn.Module):
        def __init__(self):
            super().__init__()
            self.model = Answering(lambda z: (z, None))

        def forward(self, x):
            return self.model(x)[0]

    model = First()
    attach(model, DFA(), at=["model.body.1"], example=torch.randn(2, 3))
    model(torch.randn(4, 3)).sum().backward()
    assert model.model.body[0].weight.grad.any()


def test_a_path_around_both_of_two_cuts_is_named_at_each_that_it_leaves_open():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.out = nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 2)

        def forward(self, x):
            h = self.a(x)
            return self.out(self.b(h) + h.detach())

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        attach(Twice(), DFA(), at=["a", "b"], example=torch.randn(2, 3))  # nothing flows around them


def test_cuts_that_a_rule_leaves_out_stay_open():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 2))
    plain, x = copy.deepcopy(model), torch.randn(5, 3)
    attach(model, DFA(()), at=["1", "3"], example=x, seed=0)  # the last alone
    assert {name for name, _ in model.named_buffers()} == {"feedback_2_B"}
    model(x).square().sum().backward()
    H = plain[:4](x)
    z = plain[4](H.detach()).detach()
    H.backward(2 * z @ model.feedback_2_B[0])
    for name in ("0.weight", "2.weight"):
        torch.testing.assert_close(model.get_parameter(name).grad, plain.get_parameter(name).grad)


class Sometimes(nn.Module):
    """A model with a branch that is not always taken, and one that turns samples and units around."""

    def __init__(self):
        super().__init__()
        self.a, self.turned, self.never, self.out = nn.Linear(3, 3), nn.Linear(5, 5), nn.Linear(3, 3), nn.Linear(3, 2)
        self.skip = False

    def forward(self, x):
        return self.out(self.turned(x.mT).mT if self.skip else self.a(x))


def test_a_cut_that_is_not_called_or_gives_no_row_a_sample_is_named():
    model, x = Sometimes(), torch.randn(5, 3)
    with pytest.raises(ValueError, match="never is not called when the model is: cut at modules that are"):
        attach(model, DFA(), at=["never"], example=x)
    model.skip = True
    with pytest.raises(ValueError, match=r"turned must begin with the samples of z, \(5,\), got \(3, 5\)"):
        attach(model, DFA(), at=["turned"], example=x)
    model.skip = False
    attach(model, DFA(), at=["a"], example=x)
    model.skip = True
    with pytest.raises(ValueError, match="a was not called in this forward pass, and its layer hears nothing"):
        model(x)
    model.skip = False
    model(x).sum().backward()
    assert model.a.weight.grad.any()


def test_several_inputs_and_a_model_in_training_are_left_as_they_were():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.out = nn.Linear(3, 4), nn.Linear(4, 2)

        def forward(self, x, other):
            return self.out(self.a(x + other))

    model = Two().eval()
    attach(model, DFA(), at=["a"], example=(torch.randn(2, 3), torch.randn(2, 3)))
    assert not model.training
    assert not model.a.training
    assert model.feedback_1_B.shape == (1, 2, 4)
    assert model.feedback_1_B.dtype == torch.float32


def test_an_output_of_the_cuts_own_shape_is_no_reason_to_refuse_it():
    model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 2))  # H and z are of one shape
    attach(model, DFA(), at=["1"], example=torch.randn(5, 3))
    model(torch.randn(5, 3)).sum().backward()
    assert model[0].weight.grad.any()
