"""The probes against numpy's least squares, textbook angles, and formulas written out."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError

from fa_lib import BP, FA, probes, train

modest = settings(deadline=None, derandomize=True, max_examples=40)


def normal(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def slow_readout(H, y, at, *, intercept):
    """One run, by numpy's SVD least squares."""
    columns, where = (np.hstack([part, np.ones((len(part), 1))]) if intercept else part for part in (H, at))
    return where @ np.linalg.lstsq(columns, y, rcond=1e-5)[0]


@pytest.mark.parametrize("intercept", [True, False])
@modest
@given(st.integers(1, 3), st.integers(2, 30), st.integers(1, 5), st.integers(1, 3), st.integers(0, 1000), st.booleans())
def test_readout_is_least_squares(intercept, runs, samples, m, p, seed, own_target):
    H, at = normal(runs, samples, m, seed=seed) + 2, normal(runs, 7, m, seed=seed + 1) + 2
    y = normal(runs, samples, p, seed=seed + 2) + 1 if own_target else normal(samples, p, seed=seed + 2) + 1
    fitted = probes.readout(H, y, intercept=intercept)
    held_out = probes.readout(H, y, intercept=intercept, at=at)
    assert fitted.dtype == torch.float64
    assert held_out.shape == (runs, 7, p)
    for r in range(runs):
        h, target = H[r].numpy(), (y[r] if own_target else y).numpy()
        expected = slow_readout(h, target, h, intercept=intercept)
        np.testing.assert_allclose(fitted[r], expected, atol=1e-6)
        if samples > m + 1:  # else many solutions fit, and each speaks differently elsewhere
            expected = slow_readout(h, target, at[r].numpy(), intercept=intercept)
            np.testing.assert_allclose(held_out[r], expected, atol=1e-5)


@pytest.mark.parametrize("intercept", [True, False])
def test_readout_of_dependent_units_is_that_of_the_independent_ones(intercept):
    H, y = normal(2, 50, 3), normal(50, 2, seed=1)
    doubled = torch.cat([H, H[..., :1] - 2 * H[..., 1:2], torch.zeros(2, 50, 1)], 2)
    expected = probes.readout(H, y, intercept=intercept)
    torch.testing.assert_close(probes.readout(doubled, y, intercept=intercept), expected)
    single = probes.readout(doubled.float(), y.float(), intercept=intercept)  # dependent but for float32's rounding
    torch.testing.assert_close(single, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, -7.7])
def test_readout_of_a_constant_predicts_the_mean(value):
    y = normal(33, 2)
    H = torch.full((1, 33, 4), value)
    torch.testing.assert_close(probes.readout(H, y)[0], y.mean(0).expand(33, 2))


def test_readout_leaves_no_residual_that_h_could_explain():
    H, y = normal(2, 40, 4) + 1, normal(40, 3, seed=1)
    residual = y - probes.readout(H, y)
    assert (H.mT @ residual).abs().max() < 1e-10
    assert residual.mean(1).abs().max() < 1e-12
    bare = y - probes.readout(H, y, intercept=False)
    assert (H.mT @ bare).abs().max() < 1e-10
    assert bare.mean(1).abs().max() > 1e-3
    assert (residual**2).sum() < (bare**2).sum()


@pytest.mark.usefixtures("own_words")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((torch.zeros(5, 2), torch.zeros(5, 1)), r"H must be \(run, sample, m\).*got \(5, 2\)"),
        ((torch.zeros(1, 0, 2), torch.zeros(0, 1)), r"none of them empty, got \(1, 0, 2\)"),
        ((torch.zeros(1, 5, 2), torch.zeros(4, 1)), r"over the samples of H, got H \(1, 5, 2\) and y \(4, 1\)"),
        ((torch.zeros(1, 5, 2), torch.zeros(5)), r"y must be \(sample, p\).*and y \(5,\)"),
        ((torch.zeros(2, 5, 2), torch.zeros(3, 5, 1)), r"and y \(3, 5, 1\)"),
        ((torch.full((1, 5, 2), torch.nan), torch.zeros(5, 1)), "H must be finite"),
        ((torch.zeros(1, 5, 2), torch.full((5, 1), torch.inf)), "y must be finite"),
    ],
)
def test_readout_names_what_does_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        probes.readout(*arguments)


@pytest.mark.usefixtures("own_words")
def test_readout_names_a_place_that_does_not_fit():
    with pytest.raises(ValueError, match=r"at must have the runs and units of H, got at \(1, 9, 3\)"):
        probes.readout(torch.zeros(1, 5, 2), torch.zeros(5, 1), at=torch.zeros(1, 9, 3))
    with pytest.raises(ValueError, match=r"at must be \(run, sample, m\)"):
        probes.readout(torch.zeros(1, 5, 2), torch.zeros(5, 1), at=torch.zeros(9, 2))


@modest
@given(st.integers(1, 3), st.integers(1, 6), st.integers(1, 4), st.integers(0, 1000))
def test_angle_is_the_arc_cosine(runs, samples, m, seed):
    a, b = normal(runs, samples, m, seed=seed), normal(runs, samples, m, seed=seed + 1)
    for r, got in enumerate(probes.angle(a, b)):
        one, other = a[r].flatten().numpy(), b[r].flatten().numpy()
        cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
        assert got.item() == pytest.approx(math.degrees(math.acos(np.clip(cosine, -1, 1))), abs=1e-4)


def test_angles_known_by_heart():
    a = torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
    for b, degrees in (
        ([1, 0], 0),
        ([1, 1], 45),
        ([0, 2], 90),
        ([-1, 1], 135),
        ([-3, 0], 180),
        ([1, 1e-6], 5.72958e-5),
    ):
        got = probes.angle(a, torch.tensor([[b, [0.0, 0.0]]], dtype=torch.float64))
        assert got.item() == pytest.approx(degrees, rel=1e-5)
    assert probes.angle(torch.cat([a, 0 * a]), torch.cat([a, a])).isnan().tolist() == [False, True]


@pytest.mark.usefixtures("own_words")
def test_angle_names_signals_of_different_shape():
    with pytest.raises(ValueError, match=r"one shape .*got \(1, 2, 3\) and \(1, 2, 4\)"):
        probes.angle(torch.zeros(1, 2, 3), torch.zeros(1, 2, 4))
    with pytest.raises(ValueError, match=r"got \(3,\) and \(3,\)"):
        probes.angle(torch.zeros(3), torch.zeros(3))


def test_effective_rank_of_known_spectra():
    q = torch.linalg.qr(normal(40, 4) - normal(40, 4).mean(0))[0]  # orthonormal columns that sum to zero
    q = torch.linalg.qr(q - q.mean(0))[0]
    equal, pair = q @ torch.eye(4, dtype=torch.float64), q * torch.tensor([3.0, 1.0, 0.0, 0.0])
    expected = math.exp(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))  # singular values 3 and 1
    got = probes.effective_rank(torch.stack([equal, pair, q[:, :1].expand(40, 4)]) + 5)  # centring removes the 5
    torch.testing.assert_close(got, torch.tensor([4.0, expected, 1.0], dtype=torch.float64), atol=1e-4, rtol=0)


@modest
@given(st.integers(1, 40), st.integers(1, 4), st.integers(0, 10_000))
def test_effective_rank_of_a_constant_is_zero(samples, m, seed):
    row = normal(1, 1, m, seed=seed)
    assert probes.effective_rank(row.expand(1, samples, m)).item() == 0
    assert probes.effective_rank(row.float().expand(1, samples, m)).item() == 0


@modest
@given(st.integers(1, 3), st.integers(2, 20), st.integers(1, 4), st.integers(0, 1000))
def test_effective_rank_lies_between_one_and_m(runs, samples, m, seed):
    rank = probes.effective_rank(normal(runs, samples, m, seed=seed))
    assert (rank >= 1 - 1e-9).all()
    assert (rank <= m + 1e-9).all()


@pytest.mark.usefixtures("own_words")
def test_a_probe_of_h_alone_names_what_does_not_fit():
    for H in (torch.zeros(5, 2), torch.zeros(0, 5, 2)):
        with pytest.raises(ValueError, match=r"H must be \(run, sample, m\)"):
            probes.effective_rank(H)
    with pytest.raises(ValueError, match="H must be finite"):
        probes.effective_rank(torch.full((1, 5, 2), torch.nan))


def test_alignment_is_the_angle_to_the_exact_gradient(toy):
    task = toy()
    kept = {"sent": lambda seen: seen.signal, "error_at_z": lambda seen: seen.error, "W": lambda seen: seen.W}
    exact, random = (train(task, rule, runs=2, epochs=1, progress=False, record={"angle": probes.alignment, **kept})
                     for rule in (BP(), FA()))  # fmt: skip
    np.testing.assert_allclose(exact["angle"], 0, atol=1e-3)
    sent, error, W = (random[name].values[:, 0].astype(float) for name in kept)
    for run in range(2):
        a, b = sent[run].ravel(), (error[run] @ W[run]).ravel()
        expected = math.degrees(math.acos(a @ b / math.sqrt((a @ a) * (b @ b))))
        assert random["angle"].values[run, 0] == pytest.approx(expected, abs=1e-3)


def test_the_tests_look_at_the_shapes_that_the_annotations_say():
    H, y = torch.ones(2, 5, 3), torch.ones(5, 1)
    with pytest.raises(TypeCheckError):
        probes.readout(H, y, at=torch.ones(2, 9, 4))
    with pytest.raises(TypeCheckError):
        probes.effective_rank(H.long())
    assert probes.readout(H, y, at=torch.ones(2, 9, 3)).shape == (2, 9, 1)
