"""Out of step: in step it is `train`; elsewhere, against loops written out by hand."""

import pytest
import torch

from fa_book.delays import schedules
from fa_book.delays.schedules import LOCKSTEP, Late, Schedule, fit
from fa_lib import BP, FA, TF, KolenPollack, train, training

CONSTANT = TF(decorrelate=0.0, modulated=False)


def weights(model):
    return [parameter.detach() for parameter in (*model.encoder.parameters(), *model.decoder.parameters())]


def same(ours, theirs):
    return all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("batch", [None, 50])
@pytest.mark.parametrize("rule", [BP(), FA(), TF()], ids=lambda rule: type(rule).__name__)
def test_in_step_it_is_train(toy, rule, batch):
    task = toy(batch=batch)
    steps = 5 * len(training.batches(task))
    ours, _ = fit(task, rule, LOCKSTEP, moves=steps, measure_every=steps, runs=2)
    theirs = train(task, rule, runs=2, epochs=5, progress=False)
    torch.testing.assert_close(torch.tensor(ours.test_loss.values[:, -1]), torch.tensor(theirs.test_loss.values[:, -1]))


def by_hand(task, rule, schedule, moves):
    """All gradients of all steps are kept, and the late ones looked up."""
    model, batches = training.build(task, rule, runs=2), training.batches(task)
    groups = [list(model.encoder.parameters()), list(model.decoder.parameters())]
    adams = [torch.optim.Adam(group, lr=task.lr) for group in groups]
    delays = (schedule.encoder_delay, schedule.decoder_delay)
    rates = (schedule.encoder_every, schedule.decoder_every)
    done, kept, step = [0, 0], [[], []], 0
    while min(done) < moves:
        for adam in adams:
            adam.zero_grad()
        model.step(*batches[step % len(batches)])
        for part in (0, 1):
            kept[part].append([parameter.grad.clone() for parameter in groups[part]])
        for part in (0, 1):
            resting = schedule.turns is not None and step // schedule.turns % 2 != part
            if step < delays[part] or step % rates[part] or resting:
                continue
            for parameter, gradient in zip(groups[part], kept[part][step - delays[part]], strict=True):
                parameter.grad = gradient
            adams[part].step()
            done[part] += 1
        step += 1
    return model


@pytest.mark.parametrize("batch", [None, 50])
@pytest.mark.parametrize(
    "schedule",
    [Schedule(encoder_delay=3), Schedule(decoder_delay=4), Schedule(encoder_every=3), Schedule(decoder_every=2),
     Schedule(turns=2), Schedule(turns=6), Schedule(encoder_every=2, decoder_delay=1)],
    ids=str,
)  # fmt: skip
def test_out_of_step_against_a_loop_by_hand(double, toy, schedule, batch):
    task = toy(batch=batch)
    _, ours = fit(task, FA(), schedule, moves=6, runs=2)
    for a, b in zip(weights(ours), weights(by_hand(task, FA(), schedule, 6)), strict=True):
        torch.testing.assert_close(a, b)


def test_schedules_differ(toy):
    made = (LOCKSTEP, Schedule(encoder_delay=1), Schedule(encoder_every=2), Schedule(turns=3))
    found = [weights(fit(toy(), FA(), schedule, moves=6, runs=1)[1]) for schedule in made]
    assert not any(same(found[0], other) for other in found[1:])


def test_a_target_without_its_modulator_does_not_hear_the_decoder(toy):
    """The encoder is the same to the last bit, whenever the decoder moves."""
    task = toy()
    encoders = [fit(task, CONSTANT, schedule, moves=8, runs=2)[1].encoder
                for schedule in (LOCKSTEP, Schedule(decoder_delay=3), Schedule(turns=8))]  # fmt: skip
    encoders[1] = fit(task, CONSTANT, Schedule(decoder_every=2), moves=4, runs=2)[1].encoder  # 7 steps
    seven = fit(task, CONSTANT, LOCKSTEP, moves=7, runs=2)[1].encoder
    assert same(encoders[0].parameters(), encoders[2].parameters())
    assert same(encoders[1].parameters(), seven.parameters())
    other = fit(task, FA(), Schedule(turns=8), moves=8, runs=2)[1].encoder
    assert not same(other.parameters(), fit(task, FA(), LOCKSTEP, moves=8, runs=2)[1].encoder.parameters())


def test_a_late_signal_is_that_of_then(toy):
    task = toy()
    late = Late(FA(), 2).draw(2, 4, runs=[0, 1])
    plain = FA().draw(2, 4, runs=[0, 1])
    errors = [torch.randn(2, 7, 2, generator=torch.Generator().manual_seed(step)) for step in range(5)]
    heard = [late(error, task.y[:7]) for error in errors]
    assert not heard[0].any()
    assert not heard[1].any()
    assert all(torch.equal(heard[step], plain(errors[step - 2], task.y[:7])) for step in (2, 3, 4))
    assert not late.draw(2, 4, runs=[0, 1]).waiting  # drawn anew, nothing is on its way


def test_a_late_target_is_the_same_target_on_a_full_batch(toy):
    task = toy()
    _, late = fit(task, Late(CONSTANT, 3), moves=9, runs=2)
    model = training.build(task, CONSTANT, runs=2)
    adam = torch.optim.Adam(model.encoder.parameters(), lr=task.lr)
    for step in range(9):
        adam.zero_grad()
        model.step(task.x, task.y)
        if step < 3:
            for parameter in model.encoder.parameters():
                parameter.grad.zero_()
        adam.step()
    for a, b in zip(late.encoder.parameters(), model.encoder.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_plain_gradient_steps_too(toy):
    task = toy(optimizer="sgd", lr=0.5)
    ours, _ = fit(task, FA(), moves=6, measure_every=6, runs=2)
    theirs = train(task, FA(), runs=2, epochs=6, progress=False)
    torch.testing.assert_close(torch.tensor(ours.test_loss.values[:, -1]), torch.tensor(theirs.test_loss.values[:, -1]))


def test_what_does_not_fit_is_refused(toy):
    for wrong in ({"encoder_every": 0}, {"decoder_delay": -1}, {"turns": 0}):
        with pytest.raises(ValueError, match="rates and turns must be 1 or more"):
            schedules.Schedule(**wrong)
    with pytest.raises(ValueError, match="moves must be a whole number of 1 or more, got 0"):
        fit(toy(), FA(), moves=0)
    with pytest.raises(ValueError, match="measure_every must be a whole number of 1 or more, got 0"):
        fit(toy(), FA(), moves=1, measure_every=0)
    with pytest.raises(ValueError, match="learns a matrix beside W_O"):
        fit(toy(), Late(KolenPollack(), 1), moves=1)
    with pytest.raises(ValueError, match="late signal of 80 samples meets a batch of 70: take batches of one size"):
        fit(toy(batch=80), Late(FA(), 1), moves=2)
    with pytest.raises(ValueError, match="rule must be a rule"):
        Late(FA, 1)
    with pytest.raises(ValueError, match="delay must be a whole number of 0 or more, got -1"):
        Late(FA(), -1)
