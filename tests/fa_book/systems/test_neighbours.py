"""Rules outside the text: what a mirror comes to know, a direct path's gradient, PEPITA against a loop; dendrites."""

import numpy as np
import pytest
import torch

from fa_book.systems import compression, dendrite
from fa_book.systems.neighbours import DirectKolenPollack, Pepita, WeightMirror
from fa_lib import NF, tasks, train, training
from fa_lib.feedback import BP, FA, Chained, Direct


def numbers(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_a_mirror_comes_to_know_the_weight_and_each_run_its_own():
    W, error = numbers(2, 3, 5), numbers(2, 4, 3, seed=1)
    rule = WeightMirror(rate=0.02).draw(3, 5, runs=[0, 1])
    for _ in range(600):
        sent = rule(error, None, W=W)
    assert torch.allclose(sent, error @ rule.matrix(W))
    cosine = torch.cosine_similarity(rule.B.flatten(1), W.flatten(1))
    assert (cosine > 0.99).all()
    assert (torch.cosine_similarity(rule.B.flatten(1), W.flip(0).flatten(1)).abs() < 0.5).all()
    alone = WeightMirror(rate=0.02).draw(3, 5, runs=[1])
    for _ in range(600):
        alone(error[1:], None, W=W[1:])
    assert torch.allclose(alone.B[0], rule.B[1], atol=1e-5)


def test_at_rate_1_a_mirror_is_the_noise_of_this_step_alone():
    rule = WeightMirror(rate=1.0, samples=7).draw(2, 3, runs=1, seed=4)
    twin = WeightMirror(rate=1.0, samples=7).draw(2, 3, runs=1, seed=4)
    noise = torch.randn(7, 3, generator=twin.generators[0])
    W = numbers(1, 2, 3)
    rule(torch.ones(1, 1, 2), None, W=W)
    assert torch.allclose(rule.B[0], (noise @ W[0].T).T @ noise / 7, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: WeightMirror(rate=0.0), "rate must be"),
        (lambda: WeightMirror(rate=1.5), "rate must be at most 1"),
        (lambda: WeightMirror(samples=0), "samples"),
        (lambda: DirectKolenPollack(lr=0.0), "lr"),
        (lambda: DirectKolenPollack(decay=-1.0), "decay"),
        (lambda: WeightMirror()(torch.ones(1, 1, 2), None, W=torch.ones(1, 2, 3)), "call .draw"),
        (lambda: DirectKolenPollack()(torch.ones(1, 1, 2), None, H=torch.ones(1, 1, 3)), "call .draw"),
    ],
)
def test_what_they_cannot_be_or_do(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_a_direct_path_moves_as_a_weight_there_would():
    """By Adam along error' H, decayed; and the error goes through what B was before."""
    rule = DirectKolenPollack(lr=0.01, decay=0.5).draw(2, 3, runs=[0, 1], seed=3)
    error, H, before = numbers(2, 6, 2), numbers(2, 6, 3, seed=1), rule.B.clone()
    weight = torch.nn.Parameter(before.clone())
    assert torch.allclose(rule(error, None, H=H), error @ before)
    (weight * (error.mT @ H)).sum().backward()
    torch.optim.AdamW([weight], lr=0.01, weight_decay=0.5).step()
    assert torch.allclose(rule.matrix(None), weight, atol=1e-7)


@pytest.mark.parametrize("rule", [Chained(WeightMirror()), Direct(DirectKolenPollack())], ids=["mirror", "direct"])
def test_they_train_networks_with_every_run_apart(rule):
    task = tasks.ib(2).change(lr=5e-3)
    options = {"epochs": 150, "seed": 2, "measure_every": 150, "progress": False}
    both = train(task, rule, runs=[0, 1], **options)
    one = train(task, rule, runs=[1], **options)
    assert float(both.loss.sel(run=1)[-1]) == pytest.approx(float(one.loss[0, -1]), abs=1e-4)
    assert (both.loss[:, -1] < 0.9 * both.loss[:, 0]).all()


def test_pepita_is_two_passes_of_a_loop():
    net = Pepita((4, 6, 5, 3), [0, 1], seed=1)
    x, y = numbers(7, 4), torch.eye(3)[torch.arange(7) % 3]
    found = net.changes(x, y)
    for run in range(2):
        W1, W2, W3 = (weight[run].double() for weight in net.weights)
        sums = [torch.zeros_like(W) for W in (W1, W2, W3)]
        for one, target in zip(x.double(), y.double(), strict=True):

            def layers(value, W1=W1, W2=W2, W3=W3):
                h1 = torch.relu(W1 @ value)
                h2 = torch.relu(W2 @ h1)
                return h1, h2, torch.softmax(W3 @ h2, 0)

            h1, h2, out = layers(one)
            error = out - target
            moved = one + net.F[run].double() @ error
            k1, k2, _ = layers(moved)
            for total, left, below in zip(sums, (h1 - k1, h2 - k2, error), (moved, k1, k2), strict=True):
                total += torch.outer(left, below) / len(x)
        for change, expected in zip(found, sums, strict=True):
            assert torch.allclose(change[run].double(), expected, atol=1e-6)


def test_without_a_way_to_the_input_pepita_teaches_the_last_layer_alone():
    net = Pepita((40, 20, 10), 2, size=0.0)
    first, last = net.changes(numbers(9, 40), torch.eye(10)[torch.arange(9)])
    assert not first.any()
    assert last.any()


def test_pepita_learns():
    task = tasks.ib(0).change(batch=32)
    net = Pepita((12, 40, 2), 2, seed=0)
    start = net.learn(task, 0, lr=0.1)
    end = net.learn(task, 20, lr=0.1)
    assert (end > start + 0.1).all()
    assert (end > 0.65).all()


def test_a_larger_error_saturates_more_of_a_dendrite():
    task, shares = tasks.ib(3), [dendrite.saturated(gain, runs=2, seed=3) for gain in (1e-3, 3, 30)]
    assert not shares[0].any()
    assert (shares[2] > shares[1]).all()
    model = training.build(task, NF(), runs=2, seed=3)
    with torch.no_grad():
        error = task.activate(model.decoder(model.encoder(task.x))) - task.y
    by_hand = (np.abs(np.tanh(30 * error[1].numpy() @ model.rule.B1[1].numpy())) > 0.9).mean()
    assert shares[2][1] == pytest.approx(by_hand, abs=1e-3)


def test_bits_of_layers_are_those_of_counted_pairs():
    """What a layer tells of the class is the entropy of its bins less that within the classes, on the same bins."""
    seen = []
    rule = Chained(BP())
    found = train(tasks.ib(0).change(widths=compression.PLANE), rule, runs=1, epochs=1, progress=False,
                  record={"x": lambda step: (seen.append(step), step.loss)[1]})  # fmt: skip
    assert found.sizes["run"] == 1
    bits = compression.bits_of_layers(seen[0])
    assert bits.shape == (1, 5, 2)
    for layer in (2, 4):
        H, labels = seen[0].layers[layer].H[0].double().numpy(), seen[0].y.argmax(1).numpy()
        rows = np.floor((H - H.min()) / compression.WIDTH).astype(int)
        _, code = np.unique(rows, axis=0, return_inverse=True)
        joint = np.zeros((code.max() + 1, 2))
        np.add.at(joint, (code.ravel(), labels), 1 / len(labels))
        outer = joint.sum(1, keepdims=True) * joint.sum(0)
        told = (joint[joint > 0] * np.log2(joint[joint > 0] / outer[joint > 0])).sum()
        assert bits[0, layer, 1] == pytest.approx(told, abs=1e-9)
    data = compression.plane({"FA": Chained(FA())}, runs=2, epochs=3, every=1)["FA"]
    assert data.bits.dims == ("run", "epoch", "layer", "of")
    assert (data.bits.sel(of="y") <= data.bits.sel(of="x") + 1e-9).all()
