"""Widget: what the binned estimator reads of H and Y whose information is known, bin by bin, with null and ceiling."""

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import entr, ndtr, ndtri

from fa_book.figures import COLOURS
from fa_book.information import testbed
from fa_book.widgets.base import Widget
from fa_book.widgets.mulberry import uniform
from fa_lib import information
from fa_lib.information._binning import cells

BINS = (0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)
CLASSES = {"number": 1, "two": 2, "ten": 10}
SPREAD = np.sqrt(1 / 12)  # of H, and of Y as a number: that of the paper's uniform numbers between -1/2 and 1/2
SHUFFLES = 5


class Information(Widget):
    """Readings of one draw at all bin sizes. H has m normal units; Y correlates with their sum.

    Args:
        target: what Y is, "number", "two" or "ten": a normal number, or which of so many equally likely classes it
            falls into.
        correlation: between the number and the best prediction of it from H, 0 to 0.99.
        m: hidden units, 1, 2, 3, 4, 6, 8, 12, 16 or 32.
        n: samples, 100 to 20000 in steps of 1, 2, 5.
        bin_size: the bin that is marked, one of `BINS`; H has the standard deviation 0.29.
        seed: seed of the draw, 0 to 999.

    Raises:
        TraitError: for a value out of range.

    Source: Cheng & Brown 2023, Section 2.4 and Fig. 6 (the estimator and its bin of 0.1).
    """

    module = "information"
    target = traitlets.Enum(tuple(CLASSES), "number").tag(sync=True, state=True)
    correlation = traitlets.Float(0.8, min=0, max=0.99).tag(sync=True, state=True)
    m = traitlets.Enum((1, 2, 3, 4, 6, 8, 12, 16, 32), 6).tag(sync=True, state=True)
    n = traitlets.Enum((100, 200, 500, 1000, 2000, 5000, 10000, 20000), 1000).tag(sync=True, state=True)
    bin_size = traitlets.Enum(BINS, 0.1).tag(sync=True, state=True)
    seed = traitlets.Int(0, min=0, max=999).tag(sync=True, state=True)

    def draw(self) -> tuple[NDArray, NDArray, NDArray]:
        """H (n, m), Y (n, 1) and shuffles (shuffle, n) of its samples, which the widget's JavaScript draws too."""
        stream = _Stream(self.seed, 2 * self.n * (self.m + 1) + SHUFFLES * (self.n - 1))
        H, z = testbed.normal_pair(self.m, self.correlation).draw(stream, self.n)
        orders = np.stack([stream.permutation(self.n) for _ in range(SHUFFLES)])
        count = CLASSES[self.target]
        cuts = ndtri(np.arange(1, count) / count)
        return SPREAD * H, SPREAD * z if count == 1 else np.searchsorted(cuts, z, side="right"), orders

    def truth(self) -> float:
        """The true information, in bits."""
        r, count = self.correlation, CLASSES[self.target]
        if count == 1:
            return testbed.normal_pair(self.m, r).bits
        cuts = ndtri(np.arange(count + 1) / count)

        def unknown(t):  # density of H's best prediction t of the number, times the entropy of the class given t
            classes = np.diff(ndtr((cuts - r * t) / np.sqrt(1 - r**2)))
            return testbed.normal_density(t) * entr(classes).sum()

        left = quad(unknown, -9, 9, points=[*cuts[1:-1]], limit=500, epsabs=1e-12, epsrel=1e-12)[0]
        return float(np.log2(count) - left / np.log(2))

    def readings(self) -> dict[str, NDArray]:
        """Bits at every bin size, (bin,), and of the shuffles (bin, shuffle); `samples` in an occupied cell, (bin,)."""
        H, Y, orders = self.draw()
        alone = np.broadcast_to(H, (1 + SHUFFLES, *H.shape))
        paired = np.concatenate([Y[None], Y[orders]])  # (1 + shuffle, n, 1)
        bits = np.stack([information.binned(alone, paired, size) for size in BINS])  # (bin, 1 + shuffle)
        occupied = [len(np.unique(cells(H[None], size, "H").ids)) for size in BINS]
        coded = Y if self.target == "number" else (np.unique(Y) == Y).astype(float)
        return {
            "binned": bits[:, 0],
            "shuffled": bits[:, 1:],
            "ceiling": np.array([information.ceiling(Y, size) for size in BINS]),
            "samples": self.n / np.array(occupied),
            "gaussian": np.full(len(BINS), information.gaussian(H, coded, unbiased=True, doubt=False)),
            "truth": np.full(len(BINS), self.truth()),
        }

    def words(self) -> str:
        bits, at = self.readings(), BINS.index(self.bin_size)
        marked = {name: f"{np.mean(values[at]):.2f}" for name, values in bits.items()}
        return (
            f"Information in bits against bin size from {BINS[0]:g} to {BINS[-1]:g}, for {self.n} samples of {self.m} "
            f"units. At a bin of {self.bin_size:g} an occupied cell holds {marked['samples']} samples, the binned "
            f"estimator reads {marked['binned']} bits, and {marked['shuffled']} with the target shuffled; the ceiling "
            f"is {marked['ceiling']}. The truth is {marked['truth']}, the Gaussian formula reads {marked['gaussian']}."
        )

    def picture(self) -> Figure:
        bits = self.readings()
        figure = Figure(figsize=(6.4, 4.4), dpi=125, layout="constrained")
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        axes.plot(BINS, bits["truth"], color="0.75", linewidth=7, label="truth")
        axes.plot(BINS, bits["gaussian"], color=COLOURS["FA"], label="Gaussian")
        axes.plot(BINS, bits["ceiling"], "--", color="0.4", linewidth=1.5, label="ceiling H(Y)")
        axes.plot(BINS, bits["binned"], color=COLOURS["BP"], linewidth=2.5, label="binned")
        axes.plot(BINS, bits["shuffled"].mean(axis=1), "o", color=COLOURS["null"], markersize=6, mec="white",
                  label="binned, Y shuffled")  # fmt: skip
        axes.set(ylabel="information (bits)", ylim=(min(0, 1.1 * bits["gaussian"].min()), None))
        below.plot(BINS, bits["samples"], color="0.3")
        below.set(xscale="log", yscale="log", xlabel="bin size", ylabel="samples\nin a cell")
        below.set_xticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
        below.yaxis.set_major_formatter("{x:g}")
        below.yaxis.set_minor_formatter("")
        for panel in (axes, below):
            panel.axvline(self.bin_size, color="0.3", linestyle=":", linewidth=1.5)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=5, fontsize=8.5,
                      handlelength=1.5, columnspacing=1.2)  # fmt: skip
        return figure


class _Stream:
    """The numbers that linear.js draws from a seed, under the names that numpy's generator has for them."""

    def __init__(self, seed: int, count: int):
        self._left = uniform(seed, count)

    def uniform(self, shape: tuple[int, ...]) -> NDArray:
        taken, self._left = np.split(self._left, [np.prod(shape)])
        return taken.reshape(shape)

    def permutation(self, n: int) -> NDArray:
        """Fisher and Yates: every place from the last swaps with one up to it."""
        order = list(range(n))
        for i, share in zip(range(n - 1, 0, -1), self.uniform((n - 1,)).tolist(), strict=True):
            other = int(share * (i + 1))
            order[i], order[other] = order[other], order[i]
        return np.array(order)

    def standard_normal(self, shape: tuple[int, ...]) -> NDArray:
        pairs = self.uniform((*shape, 2))
        return np.sqrt(-2 * np.log(1 - pairs[..., 0])) * np.cos(2 * np.pi * pairs[..., 1])
