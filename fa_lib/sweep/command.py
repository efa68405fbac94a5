"""The command line of sweeps: sweep, status and merge."""

import argparse
import os
import signal
import sys
from collections import Counter
from functools import partial
from pathlib import Path

from fa_lib.sweep import estimate, store
from fa_lib.sweep.cells import Cell
from fa_lib.sweep.labels import condition, in_words, labels
from fa_lib.sweep.merged import IncompleteSweepError, merge
from fa_lib.sweep.own import Plans, cells_of
from fa_lib.sweep.running import StoppedError, run

OPTIONS = ("runs", "epochs", "seed", "device")  # what says which cells are meant
INTERRUPTED = 130  # what shells give for a command that Ctrl-C ended
_say = partial(print, flush=True)


def parser(plans: Plans | None = None, program: str = "python -m fa_lib") -> argparse.ArgumentParser:
    """Everything that can be said on the command line."""
    plan = argparse.ArgumentParser(add_help=False)
    of_ones_own = "the path of a TOML file of your own"
    plan.add_argument("name", metavar="NAME", help=f"{', '.join(plans)}, or {of_ones_own}" if plans else of_ones_own)
    plan.add_argument("--runs", type=int, metavar="N", help="repeats of each training; default: the plan's own")
    plan.add_argument("--epochs", type=int, metavar="N", help="passes over the training set; default: the plan's own")
    plan.add_argument("--seed", type=int, metavar="N", help="seed of the experiment; default: the plan's own, 0")
    plan.add_argument("--device", metavar="D", help="cpu, cuda, cuda:1, ...; default: the plan's own, cpu")
    words = "folder of the cells' files; default: sweeps"
    plan.add_argument("--out", type=Path, default=Path("sweeps"), metavar="DIR", help=words)
    top = argparse.ArgumentParser(
        prog=program,
        description="Many trainings at once, as cells on disk: stop at any time, start again, and they go on.",
        epilog="Options that change results (--runs, --epochs, --seed, --device) say which cells are meant: give "
        "status and merge the same ones as sweep.",
    )
    top.set_defaults(program=program)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, what: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, parents=[plan], help=what, description=what)

    sweep = add("sweep", "compute the cells that have no result yet, on this machine or a dask cluster")
    sweep.add_argument("--workers", type=int, default=2, metavar="N", help="processes on this machine; default: 2")
    words = "a dask scheduler that runs already, such as tcp://127.0.0.1:8786"
    sweep.add_argument("--scheduler", metavar="ADDRESS", help=words)
    words = "list the cells and estimate the time; compute nothing that is kept"
    sweep.add_argument("--dry-run", action="store_true", help=words)
    add("status", "which cells are finished, missing or faulty, their size and the time they took")
    merging = add("merge", "write all results into one netCDF file, which fa_lib.sweep.load reads")
    merging.add_argument("--into", type=Path, metavar="FILE", help="the file; default: DIR/NAME.nc")
    merging.add_argument("--partial", action="store_true", help="merge what there is of an unfinished sweep")
    return top


def main(arguments: list[str] | None = None, *, plans: Plans | None = None, program: str = "python -m fa_lib") -> int:
    """Run a command; 0 if all went well, 1 if not, 2 for a command that cannot be understood, 130 after Ctrl-C.

    Sweeps can be named by `plans`, besides TOML files; `program` is how the command is called.
    """
    said = parser(plans, program).parse_args(arguments)
    options = {name: getattr(said, name) for name in OPTIONS}
    try:
        cells = cells_of(said.name, plans=plans, **options)
        return COMMANDS[said.command](cells, said)
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ValueError, StoppedError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) and not isinstance(error, IncompleteSweepError) else 1


def _sweep(cells: list[Cell], said: argparse.Namespace) -> int:
    if said.dry_run:
        return _dry_run(cells, said)
    # a cluster's queue ends a job by SIGTERM: the same as Ctrl-C
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    # a worker that is stopped amid a cell leaves a semaphore, which is cleared away; children need not tell of it
    os.environ.setdefault("PYTHONWARNINGS", "ignore::UserWarning:multiprocessing.resource_tracker")
    failed = run(cells, said.out, scheduler=said.scheduler, workers=said.workers, say=_say)
    if failed:
        print(f"error: {len(failed)} of {len(cells)} cells could not be computed:", file=sys.stderr)
        for cell, error in failed.items():
            print(f"  {cell.name}: {error}", file=sys.stderr)
        return 1
    same = "".join(f" --{name} {getattr(said, name)}" for name in OPTIONS if getattr(said, name) is not None)
    _say(f"complete: merge with {said.program} merge {said.name}{same} --out {said.out}")
    return 0


def _dry_run(cells: list[Cell], said: argparse.Namespace) -> int:
    survey = store.survey(cells, said.out)
    names = labels(cells)
    for cell in cells:
        state = "finished" if cell in survey.found else "to compute"
        print(f"{state:10}  {in_words(cell, names)}, {cell.epochs} epochs  {cell.name}")
    for fault in survey.faults:
        print(f"{fault}: it will be computed again")
    print(f"{len(cells)} cells, {len(survey.found)} finished in {said.out}, {len(survey.missing)} to compute")
    if not survey.missing:
        return 0
    known, kinds = estimate.rates(survey.found), set(map(estimate.kind, survey.missing))
    unknown = kinds - known.keys()
    known |= {kind: estimate.measure(kind) for kind in unknown}
    time = estimate.span(estimate.total(survey.missing, known, said.workers))
    timed = (
        f"{len(kinds - unknown)} kinds of cell timed by finished cells, {len(unknown)} by a few batches here and now"
    )
    print(f"about {time} on {said.workers} workers like this one ({timed})")
    if memory := max((attributes.get("peak_memory", 0) for attributes in survey.found.values()), default=0):
        print(f"memory: up to {memory} MiB a worker, by finished cells")
    else:
        print(f"memory: {store.peak_memory()} MiB a worker at least, as seen here on those batches")
    return 0


def _status(cells: list[Cell], said: argparse.Namespace) -> int:
    survey = store.survey(cells, said.out)
    names = labels(cells)
    every, done = (Counter(names[condition(cell)] for cell in group) for group in (cells, survey.found))
    width = max(map(len, every))
    for name, count in every.items():
        print(f"{name:{width}}  {done[name]} of {count}")
    for fault in survey.faults:
        print(f"faulty: {fault}")
    time = estimate.span(sum(float(attributes["seconds"]) for attributes in survey.found.values()))
    found, missing, faulty = len(survey.found), len(survey.missing), len(survey.faults)
    print(f"{len(cells)} cells: {found} finished, {missing} missing, {faulty} of them faulty; ", end="")
    print(f"{survey.size / 1e6:.2g} MB, {time} of computing")
    return 0


def _merge(cells: list[Cell], said: argparse.Namespace) -> int:
    into = said.into or said.out / f"{Path(said.name).stem}.nc"
    path = merge(cells, said.out, into, partial=said.partial)
    print(f"{path}: {path.stat().st_size / 1e6:.2g} MB")
    return 0


def _interrupt(number: int, frame) -> None:
    """Stop, once: who presses Ctrl-C twice must not cut off the tidying up."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    raise KeyboardInterrupt


COMMANDS = {"sweep": _sweep, "status": _status, "merge": _merge}
