"""Interactive pictures that need no kernel on a page and are synchronised with Python in Jupyter."""

try:
    import anywidget  # noqa: F401
    import ipywidgets  # noqa: F401
    import traitlets  # noqa: F401
except ImportError as error:
    raise ImportError(
        f'fa_book.widgets needs {error.name}, which comes with the extra "chapters": pip install "fa-lib[chapters]"',
        name=error.name,
    ) from None

from fa_book.widgets.account import Account
from fa_book.widgets.bar import Bar
from fa_book.widgets.dead_zones import DeadZones
from fa_book.widgets.dynamics import Dynamics
from fa_book.widgets.icosahedron import Icosahedron
from fa_book.widgets.information import Information
from fa_book.widgets.runs import Runs
from fa_book.widgets.train import Training
from fa_book.widgets.turn import Turn

__all__ = ["Account", "Bar", "DeadZones", "Dynamics", "Icosahedron", "Information", "Runs", "Training", "Turn"]
