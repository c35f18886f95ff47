"""`achievements start` for real: it obeys nothing in its folder, and whichever of its parts is killed is there again.

One service runs for both tests, the one of a user who is in a hostile repository.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from achievement_pipeline.cli.service.presence import find_service
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.store.postgres.database import create_engine
from achievement_pipeline_tests import hostile
from achievement_pipeline_tests.cli.conftest import home_with_databases
from achievement_pipeline_tests.cluster import stored
from achievement_pipeline_tests.running import PARTS_OF_DAGSTER, kill_part, running_service, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


class _Service(NamedTuple):
    """A running service."""

    process: "subprocess.Popen[bytes]"
    home: Path
    log: Path
    database_url: str
    mark: Path


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, server: EmbeddedPostgres, migrated_template: str, dagster_template: str
) -> Iterator[_Service]:
    """The service, started in a hostile repository."""
    folder = tmp_path_factory.mktemp("service")
    log, mark = folder / "log", folder / "mark"
    with home_with_databases(folder, server, migrated_template, dagster_template), ExitStack() as stack:
        with pytest.MonkeyPatch.context() as monkeypatch:  # these tests obey the folder themselves
            repository = hostile.enter(folder / "cloned", mark, monkeypatch)
            monkeypatch.setenv("GIT_REPO_PATH", ".")
            process = stack.enter_context(running_service(log, program=(str(hostile.PROGRAM),), folder=repository))
        yield _Service(process, folder / "home", log, os.environ["DATABASE_URL"], mark)


def test_the_service_and_its_runs_obey_nothing_that_lies_in_the_folder(service: _Service) -> None:
    engine = create_engine(service.database_url)
    wait_until(lambda: stored(engine))
    engine.dispose()
    assert not hostile.marks(service.mark)


def test_a_part_that_was_killed_is_started_again(service: _Service) -> None:
    def has_started(times: int) -> bool:
        return service.log.read_text().count("Running. The UI is at") == times

    for number, part in enumerate(PARTS_OF_DAGSTER, start=1):
        wait_until(lambda number=number: has_started(number))  # type: ignore[misc]
        kill_part(service.home, part)
    wait_until(lambda: has_started(len(PARTS_OF_DAGSTER) + 1))
    _connect_to_page(service.home)
    kill_part(service.home, "service.page")
    _connect_to_page(service.home)
    wait_until(lambda: "The page ended by itself. It starts again." in service.log.read_text())
    service.process.terminate()
    assert service.process.wait(120) == 0
    assert not hostile.marks(service.mark)


def _connect_to_page(home: Path) -> None:
    """Connect as a browser does, which starts the page."""
    running = find_service(home)
    assert running
    address = urlsplit(running.page)
    socket.create_connection((address.hostname, address.port)).close()
