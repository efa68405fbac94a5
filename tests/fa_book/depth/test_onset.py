"""The first steps: what the error shares, and a start without it."""

import numpy as np
import pytest
import torch

from fa_book.depth.onset import informed, onset, shared
from fa_lib import training
from fa_lib.feedback import DFA, FA


def test_the_shared_part_is_all_of_a_constant_and_none_of_a_centred_error():
    error = torch.randn(3, 40, 5, generator=torch.Generator().manual_seed(0))
    constant, centred = error.mean(1, keepdim=True).expand_as(error), error - error.mean(1, keepdim=True)
    torch.testing.assert_close(shared(constant), torch.ones(3))
    assert (shared(centred) < 1e-10).all()
    torch.testing.assert_close(shared(constant + centred), shared(error))
    assert shared(7 * error) == pytest.approx(shared(error))
    assert ((shared(error) > 0) & (shared(error) < 0.2)).all()


def test_an_informed_start_answers_with_the_frequencies_and_changes_nothing_else(toy):
    task = toy()
    plain, told = training.build(task, DFA(), runs=2), informed(training.build(task, DFA(), runs=2))
    told.decoder.weight.data.zero_()
    seen = told.step(task.x, task.y)
    torch.testing.assert_close(seen.y_hat, task.y.mean(0).expand_as(seen.y_hat))
    assert (shared(seen.error) < 1e-6).all()
    assert all(torch.equal(a, b) for a, b in zip(plain.encoder.parameters(), told.encoder.parameters(), strict=True))
    assert not torch.equal(plain.decoder.bias, told.decoder.bias)


def test_onset_is_the_first_steps_of_training(toy):
    task = toy(batch=10, widths=(7, 6, 4))
    data = onset(training.build(task, DFA(), runs=2), steps=15, measure_every=4)
    assert data.step.values.tolist() == [0, 4, 8, 12, 14]
    assert data.spread.shape == (2, 5, 3)
    whole = training.train(task, DFA(), runs=2, epochs=1, progress=False)
    every = onset(training.build(task, DFA(), runs=2), steps=15)
    np.testing.assert_allclose(every.loss.mean("step"), whole.loss[:, 0], rtol=1e-6)
    np.testing.assert_allclose(every.accuracy.mean("step"), whole.accuracy[:, 0], rtol=1e-6)
    np.testing.assert_allclose(every.loss.sel(step=data.step), data.loss)


def test_what_does_not_fit_is_refused(toy):
    task = toy(batch=10)
    for rule, steps in ((DFA(), 0), (DFA(), 16), (FA(), 3)):
        with pytest.raises(ValueError, match="steps must be 1 to 15"):
            onset(training.build(task, rule, runs=1), steps=steps)
    with pytest.raises(ValueError, match="sigmoid output"):
        informed(training.build(toy(output="linear"), DFA(), runs=1))
