"""The law on trial where H moves freely: problems, signals of every kind, and slopes by finite differences."""

from collections.abc import Callable, Mapping

import numpy as np


def problem(n: int = 200, m: int = 5, p: int = 3, seed: int = 0) -> dict[str, np.ndarray]:
    """H (n, m), one-hot Y (n, p) that H tells something of, W (m, p) and B (p, m), all random."""
    random = np.random.default_rng(seed)
    label = random.integers(p, size=n)
    H = random.standard_normal((n, m)) + random.standard_normal((p, m))[label]
    W, B = random.standard_normal((m, p)), random.standard_normal((p, m))
    return {"H": H, "Y": np.eye(p)[label], "W": W, "B": B}


def with_intercept(H: np.ndarray, Y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """H and Y without their means: what a readout with intercept sees."""
    return H - H.mean(0), Y - Y.mean(0)


def best(H: np.ndarray, Y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The best readout theta (m, p), its residual r (n, p) and P = r'r (p, p)."""
    theta = np.linalg.lstsq(H, Y, rcond=None)[0]
    r = H @ theta - Y
    return theta, r, r.T @ r


def loss(H: np.ndarray, Y: np.ndarray) -> float:
    """L_R, the sum of the best readout's squared residuals."""
    return float((best(H, Y)[1] ** 2).sum())


def slope(of: Callable[[float], float | np.ndarray], size: float) -> float | np.ndarray:
    """Derivative at 0 by central differences of the sixth order, with steps of this size."""
    one, two, three = (of(k * size) - of(-k * size) for k in (1, 2, 3))
    return (45 * one - 9 * two + three) / (60 * size)


def measured(H: np.ndarray, Y: np.ndarray, S: np.ndarray, *, intercept: bool = False) -> float:
    """dL_R / dt while H moves by S, by finite differences."""
    prepare = with_intercept if intercept else lambda *pair: pair
    size = 2e-3 * np.linalg.norm(H) / np.linalg.norm(S)
    return slope(lambda t: loss(*prepare(H + t * S, Y)), size)


def worst(predicted: Mapping[str, float], seen: Mapping[str, float]) -> float:
    """The largest distance between a predicted and a measured rate, in shares of the largest rate."""
    scale = max(abs(value) for value in seen.values())
    return max(abs(predicted[name] - seen[name]) for name in seen) / scale


def free_turn(n: int, m: int, draws: int, seed: int = 0) -> np.ndarray:
    """The clock at which b comes to point where theta points, in units of 1 / |b|, of random draws, (draws,).

    p = 1, H and Y independent standard normal, b at random: -s / (s^2 + kappa), below 0 where it does from the start.
    """
    random, found = np.random.default_rng(seed), []
    for _ in range(draws):
        H, y, b = random.standard_normal((n, m)), random.standard_normal((n, 1)), random.standard_normal(m)
        b /= np.linalg.norm(b)
        theta, _, rho = best(H, y)
        s, kappa = float(b @ theta[:, 0]), float(rho[0, 0] * b @ np.linalg.solve(H.T @ H, b))
        found.append(-s / (s * s + kappa))
    return np.array(found)


def certain_turn(H: np.ndarray, Y: np.ndarray, B: np.ndarray) -> float:
    """The clock c beyond which H + c Y B is taught by B for certain, tr(P B theta) > 0; below 0 if from the start.

    L_R is tr M^-1 with M' = S + 2 c N, S = B theta P^-1 + its transpose and N = B (theta P^-1 theta' + (H'H)^-1) B',
    all at c = 0. M' is positive definite once 2 c is above minus the lowest eigenvalue of N^-1/2 S N^-1/2. With one
    output this is the moment itself, -s / (s^2 + kappa).

    Args:
        H: (n, m).
        Y: (n, p).
        B: (p, m), of rank p.
    """
    theta, _, P = best(H, Y)
    inverse = np.linalg.inv(P)
    S = B @ theta @ inverse
    N = B @ (theta @ inverse @ theta.T + np.linalg.inv(H.T @ H)) @ B.T
    root = np.linalg.inv(np.linalg.cholesky(N))
    return float(-np.linalg.eigvalsh(root @ (S + S.T) @ root.T)[0] / 2)


def several_turn(n: int, m: int, p: int, draws: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Of random draws, all of it independent and B of unit rows in the mean: `certain_turn`, and rates past it.

    Returns:
        The clocks, (draws,), and the law's rate dL_R / dt at 1.01 times the clock, or at 0 where it is past, (draws,).
    """
    random, clocks, rates = np.random.default_rng(seed), [], []
    for _ in range(draws):
        H, Y = random.standard_normal((n, m)), random.standard_normal((n, p))
        B = random.standard_normal((p, m)) / m**0.5
        clocks.append(certain_turn(H, Y, B))
        theta, _, P = best(H + max(1.01 * clocks[-1], 0.0) * Y @ B, Y)
        rates.append(-2 * np.trace(P @ B @ theta))
    return np.array(clocks), np.array(rates)
