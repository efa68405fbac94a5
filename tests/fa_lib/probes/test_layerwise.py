"""Measures of every layer against autograd of the joint network and against what they must be."""

import numpy as np
import pytest
import torch

from fa_lib import information, probes, training
from fa_lib.feedback import BP, DFA, DRTP, FA, TF, Chained, Direct, KolenPollack, SignSymmetry
from fa_lib.probes import layerwise
from fa_lib.training.snapshots import probe


def one_step(task, rule, **options):
    model = training.build(task, rule, runs=2, **options)
    with torch.no_grad():
        for number, gamma in enumerate(model.encoder.gamma):
            gamma.fill_(0.5 + number)
    return model, probe(model, task.x, task.y)


@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("kind", ["toy", "images"])
def test_backpropagated_signals_are_those_of_the_joint_network(double, plain, toy, images, kind, scale):
    task = {"toy": lambda: toy(widths=(7, 6, 4)), "images": images}[kind]()
    model, seen = one_step(task, DFA(), learn_gain=scale)
    exact = layerwise.backpropagated(seen)
    for row in range(2):
        body, head, _ = plain(model.encoder, model.decoder, row)
        h, kept = task.x, []
        for module in body:
            h = module(h)
            last = torch.nn.Tanh if not scale else type(body[-1])
            if isinstance(module, last) or (kind == "images" and not kept and isinstance(module, torch.nn.Linear)):
                h.retain_grad()
                kept.append(h)
        torch.nn.functional.mse_loss(torch.sigmoid(head(h)), task.y).backward()
        assert len(kept) == len(exact) == 3
        for ours, theirs in zip(exact, kept, strict=True):
            torch.testing.assert_close(ours[row], theirs.grad)
    # the gradient that the first layer learned from is its channel's
    torch.testing.assert_close(seen.layers[0].signal, seen.error @ model.rules.at[min(model.rules.at)].B)


@pytest.mark.parametrize("nonlinearity", ["relu", "linear"])
@pytest.mark.parametrize("scale", [False, True])
def test_exact_signals_know_the_nonlinearity(double, toy, nonlinearity, scale):
    _, seen = one_step(toy(widths=(7, 6, 4), nonlinearity=nonlinearity), Chained(BP()), learn_gain=scale)
    for layer, exact in zip(seen.layers, layerwise.backpropagated(seen), strict=True):
        torch.testing.assert_close(layer.signal, exact)


@pytest.mark.parametrize("layers", [None, (), (2,)])
def test_an_exact_chain_has_no_angle_and_no_excess(double, toy, layers):
    _, seen = one_step(toy(widths=(7, 6, 4)), Chained(BP(), layers), learn_gain=True)
    assert layerwise.signal_angle(seen).shape == (2, 3)
    assert (layerwise.signal_angle(seen) < 1e-5).all()
    torch.testing.assert_close(layerwise.signal_ratio(seen), torch.ones(2, 3))
    found = layerwise.matrix_angle(seen)
    cut = [layers is None or number in (layers or ()) or number == 3 for number in (1, 2, 3)]
    assert (found[:, cut] < 1e-5).all()
    assert found[:, [not here for here in cut]].isnan().all()


def test_angles_and_ratios_are_those_of_vectors(double, toy):
    model, seen = one_step(toy(widths=(7, 6, 4)), Direct(FA()))
    exact = layerwise.backpropagated(seen)
    for row in range(2):
        for number, layer in enumerate(seen.layers):
            a, b = layer.signal[row].flatten().numpy(), exact[number][row].flatten().numpy()
            cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
            assert layerwise.signal_angle(seen)[row, number] == pytest.approx(np.degrees(np.arccos(cosine)))
            ratio = np.linalg.norm(a) / np.linalg.norm(b)
            assert layerwise.signal_ratio(seen)[row, number] == pytest.approx(ratio)
    W3, W2 = model.encoder.layers[2].weight, model.encoder.layers[1].weight
    for number, path in ((2, seen.W), (1, seen.W @ W3), (0, seen.W @ W3 @ W2)):
        expected = probes.angle(model.rules.at[number + 1].B, path.detach())
        torch.testing.assert_close(layerwise.matrix_angle(seen)[:, number], expected)


def test_learned_and_signed_matrices_are_nearer_than_random_ones(toy):
    task = toy(widths=(40, 40))
    angles = {}
    for rule in (FA(), SignSymmetry(), KolenPollack(decay=5.0)):
        model = training.build(task, Chained(rule), runs=2)
        for _ in range(60):
            list(training.train_epoch(model, training.batches(task)))
        found = layerwise.matrix_angle(probe(model, task.x, task.y))
        angles[type(rule)] = found.mean().item()
    assert angles[KolenPollack] < 30 < angles[SignSymmetry] < 60 < angles[FA] < 95


def test_readout_and_rank_are_those_of_each_layer(toy):
    task = toy(widths=(7, 6, 4))
    _, seen = one_step(task, DFA())
    for number, layer in enumerate(seen.layers):
        y_hat = probes.readout(layer.H, task.y)
        error = ((y_hat - task.y) ** 2).mean((1, 2)).float()
        torch.testing.assert_close(layerwise.linear_readout(seen)[:, number], error)
        correct = layerwise.linear_readout(seen, task.accuracy)[:, number]
        assert torch.equal(correct, task.accuracy(y_hat.float(), task.y))
        assert torch.equal(layerwise.effective_rank(seen)[:, number], probes.effective_rank(layer.H))


def test_information_of_signals_lies_between_none_and_all(toy):
    task = toy(samples=3000, widths=(3, 2))
    _, target = one_step(task, DRTP())
    ceiling = information.ceiling(task.y)
    np.testing.assert_allclose(layerwise.signal_information(target), ceiling)  # the target itself
    assert layerwise.signal_information_linear(target).isinf().all()
    _, seen = one_step(task, DFA())
    deaf = seen._replace(y=seen.y[torch.randperm(3000, generator=torch.Generator().manual_seed(0))])
    null = layerwise.signal_null(seen)
    assert (null < 0.05).all()
    assert (layerwise.signal_information(deaf) < 0.05).all()
    assert (layerwise.signal_information_linear(deaf) < 0.05).all()
    assert (layerwise.signal_information(seen) > 0.8 * ceiling).all()
    larger = seen._replace(layers=tuple(layer._replace(signal=1e6 * layer.signal) for layer in seen.layers))
    np.testing.assert_allclose(layerwise.signal_information(larger), layerwise.signal_information(seen), atol=0.02)


def test_all_are_recorded_by_run_and_layer_alone_as_in_company(in_double, toy):
    task = in_double(lambda: toy(widths=(6, 5, 4), batch=64))
    protocol = {"epochs": 2, "record": layerwise.DIAGNOSTICS, "progress": False}
    together, alone = (training.train(task, Chained(FA()), runs=runs, **protocol) for runs in (3, [2]))
    for name in layerwise.DIAGNOSTICS:
        assert together[name].shape == (3, 2, 3)
        np.testing.assert_allclose(together[name].sel(run=[2]), alone[name], err_msg=name)


def test_a_probe_changes_nothing(images):
    task = images(batch=10)
    plain, probed = (training.build(task, Direct(TF()), runs=2) for _ in range(2))
    for model in (plain, probed):
        for _ in training.train_epoch(model, training.batches(task)):
            pass
        if model is probed:
            assert probe(model, task.x, task.y).layers[0].H.shape == (2, 20, 16)
        for _ in training.train_epoch(model, training.batches(task)):
            pass
    pairs = zip(plain.encoder.parameters(), probed.encoder.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("measure", layerwise.DIAGNOSTICS.values(), ids=lambda measure: measure.__name__)
def test_a_single_cut_is_refused_with_a_word_of_advice(toy, measure):
    _, seen = one_step(toy(), FA())
    with pytest.raises(ValueError, match=r"Direct\(rule, \(\)\)"):
        measure(seen)
    _, seen = one_step(toy(), Direct(FA(), ()))
    assert measure(seen).shape == (2, 2)
