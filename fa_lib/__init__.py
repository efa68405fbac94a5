"""Feedback alignment as embedding of target information: the rules of Cheng & Brown 2023, tested and extended."""

from fa_book import figures
from fa_lib import feedback, information, probes, tasks, training
from fa_lib.feedback import BP, FA, NF, NFA, TF
from fa_lib.tasks import icosahedron
from fa_lib.training.loop import train

__all__ = ["BP", "FA", "NF", "NFA", "TF", "train"]
__all__ += ["claims", "feedback", "figures", "icosahedron", "information", "probes", "tasks", "training"]
