"""Pin requirements.in in requirements.txt, and Binder's environment with it: python -m tools.pin [--upgrade].

Without --upgrade, only what is new in requirements.in is added and what left it goes; all other versions stay. The
compiler, pip-tools, is put into _build for the occasion: nothing else needs it.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from tools.book import ROOT

HEAD = """\
# Written by python -m tools.pin from requirements.in, which has the reasons; do not edit. Without hashes, and torch
# without its build's name, so that any index will do: plain ones elsewhere bring torch with CUDA, CPU indexes do not.
"""
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s#;\\]+)", re.MULTILINE)


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    """Versions by normalised name in a requirements file."""
    return {normal(name): version for name, version in PIN.findall(text)}


def tidy(compiled: str) -> str:
    """What the compiler wrote, without its remarks and without the local part of versions (2.13.0+cpu)."""
    lines = [line for line in compiled.splitlines() if line.strip() and not line.lstrip().startswith(("#", "--"))]
    return HEAD + "\n".join(re.sub(r"^(\S+==[^+\s]+)\+\S+", r"\1", line) for line in lines) + "\n"


def follow(text: str, versions: dict[str, str]) -> str:
    """A file with other pins of the same packages: Binder's files follow requirements.txt.

    Raises:
        ValueError: if it pins a package that requirements.txt does not have.
    """

    def replace(match: re.Match) -> str:
        if normal(match[1]) not in versions:
            raise ValueError(f"{match[1]} is pinned for Binder but is not in requirements.txt")
        return f"{match[1]}=={versions[normal(match[1])]}"

    return re.sub(r"(?<![\w.-])([A-Za-z0-9][\w.-]*)==([^\s#;\"]+)", replace, text)


def compile_pins(root: Path, folder: Path, upgrade: bool) -> str:
    """Run pip-compile of a place of its own and return what it wrote.

    Raises:
        ValueError: if the requirements cannot be met together, or no index can be reached.
    """
    python = folder / "bin/python"
    if not (folder / "bin/pip-compile").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "pip-tools"], check=True)
    output = folder / "requirements.txt"
    output.write_text("" if upgrade else (root / "requirements.txt").read_text(encoding="utf-8"), encoding="utf-8")
    options = "--quiet --strip-extras --annotation-style line --no-header --no-emit-options --no-emit-index-url"
    options += " --no-emit-trusted-host --no-emit-find-links"
    command = [folder / "bin/pip-compile", *options.split(), "--output-file", output, "requirements.in"]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if answer.returncode:
        last = (answer.stderr.strip().splitlines() or ["no word from pip-compile"])[-1]
        raise ValueError(f"requirements.in cannot be pinned: {last}")
    return output.read_text(encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that go together")
    options = parser.parse_args()
    path = ROOT / "requirements.txt"
    before = pins(path.read_text(encoding="utf-8"))
    try:
        compiled = tidy(compile_pins(ROOT, ROOT / "_build/pin", options.upgrade))
        after = pins(compiled)
        followers = [ROOT / "binder/requirements.txt", ROOT / "binder/postBuild"]
        texts = {file: follow(file.read_text(encoding="utf-8"), after) for file in followers}
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for file, text in {path: compiled, **texts}.items():
        file.write_text(text, encoding="utf-8")
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            print(f"  {name}: {before.get(name, 'new')} -> {after.get(name, 'gone')}")
    print(f"requirements.txt: {len(after)} pins")
    return 0


if __name__ == "__main__":
    sys.exit(main())
