"""Which PostgreSQL serves."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.store.embedded.binaries import Binaries, find_binaries
from achievement_pipeline.store.embedded.paths import choose_location
from achievement_pipeline_tests.store.embedded.conftest import SOURCES, USER, connected, is_served, needs_root

pytestmark = pytest.mark.e2e


@needs_root
def test_root_copies_programs_that_others_cannot_reach(empty_folder: Path) -> None:
    closed, home = empty_folder / "closed", empty_folder / "home"
    closed.mkdir(mode=0o700)
    package = find_binaries(None).folder.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            subprocess.run(["cp", "-a", part, closed], check=True)
    command = [sys.executable, "-c", USER, str(home)]
    path = os.pathsep.join(map(str, (closed, SOURCES)))
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path})
    assert len(list((home / "binaries").glob(f"{package.name}-*"))) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert not is_served(home)


def test_data_is_served_by_the_version_that_made_it(empty_folder: Path) -> None:
    home = empty_folder / "home"
    place = choose_location(home)
    older = next((found for version in (17, 16, 15) if (found := _installed(version))), None)
    if older is None or older == find_binaries(None):
        pytest.skip("only one version of PostgreSQL is installed")
    home.mkdir()
    (home / "data").mkdir(mode=0o700)
    if place.account:
        os.chown(home / "data", place.account.uid, place.account.gid)
    options = ("--pgdata", str(home / "data"), "--username", "pipeline", "--auth=trust", "--locale=C", "--no-sync")
    assert older.run("initdb", *options, account=place.account, seconds=60).code == 0
    with EmbeddedPostgres(home) as server, connected(server.url()) as cursor:
        cursor.execute("SHOW server_version")
        assert cursor.fetchall()[0][0].startswith(f"{older.major}.")


def _installed(version: int) -> Binaries | None:
    try:
        return find_binaries(version)
    except StoreError:
        return None


def test_data_of_a_version_that_is_not_installed_is_refused(spare_home: Path) -> None:
    (spare_home / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(
        StoreError, match=r"created by PostgreSQL 12, but only [\d, ]+ is installed. Install PostgreSQL 12"
    ):
        EmbeddedPostgres(spare_home).acquire()
