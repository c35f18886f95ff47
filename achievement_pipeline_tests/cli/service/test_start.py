"""Dagster can be stopped however the service was started."""

import subprocess
import sys
from pathlib import Path

_SOURCES = Path(__file__).parents[3]

# what a script starts with `&` ignores SIGINT
_IN_THE_BACKGROUND = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh", sys.executable, "-c")

_START = """
import os, signal, subprocess, sys
from achievement_pipeline.cli.service.start import stoppable

with stoppable():
    os.kill(os.getpid(), signal.SIGINT)
    started = subprocess.run([sys.executable, "-c", "import signal; signal.raise_signal(signal.SIGINT)"])
assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
sys.exit(0 if started.returncode == -signal.SIGINT else "it ignored the signal")
"""


def test_what_is_started_can_be_interrupted_where_the_service_itself_ignores_it() -> None:
    ended = subprocess.run([*_IN_THE_BACKGROUND, _START], cwd=_SOURCES, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
