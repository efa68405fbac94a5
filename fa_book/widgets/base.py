"""What all widgets are: anywidgets that also say, in plain HTML, what they show.

In Jupyter a widget is a view of a Python object, both ways. On a page there is no kernel: the HTML output holds the
custom element <fa-widget> with the same state, which page.js brings to life with the same ES module, and inside it a
picture for paper and for readers without JavaScript.

A widget is one class and one module of the same name (see dynamics.py and dynamics.js; what a module can use is in
common.js, plot.js and linear.js, one that trains also in lockstep.js and player.js). Its class goes into `__all__` of
this package, and the browser tests visit it:

    class Name(Widget):
        module = "name"                                            # name.js
        field = traitlets.Int(3, min=1, max=9).tag(sync=True, state=True)
        def picture(self) -> Figure: ...                           # the static picture
        def words(self) -> str: ...                                # the same in words, its alternative text

What a picture is drawn from and no reader changes, such as recorded runs, is a trait tagged data=True beside sync=True.
"""

import base64
import html
import io
import json

import anywidget
import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from fa_book.figures import STYLE
from fa_book.widgets.modules import bundle

SHADES = 64  # colours in a static picture: enough for lines and text, a third of the bytes


class Widget(anywidget.AnyWidget):
    """Base of all widgets. Subclasses set `module` and tag the traits that make up their state with state=True."""

    module = ""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "module" in vars(cls):  # anywidget makes a further class of each, whose _esm is a trait
            cls._esm = bundle(cls.module)

    def state(self) -> dict:
        """The fields of the state, as JSON takes them."""
        return {name: getattr(self, name) for name in sorted(self.traits(state=True))}

    def data(self) -> dict:
        """What the state chooses from, as JSON takes it; empty for most widgets."""
        return {name: getattr(self, name) for name in self.traits(data=True)}

    def picture(self) -> Figure:
        """The static picture of this state."""
        raise NotImplementedError

    def words(self) -> str:
        """What the picture shows, for readers who cannot see it."""
        raise NotImplementedError

    def html(self) -> str:
        """The custom element with its state and its static picture."""
        state = f'state="{html.escape(json.dumps(self.state(), sort_keys=True))}"'
        if data := self.data():
            state += f' data="{html.escape(json.dumps(data, separators=(",", ":"), allow_nan=False))}"'
        source = f"data:image/png;base64,{base64.b64encode(self._png()).decode()}"
        image = f'<img src="{source}" alt="{html.escape(self.words())}">'
        return f'<fa-widget module="{self.module}" {state}>{image}</fa-widget>'

    def _png(self) -> bytes:
        with matplotlib.rc_context(STYLE):
            canvas = FigureCanvasAgg(self.picture())
            canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
        file = io.BytesIO()
        image.quantize(SHADES, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        return file.getvalue()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.state().items())})"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/html": self.html()}, metadata
