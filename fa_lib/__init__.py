"""Feedback alignment as embedding of target information: the rules of Cheng & Brown 2023, tested and extended."""

from fa_lib import feedback, icosahedron, information, probes, tasks, training
from fa_lib.feedback import BP, FA, NF, NFA, TF
from fa_lib.training import train

__all__ = [
    "BP",
    "FA",
    "NF",
    "NFA",
    "TF",
    "feedback",
    "icosahedron",
    "information",
    "probes",
    "tasks",
    "train",
    "training",
]
