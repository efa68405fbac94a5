"""What studies that are no sweep share: parts that are kept on the way, and one file at the end."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from fa_lib.sweep import store

PACKED = {"zlib": True, "complevel": 9, "shuffle": True}


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
