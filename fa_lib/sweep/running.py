"""Computing what a folder lacks of a sweep. Stop it in any way, start it again, and it goes on."""

from collections.abc import Callable, Iterable
from pathlib import Path

from fa_lib import check
from fa_lib.sweep import store
from fa_lib.sweep.cells import Cell, listed
from fa_lib.sweep.estimate import Progress


class StoppedError(RuntimeError):
    """A sweep that cannot go on; what is finished is safe."""


def run(
    cells: Iterable[Cell],
    folder: str | Path,
    *,
    scheduler: str | None = None,
    workers: int = 2,
    say: Callable[[str], None] = print,
) -> dict[Cell, Exception]:
    """Compute the cells of a sweep that have no result in the folder yet.

    Args:
        cells: the sweep, the important ones first; see `cells_of`.
        folder: where results are put, one file a cell; made if it is not there.
        scheduler: address of a dask scheduler, such as tcp://127.0.0.1:8786; a cluster on this machine if None.
        workers: processes of that cluster on this machine.
        say: gets lines on what happens.

    Returns:
        Cells that could not be computed, with their errors; empty if the sweep is complete.

    Raises:
        StoppedError: if the folder cannot be written to or is full, or the scheduler cannot be reached or goes away.
        ValueError: for a number of workers below 1, or cells that are none.
    """
    cells, folder = list(dict.fromkeys(listed(cells))), Path(folder)
    check.whole("workers", workers)
    try:
        store.prepare(folder)
    except OSError as error:
        raise StoppedError(f"cannot write to {folder}: {error.strerror}; choose another folder") from error
    survey = store.survey(cells, folder)
    for fault in survey.faults:
        say(f"{fault}: it is computed again")
    say(f"{len(cells)} cells, {len(survey.found)} finished in {folder}, {len(survey.missing)} to compute")
    if not survey.missing:
        return {}
    # dask is wanted from here on only, and chapters that read results need not have it
    try:
        from fa_lib.sweep import cluster
    except ImportError as error:
        raise StoppedError(f'sweeps run on dask, not installed here ({error}): pip install "fa-lib[sweep]"') from error
    failed: dict[Cell, Exception] = {}
    progress = Progress(cells, survey.found, say)
    try:
        with cluster.connected(scheduler, workers) as client:
            for cell, outcome in cluster.results(client, survey.missing, progress.waiting):
                try:
                    if isinstance(outcome, Exception):
                        raise ValueError(f"{type(outcome).__name__}: {outcome}") from outcome
                    attributes = store.parse(cell, outcome).attrs
                    store.put(outcome, folder / cell.name)
                except OSError as error:
                    raise StoppedError(f"cannot write to {folder}: {error.strerror}. {progress.state()}") from error
                except ValueError as error:
                    failed[cell] = error
                    progress.broken(cell, error)
                else:
                    progress.finished(cell, attributes, cluster.count(client))
    except cluster.NoSchedulerError as error:
        raise StoppedError(f"{error}. {progress.state()}") from error
    except KeyboardInterrupt:
        say(f"stopped. {progress.state()}")
        raise
    return failed
