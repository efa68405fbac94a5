"""Where a browser comes from on a machine without one, and that all who use it in one process share one Playwright."""

import http.server
import io
import os
import subprocess
import sys
import threading
import time
import zipfile
from functools import partial
from pathlib import Path

import pytest
from patience import PATIENCE

from tools import chromium
from tools.book import ROOT
from tools.paper.browser import Browser

RUNS = "#!/bin/sh\n"
# an apt-get that installs a browser beside itself, and notes how it was called
APT = '#!/bin/sh\necho "$@" >> {folder}/asked\ncase "$*" in *install*) printf "#!/bin/sh\\n" > {folder}/chromium\n'
APT += "/bin/chmod +x {folder}/chromium;; esac\n"
NONE = "http://127.0.0.1:9"  # nobody answers there: a machine without a network


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def get(folder: Path, *, host: str = NONE, user: int = 0, limit: float = 60 * PATIENCE) -> subprocess.CompletedProcess:
    """Get a browser where the PATH is folder/bin alone, downloads come from a host, and the user has this number."""
    code = f"import os, sys; os.geteuid = lambda: {user}; from tools import chromium\n"
    code += f"chromium.get.__defaults__ = ({limit},); sys.exit(chromium.main())"
    settings = {"PATH": str(folder / "bin"), "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    settings |= {"PLAYWRIGHT_BROWSERS_PATH": str(folder / "own"), "PLAYWRIGHT_DOWNLOAD_HOST": host}
    return subprocess.run([sys.executable, "-c", code], cwd=folder, env=settings, capture_output=True, text=True,
                          check=False)  # fmt: skip


class Host(http.server.BaseHTTPRequestHandler):
    """Answers every request with the same archive, or with nothing at all."""

    def __init__(self, archive: bytes, *args):
        self.archive = archive
        super().__init__(*args)

    def log_message(self, *values):
        """Silence."""

    def do_GET(self):
        if not self.archive:
            time.sleep(600)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.archive)))
        self.end_headers()
        self.wfile.write(self.archive)


@pytest.fixture
def host():
    """A function that starts a host of an archive of these files and gives its address."""
    servers = []

    def start(**files: str) -> str:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for name, text in files.items():
                entry = zipfile.ZipInfo(name)
                entry.external_attr = 0o100755 << 16
                archive.writestr(entry, text)
        handler = partial(Host, content.getvalue() if files else b"")
        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))
        servers[-1].daemon_threads = True
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_one_on_the_path_is_taken_as_it_is(tmp_path):
    put(tmp_path / "bin/google-chrome", RUNS)
    put(tmp_path / "bin/apt-get", APT.format(folder=tmp_path / "bin"))
    answer = get(tmp_path)
    assert (answer.returncode, answer.stdout) == (0, f"{tmp_path}/bin/google-chrome\n")
    assert not (tmp_path / "bin/asked").exists()


def test_the_next_is_playwrights_own_download(tmp_path, host):
    put(tmp_path / "bin/apt-get", APT.format(folder=tmp_path / "bin"))
    with chromium.shared() as playwright:  # such as …/chromium-1255/chrome-linux64/chrome
        inside = "/".join(Path(playwright.chromium.executable_path).parts[-2:])
    answer = get(tmp_path, host=host(**{inside: RUNS}))
    assert answer.returncode == 0, answer.stderr
    first, path = answer.stdout.splitlines()
    assert first.startswith("no browser yet; playwright's download")
    assert path.startswith(f"{tmp_path}/own/chromium-")
    assert not (tmp_path / "bin/asked").exists()


@pytest.mark.parametrize("brings", ["nothing", "what does not run", "no end"])
def test_the_last_is_the_systems_package_manager(tmp_path, host, brings):
    put(tmp_path / "bin/apt-get", APT.format(folder=tmp_path / "bin"))
    put(tmp_path / "bin/chromium-browser", "#!/bin/sh\necho 'install a package called chromium' >&2; exit 1\n")
    with chromium.shared() as playwright:
        inside = "/".join(Path(playwright.chromium.executable_path).parts[-2:])
    lame = "#!/bin/sh\necho 'cannot open libnss3.so' >&2; exit 127\n"
    address = {"nothing": lambda: NONE, "what does not run": lambda: host(**{inside: lame}), "no end": host}[brings]()
    start = time.monotonic()
    answer = get(tmp_path, host=address, limit=4 if brings == "no end" else 60 * PATIENCE)
    assert time.monotonic() - start < 60 * PATIENCE < 600
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1] == f"{tmp_path}/bin/chromium"
    update, install = (tmp_path / "bin/asked").read_text().splitlines()
    assert update.endswith("update")
    assert install.endswith("install -y --no-install-recommends chromium")


@pytest.mark.parametrize(
    ("user", "apt"), [(1000, APT), (0, "#!/bin/sh\necho 'E: no such package' >&2; exit 100\n"), (0, "")]
)
def test_else_one_line_says_what_to_install(tmp_path, user, apt):
    if apt:
        put(tmp_path / "bin/apt-get", apt.format(folder=tmp_path / "bin"))
    answer = get(tmp_path, user=user)
    assert answer.returncode == 1
    (line,) = answer.stderr.splitlines()
    assert line.startswith(f"error: {chromium.MISSING} (playwright's download: Error: ")
    assert ("apt-get: E: no such package" in line) == bool(apt and not user)
    assert not (tmp_path / "bin/asked").exists()  # nobody is asked for a password


def test_a_command_without_end_is_ended_with_its_children(tmp_path):
    put(tmp_path / "slow", f"#!/bin/sh\nsleep 600 &\necho $! > {tmp_path}/child\nwait\n")
    assert chromium._run((str(tmp_path / "slow"),), 2) == "not done after 2 s"
    child = Path(f"/proc/{(tmp_path / 'child').read_text().strip()}/stat")
    for _ in range(100 * PATIENCE):
        if not child.exists() or child.read_text().rpartition(") ")[2].startswith("Z"):
            return
        time.sleep(0.1)
    pytest.fail("the command's child still runs")


def test_who_asks_within_one_process_gets_the_same_playwright(tmp_path):
    with chromium.shared() as first, chromium.shared() as second:
        assert first is second
        with Browser(tmp_path) as paper, Browser(tmp_path) as other:
            assert paper.open("<p>one").inner_text("p") == "one"
            assert other.open("<p>two").inner_text("p") == "two"
        with chromium.launch(first) as browser:  # those who leave take nothing from those who stay
            assert browser.new_page().evaluate("1 + 1") == 2
    if not chromium._running:  # no browser of the tests of pages in this process
        with chromium.shared() as third:
            assert third is not first


PAPER = "tests/tools/test_tools_paper.py::test_epub_is_in_order_and_the_same_twice"
PAGES = "tests/browser/test_look.py::test_only_what_is_near_is_loaded"


def test_tests_of_pages_and_of_paper_go_in_one_process(for_all_workers):
    """In either order: one of paper before there is a browser for pages, and one after, while that is held."""
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider"]
    answer = subprocess.run([*command, "--keep-duplicates", PAPER, PAGES, PAPER], cwd=ROOT, capture_output=True,
                            text=True, check=False, env=os.environ | {
                                "PYTHONPATH": str(ROOT), "FA_TEST_SITE": str(for_all_workers / "site")})  # fmt: skip
    assert answer.returncode == 0, answer.stdout[-3000:]
    assert answer.stdout.count(".") >= 3
