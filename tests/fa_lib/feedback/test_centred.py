"""A channel without the mean of its signal."""

import pytest
import torch

from fa_lib import BP, FA, NF, TF, tasks, train, training
from fa_lib.feedback.centred import Centred


@pytest.fixture(scope="module")
def task():
    return tasks.ib()


def signal(channel, task):
    model = training.build(task, channel, runs=[0, 3], seed=1)
    return model.step(task.x[:50], task.y[:50]).signal


@pytest.mark.parametrize("channel", [BP(), FA(), NF()])
def test_what_is_left_differs_from_the_signal_by_the_same_for_all_samples(channel, task):
    plain, centred = signal(channel, task), signal(Centred(channel), task)
    assert plain.mean(1).abs().max() > 1e-5  # there is a mean to take out
    torch.testing.assert_close(centred.sum(1), torch.zeros(2, 4), atol=1e-6, rtol=0)
    shift = plain - centred
    torch.testing.assert_close(shift, shift[:, :1].expand_as(shift), atol=1e-8, rtol=1e-4)


def test_target_feedback_comes_centred(task):
    ours = signal(Centred(TF(centred=False, decorrelate=0.0)), task)
    torch.testing.assert_close(ours, signal(TF(decorrelate=0.0), task))


def test_it_trains_and_is_named_in_the_attributes(task):
    data = train(task, Centred(FA()), runs=1, epochs=2, progress=False)
    assert data.attrs["rule"] == "Centred(rule=FA())"


@pytest.mark.parametrize("wrong", [FA, None, "FA"])
def test_what_is_no_rule_is_refused(wrong):
    with pytest.raises(ValueError, match="rule must be a rule"):
        Centred(wrong)


@pytest.mark.parametrize("rule", [Centred(FA()), TF(), TF(decorrelate=0.0)], ids=str)
def test_one_sample_teaches_nothing_and_a_warning_says_so(rule):
    drawn, known = rule.draw(2, 3, runs=[0]), {"H": torch.rand(1, 1, 3), "accuracy": torch.zeros(1)}
    with pytest.warns(UserWarning, match="a batch of one sample teaches nothing"):
        signal = drawn(torch.rand(1, 1, 2), torch.rand(1, 2), **known)
    assert signal.abs().max() < 1e-5  # rounding, times decorrelate
    two = {"H": torch.rand(1, 2, 3), "accuracy": torch.zeros(1)}
    assert drawn(torch.rand(1, 2, 2), torch.rand(2, 2), **two).any()
    uncentred = TF(centred=False).draw(2, 3, runs=[0])
    assert uncentred(torch.rand(1, 1, 2), torch.rand(1, 2), **known).any()
