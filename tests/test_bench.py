"""The benchmark still runs; how fast is not asked here."""

import pytest

from fa_lib import TF
from tools import bench


@pytest.mark.parametrize("name", ["ib", "mnist_regression"])
def test_a_line_of_the_table_holds_two_times_and_a_memory(name):
    ours, theirs = bench.FORK.Pipe()
    bench.cell(name, TF(), 1, True, theirs)
    alone, measured, memory = ours.recv()
    assert alone > 0
    assert measured > 0
    assert memory > 50  # MiB: torch alone takes more


def test_mnist_is_cut_and_scaled_to_an_epoch():
    task, scale = bench.cut("mnist", 3)
    assert (len(task.x), len(task.test_x)) == (192, 32)
    assert scale == 60_000 / 192
    whole, one = bench.cut("ib", 3)
    assert (len(whole.x), one) == (3277, 1)


def test_binned_information_is_timed():
    assert bench.binned_information(runs=2, repeats=2) > 0
