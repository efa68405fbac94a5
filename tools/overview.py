"""Write the README's picture, book/assets/overview.png, from the introduction's executed notebook."""

import base64
import json

from tools.book import ROOT

MIME = "application/papermill.record/image/png"

if __name__ == "__main__":
    cells = json.loads((ROOT / "book" / "introduction.ipynb").read_text())["cells"]
    bundles = [output["data"] for cell in cells for output in cell.get("outputs", []) if "data" in output]
    picture = next(bundle[MIME] for bundle in bundles if MIME in bundle)
    (ROOT / "book" / "assets" / "overview.png").write_bytes(base64.b64decode(picture))
