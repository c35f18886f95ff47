"""`achievements start`: the Dagster UI, its daemon, the page and the database together, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread

import click

from achievement_pipeline.cli import EXIT_FAILED, dagster_home
from achievement_pipeline.cli.page_server import listen
from achievement_pipeline.cli.service.page_process import PageProcess
from achievement_pipeline.cli.service.presence import Service, ServiceError, commands_of, note_group, run_as_service
from achievement_pipeline.cli.service.ui_token import entrance, page_entrance
from achievement_pipeline.cli.shared_server import shared_server
from achievement_pipeline.cli.stopping import stoppable
from achievement_pipeline.settings import LogFormat, Settings, load_settings
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.system.child_processes import child_environment, python_command
from achievement_pipeline.web.guard import LOOPBACK

_SECONDS_TO_STOP = 60
"""Dagster's own processes take up to 45."""
_SECONDS_TO_FINISH = 30
"""For running runs. One that takes longer is released, and restarted by the next start."""
_POLL_SECONDS = 0.2
_LOOK_SECONDS = 5
"""Between two looks at the code servers: one that was killed is missed as long."""
_ATTEMPTS = 6
"""With exponential waits from two seconds: after more than a minute, the fault is not temporary."""
_SETTLED_SECONDS = 300
"""A failure after this time is not related to earlier ones."""

_CODE_SERVERS = ("dagster code-server start", "dagster api grpc")
"""By parts of their commands: the one that the others talk to, and the one behind it that loads the code."""
_DAGSTER = "achievement_pipeline.cli.service.dagster_dev"
_PAGE = "achievement_pipeline.cli.service.page"
_LOG_OPTIONS = {
    # people see Dagster's warnings only; runs log their own progress
    LogFormat.TEXT: ("--log-format", "colored", "--log-level", "warning", "--code-server-log-level", "warning"),
    LogFormat.JSON: ("--log-format", "json", "--log-level", "info", "--code-server-log-level", "info"),
}


@click.command()
@click.option(
    "--host",
    default=LOOPBACK[0],
    show_default=True,
    type=click.Choice(LOOPBACK),
    help="Address of the UI: one of this machine's own. For others see docs/deploy.md.",
)
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535), help="Port of the UI.")
@click.option(
    "--page-port",
    type=click.IntRange(0, 65535),
    help="Port of the page on which you decide. Default: 3100, or where that is taken any that is free.",
)
def start(host: str, port: int, page_port: int | None) -> None:
    """Run the Dagster UI, its daemon, the page and the database until Ctrl-C.

    Sensors and schedules run as long as this does. The addresses that are printed let your browser in, and nobody
    else's: keep them to yourself. Runs that are under way finish before it stops; one that takes longer than half a
    minute is released, and started again by the next start.

    \b
    achievements start
    achievements start --port 3001
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    url = _url(host, port)
    with run_as_service(settings.home, url) as claimed:
        _check_port(host, port)
        listening = listen(host, page_port)
        service = replace(claimed, page=_url(host, listening.getsockname()[1]))
        home = dagster_home.use_dagster_home(settings)
        dagster_home.work_in_data_folder(settings)
        with shared_server(settings) as server:
            click.echo("🔍 Starting. Ctrl-C stops everything.", err=True)
            command = _command(settings, home / "workspace.yaml", host, port)
            page = PageProcess(python_command(_PAGE, str(listening.fileno())), (listening.fileno(),))
            words = f"✅ Running. The UI is at {entrance(settings.home, url)}"
            words += f"\n   The page is at {page_entrance(settings.home, service.page)}"
            processes = _Processes(command, page, _Ready((host, port), words))
            stopped = _serve(processes, service, settings, server)
    if not stopped:
        click.echo(f"❌ Dagster ended by itself {_ATTEMPTS} times. Its last messages are above.", err=True)
        sys.exit(EXIT_FAILED)
    click.echo("✅ Stopped.", err=True)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _command(settings: Settings, workspace: Path, host: str, port: int) -> list[str]:
    where = ("--workspace", str(workspace), "--host", host, "--port", str(port))
    logging = _LOG_OPTIONS[settings.environment.achievements_log_format]
    # it calls itself superseded by `dg dev`, which is of another package and reads no workspace.yaml by itself
    quiet = ("-W", "ignore:Function `dev_command` is superseded")
    return python_command(_DAGSTER, "dev", *where, *logging, options=quiet)


def _environment(settings: Settings) -> dict[str, str]:
    """Return the environment of Dagster's processes."""
    code_servers = ("DAGSTER_CLI_CODE_SERVER_START", "DAGSTER_CLI_API_GRPC")
    is_json = settings.environment.achievements_log_format is LogFormat.JSON
    return child_environment(
        GRPC_VERBOSITY=os.environ.get("GRPC_VERBOSITY", "ERROR"),  # gRPC logs every fork
        # `dagster dev` hands on its format to all processes but these
        **{f"{command}_LOG_FORMAT": "json" if is_json else "colored" for command in code_servers},
    )


@dataclass(frozen=True)
class _Ready:
    """The message once the web server responds."""

    address: tuple[str, int]
    words: str

    def watch(self, dagster: "subprocess.Popen[bytes]") -> None:
        """Wait for the web server in the background, and print the message."""
        Thread(target=self._wait, args=(dagster,), daemon=True).start()

    def _wait(self, dagster: "subprocess.Popen[bytes]") -> None:
        while dagster.poll() is None:
            with suppress(OSError), socket.create_connection(self.address, timeout=1):
                click.echo(self.words, err=True)
                return
            time.sleep(_POLL_SECONDS)


@dataclass(frozen=True)
class _Processes:
    """What the service runs."""

    dagster: list[str]
    """The command of `dagster dev`."""
    page: PageProcess
    ready: _Ready


def _check_port(host: str, port: int) -> None:
    """Check that the port is free: responses of another program there would be taken for ours.

    Raises:
        ServiceError: It is not.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise ServiceError(
                f"Can't listen on {host}, port {port}: {error.strerror}. Choose another port: "
                f"achievements start --port {port % 65535 + 1}"
            ) from error


def _serve(processes: _Processes, service: Service, settings: Settings, server: EmbeddedPostgres | None) -> bool:
    """Run Dagster and the page until this process is signalled to stop; if it ends by itself, start it again.

    `dagster dev` ends when its web server or daemon is killed; when a code server is, it is ended here.

    Returns:
        Whether this process was signalled to stop; if not, Dagster ended too often for another start to help.
    """
    failures = 0
    with stoppable():
        try:
            while True:
                begin = time.monotonic()
                _run(processes, service, settings, server)
                failures = 1 if time.monotonic() - begin > _SETTLED_SECONDS else failures + 1
                if failures == _ATTEMPTS:
                    return False
                pause = 2**failures
                words = f"Dagster ended by itself; its last words are above. It starts again in {pause} seconds."
                click.echo(f"❌ {words}", err=True)
                time.sleep(pause)
        except KeyboardInterrupt:
            return True


def _run(processes: _Processes, service: Service, settings: Settings, server: EmbeddedPostgres | None) -> None:
    """Run `dagster dev` until it or a code server ends, or stop it when this process is signalled to stop."""
    # in a group of its own, so that Ctrl-C in the terminal reaches this process alone, which then stops it in order
    with subprocess.Popen(
        processes.dagster, env=_environment(settings), process_group=0, pass_fds=_lease(server)
    ) as dagster:
        try:
            note_group(settings.home, service, dagster.pid)
            processes.ready.watch(dagster)
            _wait_for_an_end(dagster, processes.page)
        except KeyboardInterrupt:
            processes.page.stop()
            _stop(dagster)
            raise
        finally:
            with suppress(ProcessLookupError):  # all of it is gone, as it should be
                os.killpg(dagster.pid, signal.SIGKILL)
            processes.page.reap()


def _wait_for_an_end(dagster: subprocess.Popen[bytes], page: PageProcess) -> None:
    """Wait until `dagster dev` ends or one of its code servers, which it does not restart. Keep the page up."""
    seen: set[str] = set()
    while True:
        page.keep_up(dagster.pid)
        with suppress(subprocess.TimeoutExpired):
            dagster.wait(_LOOK_SECONDS if len(seen) == len(_CODE_SERVERS) else 1)
            return
        commands = commands_of(dagster.pid)
        living = {server for server in _CODE_SERVERS if any(server in command for command in commands)}
        if not seen <= living:
            click.echo("❌ The code server was ended.", err=True)
            return
        seen = living


def _lease(server: EmbeddedPostgres | None) -> tuple[int, ...]:
    """The share of the server that Dagster's processes inherit: they keep it even if this process is killed."""
    return () if server is None else (server.lease_fd,)


def _stop(dagster: subprocess.Popen[bytes]) -> None:
    """Signal Dagster to stop, and wait for running runs. The caller kills the processes that are left."""
    click.echo("ℹ️  Stopping.", err=True)  # noqa: RUF001 - the sign is meant
    dagster.send_signal(signal.SIGINT)
    try:
        dagster.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        click.echo("❌ Dagster does not stop by itself: it is ended.", err=True)
        return
    if not _is_gone(dagster.pid, _SECONDS_TO_FINISH):
        click.echo("ℹ️  Some runs take longer: the next start takes them up again.", err=True)  # noqa: RUF001


def _is_gone(group: int, seconds: float) -> bool:
    """Wait for the last process of a group to end; return whether it did in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(_POLL_SECONDS)
    return False
