"""The service says where it is once it is there, starts what was killed again, and stops however it was started."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from achievement_pipeline_tests.cli.conftest import Run
from achievement_pipeline_tests.running import free_port, wait_until

pytestmark = pytest.mark.e2e

_SOURCES = Path(__file__).parents[3]

# what a script starts with `&` ignores SIGINT
_IN_THE_BACKGROUND = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh", sys.executable, "-c")

_START = """
import os, signal, subprocess, sys
from achievement_pipeline.cli.servers.stopping import stoppable

with stoppable():
    os.kill(os.getpid(), signal.SIGINT)
    started = subprocess.run([sys.executable, "-c", "import signal; signal.raise_signal(signal.SIGINT)"])
assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
sys.exit(0 if started.returncode == -signal.SIGINT else "it ignored the signal")
"""


def test_what_is_started_can_be_interrupted_where_the_service_itself_ignores_it() -> None:
    ended = subprocess.run([*_IN_THE_BACKGROUND, _START], cwd=_SOURCES, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


_SERVE = """
import datetime, os, socket, sys
from pathlib import Path
from achievement_pipeline.cli.service import start
from achievement_pipeline.cli.service.dagster_processes import Commands
from achievement_pipeline.cli.service.page_process import PageProcess
from achievement_pipeline.cli.service.presence import Service
from achievement_pipeline.settings import load_settings

port, pages, code_server, ui, folder = sys.argv[1:]
python = [sys.executable, "-c"]
service = Service(os.getpid(), "http://nowhere", datetime.datetime.now(datetime.UTC))
listening = socket.create_server(("127.0.0.1", 0))
asks = socket.create_connection(listening.getsockname())
page = PageProcess([*python, "import sys; open(sys.argv[1], 'a').write('x')", pages], listening)
ready = start._Ready(("127.0.0.1", int(port)), "ready")
commands = Commands([*python, code_server, folder], Path(folder, "code"), [[*python, ui, folder, port]])
sys.exit(0 if start._serve(start._Processes(commands, page, ready), service, load_settings(), None) else 1)
"""

_CODE_SERVER = """
import os, socket, sys, time
from pathlib import Path

address = Path(sys.argv[1], "code")
address.unlink(missing_ok=True)
with socket.socket(socket.AF_UNIX) as listening:
    listening.bind(str(address))
    listening.listen()
    time.sleep(600)
"""

_UI = """
import socket, sys, time
from pathlib import Path

starts = Path(sys.argv[1], "starts")
with starts.open("a") as written:
    written.write("x")
listening = socket.create_server(("127.0.0.1", int(sys.argv[2])))
if starts.stat().st_size > 1:
    time.sleep(600)
"""


def test_what_ends_by_itself_or_has_old_settings_is_started_again_and_says_when_it_is_ready(home: Path) -> None:
    home.mkdir()
    (home / "pages").touch()
    port, starts, pages, log = free_port(), home / "starts", home / "pages", home / "log"
    command = [sys.executable, "-c", _SERVE, str(port), str(pages), _CODE_SERVER, _UI, str(home)]
    with log.open("wb") as output, subprocess.Popen(command, cwd=_SOURCES, stderr=output) as service:
        wait_until(lambda: log.read_text().count("ready") > 0 and starts.stat().st_size == 2)
        before = pages.stat().st_size
        wait_until(lambda: pages.stat().st_size > before + 1)
        settings = Path("achievements.toml")
        settings.write_text("[me]\nnick = 'Ada'\n")
        wait_until(lambda: "The service goes on with the earlier ones." in log.read_text())
        settings.write_text("[me]\nname = 'Ada L.'\n")
        wait_until(lambda: starts.stat().st_size == 3)
        service.send_signal(signal.SIGTERM)
        assert service.wait(60) == 0
    assert "Dagster ended by itself; its last words are above. It starts again in 2 seconds." in log.read_text()
    assert "The page ended by itself. It starts again." in log.read_text()
    assert log.read_text().count("The settings have changed. Dagster is started again.") == 1


def test_a_port_that_is_in_use_is_said_before_anything_starts(run: Run, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = run("start", "--port", str(port))
    assert answer.exit_code == 1
    assert f"Can't listen on 127.0.0.1, port {port}: Address already in use." in answer.output
    assert not (home / "postgres").exists()
