"""A Chromium without a window, for the checks, the book on paper and the tests: python -m tools.chromium gets one.

It is one on the PATH, else playwright's own, downloaded if need be, else the system's, where it can be installed
without asking. Tools and tests that meet in one process share one Playwright: a second one cannot start beside it.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MISSING = (
    "no Chromium found: on Debian or Ubuntu run `apt-get install chromium`, elsewhere "
    "`python -m playwright install chromium`, or put a browser called chromium or google-chrome on the PATH"
)
LIMIT = 600.0  # seconds that one way of getting a browser may take
DOWNLOAD = ("-m", "playwright", "install", "--no-shell", "chromium")
INSTALL = (
    ("apt-get", "-o", "Acquire::http::Timeout=30", "update"),
    ("apt-get", "-o", "Acquire::http::Timeout=30", "install", "-y", "--no-install-recommends", "chromium"),
)

_running: dict[tuple[int, int], list] = {}  # by process and thread: its Playwright, and how many hold it


@contextmanager
def shared() -> Iterator[Playwright]:
    """The Playwright of this process and thread: the first that asks starts it, the last that leaves stops it."""
    key = os.getpid(), threading.get_ident()
    entry = _running.get(key) or _running.setdefault(key, [sync_playwright().start(), 0])
    entry[1] += 1
    try:
        yield entry[0]
    finally:
        entry[1] -= 1
        if not entry[1]:
            del _running[key]
            entry[0].stop()


def runs(path: str) -> bool:
    """Whether a browser is there and starts: Ubuntu has one that only names a package, others lack a library."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def find(playwright: Playwright) -> str:
    """Path of a Chromium that runs: one on the PATH, or playwright's own.

    Raises:
        FileNotFoundError: if there is none.
    """
    known = [*filter(None, map(shutil.which, NAMES)), playwright.chromium.executable_path]
    path = next((path for path in known if runs(path)), None)
    if path is None:
        raise FileNotFoundError(MISSING)
    return path


def launch(playwright: Playwright) -> Browser:
    """A browser.

    Raises:
        FileNotFoundError: if there is none.
    """
    return playwright.chromium.launch(executable_path=find(playwright), args=FLAGS)


def _end(process: subprocess.Popen) -> None:
    """End a process that still runs and all that it started: asked first, since apt-get has files to tidy."""
    for number, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, None)):
        if process.poll() is None:
            os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)


def _run(command: tuple[str, ...], limit: float) -> str:
    """Run a command, ended with all its children after a limit of seconds; what went wrong in one line, "" if nothing.

    It has no terminal, so that it cannot stop at a question.
    """
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", env=quiet, start_new_session=True) as process:  # fmt: skip
        try:
            said, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            return f"not done after {limit:.0f} s"
        finally:
            _end(process)
    if process.returncode == 0:
        return ""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["no word"]
    return next((line for line in lines if re.match(r"(Error|E): ", line)), lines[-1])[:200]


def get(limit: float = LIMIT) -> str:
    """Path of a Chromium; if there is none, one is downloaded by playwright or else installed by apt-get.

    Args:
        limit: seconds that each of the two may take.

    Raises:
        FileNotFoundError: if there is none and none can be had, with what was tried and what to install.
    """
    ways = {"playwright's download": ((sys.executable, *DOWNLOAD),)}
    if shutil.which("apt-get") and os.geteuid() == 0:
        ways["apt-get"] = INSTALL
    tried = []
    with shared() as playwright:
        for way, commands in [("", ()), *ways.items()]:
            if way:
                print(f"no browser yet; {way}, at most {limit / 60:.0f} minutes", flush=True)
            problem = next(filter(None, (_run(command, limit) for command in commands)), "")
            try:
                return find(playwright)
            except FileNotFoundError:
                tried += [f"{way}: {problem or 'what it brought does not run'}"] if way else []
    raise FileNotFoundError(f"{MISSING} ({'; '.join(tried)})")


def main() -> int:
    try:
        print(get())
    except FileNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
