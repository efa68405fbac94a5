"""Lighthouse on pages of the site: a phone on a slow line, the median of several runs.

It comes from npm when it is first asked for, into a folder that git ignores.
"""

import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path

from tools.chromium import FLAGS

VERSION = "12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
BARS = {"performance": 90, "accessibility": 100, "best-practices": 100, "seo": 100}
WIDGETS = 80  # the bar of performance for a page of widgets
CHROME = " ".join(["--headless=new", *FLAGS])


def install(folder: Path) -> Path:
    """Path of the command, installed into a folder if it is not there.

    Raises:
        FileNotFoundError: if there is no npm.
    """
    command = folder / "node_modules/.bin/lighthouse"
    if not command.exists():
        if not shutil.which("npm"):
            raise FileNotFoundError(
                "Lighthouse needs node and npm; without them: python -m tools.quality --no-lighthouse"
            )
        folder.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", f"lighthouse@{VERSION}"]
        subprocess.run(npm, check=True, stdout=subprocess.DEVNULL)
    return command


def run(command: Path, url: str, browser: str) -> dict:
    """One report."""
    options = ["--quiet", "--output=json", f"--chrome-flags={CHROME}", f"--only-categories={','.join(CATEGORIES)}"]
    environment = os.environ | {"CHROME_PATH": browser}
    answer = subprocess.run(
        [str(command), url, *options], env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    if answer.returncode:
        raise RuntimeError(f"Lighthouse failed on {url}: {answer.stderr.strip()[-300:]}")
    return json.loads(answer.stdout)


def median(reports: list[dict]) -> dict[str, int]:
    """Scores out of 100 by category, the median over reports."""
    scores = {name: [report["categories"][name]["score"] or 0 for report in reports] for name in CATEGORIES}
    return {name: round(100 * statistics.median(given)) for name, given in scores.items()}


def lost(report: dict) -> list[str]:
    """What cost points in the categories whose bar is 100."""
    found = []
    for category in CATEGORIES[1:]:
        for item in report["categories"][category]["auditRefs"]:
            audit = report["audits"][item["id"]]
            if item["weight"] and audit["score"] is not None and audit["score"] < 1:
                found.append(f"Lighthouse, {category}: {audit['title']}")
    return found
