"""Raw commits become judged activities: the laws of their judgement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitActivities, RawCommitFiles, RawCommits, Scores
from achievement_pipeline.judging import find_skills, judge_commits, may_count, noise_reasons, score_commits
from achievement_pipeline.judging.noise.contents import worth_reading
from achievement_pipeline.judging.rules import BotRules, CommitRules, Person, Rules
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.judging.apart import History, Judged, judge_apart
from achievement_pipeline_tests.judging.file_rows import SHA, attributes, changed, contents, name, written

_EXCLUDED: dict[str, dict[str, object]] = {
    "merge": {"diff": "merge"},
    "bot": {"author_name": "renovate[bot]"},
    "fixup": {"subject": "fixup! feat: x"},
    "unread": {"diff": "skipped"},
    "revert": {"subject": 'Revert "feat: x"'},
}
_MOMENTS = [
    ("2025-12-31T23:30", 540, "2026-01-01"),
    ("2026-01-01T01:30", -300, "2025-12-31"),
    ("2026-01-01T12:00", 60, "2026-01-01"),
]
_NO_WORK = ("uv.lock", "node_modules/left-pad/index.js", "a.min.js", "vendor/github.com/x/y.go", "x_pb2.py")
_LINES = st.integers(0, 4000)
_CHANGES = st.lists(st.tuples(_LINES, _LINES), min_size=1, max_size=6)


def judge(commits: DataFrame[RawCommits], files: DataFrame[RawCommitFiles]) -> DataFrame[CommitActivities]:
    return judge_commits(commits, files, noise_reasons(files), Rules())


def score(commits: DataFrame[RawCommits], files: DataFrame[RawCommitFiles]) -> DataFrame[Scores]:
    return score_commits(judge(commits, files), CommitRules())


def files_of(changes: Sequence[tuple[int, int]], number: int = 0) -> list[dict[str, object]]:
    return [
        {"sha": name(number), "path": f"{position}.py", "insertions": insertions, "deletions": deletions}
        for position, (insertions, deletions) in enumerate(changes)
    ]


@cache
def _judged_alone() -> Mapping[object, pd.Series]:
    """Single commits, judged: the excluded ones by code, the others by moment and offset."""
    moments = [
        {"committed_at": pd.Timestamp(committed, tz="UTC"), "authored_offset": offset}
        for committed, offset, _ in _MOMENTS
    ]
    names = [*_EXCLUDED, *((committed, offset) for committed, offset, _ in _MOMENTS)]
    judged = judge_apart(*(History([commit], files_of([(400, 0)])) for commit in [*_EXCLUDED.values(), *moments]))
    return {name: activities.iloc[0] for name, activities in zip(names, judged, strict=True)}


class TestWhoseChangesAreRead:
    @pytest.mark.parametrize("trailer", ["Co-authored-by", "co-developed-by"])
    def test_what_one_wrote_or_coauthored_by_any_address(self, trailer: str) -> None:
        ada = Person(emails=("ada@example.org", "ada@old.example"))
        commits = written(
            {},
            {"author_email": "bob@example.org", "body": f"{trailer}: Ada <Ada@Old.example>\n\n* two"},
            {"author_email": "bob@example.org"},
        )

        assert may_count(commits, Rules(), [ada], ["ada@example.org"]).tolist() == [True, True, False]


class TestJudging:
    @pytest.mark.histories(
        History(
            [
                {
                    "subject": "feat(core)!: count all things (#7)",
                    "body": "Long ago.\n\nCo-authored-by: Bob <Bob@Example.org>\nSigned-off-by: Eve <eve@example.org>",
                }
            ],
            files_of([(40, 20)]),
        )
    )
    def test_a_commit_has_its_author_title_and_category(self, judged: Judged) -> None:
        activity = judged[0].iloc[0]
        assert (activity["title"], activity["type"], activity["scope"]) == ("Count all things", "feat", "core")
        assert (activity["person"], activity["coauthors"]) == ("ada@example.org", "bob@example.org")
        assert activity["signed_off_by"] == "eve@example.org"
        assert activity["breaking"]
        assert activity["reasons"] == "type:feat,lines>50"

    @pytest.mark.histories(
        History(
            [{"subject": "Empty the file"}, {"subject": "Replace the parser"}],
            [*files_of([(0, 2000)], 0), *files_of([(40, 20)], 1)],
        )
    )
    def test_a_deletion_counts_little(self, judged: Judged) -> None:
        assert judged[0]["reasons"].tolist() == ["small", "lines>50"]

    @pytest.mark.histories(
        History(
            [{}],
            [
                {"sha": name(0), "path": path, "insertions": 60, "deletions": 0}
                for path in ("top.py", "api/v2/one.py", "api/v2/two.py", "uv.lock")
            ],
        )
    )
    def test_the_folders_of_its_work_are_named(self, judged: Judged) -> None:
        assert judged[0]["folders"].tolist() == ["/\napi/v2/"]

    @pytest.mark.histories(
        History(
            [{}],
            [
                {"sha": name(0), "path": f"{number:03}/{file}.py", "insertions": 1, "deletions": 0}
                for number in range(150)
                for file in range(1 + number % 2)
            ],
        )
    )
    def test_a_hundred_folders_with_the_most_files_are_named(self, judged: Judged) -> None:
        named = judged[0]["folders"].iloc[0].split("\n")
        assert len(named) == 100
        assert {f"{number:03}/" for number in range(1, 150, 2)} < set(named)

    @pytest.mark.histories(
        History([{"sha": SHA}], [{"path": f"{number}.py", "status": "R", "insertions": 1} for number in range(1100)])
    )
    def test_to_rename_a_thousand_files_is_no_import(self, judged: Judged) -> None:
        assert "import" not in judged[0]["reasons"].iloc[0]

    @pytest.mark.parametrize(("committed", "offset", "day"), _MOMENTS)
    def test_the_day_is_that_of_the_author(self, committed: str, offset: int, day: str) -> None:
        at = pd.Timestamp(committed, tz="UTC")
        activity = _judged_alone()[committed, offset]
        assert f"{activity['completed_at']:%Y-%m-%d}" == day
        assert abs(activity["completed_at"] - at) <= pd.Timedelta(hours=14)

    def test_what_the_repository_calls_mechanical_never_counts(self) -> None:
        files = changed(*files_of([(600, 0)], 0), *files_of([(600, 0)], 1))
        activities = judge_commits(written({}, {}), files, noise_reasons(files), Rules(), mechanical=[name(1)])
        assert activities["reasons"].tolist() == ["type:feat,lines>50", "mechanical"]

    @pytest.mark.histories(
        History([{"body": "git-subtree-dir: third/lib\ngit-subtree-split: " + "a" * 40}], files_of([(600, 0)]))
    )
    def test_a_subtree_merge_contains_the_work_of_others(self, judged: Judged) -> None:
        assert judged[0]["reasons"].tolist() == ["import"]

    def test_symlinks_and_pointers_are_no_text(self) -> None:
        link = {"path": "docs/a.md", "status": "T", "old_mode": "100644", "new_mode": "120000", "deletions": 900}
        files = changed(link, {"path": "a.psd", "insertions": 3})
        reasons = noise_reasons(files, attributes({"path": "a.psd", "pointer": True}))
        assert reasons.tolist() == ["symlink", "pointer"]

    @pytest.mark.histories(
        History([{}], [*files_of([(60, 0)]), {"sha": name(0), "path": "uv.lock", "insertions": 700, "deletions": 7}])
    )
    def test_what_is_left_out_is_kept_with_its_reason(self, judged: Judged) -> None:
        activity = judged[0].iloc[0]
        assert (activity["files"], activity["effective_files"]) == (2, 1)
        assert (activity["insertions"], activity["effective_insertions"]) == (760, 60)
        assert activity["left_out"] == '{"lockfile":{"files":1,"lines":707}}'

    @pytest.mark.histories(
        History(
            [{}],
            [
                *files_of([(60, 5)]),
                {"sha": name(0), "path": "old.py", "status": "D", "insertions": 0, "deletions": 900},
            ],
        )
    )
    def test_the_lines_of_a_deleted_file_are_nobodys_work_and_the_file_is(self, judged: Judged) -> None:
        activity = judged[0].iloc[0]
        assert (activity["deletions"], activity["effective_deletions"], activity["effective_files"]) == (905, 5, 2)
        assert activity["left_out"] == '{"deleted":{"files":1,"lines":900}}'

    def test_lines_of_a_notebook_are_those_of_its_source(self) -> None:
        files = changed({"sha": name(0), "path": "a.ipynb", "insertions": 9000, "deletions": 0})
        counted = {"insertions": 70, "deletions": 1, "lines_noise": "notebook-output"}
        read = contents({"sha": name(0), "path": "a.ipynb", **counted})
        activity = judge_commits(written({}), files, noise_reasons(files, contents=read), Rules(), contents=read).iloc[
            0
        ]
        assert (activity["effective_insertions"], activity["effective_deletions"]) == (70, 1)
        assert activity["left_out"] == '{"notebook-output":{"files":1,"lines":8929}}'

    def test_lines_that_only_moved_are_left_out(self) -> None:
        files = changed(
            {"sha": name(0), "path": "a.go", "insertions": 5, "deletions": 400},
            {"sha": name(0), "path": "b.go", "status": "A", "insertions": 420, "deletions": 0},
        )
        read = contents(
            {"sha": name(0), "path": "a.go", "noise": "moved", "insertions": 0, "deletions": 0, "lines_noise": "moved"},
            {"sha": name(0), "path": "b.go", "insertions": 30, "deletions": 0, "lines_noise": "moved"},
        )
        activity = judge_commits(written({}), files, noise_reasons(files, contents=read), Rules(), contents=read).iloc[
            0
        ]
        assert (activity["effective_insertions"], activity["effective_deletions"], activity["effective_files"]) == (
            30,
            0,
            1,
        )
        assert activity["left_out"] == '{"moved":{"files":2,"lines":795}}'

    @pytest.mark.parametrize("code", _EXCLUDED)
    def test_an_excluded_commit_has_a_reason(self, code: str) -> None:
        activity = _judged_alone()[code]
        assert (activity["significant"], activity["reasons"]) == (False, code)

    @pytest.mark.histories(
        History(
            [
                {"subject": "Release 1.2.3"},
                {"subject": "Release (#99)", "body": "* ENG-1 feat: add cache (#12)\n\n* fix: keep the lock (#13)"},
            ],
            [*files_of([(4, 4)], 0), *files_of([(400, 0)], 1)],
        )
    )
    def test_a_release_that_changes_code_is_work_whatever_it_is_called(self, judged: Judged) -> None:
        assert judged[0]["reasons"].tolist() == ["release", "type:feat,lines>50"]
        assert judged[0]["title"].tolist() == ["Release 1.2.3", "Add cache"]

    @pytest.mark.histories(
        History(
            [{"subject": "feat: add pager", "body": "- first page\nCo-authored-by: Bob <bob@example.org>"}],
            files_of([(4, 0)]),
        )
    )
    def test_the_title_is_the_first_line_and_the_description_has_no_footers(self, judged: Judged) -> None:
        activity = judged[0].iloc[0]
        assert (activity["title"], activity["description"]) == ("Add pager", "- first page")
        assert activity["coauthors"] == "bob@example.org"

    @pytest.mark.histories(History([{}], files_of([(3, 0)] * 1001)))
    def test_a_tree_that_is_moved_in_is_no_work(self, judged: Judged) -> None:
        assert judged[0]["reasons"].tolist() == ["import"]

    def test_no_commits_are_no_activities(self) -> None:
        commits, files = RawCommits.validate(written({}).head(0)), RawCommitFiles.validate(changed("a.py").head(0))
        activities = judge(commits, files)
        assert len(activities) == 0
        assert len(score_commits(activities, CommitRules())) == 0
        assert len(find_skills(activities, files, noise_reasons(files))) == 0

    def test_a_changed_rule_needs_the_stored_frames_only(self) -> None:
        commits, files = written({"subject": "tune it"}), changed(*files_of([(30, 0)]))
        lower = Rules(commits=CommitRules(min_lines=20))
        assert judge(commits, files)["reasons"].tolist() == ["small"]
        assert judge_commits(commits, files, noise_reasons(files), lower)["reasons"].tolist() == ["lines>20"]


class TestSecondReading:
    def worth(self, commits: DataFrame[RawCommits], files: DataFrame[RawCommitFiles]) -> list[str]:
        return worth_reading(commits, files, attributes(), Rules())["path"].tolist()

    def test_only_commits_that_could_count_are_read_again(self) -> None:
        commits = written({"subject": "feat: a"}, {"subject": "tidy"}, {"author_name": "renovate[bot]"})
        files = [{"sha": name(number), "path": f"{number}/package.json", "insertions": 2} for number in range(3)]
        assert self.worth(commits, changed(*files)) == ["0/package.json"]

    def test_a_notebook_is_read_where_its_lines_could_count(self) -> None:
        files = changed({"sha": name(0), "path": "a.ipynb", "insertions": 9000})
        assert self.worth(written({"subject": "Explore it"}), files) == ["a.ipynb"]


class TestLaws:
    @given(_CHANGES)
    @settings(deadline=None, max_examples=examples(6))
    def test_scores_lie_between_their_base_and_their_maximum(self, changes: list[tuple[int, int]]) -> None:
        scores = score(written({}), changed(*files_of(changes)))
        assert scores["impact"].between(0, 100, inclusive="neither").all()
        assert scores["complexity"].between(40, 85).all()

    @given(_CHANGES, _LINES)
    @settings(deadline=None, max_examples=examples(6))
    def test_more_lines_never_score_less(self, changes: list[tuple[int, int]], more: int) -> None:
        (insertions, deletions), *rest = changes
        larger = [(insertions + more, deletions), *rest]
        commits = written({}, {})
        scores = score(commits, changed(*files_of(changes, 0), *files_of(larger, 1)))
        assert scores["impact"].is_monotonic_increasing
        assert scores["complexity"].is_monotonic_increasing

    @given(_CHANGES, _CHANGES)
    @settings(deadline=None, max_examples=examples(6))
    def test_more_files_never_score_less(self, changes: list[tuple[int, int]], more: list[tuple[int, int]]) -> None:
        scores = score(written({}, {}), changed(*files_of(changes, 0), *files_of([*changes, *more], 1)))
        assert scores["impact"].is_monotonic_increasing
        assert scores["complexity"].is_monotonic_increasing

    @given(_CHANGES, st.lists(st.tuples(st.sampled_from(_NO_WORK), _LINES), max_size=4, unique_by=lambda one: one[0]))
    @settings(deadline=None, max_examples=examples(6))
    def test_lock_files_and_vendored_trees_change_nothing(
        self, changes: list[tuple[int, int]], no_work: list[tuple[str, int]]
    ) -> None:
        added = [{"sha": name(0), "path": path, "insertions": lines} for path, lines in no_work]
        alone, together = (score(written({}), changed(*files_of(changes), *more)) for more in ((), added))
        pd.testing.assert_frame_equal(alone, together)

    @given(st.lists(_CHANGES, min_size=1, max_size=4), st.randoms())
    @settings(deadline=None, max_examples=examples(6))
    def test_the_order_of_files_changes_nothing(self, commits: list[list[tuple[int, int]]], random: Random) -> None:
        files = [file for number, changes in enumerate(commits) for file in files_of(changes, number)]
        shuffled = random.sample(files, len(files))
        history = written(*[{} for _ in commits])
        pd.testing.assert_frame_equal(judge(history, changed(*files)), judge(history, changed(*shuffled)))

    @given(_CHANGES)
    @settings(deadline=None, max_examples=examples(5))
    def test_judging_twice_changes_nothing(self, changes: list[tuple[int, int]]) -> None:
        commits, files = written({}, {}), changed(*files_of(changes, 0), *files_of(changes, 1))
        kept = commits.copy(), files.copy()
        pd.testing.assert_frame_equal(judge(commits, files), judge(commits, files))
        pd.testing.assert_frame_equal(commits, kept[0])
        pd.testing.assert_frame_equal(files, kept[1])

    @given(_CHANGES, st.sampled_from(["renovate[bot]", "semantic-release-bot", "Snyk bot"]), st.text(max_size=20))
    @settings(deadline=None, max_examples=examples(6))
    def test_a_bot_never_scores(self, changes: list[tuple[int, int]], bot: str, subject: str) -> None:
        rules = Rules(bots=BotRules(names=("Snyk bot",)))
        files = changed(*files_of(changes))
        commits = written({"author_name": bot, "subject": subject})
        assert not judge_commits(commits, files, noise_reasons(files), rules)["significant"].any()

    @given(_CHANGES)
    @settings(deadline=None, max_examples=examples(10))
    def test_a_revert_and_its_target_net_to_none(self, changes: list[tuple[int, int]]) -> None:
        opposite = [(deletions, insertions) for insertions, deletions in changes]
        commits = written({}, {"subject": 'Revert "feat: work"', "body": f"This reverts commit {name(0)}."})
        activities = judge(commits, changed(*files_of(changes, 0), *files_of(opposite, 1)))
        assert not (activities["significant"] & activities["retracted_by"].isna()).any()
