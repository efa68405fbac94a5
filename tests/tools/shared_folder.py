"""Files that several processes of a run of pytest need, made by the first that asks."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path


def once(folder: Path, make: Callable[[Path], None], *, patience: float = 600) -> Path:
    """The folder as `make` fills it; who comes while another fills it waits.

    Args:
        folder: its parent must be there.
        make: fills an empty folder.
        patience: seconds to wait for another.

    Raises:
        TimeoutError: if another takes longer, or was killed.
    """
    part, end = folder.with_name(f"{folder.name}.part"), time.monotonic() + patience
    while not folder.exists():
        try:
            part.mkdir()
        except FileExistsError as error:
            if time.monotonic() > end:
                raise TimeoutError(f"another process has been filling {part} for {patience:g} s") from error
            time.sleep(0.1)
            continue
        try:
            if not folder.exists():  # another may have finished just before
                make(part)
                part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return folder
