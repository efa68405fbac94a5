"""Write pictures that pages without code show, from executed notebooks: python -m tools.overview.

The README has the introduction's figure, book/assets/overview.png; the first page has the answer, book/assets/hero.png.
"""

import base64
import json

from tools.book import ROOT

MIME = "application/papermill.record/image/png"
PICTURES = {"overview": ("introduction", "fig-introduction"), "hero": ("before-you-start", "hero")}


def glued(notebook: str, name: str) -> bytes:
    """The picture that a notebook has glued under a name, as PNG.

    Raises:
        ValueError: if it has none.
    """
    cells = json.loads((ROOT / f"book/{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        said = (
            output.get("metadata", {}).get("scrapbook", {}).get("name", "").removeprefix(MIME.removesuffix("image/png"))
        )
        if said == name and MIME in output.get("data", {}):
            return base64.b64decode(output["data"][MIME])
    raise ValueError(f"book/{notebook}.ipynb has no picture glued as {name!r}: run make chapter NAME={notebook}")


if __name__ == "__main__":
    for file, place in PICTURES.items():
        (ROOT / f"book/assets/{file}.png").write_bytes(glued(*place))
