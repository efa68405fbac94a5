"""Cuts at the feature maps of the convolutional backbone: against torch's convolutions and against backpropagation."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from fa_lib import training
from fa_lib.feedback import BP, DFA, DRTP, FA, NF, Chained, Direct, KolenPollack, Rule, SignSymmetry
from fa_lib.feedback.centred import Centred

MAPS = (-2, -1, 0, 1)


@dataclass(frozen=True)
class Given(Rule):
    """A rule that sends what it was given, whatever happened."""

    signal: torch.Tensor

    def __call__(self, error, y, **context):
        return self.signal


def a_step(task, rule, dropout=False):
    model = training.build(task, rule, runs=2)
    if not dropout:
        model.encoder.eval()
    return model, model.step(task.x, task.y)


def segments(body):
    """The plain network's model between the cuts: conv, pool, ReLU; conv, pool, ReLU, flat; linear; layers."""
    modules = list(body)
    return [torch.nn.Sequential(*modules[a:b]) for a, b in ((0, 3), (3, 7), (7, 8), (8, 10), (10, 12))]


def assert_same(pairs, row):
    for ours, theirs in pairs:
        assert theirs.grad.any()
        torch.testing.assert_close(ours.grad[row], theirs.grad)


@pytest.mark.parametrize("rule", [DFA(MAPS), DRTP(MAPS), Direct(Centred(FA()), MAPS)], ids=str)
def test_direct_rules_reach_both_convolutions_as_they_do_in_torch(double, images, plain, rule):
    task = images()
    model, seen = a_step(task, rule)
    for row in range(2):
        body, _, pairs = plain(model.encoder, model.decoder, row)
        told = -2 / task.y.numel() * task.y if rule == DRTP(MAPS) else seen.error[row]
        h = task.x
        for number, segment in enumerate(segments(body), -2):
            h = segment(h.detach())
            centred = isinstance(model.rules.at[number], Centred)
            inside = model.rules.at[number].rule if centred else model.rules.at[number]
            signal = told @ inside.B[row]  # (sample, unit), channels outermost
            h.flatten(1).backward(signal - signal.mean(0) if centred else signal)
        assert_same(pairs[:-2], row)  # the last are the decoder's


def test_told_the_exact_gradient_every_cut_is_backpropagation(double, images, plain):
    task = images()
    exact, seen = a_step(task, BP())
    sent = {number: [] for number in (*MAPS, 2)}
    for row in range(2):
        h, outputs = task.x, []
        for segment in segments(plain(exact.encoder, exact.decoder, row)[0]):
            h = segment(h)
            h.retain_grad()
            outputs.append(h)
        h.backward(seen.signal[row])
        for number, output in enumerate(outputs, -2):
            sent[number].append(output.grad.flatten(1))
    rule, _ = a_step(task, Direct({number: Given(torch.stack(signals)) for number, signals in sent.items()}))
    for ours, theirs in zip(rule.encoder.parameters(), exact.encoder.parameters(), strict=True):
        assert theirs.grad.any()
        torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("layers", [(-1,), (-1, 0), (-1, 0, 1)])
def test_a_chain_of_exact_channels_is_backpropagation_with_dropout_too(double, images, layers):
    task = images()
    (rule, _), (exact, _) = (a_step(task, rule, dropout=True) for rule in (Chained(BP(), layers), BP()))
    for ours, theirs in zip(rule.encoder.parameters(), exact.encoder.parameters(), strict=True):
        assert theirs.grad.any()
        torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("cuts", [(), (-1,), (-2,), (-2, -1), MAPS])
def test_no_cut_changes_the_forward_pass(images, cuts):
    task = images(samples=70)  # more than are convolved at a time
    encoder = training.build(task, FA(), runs=2).encoder.eval()
    layers = encoder.hidden(task.x, cuts, retain=True)
    assert torch.equal(layers[2].H, encoder(task.x))
    sizes = {number: layer.H.shape[2] for number, layer in layers.items()}
    assert sizes == {n: m for n, m in encoder.widths().items() if n >= 0 or n in cuts}
    assert encoder.widths() == {-2: 1440, -1: 320, 0: 16, 1: 8, 2: 6}


def test_maps_are_cut_only_by_name_and_the_layers_matrices_do_not_depend_on_it(images):
    (usual, seen), (all_cut, also) = (a_step(images(), rule) for rule in (DFA(), DFA(MAPS)))
    assert sorted(usual.rules.at) == [0, 1, 2]
    assert sorted(all_cut.rules.at) == [-2, -1, 0, 1, 2]
    assert all(torch.equal(usual.rules.at[n].B, all_cut.rules.at[n].B) for n in (0, 1, 2))
    assert len(seen.layers) == len(also.layers) == 3
    assert torch.equal(usual.encoder.backbone.linear.weight.grad, all_cut.encoder.backbone.linear.weight.grad)
    assert not torch.equal(usual.encoder.backbone.conv2.grad, all_cut.encoder.backbone.conv2.grad)


@pytest.mark.parametrize("rule", [DFA(MAPS), Chained(KolenPollack(), (-1, 0, 1)), Direct(NF(), (-2,))], ids=str)
def test_a_run_is_the_same_alone_and_in_company(in_double, images, rule):
    task = in_double(lambda: images(batch=10))
    together, alone = (training.train(task, rule, runs=runs, epochs=2, progress=False) for runs in (3, [2]))
    for name in ("loss", "test_loss", "test_accuracy"):
        np.testing.assert_allclose(alone[name], together[name].sel(run=[2]))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Chained(FA(), (-2,)), "use Direct"),
        (Direct(BP(), (-2,)), "use a random rule"),
        (Direct(Centred(SignSymmetry()), (-2,)), "use a random rule"),
        (DFA((-3,)), "layers must be among"),
    ],
    ids=str,
)
def test_cuts_that_cannot_be_are_refused(images, rule, message):
    with pytest.raises(ValueError, match=message):
        training.build(images(), rule, runs=1)
