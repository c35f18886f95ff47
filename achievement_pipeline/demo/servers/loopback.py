"""A small HTTP server on 127.0.0.1, on a port of its own."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

Node = dict[str, Any]
"""A JSON object."""


@dataclass(frozen=True)
class Request:
    """A request. The names of its headers are in title case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    """Parsed JSON, or the fields of a form."""
    at: float
    """Seconds since the epoch by the server's clock."""


@dataclass(frozen=True)
class Reply:
    """An answer: bytes, or what becomes JSON."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()

    def send(self, handler: BaseHTTPRequestHandler, at: float) -> None:
        """Send it at a moment, in seconds since the epoch."""
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(self.content)),
            "Date": formatdate(at, usegmt=True),
            **self.headers,
        }
        handler.send_response_only(self.status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(self.content)


class Loopback:
    """A server that runs in threads of this process as long as it is entered. Subclasses implement `answer`."""

    def __init__(self) -> None:
        """Listen on a free port. Requests wait until the server is entered."""
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.loopback = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def answer(self, request: Request) -> Reply:
        """Return the answer to a request."""
        raise NotImplementedError

    def now(self) -> float:
        """Return the time by its clock, in seconds since the epoch."""
        return time.time()

    def __enter__(self) -> Self:
        """Answer from now on."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and free the port."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    loopback: Loopback

    def handle_error(self, *_: object) -> None:
        """Ignore clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet, else Nagle's algorithm waits for the client's delayed ACK
    server: _Server

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)  # with scheme and host, where a client takes this server for its proxy
        loopback = self.server.loopback
        reply = loopback.answer(
            Request(
                method=self.command,
                path=url.path,
                query=dict(parse_qsl(url.query)),
                headers={name.title(): value for name, value in self.headers.items()},
                body=self._parse(content),
                at=loopback.now(),
            )
        )
        reply.send(self, loopback.now())

    def _parse(self, content: bytes) -> Any:
        if "form-urlencoded" in self.headers.get("Content-Type", ""):
            return dict(parse_qsl(content.decode()))
        return json.loads(content) if content else None

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Log nothing."""
