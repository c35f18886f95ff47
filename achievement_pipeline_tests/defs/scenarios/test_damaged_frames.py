"""Whatever file of the data folder is damaged, its repository is collected, and the same comes out."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cluster import stored
from achievement_pipeline_tests.defs.conftest import Pipeline, pipeline_of_its_own

pytestmark = pytest.mark.e2e


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _flip(content: bytes, chance: random.Random) -> bytes:
    position = chance.randrange(len(content))
    return content[:position] + bytes([content[position] ^ chance.randrange(1, 256)]) + content[position + 1 :]


def _empty(_content: bytes, _chance: random.Random) -> bytes:
    return b""


@pytest.fixture(scope="module")
def collected(
    tmp_path_factory: pytest.TempPathFactory, server: EmbeddedPostgres, migrated_template: str
) -> Iterator[Pipeline]:
    """Two repositories that were collected. Every test leaves them as they were, if it passes."""
    folder = tmp_path_factory.mktemp("collected")
    with pipeline_of_its_own(folder, server, migrated_template) as pipeline:
        for number in range(2):
            repository = GitRepository.create(folder / f"repository-{number}")
            repository.commit(f"feat: part {number}", {"part.py": f"value = {number}\n" * 60})
            pipeline.add(repository)
        assert pipeline.collect().success
        yield pipeline


@pytest.mark.parametrize("damage", [_cut, _flip, _empty])
def test_damaged_frames_never_fail_a_repository(
    collected: Pipeline, damage: Callable[[bytes, random.Random], bytes]
) -> None:
    before, chance = stored(collected.engine), random.Random(0)
    for file in Path(collected.settings.frames_location).rglob("*.parquet"):
        file.write_bytes(damage(file.read_bytes(), chance))

    # judged work that is gone is no work that is gone
    assert collected.materialize("achievements").success
    assert stored(collected.engine) == before

    assert collected.collect().success
    assert stored(collected.engine) == before
