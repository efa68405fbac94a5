"""What the tests of the three estimators for continuous H have in common."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def problem():
    """A function of a seed: H (2, 40, m), a Y (2, 40, p) that depends on it, and three classes out of Y (2, 40, 1)."""

    def draw(seed):
        rng = np.random.default_rng(seed)
        m, p = rng.integers(1, 5), rng.integers(1, 4)
        H = rng.normal(size=(2, 40, m)) * np.exp(rng.normal(size=m)) + rng.normal(size=m)
        Y = H[..., :1] + rng.normal(size=(2, 40, p))
        return H, Y, np.digitize(Y[..., :1], [-0.5, 0.5])

    return draw
