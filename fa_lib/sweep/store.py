"""Cells on disk: one netCDF file each, whole or not there at all, with its provenance.

A file is written under a temporary name, forced to disk and renamed; whoever is killed in between leaves a file that
nobody reads. Each file holds its cell's options and a digest of its numbers, so that one that was cut short, altered or
made by something else is told from a finished one.
"""

import hashlib
import io
import os
import platform
import subprocess
import time
import uuid
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr

from fa_lib.sweep.cells import Cell

try:
    import resource
except ImportError:  # Windows
    resource = None


class UnusableFileError(ValueError):
    """A file that stands where a cell's result should be and is not one."""


def provenance(device: str) -> dict[str, str | int]:
    """Where and by what a result was made: commit of the code, versions, kind of host, device, memory."""
    changes = _git("status", "--porcelain", "--", "..")
    return {
        "commit": (_git("rev-parse", "HEAD") or "unknown") + (" with changes" if changes else ""),
        "host": f"{platform.system()} {platform.machine()}, {_processor()}",
        "hardware": torch.cuda.get_device_name(device) if device.startswith("cuda") else device,
        "xarray": xr.__version__,
        "dask": _version("dask"),
        "fa_lib": _version("fa_lib"),
        "peak_memory": peak_memory(),
    }


def _git(*words: str) -> str | None:
    command = ["git", "-C", str(Path(__file__).resolve().parent), *words]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text(errors="replace").splitlines() if known.exists() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # run from its folder, or not there
        return "not installed"


def peak_memory() -> int:
    """The largest memory that this process has held so far, MiB; 0 where the system does not tell."""
    if resource is None:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 2**20 if platform.system() == "Darwin" else most // 2**10  # bytes there, KiB elsewhere


def digest(data: xr.Dataset) -> str:
    """A hash of all variables and coordinates of a Dataset."""
    mix = hashlib.sha256()
    for name, variable in sorted(data.variables.items(), key=lambda pair: str(pair[0])):
        values = np.ascontiguousarray(variable.values)
        values = values.astype(values.dtype.newbyteorder("<"), copy=False)
        mix.update(f"{name} {values.dtype.str} {values.shape} {variable.dims}".encode())
        mix.update(values.tobytes())
    return mix.hexdigest()


def content(cell: Cell, data: xr.Dataset) -> bytes:
    """A cell's result as a netCDF file's bytes, with provenance and digest."""
    attributes = provenance(cell.device) | {
        "cell": cell.text(),
        "digest": digest(data),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    return bytes(data.assign_attrs(attributes).to_netcdf(None, engine="h5netcdf"))


def put(content: bytes, path: Path) -> Path:
    """Put a file where it belongs, whole or not at all; OSError if it cannot be, and nothing half-written is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    passing = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with passing.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        passing.replace(path)
    finally:
        passing.unlink(missing_ok=True)
    return path


def prepare(folder: Path) -> None:
    """Make the folder, clear it of what killed writers left, and see that it can be written to; OSError if not."""
    put(b"", folder / ".writable").unlink()
    tidy(folder)


def parse(cell: Cell, content: bytes) -> xr.Dataset:
    """A cell's result from the bytes of its file; UnusableFileError if they are cut short, altered, or another's."""
    try:
        with xr.open_dataset(io.BytesIO(content), engine="h5netcdf") as opened:
            data = opened.load()
    except Exception as error:  # h5py and xarray raise all sorts for what is no netCDF, or half of one
        raise UnusableFileError(f"{cell.name} cannot be read ({type(error).__name__})") from error
    if data.attrs.get("cell") != cell.text():
        raise UnusableFileError(f"{cell.name} holds the result of something else")
    if data.attrs.get("digest") != digest(data):
        raise UnusableFileError(f"{cell.name} was altered since it was written")
    return data


def read(cell: Cell, folder: Path) -> xr.Dataset | None:
    """A cell's result, or None if there is no file; errors as in `parse`, and for what is no file."""
    try:
        found = (folder / cell.name).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnusableFileError(f"{cell.name} cannot be read ({error.strerror})") from error
    return parse(cell, found)


def tidy(folder: Path, older: float = 600) -> int:
    """Remove what killed writers left behind, and say how many files that were.

    A file touched less than so many seconds ago may belong to somebody who is writing it.
    """
    left = [path for path in folder.glob(".*.part") if time.time() - path.stat().st_mtime >= older]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def each(cells: Iterable[Cell], folder: Path) -> Iterator[tuple[Cell, xr.Dataset | None, str]]:
    """Every cell with its result, or None, and what is wrong with its file, if anything is."""
    for cell in cells:
        try:
            yield cell, read(cell, folder), ""
        except UnusableFileError as fault:
            yield cell, None, str(fault)


class Survey(NamedTuple):
    """What a folder holds of a sweep."""

    found: dict[Cell, dict]  # finished cell to the attributes of its file
    missing: list[Cell]  # without a result, or with a file that cannot be used
    faults: list[str]  # what is wrong with those files
    size: int  # bytes in the finished cells' files


def survey(cells: Iterable[Cell], folder: Path) -> Survey:
    """Which cells have a result in the folder, which have none, and which files there cannot be used."""
    looked_at = [(cell, data if data is None else dict(data.attrs), fault) for cell, data, fault in each(cells, folder)]
    found = {cell: attributes for cell, attributes, _ in looked_at if attributes is not None}
    size = sum((folder / cell.name).stat().st_size for cell in found)
    faults = [fault for *_, fault in looked_at if fault]
    return Survey(found, [cell for cell, *_ in looked_at if cell not in found], faults, size)
