"""The nonlinear readout against numpy's least squares on features written out, and on classes no line parts."""

import numpy as np
import pytest
import torch

from fa_lib import probes
from fa_lib.random import generator


def normal(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def slow(H, y, at, features, seed, run):
    """One run: features by hand, least squares by numpy."""
    a = torch.randn(H.shape[1] + 1, features, generator=generator(seed, run, "probe")).numpy().astype(float)
    centre, size = H.mean(0), np.sqrt(((H - H.mean(0)) ** 2).mean())
    h, there = (H - centre) / size, (at - centre) / size
    columns = [np.hstack([part, np.tanh(part @ a[:-1] + a[-1]), np.ones((len(part), 1))]) for part in (h, there)]
    return columns[1] @ np.linalg.lstsq(columns[0], y, rcond=None)[0]


@pytest.mark.parametrize("runs", [None, [5, 2]])
def test_it_is_least_squares_on_random_features(runs):
    H, at, y = 3 + 2 * normal(2, 80, 3), 3 + 2 * normal(2, 9, 3, seed=1), normal(80, 2, seed=2)
    got = probes.nonlinear_readout(H, y, at=at, features=6, seed=7, runs=runs)
    assert got.shape == (2, 9, 2)
    for position, run in enumerate(runs or [0, 1]):
        expected = slow(H[position].numpy(), y.numpy(), at[position].numpy(), 6, 7, run)
        np.testing.assert_allclose(got[position], expected, atol=1e-6)
    fitted = probes.nonlinear_readout(H, y, features=6, seed=7, runs=runs)
    torch.testing.assert_close(fitted, probes.nonlinear_readout(H, y, at=H, features=6, seed=7, runs=runs))


def test_it_parts_what_no_line_can():
    H, at = normal(1, 2000, 2), normal(1, 1000, 2, seed=1)
    corner, there = (((part[0] > 0).sum(1) == 1).double()[:, None] for part in (H, at))
    rates = [((readout(H, corner, at=at)[0] > 0.5) == (there > 0.5)).double().mean()
             for readout in (probes.readout, probes.nonlinear_readout)]  # fmt: skip
    assert rates[0] < 0.6
    assert rates[1] > 0.95


def test_neither_unit_nor_origin_matters():
    H, y = normal(1, 200, 3), normal(200, 1, seed=1)
    torch.testing.assert_close(
        probes.nonlinear_readout(1000 * H - 70, y, features=20),
        probes.nonlinear_readout(H, y, features=20),
        atol=1e-6,
        rtol=0,
    )


def test_a_constant_predicts_the_mean():
    y = normal(40, 2)
    torch.testing.assert_close(probes.nonlinear_readout(torch.full((1, 40, 3), 0.3), y)[0], y.mean(0).expand(40, 2))


@pytest.mark.parametrize(
    "options", [{"features": 0}, {"features": 2.0}, {"features": True}, {"runs": [1]}, {"runs": 2}]
)
def test_it_names_what_does_not_fit(options):
    with pytest.raises(ValueError, match=f"{next(iter(options))} must"):
        probes.nonlinear_readout(normal(2, 20, 3), normal(20, 1), **options)
