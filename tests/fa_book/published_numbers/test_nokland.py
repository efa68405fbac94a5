"""Nøkland's network: where it starts, one step against the source's update, and when a run ends."""

import numpy as np
import pytest

from fa_book.published_numbers import nokland


@pytest.fixture(scope="module")
def task():
    return nokland.mnist(samples=64, test_samples=20)


def weights(model):
    """(weight, bias) of every layer of the first run, the decoder's last."""
    layers = [*model.encoder.layers, model.decoder]
    return [tuple(tensor.detach()[0].double().numpy() for tensor in layer.parameters()) for layer in layers]


def test_every_rule_starts_as_in_the_source(task):
    for rule, zeros in {"BP": 0, "FA": 7, "DFA": 8}.items():
        layers = weights(nokland.drawn(rule, task, runs=1))
        assert [weight.shape for weight, _ in layers] == [(240, 784)] + [(240, 240)] * 6 + [(10, 240)]
        assert [bool(weight.any() or bias.any()) for weight, bias in layers] == [True] * (8 - zeros) + [False] * zeros
    with pytest.raises(ValueError, match="rule must be one of BP, FA, DFA"):
        nokland.drawn("TF", task)


@pytest.mark.parametrize("rule", nokland.RULES)
def test_the_second_step_is_that_of_the_source(rule, task):
    """By hand: sums over images, fixed matrices on the way back, RMSprop with a mean square that starts at 0."""
    model = nokland.drawn(rule, task, runs=1, seed=3)
    start, squares = weights(model), None
    at = {number: cut.B[0].double().numpy() for number, cut in model.rules.at.items()} if rule != "BP" else {}
    x, y = task.x.double().numpy(), task.y.double().numpy()
    for _ in range(2):
        model.optimizer.zero_grad()
        model.step(task.x, task.y)
        model.optimizer.step()
        H = [x]
        for weight, bias in start[:-1]:
            H.append(np.tanh(H[-1] @ weight.T + bias))
        weight, bias = start[-1]
        error = 1 / (1 + np.exp(-(H[-1] @ weight.T + bias))) - y
        deltas = [error]
        for number in range(7, 0, -1):
            above, _ = start[number]
            sent = {"BP": (deltas[0], above), "FA": (deltas[0], at.get(number)), "DFA": (error, at.get(number))}
            told, matrix = sent[rule]
            back = told @ matrix
            deltas.insert(0, back * (1 - H[number] ** 2))
        gradients = [(delta.T @ h, delta.sum(0)) for delta, h in zip(deltas, H, strict=True)]
        squares = squares or [(0.0, 0.0)] * 8
        squares = [tuple(0.99 * s + 0.01 * g**2 for s, g in zip(*pair, strict=True))
                   for pair in zip(squares, gradients, strict=True)]  # fmt: skip
        start = [
            tuple(old - 1e-4 * g / (np.sqrt(s) + 1e-8) for old, g, s in zip(*three, strict=True))
            for three in zip(start, gradients, squares, strict=True)
        ]
    for ours, theirs in zip(weights(model), start, strict=True):
        for tensor, expected in zip(ours, theirs, strict=True):
            # a step is 1e-3 at first; rounding decides where a gradient is nearly 0
            assert np.mean(np.abs(tensor - expected) < 2e-6) > 0.99


def test_a_run_ends_where_the_moving_mean_says_so(task, monkeypatch):
    found = nokland.learned("BP", 0, epochs=3, task=task)
    assert int(found.ended) == 3
    assert found.train_error.notnull().all()
    assert 0 <= float(found.test_accuracy) <= 1
    first, second, _ = found.train_error.values
    mean = 0.75 * (0.75 + 0.25 * first) + 0.25 * second  # from 1
    for enough, ended in ((mean * 1.001, 2), (mean * 0.999, 3)):
        monkeypatch.setattr(nokland, "ENOUGH", enough)
        again = nokland.learned("BP", 0, epochs=3, task=task)
        assert (int(again.ended), int(again.train_error.notnull().sum())) == (ended, ended)


def test_the_study_goes_on_where_it_was_and_reads_back(tmp_path, monkeypatch, task):
    monkeypatch.setattr(nokland, "mnist", lambda: task)
    into = tmp_path / "nokland.nc"
    words = ["--rules", "BP", "DFA", "--runs", "2", "--epochs", "2", "--out", str(tmp_path / "runs")]
    assert nokland.main(words) == 0
    assert not into.exists()
    monkeypatch.setattr(nokland, "learned", None)  # nothing is computed twice
    assert nokland.main([*words, "--into", str(into)]) == 0
    read = nokland.load(into)
    assert list(read) == ["BP", "DFA"]
    assert read["DFA"].test_accuracy.dims == ("run", "epoch")
    assert read["DFA"].test_accuracy.shape == (2, 1)
    assert "core_seconds" in read["BP"].attrs
