"""`achievements start` for real: whichever of its parts is killed, it is there again."""

from pathlib import Path

import pytest

from achievement_pipeline_tests.running import PARTS_OF_DAGSTER, kill_part, running_service, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


@pytest.mark.usefixtures("database")
def test_a_part_that_was_killed_is_started_again(home: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"

    def has_started(times: int) -> bool:
        return log.read_text().count("Running. The UI is at") == times

    with running_service(log) as service:
        for number, part in enumerate(PARTS_OF_DAGSTER, start=1):
            wait_until(lambda number=number: has_started(number))  # type: ignore[misc]
            kill_part(home, part)
        wait_until(lambda: has_started(len(PARTS_OF_DAGSTER) + 1))
        service.terminate()
        assert service.wait(120) == 0
