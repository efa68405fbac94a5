"""Convolutions by rules: the network is the source's, what goes back is what the rule says, the study goes on."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from fa_book.published_numbers import convolutions, results, search
from fa_book.published_numbers.mnist1d_data import mnist_1d
from fa_lib import training
from fa_lib.statistics import interval
from tools.book import ROOT


@pytest.fixture(scope="module")
def task():
    return mnist_1d(samples=300)


def built(way, task, runs=2):
    top, between, learns = convolutions.WAYS[way]
    made = convolutions.convolutions(between)
    return training.build(task, top, encoder=made, runs=runs, learn_encoder=learns)


def test_the_network_is_that_of_the_source(task):
    model = built("BP", task)
    assert model.encoder.m == 125
    count = sum(part[0].numel() for part in (*model.encoder.parameters(), *model.decoder.parameters()))
    assert count == 5210  # as its notebook prints
    kernel, bias, kernel_2, bias_2, kernel_3, bias_3 = (part.detach() for part in model.encoder.parameters())
    h = task.x[:7, None]  # by one-dimensional convolutions
    for weight, more in ((kernel, bias), (kernel_2, bias_2), (kernel_3, bias_3)):
        h = torch.relu(functional.conv1d(h, weight[1][:, :, 0], more[1], stride=2, padding=1))
    assert torch.allclose(model.encoder(task.x[:7])[1], h.flatten(1), atol=1e-5)


def test_signs_go_back_through_every_kernel(task):
    """A step of one run by autograd, with the weights of the way back exchanged for their signs times a size."""
    model = built("signs of one size", task, runs=1)
    x, y = task.x[:20], task.y[:20]
    model.step(x, y)
    w1, b1, w2, b2, w3, b3 = (part.detach()[0].clone().requires_grad_() for part in model.encoder.parameters())
    W, b = (part.detach()[0] for part in model.decoder.parameters())

    def conv(h, weight, bias):
        """Forward through the weight, backward to h through its signs."""
        signed = weight.detach().sign() * (2 / weight[0].numel()) ** 0.5
        options = {"stride": (1, 2), "padding": (0, 1)}
        exact = functional.conv2d(h.detach(), weight, bias, **options)
        back = functional.conv2d(h, signed, **options)
        return exact + back - back.detach()

    h1 = torch.relu(functional.conv2d(x[:, None, None], w1, b1, stride=(1, 2), padding=(0, 1)))
    h2 = torch.relu(conv(h1, w2, b2))
    H = torch.relu(conv(h2, w3, b3)).flatten(1)
    error = (torch.softmax(H.detach() @ W.T + b, 1) - y) / len(x)
    H.backward(error @ (W.sign() * (2 / 125) ** 0.5))
    for ours, theirs in zip(model.encoder.parameters(), (w1, b1, w2, b2, w3, b3), strict=True):
        assert torch.allclose(ours.grad[0], theirs.grad, atol=1e-6)


def test_ways_differ_in_what_they_say_and_some_learn_nothing(task):
    with pytest.raises(ValueError, match="way must be one of BP, FA at the top, FA, signs"):
        convolutions.learned("DFA")
    still = built("last layer only", task, runs=1)
    before = [part.detach().clone() for part in still.encoder.parameters()]
    training.trained(still, 1)
    assert all(torch.equal(*pair) for pair in zip(before, still.encoder.parameters(), strict=True))
    ends = {way: convolutions.learned(way, runs=2, epochs=3, task=task).test_accuracy.values for way in ("BP", "FA")}
    assert not np.array_equal(ends["BP"], ends["FA"])


def test_the_study_goes_on_where_it_was_and_reads_back(tmp_path, monkeypatch, task):
    monkeypatch.setattr(convolutions, "mnist_1d", lambda: task)
    into = tmp_path / "convolutions.nc"
    words = ["--runs", "2", "--epochs", "1", "--grid-epochs", "1", "--out", str(tmp_path / "parts")]
    assert convolutions.main([*words, "--into", str(into)]) == 0
    monkeypatch.setattr(convolutions, "learned", None)  # nothing is computed twice
    assert convolutions.main([*words, "--into", str(into)]) == 0
    found = search.load(into)
    assert list(found) == list(convolutions.WAYS)
    for way, data in found.items():
        assert data.test_accuracy.dims == ("run", "epoch")
        assert data.epoch.values.tolist() == [0]
        assert (data.sizes["run"], data.held_out.shape) == (2, (2, 2))
        assert data.held_out.isnull().all() if way == "BP" else data.held_out.notnull().all()
        best = 1 if way == "BP" else int(data.held_out.mean("grid_run").argmax("factor"))
        assert data.attrs["lr"] == pytest.approx(convolutions.FACTORS[best] * convolutions.LR)


@pytest.mark.parametrize("name", ["convolutions.nc", "replication/convolutions-2026.nc"])
def test_both_seeds_say_what_the_chapter_on_systems_says(name):
    found = results.accuracies(search.load(ROOT / "book/results" / name))
    less = {way: {other: interval(found[way] - found[other]) for other in found} for way in found}
    assert less["FA"]["last layer only"].low > 0
    assert less["FA"]["BP"].high < 0
    assert less["FA at the top"]["FA"].low > 0
    nearest = max((way for way in found if way != "BP"), key=lambda way: less[way]["BP"].mean)
    assert nearest == "signs of one size"
    assert less["signs"]["FA at the top"].mean > 0
