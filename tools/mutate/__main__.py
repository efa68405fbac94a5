"""Do the checks catch faults? python -m tools.mutate [--only WORDS] [--random] [--count 300] [--seed 0] [--workers 2].

First each of a list of chosen faults is put in, and what caught it is printed; then single mutations drawn at random
from fa_lib, with a score. Findings are kept in _build/ for the code they were made with: an interrupted run goes on
where it stopped. The exit status is 1 if fewer than 95 % of the chosen faults or 90 % of the random ones are caught.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.book import ROOT
from tools.mutate.faults import Fault, load
from tools.mutate.hunt import Catch, hunt
from tools.mutate.random_mutants import run as run_random

BAR = 0.95
KEPT = ROOT / "_build" / "mutate.json"


def state(root: Path) -> str:
    """A hash of everything that the checks read: findings made with other code do not count."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "fa_lib", "fa_book", "tests", "tools", "book", "pyproject.toml"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    mix = hashlib.sha256()
    for name in filter(None, listed):
        if (root / name).is_file():
            mix.update(name.encode() + (root / name).read_bytes())
    return mix.hexdigest()[:16]


def table(faults: list[Fault], catches: dict[str, Catch]) -> str:
    """Every fault with what caught it, and how many each kind of check caught."""
    lines, kinds = [], Counter()
    for fault in faults:
        catch = catches[fault.name]
        kinds[catch.kind or "nothing"] += 1
        by = catch.by or f"SURVIVES{': ' if fault.survives else ''}{fault.survives}"
        lines.append(f"{Path(fault.file).name:20} {fault.what}\n{'':20}   {by}  ({catch.seconds:.0f} s)")
    caught = len(faults) - kinds["nothing"]
    lines.append(f"\n{caught} of {len(faults)} faults caught ({100 * caught / len(faults):.0f} %), by: ")
    return "\n".join(lines) + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())


def chosen(only: str, *, workers: int, notebooks: bool) -> int:
    """Hunt the faults of the list whose file or words hold a text."""
    faults = [fault for fault in load() if only in f"{fault.file} {fault.what}"]
    if not faults:
        print(f"error: no fault holds {only!r}", file=sys.stderr)
        return 2
    now = state(ROOT)
    kept = json.loads(KEPT.read_text()) if KEPT.is_file() else {}
    found = {name: Catch(*catch) for name, catch in kept.get(now, {}).items()}

    def one(fault: Fault) -> None:
        found[fault.name] = hunt(fault, ROOT, workers=1, notebooks=notebooks)
        print(f"{found[fault.name].by or 'SURVIVES'}  <-  {fault.what}", flush=True)
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps({now: found}))

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, [fault for fault in faults if fault.name not in found]))
    print("\n" + table(faults, found))
    return 0 if sum(bool(found[fault.name].by) for fault in faults) >= BAR * len(faults) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="no random ones, and of the chosen ones those whose file or words hold this")
    parser.add_argument("--random", action="store_true", help="random ones only")
    parser.add_argument("--count", type=int, default=300, help="how many random ones")
    parser.add_argument("--seed", type=int, default=0, help="of their draw")
    parser.add_argument("--rooms", nargs="+", default=[], help="rooms of fa_lib to draw from, such as nn; all if none")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="faults at a time")
    parser.add_argument("--no-notebooks", action="store_true", help="do not run notebooks for what the tests pass")
    given = parser.parse_args()
    if given.random and given.only is not None:
        parser.error("--only chooses among the listed faults: leave out --random")
    codes = []
    if not given.random:
        codes.append(chosen(given.only or "", workers=given.workers, notebooks=not given.no_notebooks))
    if given.only is None:
        settings = {"count": given.count, "seed": given.seed, "rooms": given.rooms, "workers": given.workers}
        codes.append(run_random(ROOT, **settings))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
