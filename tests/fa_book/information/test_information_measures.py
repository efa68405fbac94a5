"""What the chapter measures besides the library's readings, against the estimators' own calls."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from fa_book.information import testbed
from fa_book.information.decoded_information import classes
from fa_book.information.measures import held_out, over_bins
from fa_lib import information, probes
from fa_lib.record import Snapshot


def test_held_out_fits_on_the_first_and_asks_about_the_last():
    H, Y = testbed.clouds(2, 3).draw(np.random.default_rng(0), 1000)
    got = held_out(np.stack([H, H]), np.stack([Y, Y]), share=0.25)
    target = functional.one_hot(torch.tensor(Y[:750, 0]))
    guess = probes.nonlinear_readout(torch.tensor(H[None, :750]), target, at=torch.tensor(H[None, 750:])).argmax(2)
    expected = information.binned(guess.numpy()[0][:, None], Y[750:], 1, correction="miller-madow")
    assert got[0] == pytest.approx(expected)
    Y[750:] = Y[750:][np.random.default_rng(1).permutation(250)]
    assert held_out(H[None], Y[None])[0] < 0.05


def test_over_bins_is_reading_and_null_for_every_bin():
    H, Y = testbed.clouds(3, 2).draw(np.random.default_rng(0), 700)
    H, y = torch.tensor(H[None]).float(), torch.tensor(Y).float()
    one = Snapshot(H[:, :500], y[:500], H[:, 500:], y[500:])
    got = over_bins([0.2, 0.7], seed=3)(one)
    assert got.shape == (1, 2, 2)
    for place, size in enumerate((0.2, 0.7)):
        np.testing.assert_allclose(got[:, place, 0], information.binned(one.H, classes(one.y), size))
        np.testing.assert_allclose(
            got[:, place, 1], information.shuffle_null(one.H, classes(one.y), size, seed=3)[:, 0]
        )
