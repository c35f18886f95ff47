"""The processes of Dagster: a code server, and once it answers the web server and the daemon.

``dagster dev`` would start two more, itself and a second code server before the first, which cost 220 MB.
"""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from achievement_pipeline.cli.service.presence import commands_of
from achievement_pipeline.settings import LogFormat
from achievement_pipeline.system.child_processes import python_command

_CODE = "achievement_pipeline.definitions"
_LOCATION = "achievement_pipeline"
"""The name of the code location. The states of sensors hang on it."""
_UI = "achievement_pipeline.cli.service.ui"
_LEVELS = {LogFormat.TEXT: "warning", LogFormat.JSON: "info"}
"""People see Dagster's warnings only; runs log their own progress."""
_FORMATS = {LogFormat.TEXT: "colored", LogFormat.JSON: "json"}
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Commands:
    """The commands of the processes."""

    code_server: Sequence[str]
    """Loads the code, and answers on `socket` when it has."""
    socket: Path
    others: Sequence[Sequence[str]]
    """The web server and the daemon."""

    @classmethod
    def in_folder(cls, folder: Path, host: str, port: int, log_format: LogFormat) -> Self:
        """Return the commands of a service.

        Args:
            folder: A folder for this service alone, with a short path. The socket and its address go there.
            host: Address of the web server.
            port: Port of the web server.
            log_format: The form of what they print.
        """
        socket, workspace = folder / "code", folder / "workspace.yaml"
        server = {"socket": str(socket), "location_name": _LOCATION}
        workspace.write_text(json.dumps({"load_from": [{"grpc_server": server}]}))  # JSON is YAML
        level, form = _LEVELS[log_format], ("--log-format", _FORMATS[log_format])
        code = ("--module-name", _CODE, "--location-name", _LOCATION, "--socket", str(socket))
        where = ("--host", host, "--port", str(port), "--workspace", str(workspace))
        return cls(
            python_command("dagster", "api", "grpc", *code, "--log-level", level, *form),
            socket,
            (
                python_command(_UI, *where, "--dagster-log-level", level, *form),
                python_command("dagster._daemon", "run", "--workspace", str(workspace), "--log-level", level, *form),
            ),
        )


class DagsterProcesses:
    """Processes in a group of their own, so that Ctrl-C in the terminal does not reach them.

    Args:
        commands: What they run.
        environment: Their environment.
        descriptors: Files that they inherit.
    """

    def __init__(self, commands: Commands, environment: Mapping[str, str], descriptors: Sequence[int]) -> None:
        self._commands = commands
        self._environment = environment
        self._descriptors = descriptors
        self._code_server = self._open(commands.code_server, group=0)
        self._others: list[subprocess.Popen[bytes]] = []

    @property
    def group(self) -> int:
        """The number of the group. Runs belong to it too."""
        return self._code_server.pid

    @property
    def are_complete(self) -> bool:
        """Whether all of them run that were started."""
        return all(process.poll() is None for process in (self._code_server, *self._others))

    def start_others(self) -> None:
        """Wait for the code server, and start those that load the code from it, unless it ends instead."""
        while self.are_complete:
            with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
                client.connect(str(self._commands.socket))
                self._others = [self._open(command, self.group) for command in self._commands.others]
                return
            time.sleep(_POLL_SECONDS)

    def stop(self, seconds: float) -> bool:
        """Signal them to stop, the code server last, and return whether all did in time. Runs may go on."""
        end = time.monotonic() + seconds
        for processes in (self._others, [self._code_server]):
            for process in processes:
                process.send_signal(signal.SIGINT)
            for process in processes:
                try:
                    process.wait(max(0, end - time.monotonic()))
                except subprocess.TimeoutExpired:
                    return False
        return True

    def wait_for_runs(self, seconds: float) -> bool:
        """Wait for the last process of the group to end; return whether it did in time."""
        end = time.monotonic() + seconds
        while commands_of(self.group):
            if time.monotonic() > end:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def kill(self) -> None:
        """Kill what is left of the group."""
        with suppress(ProcessLookupError):  # all of it is gone, as it should be
            os.killpg(self.group, signal.SIGKILL)
        for process in (self._code_server, *self._others):
            process.wait()

    def _open(self, command: Sequence[str], group: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(command, env=self._environment, process_group=group, pass_fds=self._descriptors)
