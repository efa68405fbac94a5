"""How much faster one training is than another of the same runs."""

import numpy as np
import xarray as xr


def speed(fast: xr.Dataset, slow: xr.Dataset, variable: str = "loss") -> np.ndarray:
    """How many times as fast, run by run: the time `slow` took for its final value over the time `fast` takes for it.

    Where `fast` never gets that far the roles are exchanged, and the number is below 1. A curve that follows another
    one s times as fast has the speed s.

    Args:
        fast, slow: Datasets of `training.train` with the same runs and epochs.
        variable: something that falls with learning, such as a loss.

    Returns:
        Array of shape (run,); NaN for a run in which nothing was learned.

    Raises:
        ValueError: if runs or epochs differ, or there is only one epoch.
    """
    same = all(np.array_equal(fast[axis], slow[axis]) for axis in ("run", "epoch"))
    if not same or len(slow.epoch) < 2:
        raise ValueError(
            f"two trainings with the same runs and epochs, two epochs at least, are needed, got {dict(fast.sizes)} "
            f"and {dict(slow.sizes)}"
        )
    updates = slow.epoch.values  # a measure stands before its epoch's updates: so many epochs have gone by
    found = []
    for a, b in zip(fast[variable].values, slow[variable].values, strict=True):
        quicker = a.min() <= b[-1]
        time = _crossing(updates, a, b[-1]) if quicker else _crossing(updates, b, a[-1])
        found.append(updates[-1] / time if quicker else time / updates[-1])
    return np.array(found)


def _crossing(times: np.ndarray, values: np.ndarray, level: float) -> float:
    """The first time at which the curve, straight between its points, is down at the level; NaN if it begins there."""
    after = int(np.argmax(values <= level))
    if after == 0:
        return float("nan")
    share = (values[after - 1] - level) / (values[after - 1] - values[after])
    return float(times[after - 1] + share * (times[after] - times[after - 1]))
