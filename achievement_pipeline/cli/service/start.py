"""`achievements start`: the Dagster UI, its daemon, the page and the database together, until Ctrl-C."""

import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import click

from achievement_pipeline.cli import EXIT_FAILED, dagster_home
from achievement_pipeline.cli.servers.listening import bound, listen
from achievement_pipeline.cli.servers.shared_server import shared_server
from achievement_pipeline.cli.servers.stopping import stoppable
from achievement_pipeline.cli.service.dagster_processes import Commands, DagsterProcesses
from achievement_pipeline.cli.service.page_process import PageProcess
from achievement_pipeline.cli.service.presence import Service, ServiceError, note_group, run_as_service
from achievement_pipeline.cli.service.ui_token import entrance, page_entrance
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import Settings, load_settings
from achievement_pipeline.settings.watching import WatchedSettings
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.system.child_processes import child_environment, python_command
from achievement_pipeline.web.guard import LOOPBACK

_SECONDS_TO_STOP = 60
"""Dagster's own processes take up to 45."""
_SECONDS_TO_FINISH = 30
"""For running runs. One that takes longer is released, and restarted by the next start."""
_POLL_SECONDS = 0.2
_LOOK_SECONDS = 1
"""Between two looks at the processes: one that was killed is missed as long."""
_ATTEMPTS = 6
"""With exponential waits from two seconds: after more than a minute, the fault is not temporary."""
_SETTLED_SECONDS = 300
"""A failure after this time is not related to earlier ones."""

_PAGE = "achievement_pipeline.cli.service.page"


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
        dagster_home.use_dagster_home(settings)
        dagster_home.work_in_data_folder(settings)
        with shared_server(settings) as server, TemporaryDirectory(prefix="achievements-") as folder:
            click.echo("🔍 Starting. Ctrl-C stops everything.", err=True)
            commands = Commands.in_folder(Path(folder), host, port, settings.environment.achievements_log_format)
            page = PageProcess(python_command(_PAGE, str(listening.fileno()), str(os.getpid())), listening)
            words = f"✅ Running. The UI is at {entrance(settings.home, url)}"
            words += f"\n   The page is at {page_entrance(settings.home, service.page)}"
            processes = _Processes(commands, page, _Ready((host, port), words))
            stopped = _serve(processes, service, settings, server)
    if not stopped:
        click.echo(f"❌ Dagster ended by itself {_ATTEMPTS} times. Its last messages are above.", err=True)
        sys.exit(EXIT_FAILED)
    click.echo("✅ Stopped.", err=True)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@dataclass(frozen=True)
class _Ready:
    """The message once the web server responds."""

    address: tuple[str, int]
    words: str

    def watch(self, dagster: DagsterProcesses) -> None:
        """Wait for the web server in the background, and print the message."""
        Thread(target=self._wait, args=(dagster,), daemon=True).start()

    def _wait(self, dagster: DagsterProcesses) -> None:
        while dagster.are_complete:
            with suppress(OSError), socket.create_connection(self.address, timeout=1):
                click.echo(self.words, err=True)
                return
            time.sleep(_POLL_SECONDS)


@dataclass(frozen=True)
class _Processes:
    """What the service runs."""

    commands: Commands
    page: PageProcess
    ready: _Ready


def _check_port(host: str, port: int) -> None:
    """Check that the port is free: responses of another program there would be taken for ours.

    Raises:
        ServiceError: It is not.
    """
    try:
        bound(host, port).close()
    except OSError as error:
        raise ServiceError(
            f"Can't listen on {host}, port {port}: {error.strerror}. Choose another port: "
            f"achievements start --port {port % 65535 + 1}"
        ) from error


def _serve(processes: _Processes, service: Service, settings: Settings, server: EmbeddedPostgres | None) -> bool:
    """Run Dagster and the page until this process is signalled to stop; if it ends by itself, start it again.

    Where one of its processes ends, all of them do. They are started again by changed settings, too.

    Returns:
        Whether this process was signalled to stop; if not, Dagster ended too often for another start to help.
    """
    failures = 0
    watch = _SettingsWatch(settings)
    with stoppable():
        try:
            while True:
                begin = time.monotonic()
                if _run(processes, service, watch, server):
                    continue
                failures = 1 if time.monotonic() - begin > _SETTLED_SECONDS else failures + 1
                if failures == _ATTEMPTS:
                    return False
                pause = 2**failures
                words = f"Dagster ended by itself; its last words are above. It starts again in {pause} seconds."
                click.echo(f"❌ {words}", err=True)
                time.sleep(pause)
        except KeyboardInterrupt:
            return True
        finally:
            processes.page.stop()


class _SettingsWatch:
    """Notices changed settings. Sensors and the UI have those from when they started."""

    def __init__(self, settings: Settings) -> None:
        self.home = settings.home
        self._watched = WatchedSettings(settings)
        self._fault = ""

    def have_changed(self) -> bool:
        """Return whether the settings differ from those at the last look; print once what is wrong in them."""
        try:
            return self._watched.reload()
        except SettingsError as error:
            if str(error) != self._fault:
                click.echo(f"❌ {error}\n   The service goes on with the earlier ones.", err=True)
            self._fault = str(error)
            return False


def _run(processes: _Processes, service: Service, watch: _SettingsWatch, server: EmbeddedPostgres | None) -> bool:
    """Run Dagster until one of its processes ends, or stop it when this process is signalled or the settings change.

    Returns:
        Whether it was stopped because the settings changed.
    """
    environment = child_environment(
        GRPC_VERBOSITY=os.environ.get("GRPC_VERBOSITY", "ERROR"),  # gRPC logs every fork
        MALLOC_ARENA_MAX="2",  # each of dozens of threads that are idle most of the time would get memory of its own
    )
    dagster = DagsterProcesses(processes.commands, environment, _lease(server))
    try:
        note_group(watch.home, service, dagster.group)
        dagster.start_others()
        processes.ready.watch(dagster)
        while dagster.are_complete:
            processes.page.keep_up(_LOOK_SECONDS)
            if watch.have_changed():
                click.echo("ℹ️  The settings have changed. Dagster is started again.", err=True)  # noqa: RUF001 - meant
                _stop(dagster)
                return True
    except KeyboardInterrupt:
        click.echo("ℹ️  Stopping.", err=True)  # noqa: RUF001 - the sign is meant
        _stop(dagster)
        raise
    finally:
        dagster.kill()
    return False


def _lease(server: EmbeddedPostgres | None) -> tuple[int, ...]:
    """The share of the server that Dagster's processes inherit: they keep it even if this process is killed."""
    return () if server is None else (server.lease_fd,)


def _stop(dagster: DagsterProcesses) -> None:
    """Signal Dagster to stop, and wait for running runs. The caller kills the processes that are left."""
    if not dagster.stop(_SECONDS_TO_STOP):
        click.echo("❌ Dagster does not stop by itself: it is ended.", err=True)
    elif not dagster.wait_for_runs(_SECONDS_TO_FINISH):
        click.echo("ℹ️  Some runs take longer: the next start takes them up again.", err=True)  # noqa: RUF001
