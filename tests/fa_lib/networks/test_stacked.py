"""Any `nn.Module` with a run axis: equal to the hand-written network, and run by run to the plain module."""

import numpy as np
import pytest
import torch
from torch import nn

from fa_lib import networks, tasks, training
from fa_lib.feedback import BP, DFA, FA, KolenPollack
from fa_lib.networks import Encoder, Stacked


def perceptron():
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 4), nn.Tanh())


def like(task, encoder, runs=(0, 1)):
    """The stacked perceptron with the hand-written one's weights."""
    made = Stacked(perceptron, runs=runs, example=task.x[:2])
    for name, tensor in zip(made.names, made.parameters(), strict=True):
        layer, kind = name.split(".")
        ours = getattr(encoder.layers[int(layer) // 2], kind)
        tensor.data = ours.detach().clone().view_as(tensor)
    return made


@pytest.mark.parametrize("rule", [BP(), FA(), KolenPollack()], ids=str)
def test_it_learns_what_the_hand_written_network_learns(toy, rule):
    task = toy()
    model = training.build(task, rule, runs=2)
    other = training.build(task, rule, encoder=like(task, model.encoder), runs=2)
    ours, theirs = (training.fit(one, epochs=20) for one in (other, model))
    for name in ("loss", "test_loss"):
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5)


def test_gradients_agree_to_rounding(double, toy):
    task = toy()
    model = training.build(task, FA(), runs=2)
    other = training.build(task, FA(), encoder=like(task, model.encoder), runs=2)
    for one in (model, other):
        one.step(task.x, task.y)
    theirs = {tuple(p.grad.flatten(1).shape): p.grad.flatten(1) for p in model.encoder.parameters()}
    for parameter in other.encoder.parameters():
        torch.testing.assert_close(parameter.grad.flatten(1), theirs[tuple(parameter.grad.flatten(1).shape)])


def images(channels=3, size=9, classes=3, samples=24):
    random = torch.Generator().manual_seed(0)
    x, y = torch.randn(samples, channels, size, size, generator=random), torch.arange(samples) % classes
    return tasks.Task("pictures", x, y, x, y, output="softmax", loss="cross-entropy")


def sequences():
    random = torch.Generator().manual_seed(0)
    x = torch.randn(12, 7, 3, generator=random)
    return tasks.Task("sequences", x, x.mean((1, 2))[:, None], x, x.mean((1, 2))[:, None], output="linear")


class Last(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 4, batch_first=True)

    def forward(self, x):
        return self.gru(x)[0][:, -1]


def convolution():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(2))


def normed():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())


def dropped():
    return nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(243, 4), nn.Tanh())


@pytest.mark.parametrize(
    ("make_task", "make", "m"),
    [(images, convolution, 36), (images, normed, 196), (images, dropped, 4), (sequences, Last, 4)],
)
def test_a_run_is_the_plain_module_alone_and_in_company(make_task, make, m):
    task = make_task()
    alone, some = (training.build(task, FA(), encoder=make, runs=runs, seed=1) for runs in ([2], [0, 2]))
    assert some.encoder.m == m
    for model in (alone, some):
        training.trained(model, 3)
    state = {name: p[1] for name, p in zip(some.encoder.names, some.encoder.parameters(), strict=True)}
    for name, parameter in zip(alone.encoder.names, alone.encoder.parameters(), strict=True):
        torch.testing.assert_close(parameter[0], state[name])
    plain = make()
    buffers = {name: getattr(some.encoder, f"buffer{n}")[1] for n, name in enumerate(some.encoder.stated)}
    plain.load_state_dict(state | buffers)
    H = training.see(some).H[1]
    torch.testing.assert_close(H, plain.eval()(task.x).detach().flatten(1))
    if make is normed:
        assert (buffers["1.num_batches_tracked"] == 3).all()


def test_it_is_drawn_from_seed_and_run_alone_and_leaves_torchs_random_state(toy):
    before = torch.random.get_rng_state()
    task = toy()
    first, again, other = (
        Stacked(perceptron, runs=r, seed=s, example=task.x[:2]) for r, s in (([3], 0), ([1, 3], 0), ([3], 1))
    )
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(first(task.x)[0], again(task.x)[1])
    assert not torch.equal(first(task.x)[0], other(task.x)[0])


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        (nn.Linear(5, 4), "a function that makes a new module for each run"),
        ("mlp", "a function that makes a new module for each run"),
        (lambda: "mlp", "must give a torch.nn.Module, got str"),
        (lambda: nn.Linear(6, 4), r"cannot be called on samples of shape \(5,\)"),
        (lambda: nn.Flatten(0), "must give a row for each sample"),
        (Encoder((5, 4), runs=range(3)), "holds 3 runs and 2 are asked for"),
    ],
)
def test_what_cannot_be_an_encoder_is_named(toy, encoder, message):
    with pytest.raises(ValueError, match=message):
        training.build(toy(), FA(), encoder=encoder, runs=2)


def test_rules_for_several_layers_see_one_layer_of_it(toy):
    model = training.build(toy(), DFA(), encoder=perceptron, runs=2)
    assert list(model.rules.at) == [1]
    with pytest.raises(ValueError, match="has no gamma"):
        training.build(toy(), FA(), encoder=perceptron, runs=2, learn_gain=True)
    with pytest.raises(ValueError, match="encoder of your own"):
        training.build(images(), FA(), runs=2)
    assert isinstance(networks.Stacked(perceptron, runs=[0], example=toy().x[:2]), networks.RunNetwork)
