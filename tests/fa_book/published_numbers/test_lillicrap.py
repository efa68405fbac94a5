"""Lillicrap's network: one step of the library against the source's update, image by image."""

import numpy as np
import pytest

from fa_book.published_numbers import lillicrap


@pytest.fixture(scope="module")
def task():
    return lillicrap.mnist(samples=lillicrap.BATCH, test_samples=20)


def test_pixels_are_from_0_to_1_and_a_step_is_as_long_as_its_images_steps(task):
    assert float(task.x.min()) == pytest.approx(0, abs=1e-6)
    assert float(task.x.max()) == pytest.approx(1, abs=1e-6)
    assert len(task.x) == task.batch == lillicrap.BATCH


@pytest.mark.parametrize("rule", lillicrap.RULES)
def test_a_step_is_the_sum_of_the_sources_updates(rule, task):
    """Half the sum of squares an image, eta times its gradient, and weights that shrink by 1e-6 an image."""
    model = lillicrap.drawn(rule, task, runs=[0, 3], seed=5)
    encoder, decoder = list(model.encoder.parameters()), list(model.decoder.parameters())
    for parameter in (*encoder, *decoder):
        bound = lillicrap.OMEGA[rule]
        assert bool((parameter.abs() <= bound).all())
        assert len(parameter[0]) < 100 or float(parameter.detach().abs().max()) > 0.98 * bound
    before = [parameter.detach().double().clone() for parameter in (*encoder, *decoder)]
    model.optimizer.zero_grad()
    model.step(task.x, task.y)
    model.optimizer.step()
    for run in range(2):
        W0, b0, W1, b1 = (tensor[run].numpy() for tensor in before)
        back = W1 if rule == "BP" else model.rule.B[run].double().numpy()  # (p, m)
        W0_step, b0_step, W1_step, b1_step = (np.zeros_like(tensor) for tensor in (W0, b0, W1, b1))
        for x, y in zip(task.x.double().numpy(), task.y.double().numpy(), strict=True):
            h = 1 / (1 + np.exp(-(W0 @ x + b0)))
            answer = 1 / (1 + np.exp(-(W1 @ h + b1)))
            top = (y - answer) * answer * (1 - answer)
            hidden = (back.T @ top) * h * (1 - h)
            W1_step, b1_step = W1_step + np.outer(top, h), b1_step + top
            W0_step, b0_step = W0_step + np.outer(hidden, x), b0_step + hidden
        kept = 1 - lillicrap.DECAY * len(task.x)
        steps = zip((W0, b0, W1, b1), (W0_step, b0_step, W1_step, b1_step), (*encoder, *decoder), strict=True)
        for old, moved, now in steps:
            assert np.allclose(now.detach()[run].numpy(), kept * old + lillicrap.ETA * moved, atol=1e-6)


def test_feedback_is_uniform_within_the_sources_bound(task):
    B = lillicrap.drawn("FA", task, runs=2).rule.B
    assert B.shape == (2, 10, lillicrap.UNITS)
    assert 0.99 * lillicrap.BETA < float(B.abs().max()) <= lillicrap.BETA
    assert float(B.std()) == pytest.approx(lillicrap.BETA / np.sqrt(3), rel=0.02)


def test_other_rules_are_refused(task):
    with pytest.raises(ValueError, match="rule must be one of BP, FA"):
        lillicrap.drawn("TF", task)


def test_the_study_goes_on_where_it_was_and_reads_back(tmp_path, monkeypatch, task):
    monkeypatch.setattr(lillicrap, "mnist", lambda: task)
    into = tmp_path / "lillicrap.nc"
    words = ["--runs", "2", "--epochs", "2", "--out", str(tmp_path / "cells"), "--into", str(into)]
    assert lillicrap.main(words) == 0
    first = lillicrap.load(into)
    assert list(first) == ["BP", "FA"]
    assert first["BP"].test_accuracy.dims == ("run", "epoch")
    assert "core_seconds" in first["BP"].attrs
    monkeypatch.setattr(lillicrap, "learned", None)  # nothing is computed twice
    assert lillicrap.main(words) == 0
    assert lillicrap.load(into)["FA"].equals(first["FA"])
