"""Sparse feedback, bits of a binned layer, and two tasks in turn, against what must come out of small cases."""

import math

import numpy as np
import pytest
import torch

from fa_book.systems import compression, continual, sparse
from fa_lib import tasks, training
from fa_lib.feedback import FA


def test_sparse_feedback_keeps_so_many_entries_and_a_units_share():
    dense = FA().draw(10, 2000, runs=[0, 1], seed=3).B
    for kept in (1, 3, 10):
        B = sparse.SparseFA(kept=kept).draw(10, 2000, runs=[0, 1], seed=3).B
        assert ((B != 0).sum(1) == kept).all()
        assert torch.allclose(B[B != 0], dense[B != 0] * math.sqrt(10 / kept))
        assert float((B**2).mean() / (dense**2).mean()) == pytest.approx(1, abs=0.06)
    assert torch.equal(B, dense)
    one, both = (sparse.SparseFA().draw(10, 5, runs=runs, seed=3).B for runs in ([1], [0, 1]))
    assert torch.equal(one[0], both[1])
    with pytest.raises(ValueError, match="kept must be"):
        sparse.SparseFA(kept=0)


def test_bits_are_those_of_counted_bins():
    four = torch.tensor([[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]])
    assert compression.entropy_bits(four, 0.5) == pytest.approx([2.0])
    assert compression.entropy_bits(four, 5.0) == pytest.approx([0.0])
    assert compression.entropy_bits(torch.zeros(1, 4, 2)) == pytest.approx([0.0])
    doubled = torch.cat([four, four[:, :1], four[:, :1]], 1)  # shares 1/2, 1/6, 1/6, 1/6
    assert compression.entropy_bits(doubled, 0.5) == pytest.approx([0.5 + 0.5 * math.log2(6)])
    # the range's bins do not see a change of unit, those of one width do
    H = torch.randn(1, 500, 3, generator=torch.Generator().manual_seed(0))
    assert compression.entropy_bits(3 * H) == pytest.approx(compression.entropy_bits(H))
    assert compression.entropy_bits(H / 30, 0.1) < compression.entropy_bits(H, 0.1)


def test_rows_of_bins_are_counted_as_rows():
    for columns, many in ((3, 5), (12, 31), (40, 31)):  # the last do not fit into one number
        draw = np.random.default_rng(columns)
        bins = draw.integers(-many, many, (60, columns))[draw.integers(0, 60, 500)]
        assert (compression._alike(bins) == np.unique(bins, axis=0, return_counts=True)[1]).all()


def test_late_fall_looks_at_the_second_half():
    data = compression.xr.DataArray([[9.0, 1, 5, 7, 6]], dims=("run", "epoch"))
    assert compression.late_fall(data) == pytest.approx([1.0])


def test_two_tasks_in_turn():
    first = tasks.ib()
    second = continual.second_task(first)
    assert torch.equal(first.x.sum(1), second.x.sum(1))
    assert not torch.equal(first.x, second.x)
    assert torch.equal(first.y, second.y)
    data = continual.in_turn({"FA": FA()}, runs=2, epochs=60, lr=3e-2)
    assert set(data.data_vars) == {"learned", "kept", "readable", "second", "fresh"}
    assert (data.learned > 0.7).all()
    assert (data.second > 0.7).all()
    task = first.change(widths=(16, 16), lr=3e-2)
    alone = training.fit(training.build(task, FA(), runs=2), epochs=60, measure_every=60)
    assert np.allclose(data.learned[0], alone.test_accuracy[:, -1], atol=1e-6)
    assert (abs(data.kept - data.learned) > 1e-3).all()  # the second task has moved the encoder
    alone = continual.in_turn({"FA": FA()}, runs=1, epochs=60, lr=3e-2)
    assert np.allclose(alone.readable[0, 0], data.readable[0, 0], atol=0.02)
