"""Interactive pictures that need no kernel on a page and are synchronised with Python in Jupyter."""

from fa_lib.widgets.dead_zones import DeadZones
from fa_lib.widgets.dynamics import Dynamics
from fa_lib.widgets.icosahedron import Icosahedron
from fa_lib.widgets.information import Information
from fa_lib.widgets.runs import Runs
from fa_lib.widgets.train import Training

__all__ = ["DeadZones", "Dynamics", "Icosahedron", "Information", "Runs", "Training"]
