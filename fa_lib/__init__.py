"""Feedback alignment as embedding of target information: the rules of Cheng & Brown 2023, tested and extended.

Everything is loaded on first use: `import fa_lib` alone loads nothing but this file. The rooms are `feedback` (rules),
`nn` (rules in anybody's network), `networks`, `tasks`, `training`, `probes`, `information`, `dynamics` and `sweep`.
"""

from importlib import import_module

_ROOMS = ("dynamics", "feedback", "information", "networks", "nn", "probes", "sweep", "tasks", "training")
_NAMES = {
    name: f"fa_lib.{room}"
    for room, names in {
        "feedback": "BP Centred DFA DRTP Direct FA KolenPollack NF NFA RandomMatrix Rule SignSymmetry TF",
        "nn": "FeedbackConv2d FeedbackLinear attach told with_feedback",
        "tasks": "Protocol Task",
        "training": "build fit predict train",
    }.items()
    for name in names.split()
}

__all__ = [*_NAMES, *_ROOMS]


def __getattr__(name: str):
    if name in _ROOMS:
        return import_module(f"fa_lib.{name}")
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"fa_lib has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
