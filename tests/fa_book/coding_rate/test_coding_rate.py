"""The coding rate against its formula, at classes apart and mixed, and what it refuses."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError, config

from fa_book.coding_rate.reduction import coding_rate

modest = settings(deadline=None, derandomize=True, max_examples=40)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture
def own_words():
    """Shapes are not looked at, as in use: what does not fit meets the library's own words."""
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)


def slow_rate(H, epsilon):
    """Half the log-determinant in bits, by eigenvalues of the sample-by-sample matrix (same non-zero ones)."""
    H = H / np.linalg.norm(H, axis=1, keepdims=True)
    n, m = H.shape
    return 0.5 * sum(
        math.log2(max(value, 1e-12)) for value in np.linalg.eigvalsh(np.eye(n) + m / (n * epsilon**2) * H @ H.T)
    )


@modest
@given(st.integers(1, 2), st.integers(2, 12), st.integers(1, 4), st.sampled_from([0.1, 0.5, 2]), st.integers(0, 1000))
def test_coding_rate_against_its_formula(runs, samples, m, epsilon, seed):
    H = normal(runs, samples, m, seed=seed)
    label = np.random.default_rng(seed).integers(0, 3, samples)
    y = torch.tensor(np.eye(3)[label])
    rate, reduction = coding_rate(H, precision=epsilon), coding_rate(H, y, precision=epsilon)
    for r in range(runs):
        h = H[r].numpy()
        expected = slow_rate(h, epsilon)
        assert rate[r].item() == pytest.approx(expected)
        within = sum((label == c).mean() * slow_rate(h[label == c], epsilon) for c in range(3) if (label == c).any())
        assert reduction[r].item() == pytest.approx(expected - within, abs=1e-9)
    assert (rate >= 0).all()
    assert (reduction >= -1e-12).all()  # the log-determinant is concave: knowing the class never costs
    assert (reduction <= rate + 1e-12).all()
    torch.testing.assert_close(coding_rate(3 * H, precision=epsilon), rate)  # only directions count
    torch.testing.assert_close(coding_rate(H, torch.ones(samples, 1), precision=epsilon), 0 * rate)


def test_coding_rate_of_classes_apart_is_larger_than_of_classes_mixed():
    basis = torch.eye(4, dtype=torch.float64).repeat_interleave(10, 0)[None]  # ten samples along each axis
    apart, mixed = torch.arange(40) // 20, torch.arange(40) % 2
    y_apart, y_mixed = (torch.nn.functional.one_hot(label) for label in (apart, mixed))
    assert coding_rate(basis, y_apart) > coding_rate(basis, y_mixed) + 0.1
    assert coding_rate(basis, y_mixed).item() == pytest.approx(0, abs=1e-9)


@pytest.mark.usefixtures("own_words")
def test_coding_rate_names_what_does_not_fit():
    for H in (torch.zeros(5, 2), torch.zeros(0, 5, 2)):
        with pytest.raises(ValueError, match=r"H must be \(run, sample, m\)"):
            coding_rate(H)
    with pytest.raises(ValueError, match="H must be finite"):
        coding_rate(torch.full((1, 5, 2), torch.nan))
    with pytest.raises(ValueError, match="precision must be a finite number above 0, got 0"):
        coding_rate(torch.ones(1, 5, 2), precision=0)
    with pytest.raises(ValueError, match=r"y must be \(sample, p\).*y \(4, 1\)"):
        coding_rate(torch.ones(1, 5, 2), torch.ones(4, 1))


def test_the_tests_look_at_its_shapes():
    with pytest.raises(TypeCheckError):
        coding_rate(torch.ones(2, 5, 3), torch.ones(4, 1))
