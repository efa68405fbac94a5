"""MNIST-1D against numbers that the package mnist1d 0.0.2 gave for its published seed, kept here as it gave them."""

import numpy as np
import pytest

from fa_book.published_numbers.mnist1d_data import generate, mnist_1d

DIGITS = [2, 6, 4, 5, 6, 6, 6, 0, 3, 1, 6, 9, 4, 3, 4, 5, 1, 9, 0, 3, 4, 2, 6, 3, 4, 3, 4, 8, 7, 8]
COUNTS = [398, 396, 411, 394, 394, 402, 401, 404, 402, 398]  # of each digit among the 4000 that are trained on
ROWS = {  # sample: its first eight and last three values
    0: [
        -0.332006,
        -0.47191,
        -0.778697,
        -1.009741,
        -0.882353,
        0.103935,
        1.643284,
        1.652507,
        -0.71673,
        -0.961958,
        -0.890166,
    ],
    1: [1.965481, 2.300213, 2.213393, 1.989174, 1.627667, 0.791194, 0.91125, 0.820723, -1.687513, -1.426422, -1.364215],
    2499: [
        -0.806018,
        -0.823954,
        -0.575279,
        -0.47757,
        -0.533096,
        -1.148722,
        -1.023892,
        -0.489954,
        1.418776,
        2.805518,
        3.362262,
    ],
    4999: [
        -0.519329,
        -0.698723,
        -1.281038,
        -2.161015,
        -2.389421,
        -0.242339,
        -0.145678,
        -0.04104,
        0.659876,
        0.877734,
        1.193152,
    ],
}


def test_the_published_seed_gives_the_published_data():
    x, y = generate()
    assert x.shape == (5000, 40)
    assert y[:30].tolist() == DIGITS
    assert np.bincount(y[:4000]).tolist() == COUNTS
    for sample, values in ROWS.items():
        assert np.concatenate([x[sample, :8], x[sample, -3:]]) == pytest.approx(values, abs=1e-6)


def test_the_task_is_split_and_standardised():
    task = mnist_1d(samples=100, seed=7)
    assert not np.array_equal(task.x, mnist_1d(samples=100, seed=8).x)
    assert (len(task.x), len(task.test_x), task.p) == (80, 20, 10)
    whole = np.concatenate([task.x.numpy(), task.test_x.numpy()])
    assert (whole.mean(), whole.std()) == pytest.approx((0, 1), abs=1e-5)
    with pytest.raises(ValueError, match="multiple of 10, the number of classes, got 15"):
        mnist_1d(samples=15)
