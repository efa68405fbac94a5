"""Feedback alignment as embedding of target information: the rules of Cheng & Brown 2023, tested and extended."""

from fa_lib import claims, feedback, figures, icosahedron, information, probes, tasks, training
from fa_lib.feedback import BP, FA, NF, NFA, TF
from fa_lib.training import train

__all__ = ["BP", "FA", "NF", "NFA", "TF", "train"]
__all__ += ["claims", "feedback", "figures", "icosahedron", "information", "probes", "tasks", "training"]
