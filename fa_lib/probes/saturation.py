"""Dead zones: states that the feedback signal asks for and that tanh cannot reach (paper, Section 2.3).

A unit lives in the box -gamma < H < gamma, with gamma = 1 without scaling. It is *saturated* within a margin of the
box's wall, *blocked* if it is saturated and its signal pushes it further out, and *trapped* if it is blocked while the
gradient pulls it inwards: the loss would fall if it left the wall, and the signal holds it there.

Under BP the signal is the gradient, so no unit is ever trapped; a blocked one stands at a wall because the loss would
be lower beyond it. Under FA the two can differ.

Each function takes a `record.Step` and gives one share a run: hand them to `train` as `record=deadzone.SHARES`.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

MARGIN = 1e-2  # a unit nearer to its wall than this, in units of gamma, is saturated: tanh's slope is below 2 %
NEGLIGIBLE = 0.1  # a push below this share of the run's root mean square does not count


def _near_wall(seen, margin: float) -> Tensor:
    if not 0 < margin < 1:
        raise ValueError(f"margin must lie between 0 and 1, got {margin}")
    return seen.H.abs() > (1 - margin) * seen.gamma[:, -1, None, None].abs()  # (run, sample, unit)


def _push(gradient: Tensor, H: Tensor) -> Tensor:
    """How hard descent pushes each unit outwards, in units of the run's root mean square; (run, sample, unit)."""
    size = gradient.square().mean((1, 2), keepdim=True).sqrt()
    return -gradient * H.sign() / torch.where(size > 0, size, torch.inf)  # a signal of zero pushes nowhere


def _blocked(seen, margin: float, negligible: float) -> Tensor:
    if not 0 <= negligible < float("inf"):
        raise ValueError(f"negligible must be a finite number of 0 or more, got {negligible}")
    return _near_wall(seen, margin) & (_push(seen.signal, seen.H) > negligible)


def saturated(seen, *, margin: float = MARGIN) -> Tensor:
    """Share of (sample, unit) pairs at the wall of the box.

    Args:
        seen: a `record.Step`.
        margin: distance from the wall that counts as touching it, in units of gamma.

    Returns:
        Tensor of shape (run,).

    Raises:
        ValueError: for a margin outside 0 .. 1.

    Source: Cheng & Brown 2023, Section 2.3; the measure is ours.
    """
    return _near_wall(seen, margin).float().mean((1, 2))


def blocked(seen, *, margin: float = MARGIN, negligible: float = NEGLIGIBLE) -> Tensor:
    """Share of (sample, unit) pairs at the wall that their own signal pushes further out: the dead zone of claim C10.

    Args:
        seen: a `record.Step`.
        margin: as in `saturated`.
        negligible: pushes up to this many root mean squares of the signal over the run do not count.

    Returns:
        Tensor of shape (run,).

    Raises:
        ValueError: for a margin outside 0 .. 1 or a negative `negligible`.

    Source: Cheng & Brown 2023, Section 2.3; the measure is ours.
    """
    return _blocked(seen, margin, negligible).float().mean((1, 2))


def trapped(seen, *, margin: float = MARGIN, negligible: float = NEGLIGIBLE) -> Tensor:
    """Share of (sample, unit) pairs that are blocked although the loss falls the other way; 0 under BP.

    Args:
        seen: a `record.Step`.
        margin: as in `saturated`.
        negligible: as in `blocked`, for the signal and for the gradient, each in its own units.

    Returns:
        Tensor of shape (run,).

    Raises:
        ValueError: as for `blocked`.

    Source: Cheng & Brown 2023, Section 2.3; the measure is ours.
    """
    inwards = _push(seen.error @ seen.W, seen.H) < -negligible
    return (_blocked(seen, margin, negligible) & inwards).float().mean((1, 2))


def concordant(seen) -> Tensor:
    """Share of (sample, unit) pairs for which signal and gradient have the same sign; 1 under BP, 1/2 by chance.

    Where it is 1 no unit can be trapped.

    Args:
        seen: a `record.Step`.

    Returns:
        Tensor of shape (run,).

    Source: Liao et al. 2016, who make feedback of that kind.
    """
    return (seen.signal * (seen.error @ seen.W) > 0).float().mean((1, 2))


SHARES = {"saturated": saturated, "blocked": blocked, "trapped": trapped}


def variations(share: Callable) -> dict[str, Callable]:
    """The same share by stricter and laxer definitions, to see what hangs on them.

    Args:
        share: `blocked` or `trapped`.

    Returns:
        Name to function of `Step`, such as "blocked, margin 0.1": to be joined to `SHARES`.
    """
    options = [("margin", 1e-1), ("margin", 1e-3), ("negligible", 0), ("negligible", 1)]
    return {f"{share.__name__}, {name} {value:g}": partial(share, **{name: value}) for name, value in options}
