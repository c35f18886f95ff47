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

    @property
    def size(self) -> int:
        """The number of bytes of both contents."""
        return len(self.before or b"") + len(self.after or b"")


def encode_request(request: Request) -> bytes:
    """Return a file as it is sent to the process."""
    path = request.path.encode(errors="surrogatepass")
    sizes = [-1 if content is None else len(content) for content in request[1:]]
    return b"".join((_HEADER.pack(len(path), *sizes), path, request.before or b"", request.after or b""))


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


def take_answer(received: bytearray) -> Any:  # noqa: ANN401 - any JSON value but null
    """Take the first answer from what was received; None if it is not complete yet.

    Raises:
        EOFError: The answer is invalid.
    """
    if len(received) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(received)
    if not 0 < length <= _LONGEST_ANSWER:
        raise EOFError
    if len(received) < _LENGTH.size + length:
        return None
    content = bytes(received[_LENGTH.size : _LENGTH.size + length])
    del received[: _LENGTH.size + length]
    try:
        return parse_json(content)
    except UnreadableTextError as error:
        raise EOFError from error
