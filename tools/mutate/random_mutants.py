"""Single mutations drawn at random from the library, each put into a copy of the tree: do the library's tests see it?

A mutation is given the tests that call the function in which it stands, the quickest first, until one fails. Which do
is found once, by running each test file under a trace. What is found is kept in _build/mutants, a line for each, and
holds as long as the code and the test that caught it are as they were.
"""

import difflib
import random
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from tools.mutate.operators import Mutant, is_python, mutants
from tools.mutate.sight import Found, hunted, sources

BAR = 0.9
EXPLAINED = Path(__file__).with_name("survivors.toml")


def room(file: str) -> str:
    """The room in which a module stands: feedback, or check for fa_lib/check.py."""
    return Path(file).parts[1].removesuffix(".py")


def drawn(texts: dict[str, str], count: int, seed: int, rooms: Sequence[str] = ()) -> list[Mutant]:
    """Different mutations, all equally likely, of the named rooms or of all."""
    listed = [one for file, text in texts.items() if not rooms or room(file) in rooms for one in mutants(file, text)]
    random.Random(seed).shuffle(listed)
    return list(islice((one for one in listed if is_python(one.of(texts[one.file]))), count))


def difference(mutant: Mutant, text: str) -> str:
    """The lines before and after, with their signs."""
    lines = difflib.unified_diff(text.splitlines(), mutant.of(text).splitlines(), n=0, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def explained(mutant: Mutant, text: str, path: Path = EXPLAINED) -> str:
    """Why no test can see this mutant, if somebody has said so; an empty text otherwise."""
    if not path.is_file():
        return ""
    for entry in tomllib.loads(path.read_text("utf-8"))["survivor"]:
        if entry["file"] == mutant.file and entry["change"].strip() == difference(mutant, text):
            return entry["why"]
    return ""


def table(found: Sequence[Found], texts: dict[str, str]) -> str:
    """Survivors with their change, then the score of each room and of all."""
    lines, total, caught = [], Counter(), Counter()
    for one in found:
        total[room(one.mutant.file)] += 1
        caught[room(one.mutant.file)] += bool(one.by)
        if not one.by:
            text = texts[one.mutant.file]
            why = explained(one.mutant, text)
            lines.append(f"SURVIVES {one.mutant.file}:{one.mutant.line} {one.mutant.operator}, {one.tests} tests")
            lines += [difference(one.mutant, text), f"  because {why}" if why else "", ""]
    lines += [f"{name:12} {caught[name]:4} of {total[name]:4}" for name in sorted(total)]
    share = 100 * caught.total() / max(total.total(), 1)
    return "\n".join([*lines, f"{'all':12} {caught.total():4} of {total.total():4} mutants caught ({share:.0f} %)"])


def run(root: Path, *, count: int, seed: int, rooms: Sequence[str] = (), workers: int = 2) -> int:
    """Draw, hunt and print; 0 if enough are caught, 1 if not, 2 if there is nothing to draw from."""
    texts = sources(root)
    chosen = drawn(texts, count, seed, rooms)
    if not chosen:
        known = sorted({room(file) for file in texts if "__" not in room(file)})
        print(f"error: no room is called {', '.join(rooms)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    print(f"{len(chosen)} mutants of {', '.join(rooms) or 'fa_lib'}, drawn with seed {seed}", flush=True)
    found = []
    for one in hunted(root, chosen, folder=root / "_build/mutants", workers=workers):
        found.append(one)
        print(f"{one.by or 'SURVIVES'}  <-  {one.mutant.file}:{one.mutant.line} {one.mutant.operator}", flush=True)
    print("\n" + table(found, texts))
    return 0 if sum(bool(one.by) for one in found) >= BAR * len(found) else 1
