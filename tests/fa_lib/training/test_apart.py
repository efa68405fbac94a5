"""Parts trained in one's hands do what `train` does, and leave alone what is frozen."""

import pytest
import torch

from fa_lib import BP, FA, train, training


@pytest.mark.parametrize("batch", [None, 40])
@pytest.mark.parametrize("learn_decoder", [False, True])
@pytest.mark.parametrize("rule", [BP(), FA()], ids=str)
def test_fit_is_the_loop_of_train(toy, rule, learn_decoder, batch):
    task = toy(batch=batch)
    ours = training.fit(training.build(task, rule, runs=3, learn_decoder=learn_decoder), epochs=7, measure_every=3)
    theirs = train(task, rule, runs=3, epochs=7, measure_every=3, learn_decoder=learn_decoder, progress=False)
    assert ours.epoch.values.tolist() == theirs.epoch.values.tolist() == [0, 3, 6]
    for name in ("test_loss", "test_accuracy"):
        torch.testing.assert_close(torch.tensor(ours[name].values), torch.tensor(theirs[name].values))
    if batch is None:  # measured after an update: what train sees before the next
        later = train(task, rule, runs=3, epochs=8, learn_decoder=learn_decoder, progress=False)
        for name in ("loss", "accuracy"):
            expected = later[name].sel(epoch=[1, 4, 7]).values
            torch.testing.assert_close(torch.tensor(ours[name].values), torch.tensor(expected))


def test_only_what_the_optimizer_knows_moves(toy):
    task = toy()
    first = training.build(task, FA(), runs=2, learn_decoder=False)
    fresh = training.build(task, FA(), runs=2, seed=1, learn_encoder=False)
    weight = first.decoder.weight.detach().clone()
    training.fit(first, epochs=3)
    assert torch.equal(first.decoder.weight, weight)
    state = {name: tensor.clone() for name, tensor in first.encoder.state_dict().items()}
    joined, before = fresh._replace(encoder=first.encoder), fresh.decoder.weight.detach().clone()
    record = training.fit(joined, epochs=30)
    assert all(torch.equal(tensor, state[name]) for name, tensor in first.encoder.state_dict().items())
    assert not torch.equal(fresh.decoder.weight, before)
    assert (record.loss[:, -1] < record.loss[:, 0]).all()


def test_the_answer_is_taken_with_dropout_off(images):
    task = images()
    model = training.build(task, FA(), runs=2)
    first, second = (training.predict(model, task.x) for _ in range(2))
    assert torch.equal(first, second)
    assert first.shape == (2, len(task.x), task.p)
    assert model.encoder.training


def test_a_frozen_gamma_stays(toy):
    task = toy()
    model = training.build(task, FA(), runs=2, learn_gain=True)
    model.encoder.gamma[-1].requires_grad_(False)
    training.fit(model, epochs=5)
    hidden, last = model.encoder.factors().T
    assert (last == 1).all()
    assert (hidden != 1).all()


def test_the_tasks_own_epochs_are_the_default(toy):
    task = toy().change(epochs=2)
    assert training.fit(training.build(task, BP(), runs=1)).epoch.values.tolist() == [0, 1]


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"measure_every": 0}, {"epochs": 2.5}])
def test_counts_below_one_are_named(toy, wrong):
    task = toy()
    with pytest.raises(ValueError, match=r"(epochs|measure_every) must be a whole number of 1 or more, got"):
        training.fit(training.build(task, BP(), runs=1), **wrong)
