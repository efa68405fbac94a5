"""The recurrent encoder: against eligibility traces written out, and against backpropagation through time."""

import numpy as np
import pytest
import torch

from fa_book.random_layers.delayed import delayed
from fa_book.random_layers.recurrent import Recurrent
from fa_lib import training
from fa_lib.feedback import BP, DFA, FA, NFA, KolenPollack


def build(task, rule, *, runs=2, length=16, tau=2.0, cut=True, **options):
    encoder = Recurrent(1, task.widths[-1], length=length, tau=tau, cut=cut, runs=range(runs))
    return training.build(task, rule, encoder=encoder, runs=runs, **options)


def one_step(task, rule, **options):
    model = build(task, rule, **options)
    return model, model.step(task.x[:48], task.y[:48])  # three sequences


def small():
    return delayed(2, length=16, sequences=4, m=5)


def weights(encoder, row):
    return [part[row].detach().numpy() for part in (encoder.W, encoder.input.weight, encoder.input.bias)]


@pytest.mark.parametrize("tau", [1.0, 3.0])
@pytest.mark.parametrize("rule", [FA(), BP(), NFA(sigma=0.3)], ids=lambda rule: type(rule).__name__)
def test_cut_between_moments_it_is_rflo_by_eligibility_traces(double, rule, tau):
    task = small()
    model, seen = one_step(task, rule, tau=tau)
    for row in range(2):
        W, W_in, bias = weights(model.encoder, row)
        to_W, to_in, to_bias = np.zeros((5, 5)), np.zeros((5, 1)), np.zeros(5)
        for sequence in range(3):
            h, trace, trace_in, trace_bias = np.zeros(5), np.zeros((5, 5)), np.zeros((5, 1)), np.zeros(5)
            for t in range(16):
                place = 16 * sequence + t
                x = task.x[place].numpy()
                active = np.tanh(W @ h + W_in @ x + bias)
                slope = (1 - active**2) / tau
                trace = (1 - 1 / tau) * trace + np.outer(slope, h)
                trace_in = (1 - 1 / tau) * trace_in + np.outer(slope, x)
                trace_bias = (1 - 1 / tau) * trace_bias + slope
                h = (1 - 1 / tau) * h + active / tau
                np.testing.assert_allclose(seen.H[row, place], h)
                signal = seen.signal[row, place].numpy()[:, None]
                to_W, to_in, to_bias = (
                    to_W + signal * trace,
                    to_in + signal * trace_in,
                    to_bias + signal[:, 0] * trace_bias,
                )
        np.testing.assert_allclose(model.encoder.W.grad[row], to_W)
        np.testing.assert_allclose(model.encoder.input.weight.grad[row], to_in)
        np.testing.assert_allclose(model.encoder.input.bias.grad[row], to_bias)


@pytest.mark.parametrize("rule", [BP(), FA()], ids=lambda rule: type(rule).__name__)
def test_without_the_cut_it_is_backpropagation_through_time(double, rule):
    task = small()
    model, seen = one_step(task, rule, cut=False, tau=2.0)
    for row in range(2):
        own = [torch.tensor(part, requires_grad=True) for part in weights(model.encoder, row)]
        W_out, b_out = model.decoder.weight[row].detach(), model.decoder.bias[row].detach()
        loss = 0
        for sequence in range(3):
            h = torch.zeros(5)
            for t in range(16):
                place = 16 * sequence + t
                h = h / 2 + torch.tanh(own[0] @ h + own[1] @ task.x[place] + own[2]) / 2
                if rule == BP():
                    loss = loss + (W_out @ h + b_out - task.y[place]).square().sum() / 48
                else:
                    loss = loss + (seen.error[row, place] @ model.rule.B[row]) @ h
        loss.backward()
        theirs = (model.encoder.W, model.encoder.input.weight, model.encoder.input.bias)
        for mine, other in zip(own, theirs, strict=True):
            torch.testing.assert_close(mine.grad, other.grad[row])


@pytest.mark.parametrize("case", ["one moment", "no recurrence"])
def test_the_cut_changes_nothing_where_there_is_nothing_to_cut(double, case):
    task, found = small(), []
    for cut in (True, False):
        model = build(task, FA(), length=1 if case == "one moment" else 16, cut=cut)
        if case == "no recurrence":
            model.encoder.W.data.zero_()
        model.step(task.x, task.y)
        found.append([parameter.grad for parameter in model.encoder.parameters()])
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)
    models = [build(task, FA(), cut=cut) for cut in (True, False)]
    for model in models:
        model.step(task.x, task.y)
    assert not torch.allclose(models[0].encoder.W.grad, models[1].encoder.W.grad)  # and elsewhere it does


def test_a_run_is_the_same_alone_and_in_company(double):
    task = small()
    alone, company = (training.fit(build(task, NFA(sigma=0.3), runs=n), epochs=3) for n in (1, 3))
    for name in alone:
        np.testing.assert_allclose(alone[name], company[name].sel(run=[0]))
    assert len(np.unique(company.test_loss[:, -1])) == 3


def test_it_has_one_layer_and_a_rule_for_all_layers_is_the_rule_for_that_one():
    ours, theirs = (one_step(small(), rule)[1] for rule in (FA(), DFA()))
    assert torch.equal(ours.signal, theirs.signal)
    assert [layer.H.shape for layer in theirs.layers] == [ours.H.shape]


def test_sequences_do_not_see_each_other():
    encoder = build(small(), FA()).encoder
    x = torch.randn(48, 1, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(encoder(x)[:, 16:32], encoder(x[16:32]))


@pytest.mark.parametrize(
    ("rule", "options"),
    [(FA(), {}), (KolenPollack(0.1), {}), (BP(), {"cut": False}), (FA(), {"learn_encoder": False})],
    ids=["RFLO", "learned", "BPTT", "reservoir"],
)
def test_it_remembers_what_it_is_trained_to(rule, options):
    task = delayed(1, length=16, sequences=32, m=24)
    model = build(task, rule, tau=1.0, **options)
    before = [parameter.detach().clone() for parameter in model.encoder.parameters()]
    assert (training.fit(model, epochs=25, measure_every=25).test_accuracy[:, -1] > 0.6).all()
    moved = [not torch.equal(a, b) for a, b in zip(model.encoder.parameters(), before, strict=True)]
    assert moved == [options.get("learn_encoder", True)] * 3


def test_the_task_is_a_delay():
    task = delayed(3, length=16, sequences=8)
    for x, y in ((task.x, task.y), (task.test_x, task.test_y)):
        x, y = x.view(-1, 16), y.view(-1, 16)
        assert torch.equal(y[:, 3:], x[:, :-3])
        assert not y[:, :3].any()
    assert len(task.test_x) == 2 * 16
    x = delayed(sequences=64).x
    assert x.abs().max() <= 1
    assert x.min() < -0.99
    assert x.max() > 0.99
    assert x.mean().abs() < 0.05


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="length must divide 1024"):
        delayed(2, length=20)
    with pytest.raises(ValueError, match="longer than the delay"):
        delayed(16, length=16)
    with pytest.raises(ValueError, match="tau"):
        build(small(), FA(), tau=0.5)
    with pytest.raises(ValueError, match="whole sequences"):
        build(small(), FA()).encoder(torch.ones(20, 1))
