"""One setting puts the frames into an object store: here a server that speaks the protocol of S3, on loopback."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import s3fs

from achievement_pipeline.settings import load_settings
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.defs.conftest import Pipeline

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def store_url() -> Iterator[str]:
    """The address of the server."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - collecting the quick tests would take 0.4 s longer

    moto = ThreadedMotoServer("127.0.0.1", port=0)
    moto.start()
    _, port = moto.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    moto.stop()


@pytest.fixture
def bucket(store_url: str, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[s3fs.S3FileSystem]:
    """The store, with an empty bucket that the settings name."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", store_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ada")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "lovelace")
    monkeypatch.setenv("ACHIEVEMENTS_FRAMES", "s3://work/frames")
    s3fs.S3FileSystem.clear_instance_cache()
    store = s3fs.S3FileSystem()
    store.mkdir("work")
    pipeline.settings = load_settings()
    yield store
    store.rm("work", recursive=True)


def test_what_was_collected_lies_in_the_store_and_is_read_back(
    pipeline: Pipeline, bucket: s3fs.S3FileSystem, tmp_path: Path
) -> None:
    first, second = (GitRepository.create(tmp_path / name) for name in ("first", "second"))
    for number, repository in enumerate((first, second)):
        repository.commit(f"feat: part {number}", {"part.py": f"value = {number}\n" * 60})
        pipeline.add(repository)

    assert pipeline.collect().success
    second.commit("feat: another part", {"another.py": "value = 3\n" * 60})
    again = pipeline.collect()

    assert again.success
    assert {one.title for one in pipeline.achievements()} == {"Part 0", "Part 1", "Another part"}
    made = again.asset_materializations_for_node("git_history")
    read = [int(str(one.metadata["new"].value)) for one in made if one.asset_key == dg.AssetKey("raw_commits")]
    assert sum(read) == 1  # the rest came from the store
    assert len(bucket.glob("work/frames/commit_scores/local/*.parquet")) == len(pipeline.keys)
    assert not Path(pipeline.settings.home / "frames").exists()
