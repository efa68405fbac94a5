"""MNIST from the four files that come with the project. Nothing else here touches the disk for data, or any network.

The files are read with gzip and numpy and their sha256 is compared with the digests below on every read: a result never
rests on a file that is damaged, cut short or exchanged, and nothing is ever fetched in its place.

Source: LeCun, Cortes & Burges, "The MNIST database of handwritten digits".
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

CLONE = Path(__file__).resolve().parents[2] / "book" / "data" / "mnist"  # where the book's repository has them
INSTALLED = Path(__file__).resolve().with_name("data")  # where setup.py puts them
FOLDER = INSTALLED if INSTALLED.is_dir() else CLONE


class _File(NamedTuple):
    name: str
    shape: tuple[int, ...]
    sha256: str  # of the content, not of the gzip file: two compressors may differ

    @property
    def header(self) -> bytes:
        """IDX header: two zero bytes, 8 for unsigned bytes, the number of axes, then each axis' length, big-endian."""
        return bytes((0, 0, 8, len(self.shape))) + np.array(self.shape, ">u4").tobytes()


TRAIN_IMAGES = _File(
    "train-images-idx3-ubyte.gz", (60000, 28, 28), "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
)  # fmt: skip
TRAIN_LABELS = _File(
    "train-labels-idx1-ubyte.gz", (60000,), "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
)  # fmt: skip
TEST_IMAGES = _File(
    "t10k-images-idx3-ubyte.gz", (10000, 28, 28), "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
)  # fmt: skip
TEST_LABELS = _File(
    "t10k-labels-idx1-ubyte.gz", (10000,), "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
)  # fmt: skip
SPLITS = {"train": (TRAIN_IMAGES, TRAIN_LABELS), "test": (TEST_IMAGES, TEST_LABELS)}


def mnist(split: str = "train", folder: str | os.PathLike | None = None) -> tuple[NDArray, NDArray]:
    """Images and digits of one split of MNIST.

    A split is read, and its digests checked, once per process and folder; later calls return the same arrays.

    Args:
        split: "train" (60 000 images) or "test" (10 000).
        folder: folder that holds the four gzipped IDX files. By default the one named by the environment variable
            FA_DATA and, where that is unset or empty, the one that was installed with the package or, in a clone of
            the repository, book/data/mnist.

    Returns:
        images: uint8 of shape (sample, 28, 28), 0 (paper) to 255 (ink), read-only.
        labels: uint8 of shape (sample,), digits 0 to 9, read-only. Copy an array to change it or to hand it to torch.

    Raises:
        ValueError: for another split, and for a file that is truncated, altered or not gzip.
        FileNotFoundError: for a missing file. Both name the file, what was expected and what to do.
    """
    if split not in tuple(SPLITS):
        raise ValueError(f'split must be "train" or "test", got {split!r}')
    if folder is None:
        folder = os.environ.get("FA_DATA") or FOLDER
    return _read_split(split, Path(folder).resolve())


@lru_cache(maxsize=4)
def _read_split(split: str, folder: Path) -> tuple[NDArray, NDArray]:
    images, labels = (_read(folder, file) for file in SPLITS[split])
    return images, labels


def _read(folder: Path, file: _File) -> NDArray:
    path = folder / file.name
    size = len(file.header) + int(np.prod(file.shape))
    try:
        with gzip.open(path) as stream:
            content = stream.read(size + 1)  # one byte more shows a longer file and makes gzip compare its check sum
    except FileNotFoundError:
        raise FileNotFoundError(f"MNIST file {path} is missing. {_remedy(file)}") from None
    except EOFError:
        raise _damaged(path, file, "is truncated: its gzip stream ends too early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(path, file, f"is altered or not a gzip file ({error})") from None
    if content[: len(file.header)] != file.header:
        raise _damaged(path, file, f"does not start as expected: its first bytes are {content[:16].hex() or 'missing'}")
    if len(content) != size:
        raise _damaged(path, file, f"holds {'more' if len(content) > size else 'fewer'} than {size} bytes")
    digest = hashlib.sha256(content).hexdigest()
    if digest != file.sha256:
        raise _damaged(path, file, f"is altered: the sha256 of its content is {digest}")
    # a view of immutable bytes, so the array is read-only
    return np.frombuffer(content, np.uint8, offset=len(file.header)).reshape(file.shape)


def _damaged(path: Path, file: _File, what: str) -> ValueError:
    return ValueError(f"MNIST file {path} {what}. {_remedy(file)}")


def _remedy(file: _File) -> str:
    return (
        f"Expected: gzipped IDX file of unsigned bytes, shape {file.shape}, content with sha256 {file.sha256}. "
        f"Put that file there (in a clone git checkout -- book/data/mnist/{file.name} restores the project's own copy, "
        "elsewhere installing fa-lib again does), or name a folder that holds the four files by the argument folder= "
        "or the environment variable FA_DATA."
    )
