"""Dead zones: states that the feedback signal asks for and that tanh cannot reach (paper, Section 2.3).

A unit lives in the box -gamma < H < gamma, with gamma = 1 without scaling. It is *saturated* within a margin of the
box's wall, *blocked* if it is saturated and its signal pushes it further out, and *trapped* if it is blocked while the
gradient pulls it inwards: the loss would fall if it left the wall, and the signal holds it there.

Under BP the signal is the gradient, so no unit is ever trapped; a blocked one stands at a wall because the loss would
be lower beyond it. Under FA the two can differ.

Each function gives a share of all (sample, unit) pairs: hand them to `train` as `record=saturation.SHARES`.
"""

import torch
from jaxtyping import Bool
from torch import Tensor

from fa_lib import check
from fa_lib.probes.readouts import Hidden, PerRun
from fa_lib.record import Step

AtWall = Bool[Tensor, "run sample m"]

MARGIN = 1e-2  # a unit nearer to its wall than this, in units of gamma, is saturated: tanh's slope is below 2 %
NEGLIGIBLE = 0.1  # a push below this share of the run's root mean square does not count


def _near_wall(seen: Step, margin: float) -> AtWall:
    if not 0 < margin < 1:
        raise ValueError(f"margin must lie between 0 and 1, got {margin}")
    return seen.H.abs() > (1 - margin) * seen.gamma[:, -1, None, None].abs()


def _push(gradient: Hidden, H: Hidden) -> Hidden:
    """How hard descent pushes each unit outwards, in units of the run's root mean square."""
    size = gradient.square().mean((1, 2), keepdim=True).sqrt()
    return -gradient * H.sign() / torch.where(size > 0, size, torch.inf)  # a signal of zero pushes nowhere


def _blocked(seen: Step, margin: float, negligible: float) -> AtWall:
    check.positive("negligible", negligible, zero=True)
    return _near_wall(seen, margin) & (_push(seen.signal, seen.H) > negligible)


def saturated(seen: Step, *, margin: float = MARGIN) -> PerRun:
    """Share of (sample, unit) pairs at the wall of the box, (run,).

    Args:
        seen: a step.
        margin: distance from the wall that counts as touching it, in units of gamma.

    Raises:
        ValueError: for a margin outside 0 .. 1.

    Source: Cheng & Brown 2023, Section 2.3; the measure is ours.
    """
    return _near_wall(seen, margin).float().mean((1, 2))


def blocked(seen: Step, *, margin: float = MARGIN, negligible: float = NEGLIGIBLE) -> PerRun:
    """Share at the wall that their own signal pushes further out, (run,): the dead zone.

    Args:
        seen, margin: as in `saturated`.
        negligible: pushes up to this many root mean squares of the signal over the run do not count.

    Raises:
        ValueError: for a margin outside 0 .. 1 or a negative `negligible`.
    """
    return _blocked(seen, margin, negligible).float().mean((1, 2))


def trapped(seen: Step, *, margin: float = MARGIN, negligible: float = NEGLIGIBLE) -> PerRun:
    """Share that is blocked although the loss falls the other way, (run,); 0 under BP.

    Arguments and errors as in `blocked`; `negligible` is for the signal and for the gradient, each in its own units.
    """
    inwards = _push(seen.error @ seen.W, seen.H) < -negligible
    return (_blocked(seen, margin, negligible) & inwards).float().mean((1, 2))


def concordant(seen: Step) -> PerRun:
    """Share for which signal and gradient have the same sign, (run,); 1 under BP, 1/2 by chance.

    Where it is 1 no unit can be trapped.

    Source: Liao et al. 2016, who make feedback of that kind.
    """
    return (seen.signal * (seen.error @ seen.W) > 0).float().mean((1, 2))


SHARES = {"saturated": saturated, "blocked": blocked, "trapped": trapped}
