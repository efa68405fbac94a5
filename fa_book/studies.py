"""What studies that are no sweep share: parts that are kept on the way, and one file at the end."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from fa_lib import check
from fa_lib.sweep import blocks, store

PACKED = {"zlib": True, "complevel": 9, "shuffle": True}


def command(
    module: str, doc: str, *, runs: int, epochs: int | None = None, seed: int = 0, into: bool = True
) -> argparse.ArgumentParser:
    """The command line that studies share: how many runs and epochs, seed, the parts' folder and the file.

    Args:
        module: the study's whole name.
        doc: its docstring, shown as it is.
        runs, seed: of the study as it is published.
        epochs: the same; None for a study whose length is fixed.
        into: whether the file must be named; if not, parts may be computed alone.
    """
    said = argparse.ArgumentParser(prog=f"python -m {module}", description=doc)
    said.formatter_class = argparse.RawDescriptionHelpFormatter
    said.add_argument("--runs", type=int, default=runs, help="default: %(default)s")
    if epochs is not None:
        said.add_argument("--epochs", type=int, default=epochs, help="default: %(default)s")
    said.add_argument(
        "--seed", type=int, default=seed, help="of weights, and of a task that is drawn; default: %(default)s"
    )
    said.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="of the parts' files")
    said.add_argument("--into", type=Path, required=into, metavar="FILE", help="netCDF file to write")
    return said


def kept(path: Path, compute: Callable[[], xr.Dataset]) -> xr.Dataset:
    """What the file holds; if it is not there, it is computed and written first, whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        compute().to_netcdf(part, engine="h5netcdf")
        part.rename(path)
    return xr.load_dataset(path, engine="h5netcdf")


def in_blocks(name: str, runs: int, size: int, folder: Path, compute: Callable[[range], xr.Dataset]) -> xr.Dataset:
    """All runs of a study side by side, computed so many at a time; each block is `kept` in a file of its own.

    Args:
        name: of the blocks' files; it holds all that their numbers depend on.
        runs: how many.
        size: of a block.
        folder: of the files.
        compute: run numbers to their Dataset.

    Raises:
        ValueError: for runs below 1.
        OSError: if a file cannot be written.
    """
    found = []
    for numbers in blocks(check.whole("runs", runs), size):
        path = folder / f"{name}-runs{numbers[0]}to{numbers[-1]}.nc"
        if not path.exists():
            print(f"{name}: runs {numbers[0]} to {numbers[-1]} of {runs}", flush=True)
        found.append(kept(path, lambda numbers=numbers: compute(numbers)))
    return xr.concat(found, "run", combine_attrs="identical", data_vars="minimal")


def priced(path: Path, compute: Callable[[], xr.Dataset]) -> xr.Dataset:
    """As `kept`, with `core_seconds` among the variables: what computing it cost. No chapter may print it.

    Raises:
        OSError: if the file cannot be written.
    """

    def timed() -> xr.Dataset:
        start = time.process_time()
        return compute().assign(core_seconds=round(time.process_time() - start, 1))

    return kept(path, timed)


def write(data: xr.Dataset, into: Path) -> None:
    """The study's file: numbers in single precision, packed, with the digest that `tools.check_inputs` compares.

    Raises:
        OSError: if the file cannot be written.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    data = data.map(lambda values: values.astype(np.float32), keep_attrs=True)
    data = data.assign_attrs(digest=store.digest(data))
    data.to_netcdf(into, engine="h5netcdf", encoding=dict.fromkeys(data.data_vars, PACKED))
