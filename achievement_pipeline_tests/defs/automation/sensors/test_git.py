"""The sensors of the git lane: real repositories, a real database, an instance in memory."""

import json
import shutil
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.judging.rules import SCORE_VERSION
from achievement_pipeline.lanes import GIT
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.repositories import find_repository, list_repositories, remember_repository
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.defs.conftest import QUIET, Pipeline
from achievement_pipeline_tests.defs.watch import Watch

pytestmark = pytest.mark.e2e


@pytest.fixture
def watch(pipeline: Pipeline) -> Watch:
    """A watch over nothing yet."""
    return Watch(pipeline)


@pytest.fixture
def repository(tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> GitRepository:  # noqa: ARG001
    """A repository that the settings name."""
    repository = GitRepository.create(tmp_path / "project")
    repository.commit("feat: one", {"one.py": "one = 1\n"})
    monkeypatch.setenv("GIT_REPO_PATH", str(repository.path))
    return repository


def _go_on(watch: Watch, **tags: str) -> dg.DagsterRun:
    """Make a run that goes on for as long as the test."""
    job = build_defs(load_settings()).resolve_job_def(GIT.job)
    return watch.pipeline.instance.create_run_for_job(
        job, status=dg.DagsterRunStatus.STARTED, tags={f"dagster/{name}": key for name, key in tags.items()}
    )


@pytest.mark.usefixtures("repository")
def test_a_named_repository_joins_and_is_collected(watch: Watch) -> None:
    [request] = watch.tick()
    assert watch.partitions == [request.tags["dagster/partition"]]
    watch.run([request])
    assert [one.title for one in watch.pipeline.achievements()] == ["One"]
    assert watch.tick() == []
    assert watch.said == "Nothing to collect in 1 repositories."


def test_a_hundred_commits_are_one_run(watch: Watch, repository: GitRepository) -> None:
    watch.settle()
    for number in range(100):
        repository.commit(f"feat: number {number}", {"one.py": f"one = {number + 2}\n"})
    requests = watch.tick()
    assert len(requests) == 1
    watch.record(requests)
    assert watch.tick() == []


def test_a_run_that_goes_on_is_not_doubled_and_the_change_is_not_lost(watch: Watch, repository: GitRepository) -> None:
    watch.settle()
    run = _go_on(watch, partition=watch.partitions[0])
    repository.commit("feat: two", {"two.py": "two = 2\n"})
    assert [watch.tick(), watch.tick()] == [[], []]
    watch.pipeline.instance.report_run_failed(run)
    assert len(watch.tick()) == 1


def test_a_run_over_a_range_is_going_on_for_all_in_it(
    watch: Watch, repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [GitRepository.create(tmp_path / name) for name in ("a", "b", "c")]
    for other in others:
        other.commit("feat: one", {"one.py": "one = 1\n"})
    monkeypatch.setenv("GIT_REPO_PATH", ":".join(str(one.path) for one in (repository, *others)))
    [request] = watch.tick()
    watch.record([request])
    first, middle, last, outside = watch.partitions
    _go_on(watch, asset_partition_range_start=first, asset_partition_range_end=last)
    by_key = {key.partition("-")[0].removeprefix("local/"): key for key in (first, middle, last, outside)}
    for other in (repository, *others):
        other.commit("feat: two", {"two.py": "two = 2\n"})

    requests = watch.tick()

    assert set(by_key) == {"a", "b", "c", "project"}
    assert [request.tags["dagster/partition"] for request in requests] == [outside]


def test_a_tick_that_dies_after_its_request_neither_loses_nor_repeats_it(
    watch: Watch, repository: GitRepository
) -> None:
    watch.settle()
    repository.commit("feat: two", {"two.py": "two = 2\n"})
    requests = watch.tick(dies=True)
    _go_on(watch, partition=requests[0].tags["dagster/partition"])
    assert watch.tick() == []


def test_a_tick_that_dies_before_anything_was_launched_asks_again(watch: Watch, repository: GitRepository) -> None:
    watch.settle()
    repository.commit("feat: two", {"two.py": "two = 2\n"})
    assert len(watch.tick(dies=True)) == 1
    assert len(watch.tick()) == 1


@pytest.mark.parametrize("cursor", [None, "", "no JSON", '{"version": 99}', "[]"])
def test_a_cursor_that_is_lost_or_unknown_costs_no_run(
    watch: Watch, repository: GitRepository, cursor: str | None
) -> None:
    watch.settle()
    watch.cursor = cursor
    assert watch.tick() == []
    repository.commit("feat: two", {"two.py": "two = 2\n"})
    watch.cursor = cursor
    assert len(watch.tick()) == 1


@pytest.mark.usefixtures("repository")
def test_frames_that_are_gone_are_read_again(watch: Watch) -> None:
    watch.settle()
    shutil.rmtree(watch.pipeline.settings.frames_location)
    watch.cursor = None
    assert len(watch.tick()) == 1


@pytest.mark.usefixtures("repository")
def test_frames_of_an_earlier_version_are_recomputed_though_no_ref_changed(watch: Watch) -> None:
    watch.run(watch.tick())
    assert watch.tick() == []
    frames = Path(watch.pipeline.settings.frames_location)
    shutil.rmtree(frames / "commit_contents")
    cursor = json.loads(watch.cursor or "")
    watch.cursor = json.dumps(cursor | {"shape": "of before"})

    watch.run(watch.tick())

    assert watch.tick() == []
    assert len(list(frames.glob("commit_contents/**/*.parquet"))) == 1


def test_what_an_earlier_version_judged_is_judged_again_though_nothing_moved(
    watch: Watch, repository: GitRepository
) -> None:
    repository.commit("feat: count", {"count.py": "".join(f"n{n} = {n}\n" for n in range(90))})
    watch.run(watch.tick())
    assert watch.tick() == []
    [scores] = Path(watch.pipeline.settings.frames_location).glob("commit_scores/**/*.parquet")
    pd.read_parquet(scores).assign(version="of before").to_parquet(scores)
    watch.cursor = json.dumps(json.loads(watch.cursor or "") | {"shape": "of before"})

    watch.run(watch.tick())

    assert watch.tick() == []
    assert set(pd.read_parquet(scores)["version"]) == {SCORE_VERSION}


def test_a_run_that_died_before_judging_is_made_up_for(watch: Watch, repository: GitRepository) -> None:
    watch.settle()
    repository.commit("feat: two", {"two.py": "two = 2\n"})
    [key] = watch.partitions
    watch.pipeline.instance.report_runless_asset_event(dg.AssetMaterialization("raw_repositories", partition=key))
    assert len(watch.tick()) == 1


def test_many_new_repositories_are_few_runs(
    watch: Watch, repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [shutil.copytree(repository.path, tmp_path / f"copy-{number}") for number in range(120)]
    monkeypatch.setenv("GIT_REPO_PATH", ":".join(map(str, paths)))
    requests = watch.tick()
    ends = [
        (request.tags["dagster/asset_partition_range_start"], request.tags["dagster/asset_partition_range_end"])
        for request in requests
    ]
    places = [(watch.partitions.index(first), watch.partitions.index(last)) for first, last in ends]
    assert places == [(0, 49), (50, 99), (100, 119)]


def test_a_removed_repository_leaves_and_is_noted_as_missing(watch: Watch, repository: GitRepository) -> None:
    watch.settle()
    [key] = watch.partitions
    shutil.rmtree(repository.path)

    assert watch.tick() == []

    assert watch.partitions == []
    known = find_repository(watch.pipeline.engine, key)
    assert known.missing_since is not None


def test_a_removed_repository_stays_as_long_as_a_run_is_for_it(watch: Watch, repository: GitRepository) -> None:
    watch.settle()
    [key] = watch.partitions
    run = _go_on(watch, partition=key)
    shutil.rmtree(repository.path)
    watch.tick()
    assert watch.partitions == [key]
    watch.pipeline.instance.report_run_failed(run)
    watch.tick()
    assert watch.partitions == []


def test_a_repository_that_comes_back_joins_again_without_a_run(
    watch: Watch, repository: GitRepository, tmp_path: Path
) -> None:
    watch.settle()
    [key] = watch.partitions
    shutil.move(repository.path, tmp_path / "away")
    watch.tick()
    shutil.move(tmp_path / "away", repository.path)

    assert watch.tick() == []

    assert watch.partitions == [key]
    assert find_repository(watch.pipeline.engine, key).missing_since is None


def test_a_repository_that_moved_is_followed(
    watch: Watch, repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("remote", "add", "origin", "https://github.com/ada/project.git")
    watch.settle()
    shutil.move(repository.path, tmp_path / "moved")
    monkeypatch.setenv("GIT_REPO_PATH", str(tmp_path / "moved"))

    assert watch.tick() == []

    assert watch.partitions == ["github.com/ada/project"]
    assert find_repository(watch.pipeline.engine, "github.com/ada/project").location == str(tmp_path / "moved")


def test_a_renamed_repository_takes_its_work_along(watch: Watch, repository: GitRepository) -> None:
    watch.run(watch.tick())
    [before] = watch.partitions
    repository.git("remote", "add", "origin", "https://github.com/ada/project.git")

    watch.run(watch.tick())
    assert watch.tick() == []

    assert watch.partitions == ["github.com/ada/project"]
    assert [known.key for known in list_repositories(watch.pipeline.engine)] == ["github.com/ada/project"]
    [achievement] = watch.pipeline.achievements()
    assert achievement.repository == "github.com/ada/project"
    assert [one.repository for one in watch.pipeline.achievements(retracted=True) if one.retracted_at] == [before]


def test_clones_of_one_repository_are_collected_together(
    watch: Watch, repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("remote", "add", "origin", "https://github.com/ada/project.git")
    shutil.copytree(repository.path, tmp_path / "second")
    second = GitRepository(tmp_path / "second")
    second.commit("feat: two", {"two.py": "two = 2\n"})
    monkeypatch.setenv("GIT_REPO_PATH", f"{repository.path}:{second.path}")

    watch.run(watch.tick())

    assert watch.partitions == ["github.com/ada/project"]
    assert {one.title for one in watch.pipeline.achievements()} == {"One", "Two"}
    assert watch.tick() == []
    shutil.rmtree(second.path)
    monkeypatch.setenv("GIT_REPO_PATH", str(repository.path))
    watch.run(watch.tick())
    assert watch.tick() == []
    assert {one.title for one in watch.pipeline.achievements()} == {"One", "Two"}


def test_a_folder_without_its_repository_is_not_taken_for_the_one_around_it(
    watch: Watch, repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.settle()
    monkeypatch.delenv("GIT_REPO_PATH")
    GitRepository.create(tmp_path)
    shutil.rmtree(repository.path / ".git")
    assert watch.tick() == []
    assert watch.partitions == []


def test_a_commit_in_a_worktree_is_collected(
    watch: Watch, repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("worktree", "add", "--quiet", "-b", "topic", tmp_path / "tree")
    monkeypatch.setenv("GIT_REPO_PATH", str(tmp_path / "tree"))
    watch.settle()
    repository.commit("feat: two", {"two.py": "two = 2\n"}, branch="topic")
    assert len(watch.tick()) == 1


def test_a_broken_repository_starves_no_other(
    watch: Watch, repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = GitRepository.create(tmp_path / "broken")
    broken.commit("feat: one", {"one.py": "one = 1\n"})
    monkeypatch.setenv("GIT_REPO_PATH", f"{broken.path}:{repository.path}")
    shutil.rmtree(broken.path / ".git" / "objects")
    (broken.path / ".git" / "objects").mkdir()
    watch.run(watch.tick())
    assert [one.title for one in watch.pipeline.achievements()] == ["One"]

    repository.commit("feat: two", {"two.py": "two = 2\n"})
    requests = watch.tick()
    watch.record(requests)

    assert len(requests) == 1
    assert watch.tick() == []


def test_a_repository_that_was_always_broken_fails_with_a_reason_when_collected_alone(
    watch: Watch, repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = GitRepository.create(tmp_path / "broken")
    sha = broken.commit("feat: one", {"one.py": "one = 1\n"})
    monkeypatch.setenv("GIT_REPO_PATH", f"{broken.path}:{repository.path}")
    shutil.rmtree(broken.path / ".git" / "objects" / sha[:2])
    watch.run(watch.tick())
    [key] = [key for key in watch.partitions if key.startswith("local/broken")]

    run = watch.pipeline.job.execute_in_process(QUIET, watch.pipeline.instance, partition_key=key, raise_on_error=False)

    [failure] = [event.step_failure_data for event in run.get_step_failure_events()]
    assert failure.user_failure_data
    assert str(broken.path) in str(failure.user_failure_data.description)


def test_a_hook_makes_a_repository_known(watch: Watch, tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path / "hooked")
    sha = repository.commit("feat: one", {"one.py": "one = 1\n"})
    spool = watch.pipeline.settings.spool_path
    spool.mkdir(parents=True)
    (spool / "1.json").write_text(json.dumps({"repository_path": str(repository.path), "sha": sha}))

    assert len(watch.tick()) == 1

    assert list(spool.iterdir()) == []
    assert [known.location for known in list_repositories(watch.pipeline.engine)] == [str(repository.path)]


def test_a_repository_that_was_collected_once_by_hand_is_watched(watch: Watch, tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path / "known")
    repository.commit("feat: one", {"one.py": "one = 1\n"})
    watch.pipeline.add(repository)
    watch.settle()
    repository.commit("feat: two", {"two.py": "two = 2\n"})
    assert len(watch.tick()) == 1


@pytest.mark.usefixtures("repository")
def test_a_disabled_lane_explains_how_to_enable_it(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENABLE_GIT_TRACKING", "false")
    for name in ("new_commits", "new_remote_commits"):
        watch.sensor = name
        sensor = build_defs(load_settings()).get_repository_def().get_sensor_def(name)
        assert sensor.default_status is dg.DefaultSensorStatus.STOPPED
        assert watch.tick() == []
        assert "ENABLE_GIT_TRACKING=true" in str(watch.said)


@pytest.fixture
def remote(watch: Watch, repository: GitRepository, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    """A repository that the settings name by its URL, known and collected."""
    monkeypatch.setenv("GIT_REPO_PATH", repository.url)
    assert watch.tick() == []
    watch.sensor, watch.cursor = "new_remote_commits", None
    watch.settle()
    return repository


def test_a_commit_on_a_server_is_seen_and_others_there_are_not(watch: Watch, remote: GitRepository) -> None:
    remote.commit("feat: other", branch="topic")
    assert watch.tick() == []
    remote.commit("feat: two", {"two.py": "two = 2\n"})
    assert len(watch.tick()) == 1


def test_a_server_that_is_gone_holds_up_no_other(watch: Watch, remote: GitRepository, tmp_path: Path) -> None:
    gone = (tmp_path / "gone").as_uri()
    remember_repository(watch.pipeline.engine, "git.example.org/gone", gone, "default")
    remote.commit("feat: two", {"two.py": "two = 2\n"})
    assert len(watch.tick()) == 1
