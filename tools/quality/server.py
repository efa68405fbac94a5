"""A file server for measuring: the site in a subfolder, texts gzipped, as any host of static pages does."""

import gzip
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

TEXTS = {".html", ".js", ".css", ".svg", ".json", ".txt", ".xml", ".ipynb", ".map"}
PREFIX = "/some/place/"  # a site that works here works in any folder


@cache
def packed(path: Path) -> bytes:
    """A file as it travels."""
    content = path.read_bytes()
    return gzip.compress(content, 9, mtime=0) if path.suffix in TEXTS else content


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *values):
        """Silence."""

    def do_GET(self):
        if not self.path.startswith(PREFIX):
            return self.send_error(404)
        self.path = self.path[len(PREFIX) - 1 :]
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return self.send_error(404)
        content = packed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix in TEXTS:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; gives the address of its top."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
    finally:
        server.shutdown()
        server.server_close()


def pages(folder: Path) -> list[str]:
    """Names of all pages of a site but the one at its top, which only leads on."""
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.html")))
    return [name for name in found if not name.startswith("_") and name != "index.html"]
