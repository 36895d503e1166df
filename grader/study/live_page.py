"""The report as a page on this machine alone, which changes as the learner saves."""

from __future__ import annotations

import contextlib
import http.server
import json
import secrets
import threading
from collections.abc import Callable
from http import HTTPStatus
from importlib import resources
from typing import Any, Self

from grader.reports.model import Report

_HOST = "127.0.0.1"
_ALIVE = 5.0  # seconds after which a connection is told that it is still of use
_MOST_LISTENERS = 8
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class LivePage:
    """Serves the latest report, once it is started, until it is closed.

    Nobody else reads it: it listens on the loopback alone, at a port and under a name that are drawn; a request must
    name this very host, which a page of another origin, or one whose name has been led here, does not.

    Args:
        render: makes a page of a report.
    """

    def __init__(self, render: Callable[[Report], bytes]) -> None:
        self._render = render
        self.token = secrets.token_urlsafe(24)
        self._server: _Server | None = None
        self._news = threading.Condition()
        self._report: Report | None = None
        self._rendered: tuple[Report, bytes] | None = None
        self.version = 0
        self.is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> str:
        """Serve the page, if it is not served yet; its address."""
        if self._server is None:
            self._server = _Server(self)
            threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        return f"http://{self.host}/{self.token}/"

    @property
    def host(self) -> str:
        """Host and port, as a browser names them."""
        assert self._server is not None
        return f"{_HOST}:{self._server.server_address[1]}"

    def show(self, report: Report) -> None:
        """Show a report from now on."""
        with self._news:
            self._report = report
            self.version += 1
            self._news.notify_all()

    def page(self) -> bytes:
        """The report as HTML; before there is one, a word that it will come."""
        with self._news:
            report, known = self._report, self._rendered
        if report is None:
            return b"<!DOCTYPE html><html lang=en><title>gradlings</title><body><p>The first verdict is on its way."
        if known is None or known[0] is not report:
            known = report, self._render(report)
            with self._news:
                self._rendered = known
        return known[1]

    def await_news(self, version: int, seconds: float) -> int:
        """Wait until there is another report than that; the number of the latest."""
        with self._news:
            self._news.wait_for(lambda: self.version != version or self.is_closed, seconds)
            return self.version

    def close(self) -> None:
        """Serve no more."""
        with self._news:
            self.is_closed = True
            self._news.notify_all()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, live: LivePage) -> None:
        self.live = live
        self.listeners = threading.BoundedSemaphore(_MOST_LISTENERS)
        super().__init__((_HOST, 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that has gone away is no error, and the terminal is the watch's."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        """Answer a request that comes from the page itself, or from who was given its address."""
        live = self.server.live
        origin = self.headers.get("Origin")
        if self.headers.get_all("Host") != [live.host] or origin not in (None, f"http://{live.host}"):
            self._refuse(HTTPStatus.FORBIDDEN)
            return
        if self.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
            self._refuse(HTTPStatus.FORBIDDEN)
            return
        token, _, name = self.path.removeprefix("/").partition("/")
        if not secrets.compare_digest(token.encode(), live.token.encode()):
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        match name:
            case "":
                nonce = secrets.token_urlsafe(16)
                self._send("text/html; charset=utf-8", _frame(nonce), nonce)
            case "report":
                self._send("text/html; charset=utf-8", live.page())
            case "news":
                self._tell_news()
            case _:
                self._refuse(HTTPStatus.NOT_FOUND)

    def _refuse(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def _headers(self, kind: str, nonce: str = "") -> None:
        script = f"; script-src 'nonce-{nonce}'; connect-src 'self'" if nonce else ""
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", _POLICY + script)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")

    def _send(self, kind: str, content: bytes, nonce: str = "") -> None:
        self.send_response(HTTPStatus.OK)
        self._headers(kind, nonce)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _tell_news(self) -> None:
        """Server-sent events: the number of the latest report, whenever there is another."""
        if not self.server.listeners.acquire(blocking=False):
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        live, told = self.server.live, -1
        try:
            self.send_response(HTTPStatus.OK)
            self._headers("text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            with contextlib.suppress(OSError):
                while not live.is_closed:
                    version = live.await_news(told, _ALIVE)
                    self.wfile.write(f"data: {json.dumps(version)}\n\n".encode() if version != told else b": \n\n")
                    self.wfile.flush()
                    told = version
        finally:
            self.server.listeners.release()
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the class above
        """Say nothing: the terminal is the watch's."""

    def version_string(self) -> str:
        """Name no versions."""
        return "gradlings"


def _frame(nonce: str) -> bytes:
    """The page that a browser loads once: it fetches the report, and puts each new one in the place of the last."""
    script = resources.files("grader.study").joinpath("live_page.js").read_text("utf-8")
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>gradlings</title></head>'
        f'<body><p>The first verdict is on its way.</p><script nonce="{nonce}">{script}</script></body></html>'
    ).encode()
