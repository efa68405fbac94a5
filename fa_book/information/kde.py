"""Mutual information with noise added to H: bounds from the distances between all pairs of samples.

Noise makes the information of a deterministic H finite without cutting it into bins. With normal noise of one variance
around every sample, H becomes a mixture of as many normals as there are samples. Its entropy has no closed form, but
sums over pairs of samples bound it: from above with the Kullback-Leibler divergence of each pair, from below with the
Chernoff-alpha divergence at 1/2. The class-conditional entropies are bounded in the same way.
"""

import numpy as np

from fa_lib import check, information
from fa_lib.information import _arrays
from fa_lib.information._binning import cells, ranked

BLOCK = 2**17  # distances held at once (1 MB): the passes over them stay in the cache


def kde_bounds(H, Y, noise_variance: float = 1e-3, *, bin_size: float = 0.1, strict: bool = False):
    """Lower and upper estimate of I(H + noise; Y), in bits, for normal noise in every unit.

    As Saxe et al. use them, the lower value takes the lower bound of both entropies, H(T) and H(T|Y), and the upper
    value the upper bound of both. The errors then cancel in part, but neither is a bound of the difference.
    strict=True crosses the bounds: what T = H + noise tells of Y, with the samples for the whole population, then
    lies between the two for sure; where 0 or the entropy of Y's classes is the better bound, it is given. Neither pair
    knows that the samples are few: where the noise does not reach from one sample to the next, both read the entropy
    of Y, as fine bins do.

    Takes n^2 distances: 3 000 samples are quick, of 60 000 take a part.

    Args:
        H: hidden layer, (n, m) or (run, n, m).
        Y: target, (n,), (n, p) or (run, n, p). Its classes are its cells of `bin_size`: a one-hot or integer target
            keeps its classes, a continuous one is cut into bins as in `binned`.
        noise_variance: variance of the noise, in squared units of H. The default is the one in the code of Saxe et al.
            for the network on this task, a standard deviation of 0.03; a bin of 0.1 has the same spread.
        bin_size: width of a bin of Y.
        strict: cross the bounds.

    Returns:
        (lower, upper): two numbers, or two arrays (run,).

    Raises:
        ValueError: for wrong shapes, samples that do not match, NaN or infinities, or a variance or bin size that is
            not positive.

    Source: Kolchinsky & Tracey 2017, Section 4; Saxe et al. 2018.
    """
    check.positive("noise_variance", noise_variance)
    like = H
    H, Y = _arrays.finite_pair(H, Y)
    classes = np.broadcast_to(ranked(cells(Y, bin_size, "Y").ids).ids, H.shape[:2])
    bounds = np.stack([_bounds(h, y, noise_variance, strict) for h, y in zip(H, classes, strict=True)], axis=1)
    if strict:
        upper = np.minimum(bounds[1], [information.entropy(np.bincount(y)) for y in classes])
        bounds = np.stack([np.clip(bounds[0], 0, upper), upper])
    return _arrays.answer(bounds[0], like), _arrays.answer(bounds[1], like)


def _bounds(h: np.ndarray, y: np.ndarray, noise_variance: float, strict: bool) -> np.ndarray:
    """(lower, upper) in bits, of h (n, m) and the classes y (n,) as whole numbers from 0."""
    n = len(h)
    order = np.argsort(y, kind="stable")
    h, y = (h[order] - h.mean(axis=0)) / np.sqrt(8 * noise_variance), y[order]
    starts = np.flatnonzero(np.diff(y, prepend=-1))  # the samples of a class lie behind one another
    sizes = np.diff(starts, append=n)[y]  # (n,), of each sample's class
    square = (h**2).sum(axis=1)
    whole, within = np.zeros(2), np.zeros(2)  # -n times H(T) and H(T|Y), less the noise's own, in nats: (lower, upper)
    step = max(1, BLOCK // n)
    for first in range(0, n, step):
        rows = slice(first, first + step)
        near = h[rows] @ h.T  # (row, n)
        near *= 2
        near -= square
        near -= square[rows, None]
        np.clip(near, -170, 0, out=near)  # what rounding left above 0; exp(-4 * 170) is nothing but not yet denormal
        np.exp(near, out=near)  # exp(-distance^2 / (8 variance)), the overlap of the pair
        for bound in range(2):
            of_class = np.add.reduceat(near, starts, axis=1)  # (row, class)
            own = of_class[np.arange(len(near)), y[rows]]
            whole[bound] += np.log(of_class.sum(axis=1) / n).sum()
            within[bound] += np.log(own / sizes[rows]).sum()
            if bound == 0:
                np.square(np.square(near, out=near), out=near)  # to the fourth: exp(-distance^2 / (2 variance))
    return ((within[::-1] if strict else within) - whole) / n / np.log(2)
