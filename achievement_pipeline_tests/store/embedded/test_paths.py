"""Where the server lies, and who runs it."""

import logging
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.embedded import EmbeddedPostgres, find_abandoned
from achievement_pipeline.store.embedded.paths import Account, choose_location
from achievement_pipeline_tests.running import wait_until
from achievement_pipeline_tests.store.embedded.conftest import (
    SOURCES,
    USER,
    answers,
    needs_root,
    postmaster,
    processes,
)

pytestmark = pytest.mark.e2e


def test_the_socket_lies_where_only_the_servers_user_may_enter(home: Path) -> None:
    with EmbeddedPostgres(home):
        folder, data = (home / "socket").stat(), (home / "data").stat()
    assert stat.S_IMODE(folder.st_mode) == 0o700
    assert folder.st_uid == data.st_uid


def test_a_socket_folder_that_somebody_else_made_is_refused(spare_home: Path) -> None:
    long = spare_home.rename(spare_home.with_name("long" * 30))
    folder = choose_location(long).socket_folder
    assert folder.parent == Path("/tmp")
    folder.mkdir()
    try:
        with pytest.raises(StoreError, match=f"{folder} is not a folder that only"):
            EmbeddedPostgres(long).acquire()
    finally:
        folder.rmdir()


@needs_root
def test_root_runs_the_server_as_another_user(home: Path) -> None:
    with EmbeddedPostgres(home):
        assert postmaster(home).user in {"postgres", "nobody"}


@needs_root
def test_root_never_opens_a_folder_to_others(empty_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    closed = empty_folder / "closed"
    closed.mkdir(mode=0o700)
    with caplog.at_level(logging.WARNING), EmbeddedPostgres(closed / "home") as server:
        assert answers(server.url())
    with EmbeddedPostgres(closed / "home") as again:
        assert again.home == server.home
    try:
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert server.home.parent == Path("/var/lib/achievement-pipeline")
        assert [record.message for record in caplog.records] == [
            f"The user who runs the database can't enter {closed}/home: it is in {server.home}."
        ]
        assert (server.home, f"{closed}/home") not in find_abandoned()
        shutil.rmtree(closed / "home")
        assert (server.home, f"{closed}/home") in find_abandoned()
    finally:
        wait_until(lambda: not processes(closed))
        subprocess.run(["rm", "-rf", server.home], check=True)


@needs_root
def test_an_ordinary_user_runs_the_server_as_itself(empty_folder: Path) -> None:
    nobody = Account(65534, 65534)
    python = "/usr/bin/python3"  # the virtual environment's may lie below /root
    modern = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    if not Path(python).exists() or subprocess.run(modern, check=False).returncode != 0:
        pytest.skip("no Python that every user may run")
    if not nobody.may_enter(SOURCES):
        pytest.skip("the sources lie where no other user may enter")
    home = empty_folder / "home"
    home.mkdir()
    os.chown(home, nobody.uid, nobody.gid)
    path = os.pathsep.join([str(SOURCES), *(entry for entry in sys.path if entry.endswith("site-packages"))])
    used = subprocess.run(
        [python, "-c", USER, str(home)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=nobody.uid,
        group=nobody.gid,
        extra_groups=[],
        env={**os.environ, "PYTHONPATH": path},
    )
    assert used.returncode == 0, used.stderr
    assert (home / "data").stat().st_uid == nobody.uid
