"""A cluster that can't be made or does not start is an error with a remedy."""

import subprocess
from pathlib import Path

import pytest

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline_tests.running import wait_until
from achievement_pipeline_tests.store.embedded.conftest import needs_root, processes

pytestmark = pytest.mark.e2e


def test_data_without_a_version_is_an_error_with_a_remedy(spare_home: Path) -> None:
    (spare_home / "data" / "PG_VERSION").write_text("")
    with pytest.raises(StoreError, match=r"is damaged: .*PG_VERSION does not contain.*achievements restore FILE"):
        EmbeddedPostgres(spare_home).acquire()


def test_an_error_about_a_failed_start_contains_the_log(spare_home: Path) -> None:
    with (spare_home / "data" / "postgresql.conf").open("a") as file:
        file.write("work_mem = nonsense\n")
    with pytest.raises(StoreError, match=r"(?s)does not start.*nonsense.*set DATABASE_URL"):
        EmbeddedPostgres(spare_home).acquire()


@needs_root
def test_a_full_disk_is_named(empty_folder: Path) -> None:
    small = empty_folder / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=10m,mode=755", "tmpfs", small], check=False)
    if mounted.returncode != 0:
        pytest.skip("root may not mount here")
    try:
        with pytest.raises(StoreError, match=r"(?s)can't be created.*No space left on device.*Free some space"):
            EmbeddedPostgres(small / "home").acquire()
        assert not (small / "home" / "data").exists()
        wait_until(lambda: not processes(small))
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_home_that_cannot_be_made_is_an_error_for_people(empty_folder: Path) -> None:
    (empty_folder / "file").touch()
    with pytest.raises(StoreError, match=r"Not a directory .*ACHIEVEMENTS_HOME"):
        EmbeddedPostgres(empty_folder / "file" / "home").acquire()
