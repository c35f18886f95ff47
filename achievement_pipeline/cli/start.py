"""`achievements start`: the Dagster UI, its daemon and the database together, until Ctrl-C."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from achievement_pipeline.cli import dagster_home
from achievement_pipeline.settings import Settings, load_settings
from achievement_pipeline.store.embedded import EmbeddedPostgres

_SECONDS_TO_STOP = 30


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address of the UI. It has no login: keep it local."
)
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535), help="Port of the UI.")
def start(host: str, port: int) -> None:
    """Run the Dagster UI, its daemon and the database until Ctrl-C.

    Sensors and schedules run as long as this does. The UI is at http://127.0.0.1:3000.
    """
    settings = load_settings()
    home = dagster_home.use_dagster_home(settings)
    with _database(settings) as server:
        click.echo(f"🔍 Starting. The UI will be at http://{host}:{port}; Ctrl-C stops everything.", err=True)
        code = _serve(home / "workspace.yaml", host, port, server)
    click.echo("✅ Stopped.", err=True)
    sys.exit(code)


@contextmanager
def _database(settings: Settings) -> Iterator[EmbeddedPostgres | None]:
    """Hold the embedded server, which the processes of Dagster share, if it is used at all."""
    if settings.environment.database_url:
        yield None
        return
    with EmbeddedPostgres(settings.home / "postgres") as server:
        yield server


def _serve(workspace: Path, host: str, port: int, server: EmbeddedPostgres | None) -> int:
    """Run `dagster dev` until it ends or this process is asked to stop."""
    # in a group of its own, so that Ctrl-C in the terminal reaches this process alone, which then stops it in order
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "--workspace",
        str(workspace),
        "--host",
        host,
        "--port",
        str(port),
    ]
    with _stoppable(), subprocess.Popen(command, process_group=0, pass_fds=_lease(server)) as dagster:
        try:
            return dagster.wait()
        except KeyboardInterrupt:
            return _stop(dagster)


def _lease(server: EmbeddedPostgres | None) -> tuple[int, ...]:
    """The share of the server that Dagster's processes inherit: they keep it even if this process is killed."""
    return () if server is None else (server.lease_fd,)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does."""
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _stop(dagster: subprocess.Popen[bytes]) -> int:
    """Ask Dagster to stop, then make it; whatever is still there of its group goes with it."""
    click.echo("ℹ️  Stopping.", err=True)  # noqa: RUF001 - the sign is meant
    dagster.terminate()
    try:
        dagster.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        click.echo("Dagster does not stop by itself: it is ended.", err=True)
    with suppress(ProcessLookupError):  # all of it is gone, as it should be
        os.killpg(dagster.pid, signal.SIGKILL)
    return 0
