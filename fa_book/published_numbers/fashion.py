"""Fashion-MNIST: ten kinds of clothing in MNIST's format. A slice comes with the book; `fetch` gets the whole.

Every file is compared with the digest of its content on every read. Nothing here opens a connection.

Source: Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747; MIT licence.
"""

import gzip
import hashlib
import os
import zlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fa_lib.tasks import Protocol, Task

SLICE = Path(__file__).resolve().parents[2] / "book" / "data" / "fashion-mnist"
DEBIAN = Path("/usr/share/datasets/fashion-mnist")  # where the package dataset-fashion-mnist puts it
OFFICIAL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
WITHIN = {"train": 4000, "test": 1000}  # images in the slice
PIXELS = (0.2860, 0.3530)  # mean and standard deviation of the training pixels, from 0 to 1
COMMAND = "python -m fa_book.published_numbers.fetch"


class File(NamedTuple):
    name: str
    head: int  # bytes before the first value
    whole: str  # sha256 of the content
    part: str  # of the slice's


FILES = {
    "train": (
        File(
            "train-images-idx3-ubyte",
            16,
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "09dd72e74aa8a76feaada262d167edcd489b57bc01d49240b1da1e0f2d395932",
        ),
        File(
            "train-labels-idx1-ubyte",
            8,
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "bd16d103c66bdc7c4826aef758caccae538e9465d8c4fd0939db7bcb1891a702",
        ),
    ),
    "test": (
        File(
            "t10k-images-idx3-ubyte",
            16,
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "7a6d8e07ea021ec5bc73135ebd0a5770799557ec6f8242d8749c4f32a3cf4643",
        ),
        File(
            "t10k-labels-idx1-ubyte",
            8,
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            "b40abac7ec8228f434940f579deb7cf7b6e3103b5274cb91d1545771f5ef1c8b",
        ),
    ),
}


def home() -> Path:
    """The folder of the fetched files: FA_FASHION, or fa_lib/fashion-mnist in the user's cache."""
    named = os.environ.get("FA_FASHION")
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(cache) / "fa_lib" / "fashion-mnist"


def remedy() -> str:
    """What to do where the whole set is missing or damaged."""
    return (
        f"Fetch it once with {COMMAND}, which takes 31 MB from {OFFICIAL}; without a connection install Debian's "
        f"package dataset-fashion-mnist or get the four IDX files elsewhere, and use {COMMAND} --source FOLDER. "
        f"Without it there are the first {WITHIN['train']} training and {WITHIN['test']} test images."
    )


def fashion_mnist(samples: int | None = None, test_samples: int | None = None) -> Task:
    """Fashion-MNIST as rows of pixels and ten classes, softmax and cross-entropy.

    Args:
        samples, test_samples: take the first so many images; all 60 000 and 10 000 if None. The first 4 000 and 1 000
            come with the book, the rest is fetched by `python -m fa_book.published_numbers.fetch`.

    Returns:
        Task with x (sample, 784), each pixel 0 to 1 less 0.2860, over 0.3530: mean and sd of the training pixels.

    Raises:
        ValueError: for a number of samples that is not there, or altered files.
        FileNotFoundError: for more than the slice where the rest was not fetched. It says what to do.
    """
    (x, y), (test_x, test_y) = _part("train", samples), _part("test", test_samples)
    return Task("Fashion-MNIST", x, y, test_x, test_y, output="softmax", loss="cross-entropy", widths=(256, 256, 256),
                protocol=Protocol(lr=1e-3, batch=128, epochs=40, shuffle=True))  # fmt: skip


def _part(split: str, samples: int | None) -> tuple[NDArray, NDArray]:
    whole = 60000 if split == "train" else 10000
    if samples is not None and not 1 <= samples <= whole:
        raise ValueError(f"samples of the {split} set must be 1 to {whole}, got {samples}")
    sliced = samples is not None and samples <= WITHIN[split] and SLICE.is_dir()
    images, labels = _read_split(split, SLICE if sliced else _whole(), sliced)
    x = (images[:samples].astype(np.float32) / 255 - PIXELS[0]) / PIXELS[1]
    return x.reshape(len(x), -1), labels[:samples]


def _whole() -> Path:
    """The folder with the whole set."""
    for folder in (home(), DEBIAN):
        if all(path_of(folder, file) for split in FILES.values() for file in split):
            return folder
    raise FileNotFoundError(f"Fashion-MNIST is neither in {home()} nor in {DEBIAN}. {remedy()}")


def path_of(folder: Path, file: File) -> Path | None:
    return next((path for path in (folder / f"{file.name}.gz", folder / file.name) if path.is_file()), None)


@lru_cache(maxsize=4)
def _read_split(split: str, folder: Path, sliced: bool) -> tuple[NDArray, NDArray]:
    images, labels = (_read(folder, file, file.part if sliced else file.whole) for file in FILES[split])
    return images.reshape(-1, 28, 28), labels


def _read(folder: Path, file: File, digest: str) -> NDArray:
    path = path_of(folder, file)
    if path is None:
        raise FileNotFoundError(f"{folder} has no {file.name}, gzipped or not. {remedy()}")
    return np.frombuffer(content(path.read_bytes(), str(path), digest), np.uint8, offset=file.head)


def content(found: bytes, where: str, digest: str) -> bytes:
    """What a file holds, unpacked if it is gzipped.

    Raises:
        ValueError: if its digest is another.
    """
    try:
        found = gzip.decompress(found) if found[:2] == b"\x1f\x8b" else found
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{where} is cut short or damaged ({error}). {remedy()}") from None
    if (got := hashlib.sha256(found).hexdigest()) != digest:
        raise ValueError(f"{where} is altered: its content has sha256 {got}, expected {digest}. {remedy()}")
    return found
