"""Pictures: as WebP of few colours, with their size on the page before they come, and loaded when they are near."""

import base64
import hashlib
import io
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
from bs4 import BeautifulSoup, Tag
from PIL import Image, ImageChops, ImageStat

COLOURS = (20, 32, 48, 64, 96, 128)  # to try: many thin lines over each other have hundreds, nobody tells them apart
BOUND = 5.5  # of 255, root mean square: below it, side by side, a drawing looks the same
SHOWN = 0.55  # of its pixels: no figure is shown wider, so that a narrow one's letters are as large as others'
SHARE = 1 / 5000  # of the pixels: what has as many in one colour, such as a thin line, keeps it
WIDE = 1100  # pixels, two to one of the page: a wider figure keeps its letters readable on a phone and scrolls there
APART = 24  # of 255: colours that are nearer than this in red, green and blue may become one
AREA, AREAS_APART = 1 / 100, 6  # of the pixels: an area, which keeps its colour beside another a little different one

INLINE = "data:image/png;base64,"


def name_of(picture: bytes) -> str:
    """What a picture is called in the site, without its ending; tools/reader finds a page's figures by it."""
    return hashlib.sha256(picture).hexdigest()[:20]


def smaller(picture: bytes) -> bytes:
    """The same picture as WebP, in as few colours as leave it as it looks."""
    image = Image.open(io.BytesIO(picture)).convert("RGBA")
    opaque = image.getextrema()[3] == (255, 255)
    image = _fewer(image.convert("RGB")) if opaque else image
    file = io.BytesIO()
    image.save(file, "WEBP", lossless=True, quality=80, method=4)
    return file.getvalue()


def _lines(image: Image.Image) -> list[tuple[int, int, int]]:
    """The colours that a drawing is made of, the most frequent first; what lies between two of them is left out."""
    found: list[tuple[int, int, int]] = []
    least = SHARE * image.width * image.height
    for count, colour in sorted(image.getcolors(image.width * image.height), reverse=True):
        if count < least:
            break
        apart = AREAS_APART if count >= AREA * image.width * image.height else APART
        if all(max(abs(a - b) for a, b in zip(colour, other, strict=True)) > apart for other in found):
            found.append(colour)
    return found


def _fewer(image: Image.Image) -> Image.Image:
    if image.getcolors(COLOURS[0]):
        return image
    kept = _lines(image)
    pixels = np.asarray(image).astype(np.int64) @ (65536, 256, 1)
    known, place = np.unique(pixels, return_inverse=True)
    known = np.stack([known >> 16, known >> 8 & 255, known & 255], 1)  # (colour, 3)
    for colours in COLOURS:
        if (left := colours - len(kept)) < 4:
            continue
        shades = image.quantize(left, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).getpalette()
        palette = np.concatenate([np.reshape(kept, (-1, 3)), np.reshape(shades[: 3 * left], (-1, 3))]).astype(np.int64)
        # by hand: Pillow takes the nearest of a palette for whole blocks of colours, and white may lose its place
        nearest = ((known[:, None] - palette) ** 2).sum(2).argmin(1)
        few = Image.fromarray(palette[nearest][place].reshape(*pixels.shape, 3).astype(np.uint8))
        if max(ImageStat.Stat(ImageChops.difference(image, few)).rms) <= BOUND:
            return few
    return image


def _make(target: Path, picture: bytes) -> None:
    if not target.exists():
        target.write_bytes(smaller(picture))


class Pictures:
    """Turns a site's PNG pictures into WebP, each once; `known` is Sphinx's table from source file to name in the site.

    Args:
        source: the book's folder.
        site: the folder that the site is built in.
        known: path of a picture in the sources to its name in _images.
        pool: makes pictures smaller while pages go on, for a page needs no more than their names; `sweep` waits.
    """

    def __init__(self, source: Path, site: Path, known: dict[str, str], pool: Executor | None = None):
        self.source, self.site, self.known, self.done = source, site, known, {}
        self.pool, self.coming = pool, []

    def __call__(self, page: BeautifulSoup, root: str) -> None:
        """Change the pictures of one page, whose way to the site's top is `root` ("../" or "")."""
        first = True
        for image in page.main.find_all("img") if page.main else ():
            if self._change(image, root):
                image["decoding"] = "async"
                if not first or image.find_parent("fa-widget"):
                    image["loading"] = "lazy"
                first = False
                if image.find_parent("figure"):
                    own = f"{image.get('style', '').rstrip('; ')}; ".removeprefix("; ")
                    image["style"] = f"{own}max-width: min(100%, {SHOWN * int(image['width']):.0f}px)"
                if int(image["width"]) > WIDE and not image.find_parent("fa-widget"):
                    shown = image.parent if image.parent.name == "a" else image
                    shown.wrap(page.new_tag("div", attrs={"class": "picture", "tabindex": "0"}))

    def original(self, image: Tag, root: str) -> bytes | None:
        """The PNG that a page's image shows before it is changed, None if it shows no PNG of the book."""
        source = image.get("src", "")
        name = source.rpartition("/")[2]
        if source.startswith(INLINE):
            return base64.b64decode(source.removeprefix(INLINE))
        if f"{root}_images/{name}" == source and name.endswith(".png"):
            return next(path for path, own in self._sources() if own == name).read_bytes()
        return None

    def _change(self, image: Tag, root: str) -> bool:
        picture = self.original(image, root)
        if picture is None:
            return False
        name = f"{name_of(picture)}.webp"
        if name not in self.done:
            target = self.site / "_images" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if self.pool:
                self.coming.append(self.pool.submit(_make, target, picture))
            else:
                _make(target, picture)
            self.done[name] = Image.open(io.BytesIO(picture)).size
        image["src"] = f"{root}_images/{name}"
        if image.parent.name == "a" and image.parent.get("href", "").startswith(f"{root}_images/"):
            image.parent["href"] = image["src"]  # a picture made smaller leads to itself in full
        image["width"], image["height"] = map(str, self.done[name])
        return True

    def _sources(self):
        for path, name in self.known.items():
            yield self.source / path, Path(name).name

    def sweep(self) -> None:
        """Wait for the pictures to come, and remove those that nobody asks for any more."""
        for picture in self.coming:
            picture.result()  # what went wrong is raised here
        for path in (self.site / "_images").glob("*.png"):
            path.unlink()
