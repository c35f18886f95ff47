"""The program on a terminal: it shows something at once, its own styles, and one line where it is interrupted."""

import os
import pty
import re
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from achievement_pipeline.system.interrupts import INTERRUPTED
from achievement_pipeline_tests.builders import GitRepository

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("home")]

_PROGRAM = (sys.executable, "-m", "achievement_pipeline.program")
_SECONDS = 120


def _on_a_terminal(*words: str, until: str = "", then: signal.Signals | None = None) -> tuple[int, str]:
    """Run a command on a terminal, send it a signal once it has shown something; return exit code and all it showed."""
    process, terminal = pty.fork()
    if not process:
        os.execv(_PROGRAM[0], (*_PROGRAM, *words))
    shown = b""
    end = time.monotonic() + _SECONDS
    with suppress(OSError):  # the other side is closed
        while time.monotonic() < end and select.select([terminal], [], [], _SECONDS)[0]:
            if not (piece := os.read(terminal, 65536)):
                break
            shown += piece
            if then and until.encode() in shown:
                os.kill(process, then)
                then = None
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown.decode()


def test_it_shows_something_at_once_and_one_line_where_it_is_interrupted(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path / "loom")
    repository.commit("Add a loom", {"loom.py": "LOOM = 1\n"})
    code, shown = _on_a_terminal("collect", "--repo", str(repository.path), until="Starting", then=signal.SIGINT)
    assert code == 130
    plain = re.sub(r"\x1b\[[?\d]*\w", "", shown).replace("\r", "\n")
    assert [line for line in plain.splitlines() if line] == ["🔍 Starting", INTERRUPTED]


def test_help_shows_nothing_before_it() -> None:
    code, shown = _on_a_terminal("collect", "--help")
    assert code == 0
    assert shown.startswith("Usage: ")
