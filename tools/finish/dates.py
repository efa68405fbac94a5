"""When and by which commit a page was last changed, as git knows it; without git, or with a cut history, nothing."""

import subprocess
from pathlib import Path


def _git(root: Path, *arguments: str) -> str:
    try:
        answer = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout if answer.returncode == 0 else ""


def changes(root: Path) -> dict[str, tuple[str, str]]:
    """Last change of every file of a work tree.

    Args:
        root: the work tree's folder.

    Returns:
        Path to (date, commit); empty where git is missing, this is no repository, or its history is cut short.
    """
    if _git(root, "rev-parse", "--is-shallow-repository").strip() != "false":
        return {}
    if Path(_git(root, "rev-parse", "--show-toplevel").strip()) != root.resolve():
        return {}
    found, change = {}, ("", "")
    for line in _git(root, "log", "--no-renames", "--format=@%cs %h", "--name-only", "--", "book").splitlines():
        if line.startswith("@"):
            change = tuple(line[1:].split())
        elif line:
            found.setdefault(line, change)
    return found


def last(known: dict[str, tuple[str, str]], name: str) -> tuple[str, str] | None:
    """The later of the changes of a chapter's text and notebook."""
    given = [known[path] for path in (f"{name}.md", f"{name}.ipynb") if path in known]
    return max(given, key=lambda change: change[0], default=None)
