"""Pairs of H and Y whose mutual information is known, and what the estimators read there.

An estimate on a trained network cannot be checked: nobody knows the truth. On the cases of this file it is known, from
a formula or from a sum, so that an estimator's bias and spread can be measured at any number of samples and units.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy.integrate import quad
from scipy.special import entr, log_expit

from fa_lib.random import numpy_generator


class Case(NamedTuple):
    """A joint distribution of H and Y."""

    bits: float  # its mutual information
    draw: Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]  # (generator, n) -> H (n, m), Y (n, p)


def normal_pair(m: int, correlation: float) -> Case:
    """Normal H of m independent units and a normal Y that correlates with their sum; exactly known.

    Args:
        m: units of H.
        correlation: between Y and the best linear prediction of it, from -1 to 1 without the ends. 0 is independence.
    """
    if not -1 < correlation < 1:
        raise ValueError(f"correlation must lie between -1 and 1, got {correlation!r}")

    def draw(generator, n):
        H, noise = generator.standard_normal((n, m)), generator.standard_normal((n, 1))
        return H, correlation * H.sum(axis=1, keepdims=True) / np.sqrt(m) + np.sqrt(1 - correlation**2) * noise

    return Case(float(np.log2(1 / (1 - correlation**2)) / 2), draw)


def independent(m: int, classes: int = 2) -> Case:
    """Uniform H on (-1, 1)^m, as tanh units fill it, and classes at random: no information at all."""

    def draw(generator, n):
        return generator.uniform(-1, 1, (n, m)), generator.integers(classes, size=(n, 1))

    return Case(0.0, draw)


def halves(m: int, flipped: float = 0.0) -> Case:
    """Uniform H on (-1, 1)^m; Y says on which side of a plane through 0 it lies, and lies with a probability.

    With flipped = 0 this is a deterministic map, of 1 bit; the plane crosses the bins of every unit.
    """
    if not 0 <= flipped <= 1:
        raise ValueError(f"flipped must be a probability, got {flipped!r}")

    def draw(generator, n):
        H = generator.uniform(-1, 1, (n, m))
        return H, (H.sum(axis=1, keepdims=True) > 0) ^ (generator.uniform(size=(n, 1)) < flipped)

    return Case(float(1 - (entr(flipped) + entr(1 - flipped)) / np.log(2)), draw)


def corners(m: int, flipped: float = 0.0) -> Case:
    """As `halves`, but Y says whether the first two units have different signs: nothing that a line could read."""
    if m < 2:
        raise ValueError(f"corners needs two units at least, got m = {m}")
    bits = halves(m, flipped).bits

    def draw(generator, n):
        H = generator.uniform(-1, 1, (n, m))
        return H, (H[:, :1] > 0) ^ (H[:, 1:2] > 0) ^ (generator.uniform(size=(n, 1)) < flipped)

    return Case(bits, draw)


def normal_density(t):
    """Of a standard normal at t; scipy.stats, which has it too, takes half a second to load."""
    return np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)


def clouds(m: int, distance: float) -> Case:
    """Two round normal clouds of unit variance, equally likely, their centres a distance apart; Y says which.

    The closest to what a trained layer looks like. Only the coordinate along the line of centres counts, so that the
    information is one integral for every m.
    """

    def draw(generator, n):
        Y = generator.integers(2, size=(n, 1))
        return generator.standard_normal((n, m)) + (Y - 0.5) * distance / np.sqrt(m), Y

    def lost(h):  # density of h given Y = 1 times the surprise, in bits, of hearing that Y = 1
        return -normal_density(h - distance / 2) * log_expit(distance * h) / np.log(2)

    middle = distance / 2
    return Case(1 - quad(lost, middle - 40, middle + 40, points=[0, middle], limit=200)[0], draw)


def table(joint) -> Case:
    """Discrete H and Y with the given joint probabilities, (value of H, value of Y); known from the sum."""
    joint = np.asarray(joint, np.float64)
    if joint.ndim != 2 or (joint < 0).any() or not np.isclose(joint.sum(), 1):
        raise ValueError("joint must be a table of probabilities that add up to 1")
    nats = entr(joint.sum(axis=0)).sum() + entr(joint.sum(axis=1)).sum() - entr(joint).sum()

    def draw(generator, n):
        h, y = np.unravel_index(generator.choice(joint.size, size=n, p=joint.ravel() / joint.sum()), joint.shape)
        return h[:, None].astype(np.float64), y[:, None]

    return Case(float(nats / np.log(2)), draw)


def linear_dynamics(W, B, *, step: float = 0.2, steps: int = 20) -> Case:
    """The idealised dynamics after some steps, from standard normal H0 and Y that know nothing of each other.

    H stays linear in H0 and Y: H = H0 (I - W S B) + Y S B with S = mu (I + Q + ... + Q^(steps-1)), Q = I - mu B W.
    Hence H and Y are jointly normal and their information is known, at every step.

    Args:
        W: decoder, (m, p).
        B: feedback matrix, (p, m).
        step: step size mu.
        steps: number of steps.

    Source: Cheng & Brown 2023, Eq. 10, solved.
    """
    W, B = np.asarray(W, np.float64), np.asarray(B, np.float64)
    if W.ndim != 2 or B.shape != W.shape[::-1]:
        raise ValueError(f"W must be (m, p) and B (p, m), got {W.shape} and {B.shape}")
    p, Q = B.shape[0], np.eye(B.shape[0]) - step * B @ W
    S = sum((step * np.linalg.matrix_power(Q, k) for k in range(steps)), np.zeros((p, p)))
    kept, written = np.eye(len(W)) - W @ S @ B, S @ B  # (m, m), (p, m): what H holds of H0 and of Y

    def draw(generator, n):
        H0, Y = generator.standard_normal((n, len(W))), generator.standard_normal((n, p))
        return H0 @ kept + Y @ written, Y

    signal = np.linalg.solve(kept.T, written.T)  # (m, p)
    return Case(float(np.linalg.slogdet(np.eye(p) + signal.T @ signal)[1] / (2 * np.log(2))), draw)


def survey(
    cases: Mapping[str, Case],
    estimators: Mapping[str, Callable],
    *,
    n: Sequence[int] = (100, 300, 1000, 3000),
    repeats: int = 10,
    seed: int = 0,
) -> xr.Dataset:
    """What each estimator reads in each case, and how far from the truth.

    Args:
        cases: the cases, by name.
        estimators: called as estimator(H, Y) with H (repeat, n, m) and Y (repeat, n, p), returning bits (repeat,); by
            name.
        n: numbers of samples.
        repeats: data sets per case and n; all estimators read the same ones.
        seed: seed of the data; repeat r depends on (seed, r) and the case alone.

    Returns:
        Dataset with `reading` (case, n, estimator, repeat), its mean less the truth `bias` and its standard deviation
        `spread` (case, n, estimator), and the truth `bits` (case,), all in bits.

    Raises:
        ValueError: for nothing to survey or fewer than 2 repeats.
    """
    if not cases or not estimators or not len(n):
        raise ValueError("survey needs one case, one estimator and one n at least")
    if repeats < 2:
        raise ValueError(f"a spread needs 2 repeats at least, got {repeats}")
    reading = np.empty((len(cases), len(n), len(estimators), repeats))
    for i, case in enumerate(cases.values()):
        for j, count in enumerate(n):
            drawn = [case.draw(numpy_generator(seed, repeat, "data"), count) for repeat in range(repeats)]
            H, Y = (np.stack(parts) for parts in zip(*drawn, strict=True))  # (repeat, n, m), (repeat, n, p)
            reading[i, j] = [estimator(H, Y) for estimator in estimators.values()]
    found = xr.Dataset(
        {
            "reading": (("case", "n", "estimator", "repeat"), reading),
            "bits": ("case", [case.bits for case in cases.values()]),
        },
        coords={"case": list(cases), "n": list(n), "estimator": list(estimators)},
        attrs={"seed": seed, "units": "bits"},
    )
    return found.assign(bias=found.reading.mean("repeat") - found.bits, spread=found.reading.std("repeat", ddof=1))
