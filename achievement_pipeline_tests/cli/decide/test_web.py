"""`achievements web` as a process: it can be stopped from the moment on that its address is printed."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
import requests

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("home", "database")]

_COMMAND = [sys.executable, "-c", "from achievement_pipeline.cli import main; main()", "web", "--port", "0"]
_SECONDS = 60


@contextmanager
def _page() -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The process, and the address that it prints first."""
    with subprocess.Popen(_COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_as_soon_as_its_address_is_known(sent: signal.Signals) -> None:
    with _page() as (process, address):
        process.send_signal(sent)
        _, errors = process.communicate(timeout=_SECONDS)
    assert "/enter?token=" in address
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_it_answers_at_its_address_and_stops_though_a_connection_is_open() -> None:
    with _page() as (process, address):
        assert requests.get(address, timeout=_SECONDS).status_code == 200
        where = urlsplit(address)
        with socket.create_connection((where.hostname, where.port)) as waiting:
            waiting.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")  # a request that never ends
            process.terminate()
            _, errors = process.communicate(timeout=_SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in errors
