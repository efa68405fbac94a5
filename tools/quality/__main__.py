"""Measure the built site and print one table; exit 1 if a bar is missed.

make quality, or python -m tools.quality [--no-lighthouse] [--only PAGE ...] [--pictures] [--runs 3] [FOLDER]
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tools.book import ROOT, workers
from tools.check_links import Site
from tools.chromium import find, launch, shared
from tools.quality import lighthouse
from tools.quality.server import pages, serve
from tools.quality.visit import Visit, visit


def _visits(names: list[str], site: str, folder: Path, pictures: Path | None) -> list[Visit]:
    """What one process sees with one browser."""
    looks: set[str] = set()
    with shared() as playwright:
        browser = launch(playwright)
        seen = [visit(browser, site, folder, name, pictures, looks) for name in names]
        browser.close()
    return seen


def look(folder: Path, site: str, names: list[str], pictures: Path | None, processes: int) -> list[Visit]:
    """Visits to pages, the heaviest first so that no process ends long after the others."""
    names = sorted(names, key=lambda name: -(folder / name).stat().st_size)
    parts = [names[start::processes] for start in range(min(processes, len(names)))]
    work = partial(_visits, site=site, folder=folder, pictures=pictures)
    with ProcessPoolExecutor(len(parts)) as pool:
        seen = [one for part in pool.map(work, parts) for one in part]
    return sorted(seen, key=lambda one: one.name)


def _scores(one: Visit, site: str, folder: Path, runs: int, keep: Path) -> dict[str, int]:
    """A page's scores; what falls below a bar becomes a problem of the visit."""
    with shared() as playwright:
        path = find(playwright)
    command = lighthouse.install(keep)
    reports = [lighthouse.run(command, site + one.name, path) for _ in range(runs)]
    scores = lighthouse.median(reports)
    bars = dict(lighthouse.BARS)
    if "<fa-widget " in (folder / one.name).read_text(encoding="utf-8"):
        bars["performance"] = lighthouse.WIDGETS
    one.problems += [f"Lighthouse, {name}: {scores[name]} < {bar}" for name, bar in bars.items() if scores[name] < bar]
    one.problems += lighthouse.lost(reports[-1])
    return scores


def table(seen: list[Visit], scores: dict[str, dict[str, int]]) -> str:
    """One line a page."""
    width = max(len(one.name) for one in seen)
    heads = "".join(f"{name[:14]:>15}" for name in lighthouse.CATEGORIES) if scores else ""
    lines = [f"{'page':{width}}  {'KB':>5} {'axe':>4} {'console':>8} {'other':>6}{heads}"]
    for one in seen:
        kinds = [problem.split(",")[0].split(":")[0] for problem in one.problems]
        counts = [kinds.count("axe"), kinds.count("console") + kinds.count("error")]
        counts.append(len(kinds) - sum(counts) - kinds.count("Lighthouse"))
        marks = "".join(f"{scores[one.name][name]:>15}" for name in lighthouse.CATEGORIES) if one.name in scores else ""
        lines.append(f"{one.name:{width}}  {one.weight:5.0f} {counts[0]:4d} {counts[1]:8d} {counts[2]:6d}{marks}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "_build/html")
    parser.add_argument("--only", nargs="+", metavar="PAGE", help="such as book/index.html")
    parser.add_argument("--no-lighthouse", action="store_true", help="leave out what needs npm and minutes")
    parser.add_argument("--pictures", action="store_true", help="keep screenshots in _build/screenshots/site")
    parser.add_argument("--runs", type=int, default=3, help="of Lighthouse, for the median")
    parser.add_argument("--processes", type=int, default=workers() + 1, help="browsers (default %(default)s)")
    given = parser.parse_args(arguments)
    known = pages(given.folder)
    if not known:
        print(f"error: no pages in {given.folder}; run make html first", file=sys.stderr)
        return 1
    if unknown := [name for name in given.only or () if name not in known]:
        print(f"error: no page {', '.join(unknown)} in {given.folder}; name such as {known[0]}", file=sys.stderr)
        return 1
    names = given.only or known
    pictures = ROOT / "_build/screenshots/site" if given.pictures else None
    scores = {}
    with serve(given.folder) as site:
        seen = look(given.folder, site, names, pictures, given.processes)
        for one in [] if given.no_lighthouse else seen:
            scores[one.name] = _scores(one, site, given.folder, given.runs, ROOT / "_build/quality")
            print(f"{one.name}: {scores[one.name]}", file=sys.stderr, flush=True)
    print(table(seen, scores))
    problems = [f"{one.name}: {problem}" for one in seen for problem in one.problems]
    problems += Site(given.folder).problems()
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    print(f"{len(seen)} pages, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
