"""Cells computed by dask: on workers of this machine, or on those of a scheduler that runs already.

Workers send a finished cell back as the bytes of its file, and the client alone writes. So there is one writer, workers
need no disk in common, and nothing has to be set up differently here and on a cluster.

The one part of sweeps that imports dask; imported when a sweep is run, by client and workers.
"""

import json
import logging
import queue
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import dask
from distributed import Client, Future, LocalCluster, WorkerPlugin
from distributed.scheduler import KilledWorker

from fa_lib.sweep import registry, store
from fa_lib.sweep.cells import Cell, from_options

LOCAL = "127.0.0.1"
PATIENCE = 20  # seconds that a scheduler has to answer
SETTINGS = {
    # One cell a worker at a time, and the rest with the scheduler: nothing waits beside a busy worker, so that there
    # is nothing to steal, and no cell but its own suffers when a worker dies.
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.work-stealing": False,
    # A worker here that dies closes its connection. One that is silent is starved, or the machine was suspended: dask
    # would give its cell up after five minutes.
    "distributed.scheduler.worker-ttl": "7 days",
    # dask would have workers hand freed memory back at once; `training` is faster because they keep it.
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
}


class NoSchedulerError(RuntimeError):
    """No scheduler answers, or it went away while cells were computed."""


class Deaf(WorkerPlugin):
    """Ctrl-C in a terminal reaches all of a command's processes. Here it is for the client, which stops the workers."""

    def setup(self, worker) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def compute(text: str, owners: tuple[str, ...]) -> bytes:
    """What a worker does: a cell's options to the bytes of its file. First it imports what the cell may name."""
    registry.load(owners)
    cell = from_options(json.loads(text))
    with dask.config.set(scheduler="synchronous"):  # else xarray asks the cluster for leave to write into memory
        return store.content(cell, cell.compute())


@contextmanager
def connected(scheduler: str | None, workers: int) -> Iterator[Client]:
    """A client of the given scheduler, or of a cluster of its own with so many worker processes of one thread each."""
    for name in ("distributed", "distributed.client"):  # what matters is said by `running`
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise NoSchedulerError(
                f"no scheduler answers at {scheduler} ({error}); start one with `dask scheduler`, give its address as "
                "tcp://host:port, or leave the address out to compute on this machine"
            ) from error
        with client:
            yield client
        return
    # dask's scheduler wants one port for everybody and says so when another sweep has it
    warnings.filterwarnings("ignore", r"\s*Port \d+ is already in use", UserWarning)
    with (
        dask.config.set(SETTINGS),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host=LOCAL, dashboard_address=f"{LOCAL}:0",
            scheduler_kwargs={"dashboard": False}, memory_limit=None, silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        client.register_plugin(Deaf())
        yield client


def results(
    client: Client, cells: Iterable[Cell], waiting: Callable[[int], None], patience: float = 30
) -> Iterator[tuple[Cell, bytes | Exception]]:
    """Compute cells in their order of importance and give each as it is ready: its file's bytes, or what went wrong.

    Whenever nothing has come for `patience` seconds, `waiting` is told the number of workers.
    """
    ready: queue.Queue[Future] = queue.Queue()
    waiting_for = {}
    for place, cell in enumerate(cells):
        # the key is the cell's name: two clients of one scheduler share a cell instead of computing it twice
        future = client.submit(compute, cell.text(), registry.owners(), key=cell.name, priority=-place)
        waiting_for[future.key] = (cell, future)
        future.add_done_callback(ready.put)
    while waiting_for:
        try:
            future = ready.get(timeout=patience)
        except queue.Empty:
            waiting(count(client))
            continue
        if future.status == "cancelled":
            raise NoSchedulerError("the scheduler has gone away")
        if future.status == "lost":  # its worker died with the result: the scheduler has it computed again
            future.add_done_callback(ready.put)
            continue
        try:
            outcome = future.result(timeout=120)
        except KilledWorker:
            outcome = RuntimeError("each worker that computed it died; out of memory? Fewer leave more for each")
        except Exception as error:
            outcome = error
        cell, _ = waiting_for.pop(future.key)
        yield cell, outcome


def count(client: Client) -> int:
    """How many workers there are now."""
    try:
        return len(client.scheduler_info()["workers"])
    except (OSError, ValueError, RuntimeError) as error:
        raise NoSchedulerError("the scheduler does not answer") from error
