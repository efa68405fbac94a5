"""Interactive pictures that need no kernel on a page and are synchronised with Python in Jupyter."""

from fa_book.widgets.dead_zones import DeadZones
from fa_book.widgets.dynamics import Dynamics
from fa_book.widgets.icosahedron import Icosahedron
from fa_book.widgets.information import Information
from fa_book.widgets.runs import Runs
from fa_book.widgets.train import Training

__all__ = ["DeadZones", "Dynamics", "Icosahedron", "Information", "Runs", "Training"]
