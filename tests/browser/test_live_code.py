"""Live code: a chapter's cells changed and run by a real kernel, which stands where Binder's machine would.

The hub's answers and the machine's server are played by the browser's own routing, so that the pages' addresses and
their policy are the real ones; the messages between page and kernel are not touched.
"""

import asyncio
import json
import queue
import re
import subprocess
import sys
import threading
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from jupyter_client import AsyncKernelManager
from nbformat import v4, write
from patience import PATIENCE
from visits import ROOT, Visitor

from fa_book.widgets.modules import FOLDER
from tools.book import Book, environment
from tools.live import body, build_address
from tools.quality.server import serve
from tools.widget_assets import copy

CONF = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
extensions = ["myst_nb", "sphinx_togglebutton", "tools.widget_assets", "tools.quiet_scripts"]
extensions += ["tools.live", "tools.formulas", "tools.finish"]
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath"]
nb_mime_priority_overrides = [["html", "text/html", 0]]
html_theme = "sphinx_book_theme"
root_doc = "book/first"
project = "A book"
html_favicon = "icon.svg"
html_static_path = [{str(ROOT / "book/assets")!r}]
html_css_files = ["book.css"]
html_js_files = ["actions.js"]
html_theme_options = {{
    "use_download_button": True,
    "repository_url": "https://github.com/some/book",
    "path_to_docs": ".",
    "launch_buttons": {{"binderhub_url": "https://mybinder.org", "colab_url": "https://colab.research.google.com"}},
}}
"""
HTML = "<b class='new'>bold</b><script>window.taken = 1</script><i onclick='window.taken = 2'>in</i>"
CELLS = [  # code, tags, published outputs
    ("runs = 2", ["parameters"], []),
    ("import time\nfrom IPython.display import HTML, Image, display\nx = runs * 21", ["hide-input"], []),
    ("y = x", ["remove-cell"], []),
    ('print("the answer")\nprint("is", y)', [], [v4.new_output("stream", text="the answer\nis 42\n")]),
    (f'display(HTML("{HTML}"))', [], [v4.new_output("display_data", {"text/html": "<b class='old'>bold</b>"})]),
    ("from fa_book import figures, widgets\nwidgets.Icosahedron()", ["hide-cell"], []),
    ("1 / (runs - 2)", [], []),
    ("time.sleep(600)", [], []),
]
HUB = "https://mybinder.org/build/gh/some/book/main"
MACHINE = "https://hub.somewhere.mybinder.org/user/some-book-1/"
SOCKET = "wss://hub.somewhere.mybinder.org/user/some-book-1/api/kernels/k/channels"
OPEN = {"access-control-allow-origin": "*", "access-control-allow-headers": "*"}
PHASES = ({"phase": "building", "message": "Step 1"}, {"phase": "launching", "message": "Launching"})
READY = {"phase": "ready", "url": MACHINE, "token": "secret"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A built site with a first page and one chapter."""
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    (source / "conf.py").write_text(CONF)
    (source / "icon.svg").write_bytes((ROOT / "book/assets/icon.svg").read_bytes())
    (source / "_toc.yml").write_text("root: book/first\nchapters:\n  - file: book/chapter.ipynb\n  - file: book/text\n")
    (source / "_config.yml").write_text("repository:\n  url: https://github.com/some/book\n")
    (source / "book").mkdir()
    toctree = "```{toctree}\nchapter\ntext\n```\n"
    (source / "book/first.md").write_text(f"# First\n\n{toctree}")
    (source / "book/text.md").write_text("# Text\n\nNothing runs here.\n")
    cells = [v4.new_markdown_cell("# A chapter & more\n\nA formula, $W_O$, and some words before the code.")]
    for code, tags, outputs in CELLS:
        cells.append(v4.new_code_cell(code, metadata={"tags": tags}, outputs=outputs))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    write(v4.new_notebook(cells=cells, metadata=kernel), source / "book/chapter.ipynb")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", source, site]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    copy(FOLDER, site)
    return site


class Kernel:
    """A kernel and a client of it, in a thread with a loop of their own: the browser's loop holds the main thread."""

    def __init__(self, folder):
        self.heard: queue.Queue[str] = queue.Queue()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.wait(self._start(folder))

    def wait(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=180 * PATIENCE)

    async def _start(self, folder) -> None:
        self.manager = AsyncKernelManager(kernel_name="python3")
        await self.manager.start_kernel(cwd=str(folder), env=environment(Book()))
        self.client = self.manager.client()
        self.client.start_channels(hb=False, stdin=False, control=False)
        await self.client.wait_for_ready(timeout=120 * PATIENCE)
        self.listeners = [self.loop.create_task(self._listen(channel)) for channel in ("shell", "iopub")]

    async def _listen(self, channel: str) -> None:
        while True:
            message = await getattr(self.client, f"get_{channel}_msg")()
            kept = {key: message[key] for key in ("header", "parent_header", "metadata", "content")}
            self.heard.put(json.dumps({"channel": channel, **kept}, default=str))

    async def _send(self, message: dict) -> None:
        self.client.shell_channel.send(message)

    def send(self, message: dict) -> None:
        self.wait(self._send(message))

    def interrupt(self) -> None:
        self.wait(self.manager.interrupt_kernel())

    async def _stop(self) -> None:
        for listener in self.listeners:
            listener.cancel()
        await asyncio.gather(*self.listeners, return_exceptions=True)
        self.client.stop_channels()
        await self.manager.shutdown_kernel(now=True)
        self.manager.context.destroy()

    def stop(self) -> None:
        self.wait(self._stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Machine:
    """What the hub lends: a kernel, reached through the routes of a page."""

    def __init__(self, page, kernel: Kernel):
        self.page, self.kernel, self.socket, self.asked = page, kernel, None, []
        page.route(f"{MACHINE}**", self._serve)
        page.route_web_socket(re.compile("wss://"), self._connect)

    def _serve(self, route) -> None:
        request = route.request
        if request.method == "OPTIONS":
            return route.fulfill(status=204, headers=OPEN | {"access-control-allow-methods": "*"})
        assert request.header_value("authorization") == "token secret"
        path = request.url.removeprefix(MACHINE)
        self.asked.append((path, request.post_data_json))
        if path == "api/sessions":
            return route.fulfill(status=201, headers=OPEN, json={"id": "s", "kernel": {"id": "k"}})
        assert path == "api/kernels/k/interrupt"
        self.kernel.interrupt()
        return route.fulfill(status=204, headers=OPEN)

    def _connect(self, socket) -> None:
        self.socket = socket
        assert re.fullmatch(re.escape(SOCKET) + r"\?session_id=[\w-]+&token=secret", socket.url)
        socket.on_message(self._send)

    def _send(self, text: str) -> None:
        message = json.loads(text)
        assert message.pop("channel") == "shell"
        self.kernel.send(message)

    def until(self, text: str, *, seconds: float = 120 * PATIENCE) -> None:
        """Pass messages on until the status says this."""
        status, end = self.page.locator(".fa-live-controls [role=status]"), time.monotonic() + seconds
        while text not in status.inner_text():
            assert time.monotonic() < end, f"still {status.inner_text()!r}, not {text!r}"
            while self.socket and not self.kernel.heard.empty():  # until the page has asked for one
                self.socket.send(self.kernel.heard.get())
            self.page.wait_for_timeout(50)


@pytest.fixture
def reader(desk, folder):
    with serve(folder) as site:
        visitor = Visitor(desk, site.rstrip("/"))
        yield visitor
        visitor.finish()


def hub(page, *events: dict) -> list[str]:
    """Play the hub: it says these; what it was asked comes back as a list that grows."""
    asked = []

    def answer(route):
        asked.append(route.request.url)
        lines = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
        route.fulfill(content_type="text/event-stream", headers=OPEN, body=lines)

    page.route("https://mybinder.org/**", answer)
    return asked


def elsewhere(visitor) -> list[str]:
    return [url for url in visitor.asked if not url.startswith((visitor.site, "data:", "blob:"))]


def said(visitor) -> list[str]:
    """What the console said and what was thrown; requests that end with a page that is left are no fault."""
    return [problem for problem in visitor.problems if problem.startswith(("console", "error"))]


def axe(page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [fault["id"] for fault in found.response["violations"]]


@pytest.fixture
def machine(reader, folder):
    page = reader.page()
    hub(page, *PHASES, READY)
    kernel = Kernel(folder)
    early = {"header": {"msg_type": "status"}, "parent_header": {}, "content": {"execution_state": "idle"}}
    kernel.heard.put(json.dumps({"channel": "iopub"} | early))  # kernels speak of themselves before a page listens
    page.goto(f"{reader.site}/book/live.html?chapter=chapter")
    yield Machine(page, kernel)
    kernel.stop()


def test_every_chapter_leads_to_its_live_code_and_other_pages_do_not(reader):
    page = reader.page()
    page.goto(f"{reader.site}/book/chapter.html")
    addresses = page.locator(".dropdown-launch-buttons a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert addresses[0] == "live.html?chapter=chapter"
    assert len(addresses) == 3
    for name in ("text", "first"):
        page.goto(f"{reader.site}/book/{name}.html")
        assert page.locator(".dropdown-launch-buttons").count() == 0
    page.goto(f"{reader.site}/book/live.html")
    links = page.locator("#fa-live a")
    assert links.all_inner_texts() == ["A chapter & more"]
    assert axe(page) == []
    links.click()
    page.locator("h1", has_text="A chapter & more").wait_for()
    assert page.title() == "Live code: A chapter & more"
    assert page.locator("mjx-container svg use").count() > 0
    assert page.locator("svg.glyphs").count() == 1
    assert axe(page) == []
    assert said(reader) == []


def test_nobody_is_asked_before_a_reader_presses_start(reader):
    page = reader.page()
    asked = hub(page, {"phase": "failed", "message": "no room\n"})
    page.goto(f"{reader.site}/book/live.html?chapter=chapter")
    page.locator("[role=status]").wait_for()
    page.locator("pre[contenteditable]").first.click()
    page.keyboard.type("# mine ")
    page.keyboard.press("Shift+Enter")
    assert page.locator(".fa-live-run:not([disabled])").count() == 0
    assert elsewhere(reader) == asked == []
    assert said(reader) == []
    page.get_by_role("button", name="Start a machine at mybinder.org").click()
    page.get_by_text("The hub could not do it: no room Try again").wait_for()
    assert asked == [HUB]


def test_a_hub_that_does_not_answer_is_named(reader):
    page = reader.page()
    page.route("https://mybinder.org/**", lambda route: route.abort())
    page.goto(f"{reader.site}/book/live.html?chapter=chapter")
    start = page.get_by_role("button", name="Start a machine")
    start.click()
    page.get_by_text("mybinder.org does not answer.").wait_for()
    assert start.is_enabled()


def test_the_policy_lets_this_page_alone_speak_and_only_to_binder(reader):
    policies = {}
    page = reader.page()
    for name in ("first", "chapter", "text", "live"):
        page.goto(f"{reader.site}/book/{name}.html")
        policies[name] = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert ["connect-src" in policies[name] for name in policies] == [False, False, False, True]
    (rule,) = (rule for rule in policies["live"].split("; ") if rule.startswith("connect-src"))
    assert "'self' https://mybinder.org https://*.mybinder.org wss://*.mybinder.org " in rule
    assert "unsafe-eval" not in policies["live"]
    assert said(reader) == []
    refused = page.evaluate("() => fetch('https://example.org/').then(() => false, () => true)")
    assert refused
    assert elsewhere(reader) == []


def test_a_chapter_that_is_not_there_is_not_asked_for(reader):
    page = reader.page()
    for name in ("nothing", "../book/text", "https://example.org/x"):
        page.goto(f"{reader.site}/book/live.html?chapter={name}")
        page.get_by_role("alert").get_by_text(f"There is no chapter “{name}”.").wait_for()
        assert page.locator("#fa-live a").is_visible()
    assert said(reader) == []


def test_cells_run_in_order_and_show_what_the_kernel_says(machine, reader):
    page = machine.page
    output = page.locator(".cell_output")
    page.get_by_role("button", name="Start a machine").click()
    machine.until("Ready.")
    assert machine.asked[0] == (
        "api/sessions",
        {"path": "book/chapter.ipynb", "name": "book/chapter.ipynb", "type": "notebook", "kernel": {"name": "python3"}},
    )
    assert output.nth(2).inner_text().split() == ["the", "answer", "is", "42"]

    parameters = page.get_by_label("Code of cell 1")
    parameters.press("Control+End")
    page.keyboard.type("\nruns = runs + 1")
    page.get_by_label("Run cell 4").click()
    machine.until("Done.")
    assert output.nth(2).inner_text().split() == ["the", "answer", "is", "63"]
    assert output.nth(2).locator("pre").count() == 1
    assert page.locator("b.new").count() == 1
    assert page.locator("b.old").count() == 0
    page.locator("b.new + script + i").click()
    assert page.evaluate("() => window.taken") is None
    refused = [problem for problem in reader.problems if "inline event handler" in problem]
    assert len(refused) == 1
    notes = page.locator(".fa-live-bar span").all_inner_texts()
    assert [bool(re.fullmatch(r"done in [\d.]+ s", note)) for note in notes] == [True] * 4 + [False] * 3

    page.get_by_label("Run cell 6").click()  # runs the fifth, a widget, before it
    machine.until("Done.")
    page.locator("fa-widget").scroll_into_view_if_needed()
    page.locator("fa-widget[live]").wait_for()
    assert page.locator("fa-widget canvas").count() == 1

    parameters.press("Control+A")
    page.keyboard.type("runs = 2")
    parameters.press("Shift+Enter")
    machine.until("Done.")
    page.get_by_label("Run cell 6").click()
    machine.until("Cell 6 failed")
    assert "ZeroDivisionError: division by zero" in output.nth(5).inner_text()
    assert "\x1b" not in output.nth(5).inner_text()
    assert axe(page) == []


def test_a_run_can_be_stopped_and_a_lost_machine_is_noticed(machine, reader):
    page = machine.page
    page.get_by_role("button", name="Start a machine").click()
    machine.until("Ready.")
    parameters = page.get_by_label("Code of cell 1")
    parameters.press("Control+End")
    page.keyboard.type(" + 1")
    page.get_by_role("button", name="Run all").click()
    machine.until("Running cell 7 of 7")
    time.sleep(1)  # the kernel, too, is in its sleep
    page.get_by_label("Code of cell 7").press("Control+End")
    page.keyboard.type("# mine")
    page.get_by_role("button", name="Stop").click()
    machine.until("Cell 7 failed")
    notes = page.locator(".fa-live-bar span").all_inner_texts()
    assert notes[-1] == "changed"  # what was stopped is not what stands there
    assert all(note.startswith("done in") for note in notes[:-1])
    assert page.locator("[aria-busy]").count() == 0
    assert "KeyboardInterrupt" in page.locator(".cell_output").nth(6).inner_text()
    assert machine.asked[-1][0] == "api/kernels/k/interrupt"
    machine.socket.close()
    page.get_by_text("The machine is gone").wait_for()
    assert page.get_by_role("button", name="Start a machine").is_enabled()
    assert page.locator(".fa-live-run:not([disabled])").count() == 0
    assert [problem for problem in said(reader) if "inline event" not in problem] == []


def test_addresses_of_the_hub():
    assert build_address("https://mybinder.org/", "https://github.com/some/book", "main") == HUB
    assert build_address("", "https://github.com/some/book", "main") == ""
    assert build_address("https://mybinder.org", "https://example.org/some/book/more", "main") == ""


def test_what_stands_in_the_page_is_text():
    text = body("a<b", 'https://x/"y', {"name": "<i>"})
    assert "a&lt;b" in text
    assert "<i>" not in text
    assert '"y' not in text
