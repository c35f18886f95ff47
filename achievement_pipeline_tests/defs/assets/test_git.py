"""The git lane as a whole: from real repositories to achievements in a real Postgres."""

import shutil
from pathlib import Path

import dagster as dg
import pytest

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.jobs import KEEP_ACHIEVEMENTS
from achievement_pipeline.lanes import GIT
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.repositories import find_repository
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.defs.assets.conftest import READ, lines
from achievement_pipeline_tests.defs.conftest import QUIET, Pipeline

pytestmark = pytest.mark.e2e


def _is(event: dg.AssetMaterialization, asset: str) -> bool:
    return event.asset_key == dg.AssetKey(asset)


def test_a_history_becomes_explained_achievements(pipeline: Pipeline, repository: GitRepository) -> None:
    sha = repository.commit("feat(core): count things (#7)", {"core.py": lines(400)})
    repository.commit("chore: lock", {"uv.lock": lines(900)})
    repository.commit("feat: update", {"a.py": lines(99)}, author="renovate[bot] <bot@renovateapp.com>")
    key = pipeline.add(repository)

    assert pipeline.collect().success

    [achievement] = pipeline.achievements()
    assert achievement.key == f"git:{key}@{sha}"
    assert (achievement.title, achievement.category, achievement.author) == (
        "Count things",
        "feature",
        "ada@example.org",
    )
    assert (achievement.impact_score, achievement.complexity_score) == (75.45, 45.0)
    points = [line["points"] for line in achievement.score_ledger if line["score"] == "impact"]
    assert round(sum(points), 2) == achievement.impact_score
    assert achievement.skills_demonstrated == ["Python"]
    assert achievement.tags == ["git", "feat", "core"]
    assert [line["key"] for line in achievement.evidence] == [achievement.key]


def test_an_announcement_makes_an_achievement_of_the_smallest_change(
    pipeline: Pipeline, repository: GitRepository
) -> None:
    repository.commit("tiny (#12)", {"core.py": "a = 1\n"})
    notes = "# Changelog\n\n## 0.28.0 (2099-03-04)\n\n### Features\n\n* Pistons can be counted. (#12)\n"
    repository.commit("notes", {"CHANGELOG.md": notes})
    repository.git("tag", "v0.28.0", "main")
    pipeline.add(repository)

    pipeline.collect()
    [achievement] = pipeline.achievements()
    pipeline.collect()

    assert achievement.announced == {
        "version": "0.28.0",
        "date": "2099-03-04",
        "section": "Features",
        "highlight": True,
        "sentence": "Pistons can be counted.",
        "path": "CHANGELOG.md",
    }
    assert achievement.first_release == "v0.28.0"
    assert "announced in 0.28.0 under Features" in [line["evidence"] for line in achievement.score_ledger]
    assert pipeline.achievements() == [achievement]


def test_release_notes_are_read_again_only_when_they_changed(pipeline: Pipeline, repository: GitRepository) -> None:
    repository.commit("tiny (#12)", {"core.py": "a = 1\n", "CHANGES.md": "# 1.0\n* Pistons. (#12)\n"})
    key = pipeline.add(repository)
    frames = ParquetIOManager(base_path=pipeline.settings.frames_location)
    assert pipeline.materialize(*READ).success
    first = frames.read("changelog_entries", key)
    repository.commit("another (#13)", {"core.py": "a = 2\n", "CHANGES.md": "# 1.0\n* Pistons. (#12)\n* Oil. (#13)\n"})
    repository.git("tag", "-am", "* Water. (#14)", "v1.0", "main")

    assert pipeline.materialize(*READ).success

    second = frames.read("changelog_entries", key)
    assert first is not None
    assert second is not None
    assert first["sentence"].to_list() == ["Pistons."]
    assert second["sentence"].to_list() == ["Pistons.", "Oil.", "Water."]


def test_a_second_run_reads_and_writes_nothing(pipeline: Pipeline, repository: GitRepository) -> None:
    repository.commit("feat: one", {"one.py": lines(10)})
    pipeline.add(repository)
    pipeline.collect()
    [before] = pipeline.achievements()

    result = pipeline.collect()

    [listed] = [event for event in result.asset_materializations_for_node("git_history") if _is(event, "raw_commits")]
    assert listed.metadata["new"].value == 0
    [stored] = result.asset_materializations_for_node("achievements")
    assert {name: stored.metadata[name].value for name in ("new", "changed", "retracted")} == {
        "new": 0,
        "changed": 0,
        "retracted": 0,
    }
    assert pipeline.achievements() == [before]


def test_a_changed_rule_judges_what_is_stored_without_reading_git(
    pipeline: Pipeline, repository: GitRepository, tmp_path: Path
) -> None:
    repository.commit("feat: one", {"one.py": lines(100)})
    pipeline.add(repository)
    pipeline.collect()
    [before] = pipeline.achievements()
    shutil.rmtree(repository.path)
    (tmp_path / "achievements.toml").write_text("[rules.commits]\ncomplexity_base = 50\n")
    pipeline.settings = load_settings()

    # what `achievements backfill --only judging` asks for, and what the sensor asks for after it
    assert pipeline.materialize(*GIT.assets).success
    keep = build_defs(pipeline.settings).resolve_job_def(KEEP_ACHIEVEMENTS)
    assert keep.execute_in_process(QUIET, pipeline.instance).success

    [after] = pipeline.achievements()
    assert after.complexity_score == before.complexity_score + 10


def test_a_new_commit_is_added_to_what_is_there(pipeline: Pipeline, repository: GitRepository) -> None:
    repository.commit("feat: one", {"one.py": lines(10)})
    pipeline.add(repository)
    pipeline.collect()
    repository.commit("fix: two", {"one.py": lines(12)})

    pipeline.collect()

    assert {achievement.title for achievement in pipeline.achievements()} == {"One", "Two"}


def test_rewritten_history_retracts_what_is_gone(pipeline: Pipeline, repository: GitRepository) -> None:
    root = repository.commit("feat: one", {"one.py": lines(10)})
    repository.commit("feat: two", {"two.py": lines(10)})
    pipeline.add(repository)
    pipeline.collect()
    repository.commit("feat: other", {"other.py": lines(10)}, parents=[root])

    pipeline.collect()

    assert {achievement.title for achievement in pipeline.achievements()} == {"One", "Other"}
    [retracted] = [one for one in pipeline.achievements(retracted=True) if one.retracted_at]
    assert (retracted.title, retracted.retracted_reason) == ("Two", "gone from its source")


def test_only_the_commits_of_the_wanted_authors_are_read(pipeline: Pipeline, repository: GitRepository) -> None:
    repository.commit("feat: mine", {"one.py": lines(10)})
    repository.commit("feat: hers", {"two.py": lines(10)}, author="Grace <grace@example.org>")
    pipeline.add(repository)

    pipeline.collect(authors=("grace@example.org",))

    assert [achievement.title for achievement in pipeline.achievements()] == ["Hers"]


def test_a_removed_repository_stops_no_other_and_its_work_is_kept(
    pipeline: Pipeline, repository: GitRepository, tmp_path: Path
) -> None:
    other = GitRepository.create(tmp_path / "other")
    repository.commit("feat: one", {"one.py": lines(10)})
    other.commit("feat: two", {"two.py": lines(10)})
    key = pipeline.add(repository)
    pipeline.add(other)
    pipeline.collect()
    shutil.rmtree(repository.path)
    other.commit("feat: three", {"three.py": lines(10)})

    assert pipeline.collect().success

    assert {achievement.title for achievement in pipeline.achievements()} == {"One", "Two", "Three"}
    assert find_repository(pipeline.engine, key).missing_since is not None


def test_lost_frames_of_one_repository_stop_no_other(
    pipeline: Pipeline, repository: GitRepository, tmp_path: Path
) -> None:
    other = GitRepository.create(tmp_path / "other")
    repository.commit("feat: one", {"one.py": lines(10)})
    other.commit("feat: two", {"two.py": lines(10)})
    key = pipeline.add(repository)
    pipeline.materialize(*READ, "commit_activities")
    pipeline.materialize("commit_scores", "commit_skills")
    (Path(pipeline.settings.frames_location) / "commit_scores" / f"{key}.parquet").unlink()
    pipeline.keys = [pipeline.add(other)]

    assert pipeline.collect().success

    assert [achievement.title for achievement in pipeline.achievements()] == ["Two"]


def test_a_repository_that_comes_back_is_no_longer_missing(
    pipeline: Pipeline, repository: GitRepository, tmp_path: Path
) -> None:
    repository.commit("feat: one", {"one.py": lines(10)})
    key = pipeline.add(repository)
    shutil.move(repository.path, tmp_path / "away")
    assert not pipeline.materialize(*READ).success
    shutil.move(tmp_path / "away", repository.path)

    assert pipeline.materialize(*READ).success

    assert find_repository(pipeline.engine, key).missing_since is None


def test_the_only_repository_missing_fails_the_run_and_says_why(pipeline: Pipeline, repository: GitRepository) -> None:
    pipeline.add(repository)
    shutil.rmtree(repository.path)

    result = pipeline.collect()

    [failure] = [event for event in result.all_events if event.is_step_failure and event.step_key == "git_history"]
    assert failure.step_failure_data.user_failure_data is not None
    assert "does not exist" in str(failure.step_failure_data.user_failure_data.description)


def test_each_repository_of_a_run_shows_what_is_its_own(
    pipeline: Pipeline, repository: GitRepository, tmp_path: Path
) -> None:
    other = GitRepository.create(tmp_path / "other")
    repository.commit("feat: one", {"one.py": lines(10)})
    other.commit("feat: two", {"two.py": lines(10)})
    other.commit("fix typo", {"README.md": "two\n"})
    keys = pipeline.add(repository), pipeline.add(other)

    result = pipeline.collect()

    def shown(asset: str, name: str) -> list[object]:
        events = (
            *result.asset_materializations_for_node("git_history"),
            *result.asset_materializations_for_node("commit_activities"),
        )
        values = {event.partition: event.metadata[name].value for event in events if _is(event, asset)}
        return [values[key] for key in keys]

    assert shown("raw_commits", "dagster/row_count") == [1, 2]
    assert shown("raw_commits", "new") == [1, 2]
    assert shown("commit_activities", "significant") == [1, 1]
    _, not_of_other = shown("commit_activities", "why_not")
    assert shown("commit_activities", "why_not") == [{}, not_of_other]
    assert not_of_other


def test_the_metadata_shows_what_the_ui_needs(pipeline: Pipeline, repository: GitRepository) -> None:
    repository.commit("feat: one", {"one.py": lines(10)})
    pipeline.add(repository)

    result = pipeline.collect()

    for asset in ("commit_activities", "commit_scores", "commit_skills"):
        [materialization] = result.asset_materializations_for_node(asset)
        assert materialization.metadata["dagster/row_count"].value == 1
        preview = materialization.metadata["preview"]
        assert isinstance(preview, dg.TableMetadataValue)
        assert len(preview.records) == 1
    [stored] = result.asset_materializations_for_node("achievements")
    assert str(stored.metadata["overview"].value).startswith("![plot](data:image/svg+xml;base64,")
