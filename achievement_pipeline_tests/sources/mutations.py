"""Recorded answers with one hostile value in one place."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from achievement_pipeline.demo.servers.loopback import Reply, Request
from achievement_pipeline_tests.servers.loopback import DisturbedServer

Path = tuple[str | int, ...]

HARMLESS_JSON = (
    *("null", "true", "0", "-1", "3.5", "1e999", "NaN", "-Infinity", "9" * 12, "9" * 30, "9" * 5000),
    *('""', '"x"', "[]", "{}", "[[]]", "[null]", '{"a": {}}', '["\\udfff"]', "[" * 60 + "]" * 60),
    *('"\\ud800"', '"a\\u0000b"', '"' + "9" * 40 + '"', '"' + "y" * 100_000 + '"'),
    *('"0001-01-01T00:00:00+23:59"', '"2026-01-01T00:00:00"', '"9999-12-31T23:59:59-12:00"'),
)
"""Values that leave the answer JSON: they cost the record that they are in, and no other."""
BREAKING = ("[" * 100_000, "[" * 50_000 + "]" * 50_000, '{"a":' * 5000 + "1" + "}" * 5000, '"', "\x00", "\\")
"""What makes the whole answer unreadable."""
HOSTILE = HARMLESS_JSON + BREAKING
_MARK = "\N{REPLACEMENT CHARACTER} here"


@dataclass
class Exchange:
    """A request that was answered, and the answer."""

    request: Request
    body: Any


def record(server: DisturbedServer, read: Callable[[], object]) -> list[Exchange]:
    """Return what is asked and answered in an undisturbed reading."""
    exchanges: list[Exchange] = []
    undisturbed = server._handle

    def handle(request: Request) -> Reply:
        reply = undisturbed(request)
        exchanges.append(Exchange(request, copy.deepcopy(reply.body)))
        return reply

    server._handle = handle
    try:
        read()
    finally:
        server._handle = undisturbed
    return exchanges


def disturb(server: DisturbedServer, exchange: Exchange, path: Path, value: str, read: Callable[[], Any]) -> Any:
    """Read while the answer of one exchange has another value at a path."""
    undisturbed = server._handle

    def handle(request: Request) -> Reply:
        reply = undisturbed(request)
        same = (request.path, request.query, request.body) == (
            exchange.request.path, exchange.request.query, exchange.request.body,
        )  # fmt: skip
        return Reply(_with(reply.body, path, value), reply.status, reply.headers) if same else reply

    server._handle = handle
    try:
        return read()
    finally:
        server._handle = undisturbed


def paths(body: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each value of an answer, its own first."""
    yield path
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, value in inner:
        yield from paths(value, (*path, name))


def at(body: Any, path: Path) -> Any:
    """Return what is at a path; None where there is nothing."""
    for name in path:
        try:
            body = body[name]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def _with(body: Any, path: Path, value: str) -> bytes:
    mutated = copy.deepcopy(body)
    if not path:
        return value.encode()
    holder = at(mutated, path[:-1])
    try:
        holder[path[-1]] = _MARK
    except (KeyError, IndexError, TypeError):
        return json.dumps(body).encode()
    return json.dumps(mutated, ensure_ascii=False).replace(f'"{_MARK}"', value).encode()
