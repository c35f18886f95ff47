"""Entries of release notes meet the pieces of work that they announce: real repositories, in the styles of projects."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from achievement_pipeline.frames import ChangelogEntries, RawPullRequests, RawTags
from achievement_pipeline.judging import judge_commits, noise_reasons, score_commits
from achievement_pipeline.judging.announced.lane import Releases, announce, announce_pull_requests, entries_of
from achievement_pipeline.judging.announced.paths import are_fragments, are_release_notes
from achievement_pipeline.judging.categories.peel import peel
from achievement_pipeline.judging.links.commit_names import positions_of
from achievement_pipeline.judging.links.history import History
from achievement_pipeline.judging.links.merges import are_merged_pieces, find_merging_commits
from achievement_pipeline.judging.rules import CommitRules, Rules
from achievement_pipeline.sources.git import open_repository, read_history
from achievement_pipeline.sources.git.reading.releases import read_notes, read_tags
from achievement_pipeline_tests.builders import Entry, GitRepository
from achievement_pipeline_tests.raw_frames import raw_frame


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    made = GitRepository.create(tmp_path / "engine")
    made.git("remote", "add", "origin", "https://github.com/acme/engine.git")
    made.commit("start", {"a.py": "a\n"})
    return made


def announced(repository: GitRepository) -> dict[str, dict[str, object]]:
    """What was announced, and first released, by the subject of each commit."""
    opened = open_repository(repository.path, cache=repository.path)
    history = read_history(opened)
    commits = history.commits.reset_index(drop=True)
    tags = read_tags(opened, history.commits)
    _, files = read_notes(opened, lambda paths: pd.Series(are_release_notes(paths) | are_fragments(paths)))
    headers = peel(commits["subject"], commits["body"])
    merged = are_merged_pieces(commits, headers)
    found = announce(
        history.commits.reset_index(drop=True),
        headers,
        merged,
        find_merging_commits(History(history.commits.reset_index(drop=True)), merged),
        Releases(tags, entries_of(opened.key, files, tags)),
        history.files,
        positions_of(history.files, commits),
    )
    return {
        subject: {"first": release, **(json.loads(text) if text else {})}
        for subject, release, text in zip(commits["subject"], found["first_release"], found["announced"], strict=True)
    }


def sentences(repository: GitRepository) -> dict[str, object]:
    return {subject: told["sentence"] for subject, told in announced(repository).items() if "sentence" in told}


def test_keep_a_changelog_names_squashes(repository: GitRepository) -> None:
    repository.commit("Count pistons (#12)", {"a.py": "b\n"})
    repository.commit("Rename things (#13)", {"a.py": "c\n"})
    notes = "# Changelog\n\n## [1.0.0] - 2099-02-03\n### Added\n- Pistons are counted. (#12)\n### Fixed\n- Oil (#99)\n"
    repository.commit("Release", {"CHANGELOG.md": notes})
    repository.git("tag", "v1.0.0", "main")

    told = announced(repository)

    assert told["Count pistons (#12)"] == {
        "first": "v1.0.0",
        "version": "1.0.0",
        "date": "2099-02-03",
        "section": "Added",
        "highlight": True,
        "sentence": "Pistons are counted.",
        "path": "CHANGELOG.md",
    }
    assert told["Rename things (#13)"] == {"first": "v1.0.0"}


def test_restructured_text_names_issues_that_merges_close(repository: GitRepository) -> None:
    repository.commit("stop the pump\n\nfixes #7", {"a.py": "b\n"}, branch="pump", parents=[repository.tip()])
    merge = "Merge pull request #8 from ada/pump\n\nStop the pump"
    repository.commit(merge, {"a.py": "b\n"}, parents=[repository.tip(), repository.tip("pump")])
    repository.commit("notes", {"CHANGES.rst": "Version 2.0\n-----------\n\n-   The pump stops. :issue:`7`\n"})

    assert sentences(repository) == {"Merge pull request #8 from ada/pump": "The pump stops."}


def test_towncrier_names_issues_by_the_files_of_fragments(repository: GitRepository) -> None:
    repository.commit("Open valves (#31)", {"a.py": "b\n", "docs/changelog/30.feature.rst": "Valves open.\n"})
    repository.commit("Close valves (#33)", {"a.py": "c\n", "docs/changelog/+x.fix.rst": "Valves close.\n"})
    notes = "v3.0 (2099-01-02)\n=================\n\nFeatures\n--------\n\n- Valves open. (:issue:`30`)\n"
    repository.commit("release 3.0", {"docs/changelog/30.feature.rst": None, "docs/changelog.rst": notes})

    assert sentences(repository) == {"Open valves (#31)": "Valves open.", "Close valves (#33)": "Valves close."}


def test_changesets_name_commits_and_files(repository: GitRepository) -> None:
    turbo = repository.commit("Turbo", {"a.py": "b\n"})
    entry = f"- [`{turbo[:7]}`](https://github.com/acme/engine/commit/{turbo}) Thanks @ada! - A turbo for everyone\n"
    repository.commit("Version", {"CHANGELOG.md": f"# engine\n\n## 2.0.0\n\n### Major Changes\n\n{entry}"})
    repository.commit("Horn", {"a.py": "c\n", ".changeset/loud-cats.md": '---\n"engine": minor\n---\n\nA loud horn\n'})

    told = sentences(repository)

    assert told["Horn"] == "A loud horn"
    assert "A turbo for everyone" in str(told["Turbo"])


def test_an_entry_says_a_title_in_more_words(repository: GitRepository) -> None:
    repository.commit("Add paged_table function (#4)", {"a.py": "b\n"})
    repository.commit("Add turbo (#5)", {"a.py": "c\n"})
    repository.commit("Add glow plugs to the head (#6)", {"a.py": "d\n"})
    notes = (
        "# 1.0.0\n\n* Add `paged_table` function for printing paged tables within HTML documents of any size.\n"
        "* Plugs of the glow kind were added by way of the head, unlike those of another number. (#99)\n"
    )
    repository.commit("notes", {"NEWS.md": notes})
    repository.git("tag", "v1.0.0", "main")

    assert list(sentences(repository)) == ["Add paged_table function (#4)"]


def test_the_notes_of_a_release_are_those_of_its_candidates(repository: GitRepository) -> None:
    repository.commit("Recover exhaust heat with a heat exchanger", {"a.py": "b\n"})
    repository.git("tag", "v1.0.0rc1", "main")
    notes = "# 1.0\n\n* Recover exhaust heat by a heat exchanger\n"
    repository.commit("notes", {"NEWS.md": notes})
    repository.git("tag", "v1.0.0", "main")

    assert list(sentences(repository)) == ["Recover exhaust heat with a heat exchanger"]


def test_words_name_what_a_list_of_everything_names_too(repository: GitRepository) -> None:
    repository.commit("Recover exhaust heat with a heat exchanger (#7)", {"a.py": "b\n"})
    notes = (
        "# 1.0\n\n### Highlights\n\n* Exhaust heat is recovered with a heat exchanger\n\n### Pull requests\n\n"
        "* Recover exhaust heat with a heat exchanger (#7)\n"
    )
    repository.commit("notes", {"NEWS.md": notes})
    repository.git("tag", "v1.0", "main")

    assert sentences(repository) == {
        "Recover exhaust heat with a heat exchanger (#7)": "Exhaust heat is recovered with a heat exchanger"
    }


def test_annotated_tags_and_words_name_what_numbers_do_not(repository: GitRepository) -> None:
    repository.commit("Recover exhaust heat with a heat exchanger", {"a.py": "b\n"})
    repository.commit("Rework the crank bearings", {"a.py": "c\n"})
    message = "1.0\n\n* Recover heat of the exhaust by a heat exchanger\n* Many other things were done\n"
    repository.git("tag", "-a", "v1.0", "-m", message, "main")

    told = announced(repository)

    assert told["Recover exhaust heat with a heat exchanger"]["version"] == "1.0"
    assert "version" not in told["Rework the crank bearings"]


def test_what_only_writes_the_notes_is_not_announced(repository: GitRepository) -> None:
    repository.commit("Changelog for #12", {"CHANGES.md": "# 1.0\n\n* Pistons (#12)\n"})
    assert sentences(repository) == {}


def test_a_number_of_another_time_is_another_number(repository: GitRepository) -> None:
    repository.commit("Count pistons (#12)", {"a.py": "b\n"})
    repository.commit("notes", {"CHANGES.md": "# 1.0 (1999-01-01)\n\n* As in the old tracker (#12)\n"})
    assert sentences(repository) == {}


def test_notes_may_have_the_day_on_which_a_release_was_begun(repository: GitRepository) -> None:
    repository.commit("Count pistons (#12)", {"a.py": "b\n"}, committed="1780315200 +0000")
    repository.git("tag", "v1.1")
    repository.commit("Stop the pump (#13)", {"a.py": "c\n"}, committed="1780315200 +0000")
    notes = "# 1.1 (2026-05-11)\n\n* Pistons (#12)\n* The pump stops (#13)\n"
    repository.commit("notes", {"CHANGES.md": notes})
    assert sentences(repository) == {"Count pistons (#12)": "Pistons"}


def test_the_same_title_again_is_the_same_work(repository: GitRepository) -> None:
    repository.commit("Recover exhaust heat with a heat exchanger (#7)", {"a.py": "b\n"})
    repository.commit("Recover exhaust heat with a heat exchanger (#8)", {"a.py": "c\n"})
    repository.commit("notes", {"NEWS.md": "# 1.0\n\n* Recover exhaust heat by a heat exchanger\n"})
    repository.git("tag", "v1.0", "main")
    assert list(sentences(repository).values()) == ["Recover exhaust heat by a heat exchanger"]


def test_an_entry_is_of_any_version_in_its_heading(repository: GitRepository) -> None:
    repository.commit("Recover exhaust heat with a heat exchanger", {"a.py": "b\n"})
    repository.git("tag", "v0.154.0")
    repository.commit("notes", {"NEWS.md": "# v1.60.0/v0.154.0\n\n* Recover exhaust heat by a heat exchanger\n"})
    told = announced(repository)["Recover exhaust heat with a heat exchanger"]
    assert (told["version"], told["date"]) == ("1.60.0/0.154.0", "2024-01-01")


def test_a_release_is_found_by_the_day_that_it_is_called_by(repository: GitRepository) -> None:
    repository.commit("Recover exhaust heat with a heat exchanger", {"a.py": "b\n"})
    repository.git("tag", "2099.03.01-10.20.30")
    repository.commit("notes", {"NEWS.md": "# 2099.03.01-10.20.30\n\n* Recover exhaust heat by a heat exchanger\n"})
    assert list(sentences(repository)) == ["Recover exhaust heat with a heat exchanger"]


def test_the_earliest_release_and_its_most_prominent_entry_are_meant(repository: GitRepository) -> None:
    repository.commit("Count pistons (#12)", {"a.py": "b\n"})
    notes = (
        "# 2.0 (2099-03-01)\n* Pistons again (#12)\n"
        "# 1.0 (2099-02-01)\n## Highlights\n* Counts! (#12)\n## Fixes\n* Pistons (#12)\n"
    )
    repository.commit("notes", {"CHANGES.md": notes})
    assert sentences(repository) == {"Count pistons (#12)": "Counts!"}


def test_the_same_version_of_another_package_was_released_at_another_time(repository: GitRepository) -> None:
    repository.git("tag", "pump-v1.0")
    repository.git("tag", "v1.0")
    repository.commit("Count pistons (#12)", {"gears/a.py": "b\n"}, committed="1780315200 +0000")
    repository.git("tag", "gears-v1.0")
    repository.commit("notes", {"gears/CHANGELOG.md": "# 1.0\n\n* Pistons count (#12)\n"})

    assert sentences(repository) == {"Count pistons (#12)": "Pistons count"}
    assert announced(repository)["Count pistons (#12)"]["date"] == "2026-06-01"


@pytest.mark.parametrize(("tag", "day"), [("engine-gears-v1.0", "2026-06-01"), ("v1.0", None)])
def test_the_notes_of_one_of_several_packages_have_the_days_of_its_own_tags(
    repository: GitRepository, tag: str, day: str | None
) -> None:
    repository.git("tag", "pump-v1.0")
    repository.commit("Count pistons (#12)", {"gears/a.py": "b\n"}, committed="1780315200 +0000")
    repository.git("tag", tag)
    notes: dict[str | bytes, str | bytes | Entry | None] = {
        f"{name}/CHANGELOG.md": "# 1.0\n\n* Pistons count (#12)\n" for name in ("gears", "oil", "smoke")
    }
    repository.commit("notes", notes)
    assert announced(repository)["Count pistons (#12)"]["date"] == day


def test_an_issue_that_is_a_pull_request_and_bullets_that_only_refer(repository: GitRepository) -> None:
    repository.commit("Count pistons (#12)", {"a.py": "b\n"})
    repository.commit("Stop the pump (#13)", {"a.py": "c\n"})
    notes = "# 2.0\n- The pump stops.\n    - #13 PR by @ann.\n    - #9 issue by @bob.\n- Pistons :issue:`12`\n"
    repository.commit("notes", {"CHANGES.md": notes})
    assert sentences(repository) == {"Count pistons (#12)": "Pistons", "Stop the pump (#13)": "The pump stops."}


def test_nothing_is_announced_where_there_are_no_notes(repository: GitRepository) -> None:
    assert all(told.keys() == {"first"} for told in announced(repository).values())


def test_an_announced_commit_counts_and_its_ledger_says_where(repository: GitRepository) -> None:
    repository.commit("tiny (#12)", {"a.py": "b\n"})
    repository.commit("notes", {"CHANGES.md": "# 0.28.0\n## Features\n* Pistons (#12)\n"})
    opened = open_repository(repository.path, cache=repository.path)
    history = read_history(opened)
    tags = read_tags(opened, history.commits)
    _, files = read_notes(opened, lambda paths: pd.Series(are_release_notes(paths)))

    judged = judge_commits(
        history.commits,
        history.files,
        noise_reasons(history.files),
        Rules(),
        releases=Releases(tags, entries_of(opened.key, files, tags)),
    )

    piece = "github:acme/engine#12"
    assert dict(zip(judged["key"], judged["reasons"], strict=True))[piece] == "announced"
    scores = score_commits(judged, CommitRules())
    ledger = json.loads(dict(zip(scores["key"], scores["ledger"], strict=True))[piece])
    assert "announced in 0.28.0 under Features" in [line["evidence"] for line in ledger]


def test_pull_requests_of_a_host_are_announced_by_the_issues_that_they_closed() -> None:
    pulls = raw_frame(RawPullRequests, {"number": 8, "title": "Stop the pump", "closes": '["Acme/Engine#7"]'})
    notes = SimpleNamespace(path="CHANGES.md", object="1", text="# 2.0 (2099-01-01)\n* The pump stops (#7)\n")
    entries = entries_of("github.com/Acme/Engine", [notes], RawTags.empty())

    told = announce_pull_requests(
        pulls, pulls["title"], Releases(RawTags.empty(), entries), pd.Series({"": "v2.0"}, dtype="str")
    )

    assert json.loads(told["announced"].iloc[0])["sentence"] == "The pump stops"
    assert told["first_release"].to_list() == ["v2.0"]


def test_no_pull_requests_and_no_notes_are_no_trouble() -> None:
    pulls = RawPullRequests.empty()
    notes = SimpleNamespace(path="CHANGES.md", object="1", text="# 2.0\n* The pump stops (#7)\n")
    entries = entries_of("github.com/acme/engine", [notes], RawTags.empty())
    for known in (ChangelogEntries.empty(), entries):
        told = announce_pull_requests(pulls, pulls["title"], Releases(RawTags.empty(), known), pd.Series(dtype="str"))
        assert told.empty
