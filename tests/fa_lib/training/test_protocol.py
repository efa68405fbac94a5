"""How a task is learned: optimizers, schedules, order of samples against torch's own loop; and runs that are stuck."""

import numpy as np
import pytest
import torch
from torch import nn

from fa_lib import tasks, training
from fa_lib.feedback import BP, DFA, FA, Centred, Chained, KolenPollack
from fa_lib.tasks import Protocol, Task, idx
from fa_lib.training.evaluate import constant_loss, stuck

OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "adam": (torch.optim.Adam, {"betas": (0.5, 0.9)}),
    "adamw": (torch.optim.AdamW, {"weight_decay": 0.3}),
    "rmsprop": (torch.optim.RMSprop, {"alpha": 0.9, "momentum": 0.5}),
    "own": (torch.optim.Adadelta, {"rho": 0.8}),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_is_torchs_for_every_run(double, toy, plain, name):
    make, options = OPTIMIZERS[name]
    task = toy(batch=40, lr=3e-2, options=options, schedule=lambda epoch: 0.5**epoch)
    task = task.change(optimizer=make if name == "own" else name)
    model = training.build(task, BP(), runs=[4, 1])
    bodies = [plain(model.encoder, model.decoder, row)[:2] for row in range(2)]
    training.trained(model, 3)
    for row, (body, head) in enumerate(bodies):
        network = nn.Sequential(body, head)
        theirs = make(network.parameters(), lr=3e-2, **options)
        for epoch in range(3):
            theirs.param_groups[0]["lr"] = 3e-2 * 0.5**epoch
            for x, y in zip(task.x.split(40), task.y.split(40), strict=True):
                theirs.zero_grad()
                nn.functional.mse_loss(torch.sigmoid(network(x)), y).backward()
                theirs.step()
        expected = torch.sigmoid(network(task.test_x)).detach()
        torch.testing.assert_close(training.predict(model, task.test_x)[row], expected)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("rule", [FA(), DFA()], ids=str)
def test_runs_stay_apart_under_every_optimizer(toy, name, rule):
    make, options = OPTIMIZERS[name]
    task = toy(batch=40, options=options, optimizer=make if name == "own" else name, shuffle=True)
    alone, both = (training.train(task, rule, runs=runs, epochs=4, progress=False) for runs in ([3], [0, 3]))
    np.testing.assert_allclose(both.loss.sel(run=3), alone.loss.sel(run=3), rtol=1e-5)


def test_shuffled_samples_come_once_an_epoch_in_another_order(toy):
    task = toy(batch=40, shuffle=True)
    model, orders = training.build(task, FA(), runs=2), []
    for _, steps in training.epochs_of(model, 2, seed=3):
        orders.append(torch.cat([seen.y for seen in steps]))
    xs = [sorted(map(tuple, order.tolist())) for order in orders]
    assert xs[0] == xs[1] == sorted(map(tuple, task.y.tolist()))
    assert not torch.equal(orders[0], orders[1])
    again = [torch.cat([seen.y for seen in steps]) for _, steps in training.epochs_of(model, 2, seed=3)]
    assert torch.equal(again[0], orders[0])
    other = [torch.cat([seen.y for seen in steps]) for _, steps in training.epochs_of(model, 1, seed=4)]
    assert not torch.equal(other[0], orders[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": "lion"}, "optimizer must be one of adam, adamw, rmsprop, sgd, got 'lion'"),
        ({"options": {"speed": 3}}, "does not take these options"),
        ({"schedule": 0.1}, "schedule must be a function of the epoch"),
        ({"schedule": torch.optim.lr_scheduler.StepLR}, r"such as lambda epoch.*StepLR.*schedulers are not taken"),
        ({"schedule": lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, 5)}, "schedule must be a function"),
        ({"schedule": lambda epoch: float("nan")}, "schedule must be a function"),
        ({"shuffle": "yes"}, "shuffle must be True or False, got 'yes'"),
        ({"lr": "fast"}, "lr must be a finite number above 0, got 'fast'"),
    ],
)
def test_protocols_that_cannot_be_run_are_named(toy, change, message):
    with pytest.raises(ValueError, match=message):
        training.build(toy(**change), FA(), runs=1)


def test_two_matrices_decay_alike_or_not_at_all(toy):
    task = toy(widths=(6, 4), optimizer="adamw", options={"weight_decay": 0.1})
    model = training.build(task, Chained(KolenPollack(decay=2.0)), runs=2)
    apart = (model.decoder.weight - model.rule.B).detach()
    training.trained(model, 10)
    shrunk = (1 - task.lr * 2.0) ** 10
    torch.testing.assert_close(model.decoder.weight - model.rule.B, shrunk * apart, rtol=1e-3, atol=1e-6)
    with pytest.raises(ValueError, match=r"KolenPollack learns under adam, adamw and sgd.*not rmsprop"):
        training.build(task.change(optimizer="rmsprop", options={}), KolenPollack(), runs=1)


@pytest.mark.parametrize(
    ("loss", "output", "expected"),
    [
        ("mean squared error", "sigmoid", 0.25 * 0.75),
        ("cross-entropy", "softmax", -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))),
        ("binary cross-entropy", "sigmoid", -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))),
        (lambda z, y: ((torch.sigmoid(z) - y) ** 2).mean((-2, -1)), "sigmoid", 0.25 * 0.75),
    ],
)
def test_the_plateau_is_the_best_constant_answer(loss, output, expected):
    y = torch.tensor([0, 1, 1, 1] * 5)
    task = Task("own", torch.zeros(20, 1), y, torch.zeros(20, 1), y, loss=loss, output=output)
    assert constant_loss(task) == pytest.approx(expected, rel=1e-5)
    losses = np.array([expected, 0.95 * expected, 0.85 * expected, np.nan, np.inf, 0, expected])
    accuracies = np.array([0.75, 0.87, 0.75, 0.9, 0.75, 0.5, 0.88])  # a constant answer is right three times in four
    assert stuck(task, losses, accuracies).tolist() == [True, True, False, True, True, False, False]


def digits(samples, **options):
    """Images of 8 x 8 pixels between 0 and 1 and their digits, as a newcomer has them."""

    def rows(split, count):
        images, labels = idx.mnist(split)
        return images[:count, 2:26, 2:26].reshape(count, 8, 3, 8, 3).mean((2, 4)).reshape(count, 64) / 255, labels[
            :count
        ]

    (x, y), (test_x, test_y) = rows("train", samples), rows("test", 300)
    return Task("digits", x, y, test_x, test_y, **options, protocol=Protocol(batch=64, epochs=20, shuffle=True))


def test_a_first_data_set_of_ones_own_says_which_runs_are_stuck_and_what_frees_them():
    """An error that is nearly the same for all samples holds FA on the plateau where BP is through."""
    task = digits(1400)
    options = {"runs": 3, "measure_every": 20, "progress": False}
    exact, held, freed = (training.train(task, rule, **options) for rule in (BP(), FA(), Centred(FA())))
    assert held.stuck.dims == ("run",)
    assert held.stuck.all()
    assert not exact.stuck.any()
    assert not freed.stuck.any()
    assert held.test_accuracy.max() < 0.4
    assert freed.test_accuracy[:, -1].min() > 0.6
    entropy = training.train(task.change(loss="cross-entropy", output="softmax"), FA(), **options)
    assert not entropy.stuck.any()
    assert entropy.test_accuracy[:, -1].min() > 0.7
    assert training.fit(training.build(task, FA(), runs=3), epochs=2).stuck.all()


def test_tasks_of_the_library_keep_the_papers_protocol():
    task = tasks.ib()
    assert (task.lr, task.batch, task.epochs, task.protocol.optimizer) == (1e-3, None, 1000, "adam")
    assert task.change(lr=0.5).protocol == Protocol(lr=0.5, epochs=1000)
