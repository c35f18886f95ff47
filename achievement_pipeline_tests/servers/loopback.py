"""A real HTTP server on 127.0.0.1 with a queue of faults, and a clock that makes waiting take no time."""

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from achievement_pipeline.http import RequestOptions


@dataclass
class Clock:
    """A wall clock that only sleeping moves, and a record of progress messages and sleeps."""

    now: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def request_options(
        self, *, timeout: tuple[float, float] = (10, 10), attempts: int = 6, max_wait_seconds: float = 3900
    ) -> RequestOptions:
        return RequestOptions(
            timeout, attempts, max_wait_seconds, clock=lambda: self.now, sleep=self.sleep, progress=self.messages.append
        )


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    at: float


@dataclass(frozen=True)
class Reply:
    """An answer; `cut` ends the body in the middle, `reset` the connection before there is an answer at all."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    reset: bool = False

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


RESET = Reply(reset=True)
CUT = Reply({"data": "x" * 10_000}, cut=True)
BROKEN = Reply(b'{"data": {"iss', headers={"Content-Type": "application/json"})


class Loopback:
    """Answers requests by `handle`, after the replies that are queued in `faults` are used up.

    Every request is recorded. `between` holds actions that run before the n-th request is answered (counted from 1):
    the data may change between two pages.
    """

    def __init__(self, handle: Callable[[Request], Reply], clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.requests: list[Request] = []
        self.faults: deque[Reply] = deque()
        self.between: dict[int, Callable[[], object]] = {}
        self._handle = handle
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.loopback = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @contextmanager
    def counted(self) -> Iterator[list[Request]]:
        """Collect the requests made within."""
        before, made = len(self.requests), list[Request]()
        yield made
        made.extend(self.requests[before:])

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        if action := self.between.pop(len(self.requests), None):
            action()
        return self.faults.popleft() if self.faults else self._handle(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    loopback: Loopback

    def handle_error(self, *_: object) -> None:
        """Clients hang up on purpose here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet, else Nagle's algorithm waits for the client's delayed ACK
    server: _Server

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        url = urlsplit(self.path)
        loopback = self.server.loopback
        reply = loopback.answer(
            Request(
                method=self.command,
                path=url.path,
                query=dict(parse_qsl(url.query)),
                headers={name.title(): value for name, value in self.headers.items()},
                body=self._parse(content),
                at=loopback.clock.now,
            )
        )
        if reply.reset:
            self._reset()
            return
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(reply.content)),
            "Date": formatdate(loopback.clock.now, usegmt=True),
            **reply.headers,
        }
        self.send_response_only(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.content[: len(reply.content) // 2] if reply.cut else reply.content)
        if reply.cut:
            self.close_connection = True

    def _parse(self, content: bytes) -> Any:
        if "form-urlencoded" in self.headers.get("Content-Type", ""):
            return dict(parse_qsl(content.decode()))
        return json.loads(content) if content else None

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names that http.server looks for

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing: the requests are recorded."""
