"""Pin requirements.in with hashes, and Binder's environment with it: python -m tools.pin [--upgrade].

Without --upgrade, only what is new in requirements.in is added and what left it goes; all other versions stay. One
version of each package does for every Python from the oldest that the project takes. The compiler, uv, is put into
_build for the occasion: nothing else needs it.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from tools.book import ROOT

OLDEST = "3.11"  # the Python of the committed notebooks, of CI and of Binder
HEAD = """\
# Written by python -m tools.pin from requirements.in, which has the reasons; do not edit. Each file that an index may
# give has its hash. torch stands apart, in requirements-torch.txt.
"""
TORCH = """\
# Written by python -m tools.pin; do not edit. Without a hash and without its build's name, so that any index will do:
# plain ones bring torch for Linux with CUDA (which it pins itself), indexes of CPU wheels a tenth of that.
"""
FILES = ("requirements.txt", "requirements-torch.txt")
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s#;\\]+)", re.MULTILINE)
APART = re.compile(r"(torch|triton|cuda|nvidia)\b")  # torch, and what only its CUDA build needs


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    """Versions by normalised name in a requirements file."""
    return {normal(name): version for name, version in PIN.findall(text)}


def pinned(root: Path = ROOT) -> str:
    """What is pinned now, in both files."""
    return "".join((root / name).read_text(encoding="utf-8") for name in FILES if (root / name).exists())


def tidy(compiled: str) -> dict[str, str]:
    """Both files' texts from what the compiler wrote.

    Raises:
        ValueError: if a package has no hash, or two versions for different Pythons.
    """
    # one entry begins at the margin, its hashes and who asked for it are indented
    entries = re.findall(r"^[A-Za-z0-9].*(?:\n[ \t].*)*", compiled, re.MULTILINE)
    others = [entry for entry in entries if not APART.match(normal(entry))]
    if bare := [entry.split()[0] for entry in others if "--hash=sha256:" not in entry]:
        raise ValueError(f"the index gives no hash of {', '.join(bare)}")
    names = [re.match(r"[\w.-]+", entry)[0] for entry in entries]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two versions of {', '.join(twice)}: take the line out of requirements.txt and pin again")
    torch = [re.match(r"torch==[^\s+;\\]+", entry)[0] for entry in entries if entry.startswith("torch==")]
    texts = (HEAD + "\n".join(others) + "\n", TORCH + "\n".join(torch) + "\n")
    return dict(zip(FILES, texts, strict=True))


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
    """Run uv pip compile of a place of its own and return what it wrote.

    Raises:
        ValueError: if the requirements cannot be met together, or no index can be reached.
    """
    uv = folder / "bin/uv"
    if not uv.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", "uv"], check=True)
    output = folder / "requirements.txt"
    output.write_text("" if upgrade else pinned(root), encoding="utf-8")
    options = f"--quiet --generate-hashes --universal --fork-strategy fewest --python-version {OLDEST}"
    options += " --strip-extras --annotation-style line --no-header"
    command = [uv, "pip", "compile", *options.split(), "--output-file", output, "requirements.in"]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if answer.returncode:
        reason = " ".join(answer.stderr.split()) or "no word from uv"
        raise ValueError(f"requirements.in cannot be pinned: {reason}")
    return output.read_text(encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that go together")
    options = parser.parse_args()
    before = pins(pinned())
    try:
        texts = {ROOT / name: text for name, text in tidy(
            compile_pins(ROOT, ROOT / "_build/pin", options.upgrade)).items()}  # fmt: skip
        after = pins("".join(texts.values()))
        for file in (ROOT / "binder/requirements.txt", ROOT / "binder/postBuild"):
            texts[file] = follow(file.read_text(encoding="utf-8"), after)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            print(f"  {name}: {before.get(name, 'new')} -> {after.get(name, 'gone')}")
    print(f"requirements.txt: {len(after)} pins")
    return 0


if __name__ == "__main__":
    sys.exit(main())
