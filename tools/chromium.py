"""A Chromium without a window, for the checks, the book on paper and the tests."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MISSING = (
    "no Chromium found: on Debian or Ubuntu run `apt-get install chromium`, elsewhere "
    "`python -m playwright install chromium`, or put a browser called chromium or google-chrome on the PATH"
)


def find(playwright: Playwright) -> str:
    """Path of a Chromium: one on the PATH, or playwright's own.

    Raises:
        FileNotFoundError: if there is none.
    """
    path = next((path for name in NAMES if (path := shutil.which(name))), playwright.chromium.executable_path)
    if not Path(path).exists():
        raise FileNotFoundError(MISSING)
    return path


def launch(playwright: Playwright) -> Browser:
    """A browser.

    Raises:
        FileNotFoundError: if there is none.
    """
    return playwright.chromium.launch(executable_path=find(playwright), args=FLAGS)
