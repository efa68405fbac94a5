"""Blocks on MNIST: patches are squares of the image, cuts are where blocks end, the study goes on."""

import numpy as np
import pytest
import torch

from fa_book.published_numbers import blocks, results, search, sources
from fa_lib.statistics import interval
from tools.book import ROOT


@pytest.fixture(scope="module")
def task():
    return blocks.mnist(samples=60, test_samples=20)


def test_a_patch_is_a_square_of_the_image_and_nothing_is_lost():
    image = torch.arange(2.0 * 784).reshape(2, 1, 28, 28)
    rows = blocks.in_patches(image).unflatten(1, (16, 49))
    assert torch.equal(rows[1, 6], image[1, 0, 7:14, 14:21].flatten())
    assert torch.equal(rows.flatten(1).sort().values, image.flatten(1))


def test_blocks_stay_as_they_were_drawn_or_learn_by_their_rule(task):
    with pytest.raises(ValueError, match="way must be one of BP, DFA, last layer only"):
        blocks.learned("FA")
    with pytest.raises(ValueError, match="mixing must be one of linear, attention"):
        blocks.learned("BP", mixing="none", task=task)
    ends = {}
    for mixing in blocks.MIXING:
        for way in blocks.WAYS:
            ends[mixing, way] = blocks.learned(way, mixing=mixing, runs=2, epochs=4, lr=3e-3, task=task).test_accuracy
    assert {values.shape for values in ends.values()} == {(2,)}
    assert len({tuple(values.values) for values in ends.values()}) > 3


def test_the_study_goes_on_where_it_was_and_reads_back(tmp_path, monkeypatch, task):
    monkeypatch.setattr(blocks, "mnist", lambda: task)
    into = tmp_path / "mixer.nc"
    words = ["linear", "--runs", "2", "--epochs", "1", "--grid-epochs", "1", "--out", str(tmp_path / "parts")]
    assert blocks.main([*words, "--into", str(into)]) == 0

    def refused(way, **options):
        raise RuntimeError(f"{way}, {options['mixing']}")

    monkeypatch.setattr(blocks, "learned", refused)
    assert blocks.main([*words, "--into", str(into)]) == 0  # nothing is computed twice
    with pytest.raises(RuntimeError, match="BP, attention"):  # and the other kind has files of its own
        blocks.main(["attention", *words[1:], "--into", str(into)])
    found = search.load(into)
    assert list(found) == list(blocks.WAYS)
    for data in found.values():
        assert (data.test_accuracy.shape, data.held_out.shape) == ((2, 1), (3, 2))
        best = int(data.held_out.mean("grid_run").argmax("factor"))
        assert data.attrs["lr"] == pytest.approx(np.float32(blocks.FACTORS[best] * blocks.LR))


def test_the_table_says_how_large_ours_are():
    said = sources.named("Nakajima 2022, mixer").protocol
    assert f"ours: {(blocks.SIDE // blocks.PATCH) ** 2} patches of {blocks.PATCH} x {blocks.PATCH} pixels" in said
    assert f"{blocks.FEATURES} features" in said
    assert said.endswith(f"batch {blocks.mnist(20, 10).batch}, {blocks.EPOCHS} epochs")


@pytest.mark.parametrize("kind", ["mixer", "transformer"])
def test_the_largest_rate_was_the_best_for_all_as_the_page_says(kind):
    for data in search.load(ROOT / f"book/results/{kind}.nc").values():
        assert int(data.held_out.mean("grid_run").argmax("factor")) == len(blocks.FACTORS) - 1
        assert data.attrs["lr"] == pytest.approx(blocks.FACTORS[-1] * blocks.LR)


@pytest.mark.parametrize("kind", ["mixer", "transformer"])
def test_another_seed_says_both_again(kind):
    folder = ROOT / "book/results"
    seeds = [search.load(folder / name) for name in (f"{kind}.nc", f"replication/{kind}-2026.nc")]
    for found in map(results.accuracies, seeds):
        assert interval(found["DFA"] - found["last layer only"]).low > 0  # taught
        gap = interval(found["DFA"] - found["BP"])
        assert gap.low < -1  # further behind than asked
        assert gap.high < 0
    rates = [{way: round(data.attrs["lr"] / blocks.LR, 1) for way, data in found.items()} for found in seeds]
    changed = {way for way in blocks.WAYS if rates[0][way] != rates[1][way]}
    assert changed == ({"DFA"} if kind == "transformer" else set())
