"""Ctrl-C while modules are imported."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from achievement_pipeline.system.interrupts import EXIT_INTERRUPTED, INTERRUPTED, interrupted_at_once

_SCRIPT = """
import os, signal
from achievement_pipeline.system.interrupts import interrupted_at_once

try:
    with interrupted_at_once():
        os.kill(os.getpid(), signal.SIGINT)
finally:
    print("unwound")
"""


def test_an_interrupt_ends_the_process_at_once() -> None:
    ended = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout, ended.stderr) == (EXIT_INTERRUPTED, "", f"{INTERRUPTED}\n")


def test_behind_the_block_it_is_an_exception_again() -> None:
    with interrupted_at_once():
        pass
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


def test_other_threads_and_other_handlers_are_left_alone() -> None:
    seen = []

    def look() -> None:
        with interrupted_at_once():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        look()
    finally:
        signal.signal(signal.SIGINT, before)

    assert seen == [before, signal.SIG_IGN]
