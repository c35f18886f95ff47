"""Limits of the examiner process, and the protocol between it and its client."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO, NamedTuple

from achievement_pipeline.parsing.untrusted import UnreadableTextError, parse_json

SECONDS = 10
"""CPU time per file. 0.2 MB of HCL, the slowest format, takes 8 seconds."""
MEMORY = 1 << 30
"""Address space of the process in bytes. Most files need 0.1 GB. macOS does not enforce it."""
LARGEST = 32 << 20
"""Maximum size of a file in bytes. Larger files are not analysed."""

OUT_OF_MEMORY = 3
"""Exit code when `MEMORY` is reached."""

_HEADER = struct.Struct(">Iqq")
_LENGTH = struct.Struct(">I")
_LONGEST_ANSWER = 16 << 20


class Request(NamedTuple):
    """One changed file."""

    path: str
    before: bytes | None
    after: bytes | None


def write_request(stream: BinaryIO, request: Request) -> None:
    """Send a file to the process."""
    path = request.path.encode(errors="surrogatepass")
    sizes = [-1 if content is None else len(content) for content in request[1:]]
    stream.write(_HEADER.pack(len(path), *sizes))
    stream.writelines((path, request.before or b"", request.after or b""))
    stream.flush()


def read_request(stream: BinaryIO) -> Request | None:
    """Receive the next file; None if the client has closed the connection."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    length, *sizes = _HEADER.unpack(header)
    path = stream.read(length).decode(errors="surrogatepass")
    before, after = (None if size < 0 else stream.read(size) for size in sizes)
    return Request(path, before, after)


def write_answer(stream: BinaryIO, answer: Any) -> None:  # noqa: ANN401 - any JSON value
    """Send an answer to the client, as JSON, so that a compromised process cannot run code in the client."""
    content = json.dumps(answer).encode()
    stream.write(_LENGTH.pack(len(content)) + content)
    stream.flush()


def read_answer(stream: BinaryIO) -> Any:  # noqa: ANN401 - any JSON value
    """Receive an answer.

    Raises:
        EOFError: The process ended, or its answer is invalid.
    """
    header = stream.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(header)
    content = stream.read(length) if length <= _LONGEST_ANSWER else b""
    if len(content) < length or not length:
        raise EOFError
    try:
        return parse_json(content)
    except UnreadableTextError as error:
        raise EOFError from error
