"""A small web server on a real socket, for what is fetched."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server(ThreadingHTTPServer):
    """Gives at each path the bytes and type that ``pages`` has just then; 404 elsewhere."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, tuple[bytes, str]] = {}
        self.asked: list[str] = []
        self.posted: list[tuple[dict[str, str], bytes]] = []
        """Heads, in small letters, and bodies of what was sent here."""
        self.status = 204
        """What is answered to that."""
        self.before_answer: Callable[[], object] = lambda: None
        """What happens while somebody waits for an answer."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def put(self, path: str, data: str | bytes, content_type: str = "text/plain") -> str:
        """Give ``data`` at a path from now on; return its address."""
        self.pages[path] = (data if isinstance(data, bytes) else data.encode(), content_type)
        return f"http://127.0.0.1:{self.port}{path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that is cut off is the other side's to tell."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.before_answer()
        found = self.server.pages.get(self.path) or self.server.pages.get(
            self.path.partition("?")[0]
        )
        if found is None:
            self.send_error(404)
            return
        data, content_type = found
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def serving(settings: Any) -> Iterator[Server]:
    """A server that this installation may fetch from."""
    server = Server()
    settings.CONCORD_FEEDS_ALLOW_HTTP = settings.CONCORD_FEEDS_ALLOW_PRIVATE = True
    settings.CONCORD_FEEDS_PORTS = [server.port]
    settings.CONCORD_HOOKS_ALLOW_HTTP = settings.CONCORD_HOOKS_ALLOW_PRIVATE = True
    settings.CONCORD_HOOKS_PORTS = [server.port]
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
