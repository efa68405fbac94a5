"""Lines about the idealised dynamics: all curves of Fig. 2 against one Gram matrix of the same samples."""

from collections.abc import Iterator

from fa_lib import dynamics
from tools.bench.table import Line
from tools.bench.timing import interleaved


def curves(quick: bool) -> Iterator[Line]:
    """Losses and angle of 20 steps at n = 100 000; the Gram matrix is H'H, H'Y and Y'Y, by numpy."""
    n = 100_000
    for runs in (1, 10):
        H, Y, W, B = dynamics.draw(n=n, runs=runs, redraw="all")

        def gram(H=H, Y=Y):
            return [(h.T @ h, h.T @ y, y.T @ y) for h, y in zip(H, Y, strict=True)]

        sides = {"gram": gram} | {
            solve.__name__: lambda solve=solve, given=(H, Y, W, B): solve(*given)
            for solve in (dynamics.exact, dynamics.simulate)
        }
        taken = interleaved(sides, (5 if quick else 40) // (1 if runs == 1 else 4) + 1)
        for name in ("exact", "simulate"):
            yield Line(f"dynamics.{name}, n = {n}, m = 6, {runs} run{'s' * (runs > 1)}, 20 steps", taken[name],
                       "one Gram matrix a run", taken["gram"], 2, at_least=False)  # fmt: skip
