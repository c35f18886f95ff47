"""Addresses of servers."""

from typing import Final
from urllib.parse import urlsplit

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def is_secure(address: str) -> bool:
    """Whether an address is https or on this machine, so that secrets can be sent to it."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.hostname or "") in _LOOPBACK
