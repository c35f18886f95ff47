"""A real HTTP server on 127.0.0.1 with a queue of faults, and a clock that makes waiting take no time."""

import socket
import struct
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from achievement_pipeline.demo.servers import loopback as served
from achievement_pipeline.demo.servers.loopback import Request
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
        self, *, timeout: tuple[float, float] = (300, 300), attempts: int = 6, max_wait_seconds: float = 3900
    ) -> RequestOptions:
        """Return options by this clock. Only timeouts are real: a machine that stalls for seconds repeats nothing."""
        return RequestOptions(
            timeout, attempts, max_wait_seconds, clock=lambda: self.now, sleep=self.sleep, progress=self.messages.append
        )


@dataclass(frozen=True)
class Reply(served.Reply):
    """An answer; `cut` ends the body in the middle, `reset` the connection before there is an answer at all."""

    cut: bool = False
    reset: bool = False

    def send(self, handler: BaseHTTPRequestHandler, at: float) -> None:
        if self.reset:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
        elif self.cut:
            length = {"Content-Length": str(len(self.content))}
            served.Reply(self.content[: len(self.content) // 2], self.status, {**self.headers, **length}).send(
                handler, at
            )
            handler.close_connection = True
        else:
            super().send(handler, at)


RESET = Reply(reset=True)
CUT = Reply({"data": "x" * 10_000}, cut=True)
BROKEN = Reply(b'{"data": {"iss', headers={"Content-Type": "application/json"})


class DisturbedServer(served.Loopback):
    """Answers as its class does, after the replies that are queued in `faults` are used up.

    Every request is recorded. `between` holds actions that run before the n-th request is answered (counted from 1):
    the data may change between two pages.
    """

    def __init__(self, *arguments: Any, clock: Clock | None = None) -> None:
        super().__init__(*arguments)
        self.clock = clock or Clock()
        self.requests: list[Request] = []
        self.faults: deque[served.Reply] = deque()
        self.between: dict[int, Callable[[], object]] = {}
        self._handle: Callable[[Request], served.Reply] = super().answer

    def now(self) -> float:
        return self.clock.now

    @contextmanager
    def counted(self) -> Iterator[list[Request]]:
        """Collect the requests made within."""
        before, made = len(self.requests), list[Request]()
        yield made
        made.extend(self.requests[before:])

    def answer(self, request: Request) -> served.Reply:
        self.requests.append(request)
        if action := self.between.pop(len(self.requests), None):
            action()
        return self.faults.popleft() if self.faults else self._handle(request)


class Loopback(DisturbedServer):
    """Answers requests by `handle`."""

    def __init__(self, handle: Callable[[Request], served.Reply], clock: Clock | None = None) -> None:
        super().__init__(clock=clock)
        self._handle = handle
