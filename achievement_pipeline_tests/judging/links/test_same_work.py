"""Reverts take back what they revert; copies of one change count once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitActivities, RawCommits, RawPullRequests
from achievement_pipeline.judging.links.same_work import find_reverted_pull_requests
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.judging.apart import History, Judged, Row, judge_apart
from achievement_pipeline_tests.judging.file_rows import name, written
from achievement_pipeline_tests.judging.links.conftest import counting, file_of, judge
from achievement_pipeline_tests.store.sample_pieces import frame_of

_NUMBERS = st.integers(0, 60)
_MESSAGES = {
    "sha": ('Revert "feat: work"', f"This reverts commit {name(0)}."),
    "short sha": ('Revert "feat: work"', f"This reverts commit {name(0)[:9]}."),
    "subject": ('Revert "feat: work"', ""),
    "number": ('Revert "feat: work (#12)" (#13)', "Reverts o/n#12"),
    "typed": ("revert: feat: work", ""),
    "typed with refs": ("revert: let us not", f"Refs: {name(0)[:12]}"),
    "worded": ("fix: revert what was hasty", f"This reverts commit {name(0)}."),
}
_SUBJECTS = (
    'Revert "feat: work" until the outage is over',
    f"Revert {name(0)[:8]}",
    f"revert {name(0)} feat: work",
    "Revert \u201cfeat: work\u201d",
    "Revert feat: work",
    "[Revert] feat: work",
    "Revert work",
    "Revert #12",
)


_AT = pd.Timestamp("2024-01-01", tz="UTC")
_THERE = {"old_blob": name(7), "new_blob": name(8)}
_RESTORED = [file_of(0, path="a.py", **_THERE), file_of(1, path="a.py", old_blob=name(8), new_blob=name(7))]
_UNDONE_AT_ONCE = [
    file_of(0, path="a.py", old_blob=name(7), new_blob=name(8)),
    file_of(1, path="a.py", old_blob=name(8), new_blob=name(9)),
    file_of(1, path="b.py", old_blob="0" * 40, new_blob=name(20)),
    file_of(2, path="a.py", old_blob=name(9), new_blob=name(7)),
    file_of(2, path="b.py", old_blob=name(20), new_blob="0" * 40),
]
_ALIKE = ("abcdef1" + "0" * 33, "abcdef1" + "1" * 33)


def history(*commits: Row, files: Sequence[Row] | None = None) -> History:
    """Return a history to be judged; without files each commit changes a hundred lines of a file of its own."""
    return History(commits, [file_of(number) for number in range(len(commits))] if files is None else files)


@cache
def _reverted() -> Mapping[tuple[str, str], DataFrame[CommitActivities]]:
    """A commit and its revert, judged, by the message of the revert."""
    messages = [*_MESSAGES.values(), *((subject, "") for subject in _SUBJECTS)]
    histories = [
        History([{"subject": "feat: work (#12)"}, {"subject": subject, "body": body}], [file_of(0), file_of(1)])
        for subject, body in messages
    ]
    return dict(zip(messages, judge_apart(*histories), strict=True))


class TestReverts:
    @pytest.mark.parametrize(("subject", "body"), _MESSAGES.values(), ids=_MESSAGES)
    def test_a_revert_and_its_target_are_none(self, subject: str, body: str) -> None:
        activities = _reverted()[subject, body]
        assert counting(activities) == []
        assert activities["reasons"].tolist() == ["type:feat,lines>50,reverted", "revert"]
        assert activities["retracted_by"].dropna().to_dict() == {0: activities["key"][1]}

    @pytest.mark.parametrize("subject", _SUBJECTS)
    def test_the_subject_alone_names_what_is_reverted(self, subject: str) -> None:
        activities = _reverted()[subject, ""]
        assert counting(activities) == []
        assert activities["retracted_by"].dropna().to_dict() == {0: activities["key"][1]}

    @pytest.mark.histories(history({}, {"subject": "Revert to plain loops, which are faster"}))
    def test_going_back_to_something_is_work_where_it_names_no_commit(self, judged: Judged) -> None:
        assert counting(*judged) == [0, 1]

    @pytest.mark.histories(
        history({}, {"subject": "feat: other words"}, files=_RESTORED),
        history(
            {}, {"subject": "feat: other words", "committed_at": pd.Timestamp("2025-01-01", tz="UTC")}, files=_RESTORED
        ),
        history({}, {"subject": "feat: other words"}, files=[*_RESTORED, file_of(1, path="b.py")]),
    )
    def test_what_restores_all_contents_within_weeks_is_a_revert_without_words(self, judged: Judged) -> None:
        soon, late, partly = map(counting, judged)
        assert soon == []
        assert late == partly == [0, 1]

    @pytest.mark.histories(
        history(
            *(
                {"subject": subject, "committed_at": _AT}
                for subject in ("feat: work", 'Revert "feat: work"', 'Reapply "feat: work"')
            ),
            files=[*_RESTORED, file_of(2, path="a.py", **_THERE)],
        )
    )
    def test_of_commits_of_one_second_the_later_one_reverts(self, judged: Judged) -> None:
        assert counting(*judged) == [0]

    @pytest.mark.histories(
        history({}, {"subject": "feat: more"}, {"subject": "Revert the last two"}, files=_UNDONE_AT_ONCE),
        history(
            {},
            {"subject": "feat: more"},
            {"subject": "Revert the last two"},
            files=[*_UNDONE_AT_ONCE, file_of(1, path="c.py")],
        ),
    )
    def test_several_commits_are_undone_at_once_and_named_by_none(self, judged: Judged) -> None:
        all_of_them, partly = map(counting, judged)
        assert all_of_them == []
        assert partly[:2] == [0, 1]

    @pytest.mark.histories(history({}, {"subject": 'Revert "feat: work"'}, {"subject": 'Revert "Revert "feat: work""'}))
    def test_a_reverted_revert_restores(self, judged: Judged) -> None:
        assert counting(*judged) == [0]

    @pytest.mark.histories(history({}, {"subject": 'Revert "feat: work"'}, {"subject": 'Reapply "feat: work"'}))
    def test_reapply_restores_too(self, judged: Judged) -> None:
        assert counting(*judged) == [0]

    @given(st.integers(0, 40))
    @settings(deadline=None, max_examples=examples(6))
    def test_at_any_depth_an_even_number_of_reverts_restores(self, depth: int) -> None:
        reverts = [{"subject": "Revert it", "body": f"This reverts commit {name(number)}."} for number in range(depth)]
        assert counting(judge(written({}, *reverts))) == ([0] if depth % 2 == 0 else [])

    @pytest.mark.histories(
        history(
            {},
            {"subject": "fix: more"},
            {"subject": "Revert both", "body": f"This reverts commits {name(0)} and {name(1)[:10]}."},
        )
    )
    def test_several_commits_can_be_reverted_at_once(self, judged: Judged) -> None:
        assert counting(*judged) == []

    @pytest.mark.histories(history({}, {}, {"subject": 'Revert "feat: work"'}, {}))
    def test_the_last_commit_of_that_subject_before_is_meant(self, judged: Judged) -> None:
        assert counting(*judged) == [0, 3]

    @pytest.mark.histories(history({"subject": 'Revert "feat: work"', "body": f"This reverts commit {name(9)}."}))
    def test_a_revert_of_what_is_not_there_does_not_count(self, judged: Judged) -> None:
        assert judged[0]["reasons"].tolist() == ["revert"]

    @pytest.mark.histories(
        history(
            {},
            {"subject": "feat: better", "body": f'* Revert "feat: work"\n\nThis reverts commit {name(0)}.'},
            files=[file_of(0), file_of(1, insertions=130)],
        )
    )
    def test_a_squash_merge_that_lists_a_revert_on_its_branch_reverts_nothing(self, judged: Judged) -> None:
        assert counting(*judged) == [0, 1]

    @pytest.mark.histories(
        history(
            {},
            {"subject": "feat: use it again", "body": f"This reverts commit {name(0)}."},
            files=[file_of(0, insertions=90, deletions=3), file_of(1, insertions=3, deletions=90)],
        )
    )
    def test_a_commit_that_is_the_opposite_is_a_revert_by_its_body_alone(self, judged: Judged) -> None:
        assert counting(*judged) == []

    @pytest.mark.histories(
        history({}, {"subject": 'Revert "feat: work"'}, files=[file_of(0), file_of(1, insertions=1, deletions=1)])
    )
    def test_taking_back_a_detail_retracts_nothing(self, judged: Judged) -> None:
        (activities,) = judged
        assert (counting(activities), activities["reasons"][1]) == ([0], "revert")

    @pytest.mark.histories(
        history(
            *({"sha": sha} for sha in _ALIKE),
            {"subject": "Revert it", "body": "This reverts commit abcdef1."},
            files=[file_of(0, sha=_ALIKE[0]), file_of(1, sha=_ALIKE[1], new_blob=name(5)), file_of(2)],
        )
    )
    def test_an_ambiguous_beginning_of_a_name_is_no_name(self, judged: Judged) -> None:
        assert counting(*judged) == [0, 1]

    @pytest.mark.histories(
        history(
            # 0 - 1 ------- 4 (merge of 3) - 5 (revert)
            #  \- 2 - 3 ---/
            {},
            {"subject": "fix: on main"},
            {"subject": "feat: a", "parents": name(0)},
            {"subject": "feat: b"},
            {"subject": "Merge pull request #7 from o/b", "parents": f"{name(1)} {name(3)}", "diff": "merge"},
            {"subject": 'Revert "Merge pull request #7 from o/b"', "body": f"This reverts commit {name(4)}, reversing"},
            files=[file_of(number) for number in (0, 1, 2, 3, 5)],
        )
    )
    def test_the_revert_of_a_merge_retracts_its_commits(self, judged: Judged) -> None:
        (activities,) = judged
        assert counting(activities) == [0, 1]
        assert activities["retracted_by"][[2, 3]].tolist() == [activities["key"][5]] * 2

    def test_repositories_are_worlds_apart(self) -> None:
        there = "github.com/o/other"
        commits = written({}, {"repository": there, "subject": 'Revert "feat: work"'})
        assert counting(judge(commits, [file_of(0), file_of(1, repository=there)])) == [0]


class TestCopies:
    @pytest.mark.histories(
        history({}, {"subject": "[stable] work (#3)", "body": f"(cherry picked from commit {name(0)})"})
    )
    def test_a_cherry_pick_that_names_its_origin_counts_once(self, judged: Judged) -> None:
        (activities,) = judged
        assert counting(activities) == [0]
        assert activities["reasons"][1] == "lines>50,duplicate"
        assert activities["retracted_by"][1] == activities["key"][0]

    @pytest.mark.histories(
        history(
            *(
                {"subject": subject, "body": f"(cherry picked from commit {name(9)})"}
                for subject in ("feat: a", "feat: b")
            )
        )
    )
    def test_picks_of_a_commit_that_is_not_there_count_once(self, judged: Judged) -> None:
        assert counting(*judged) == [0]

    @pytest.mark.histories(
        history(
            {},
            {"subject": "feat: b"},
            {
                "subject": "feat: both",
                "body": "\n".join(f"(cherry picked from commit {name(number)})" for number in (0, 1)),
            },
        )
    )
    def test_a_backport_of_several_commits_leaves_them_all(self, judged: Judged) -> None:
        assert counting(*judged) == [0, 1]

    @pytest.mark.histories(history({}, {"subject": "feat: again"}, files=[file_of(0), file_of(0, sha=name(1))]))
    def test_the_same_contents_changed_to_the_same_contents_count_once(self, judged: Judged) -> None:
        assert counting(*judged) == [0]

    @pytest.mark.histories(
        history(
            {},
            {"subject": "feat: again"},
            files=[
                file_of(0),
                {"sha": name(0), "path": "uv.lock", "new_blob": name(7)},
                file_of(0, sha=name(1)),
                {"sha": name(1), "path": "uv.lock", "new_blob": name(8)},
            ],
        )
    )
    def test_files_that_are_no_work_make_no_difference(self, judged: Judged) -> None:
        assert counting(*judged) == [0]

    @pytest.mark.histories(
        history(
            {"authored_at": _AT},
            {"authored_at": _AT},
            files=[file_of(0), file_of(0, sha=name(1), insertions=99, new_blob=name(5))],
        )
    )
    def test_a_rebased_commit_counts_once(self, judged: Judged) -> None:
        assert counting(*judged) == [0]

    @pytest.mark.histories(history({"authored_at": _AT}, {"authored_at": _AT}))
    def test_commits_of_one_second_with_one_subject_are_two_when_they_change_different_files(
        self, judged: Judged
    ) -> None:
        assert counting(*judged) == [0, 1]

    @pytest.mark.histories(
        history(
            {},
            {"subject": "Revert it", "body": f"This reverts commit {name(0)}."},
            {"subject": "feat: work again"},
            files=[file_of(0), file_of(1), file_of(0, sha=name(2))],
        )
    )
    def test_work_that_was_reverted_and_done_again_counts(self, judged: Judged) -> None:
        (activities,) = judged
        assert counting(activities) == [2]
        assert activities["retracted_by"][0] == activities["key"][1]

    @pytest.mark.histories(
        history({}, {"diff": "merge", "body": f"(cherry picked from commit {name(0)})"}, files=[file_of(0)])
    )
    def test_what_would_not_count_is_no_copy(self, judged: Judged) -> None:
        assert judged[0]["reasons"].tolist() == ["type:feat,lines>50", "merge"]


@given(st.lists(st.tuples(st.sampled_from(["feat", "revert", "pick", "copy"]), _NUMBERS), max_size=14), st.randoms())
@settings(deadline=None, max_examples=examples(10))
def test_the_order_of_rows_changes_nothing(history: list[tuple[str, int]], random: Random) -> None:
    commits, files = _history(history)
    order = list(range(len(commits)))
    random.shuffle(order)
    there = judge(commits, files).set_index("key")
    shuffled = judge(RawCommits.validate(commits.iloc[order].reset_index(drop=True)), files).set_index("key")
    pd.testing.assert_frame_equal(there, shuffled.loc[there.index])


@given(st.lists(st.tuples(st.sampled_from(["feat", "revert", "pick", "copy"]), _NUMBERS), max_size=14))
@settings(deadline=None, max_examples=examples(10))
def test_every_retraction_names_a_known_commit_and_a_copy_one_that_counts(
    history: list[tuple[str, int]],
) -> None:
    commits, files = _history(history)
    activities = judge(commits, files).set_index("key")
    retracted = activities[activities["retracted_by"].notna()]
    by = activities.loc[retracted["retracted_by"]]
    is_copy = retracted["reasons"].str.contains("duplicate").to_numpy()
    assert by.loc[is_copy, "retracted_by"].isna().all()
    assert by.loc[is_copy, "significant"].all()
    assert not by.loc[~is_copy, "significant"].any()


def _history(history: list[tuple[str, int]]) -> tuple[DataFrame[RawCommits], list[dict[str, object]]]:
    """Commits that are new, or revert, pick or copy one before them."""
    rows: list[dict[str, object]] = [{"subject": "feat: first"}]
    files = [file_of(0)]
    for number, (kind, other) in enumerate(history, start=1):
        before = name(other % number)
        messages: dict[str, dict[str, object]] = {
            "feat": {"subject": f"feat: work {number}"},
            "revert": {"subject": "Revert it", "body": f"This reverts commit {before}."},
            "pick": {"subject": f"feat: pick {number}", "body": f"(cherry picked from commit {before})"},
            "copy": {"subject": f"feat: copy {number}"},
        }
        rows.append(messages[kind])
        files.append({**files[other % number], "sha": name(number)} if kind == "copy" else file_of(number))
    return written(*rows), files


def pull_requests(*titles_and_bodies: tuple[str, str]) -> DataFrame[RawPullRequests]:
    """Return pull requests that were merged one after the other, numbered from 1."""
    return frame_of(
        RawPullRequests,
        (
            {
                "repository": "github.com/acme/engine",
                "number": number,
                "title": title,
                "body": body,
                "url": "",
                "base": "main",
                "branch": f"branch-{number}",
                "merge_commit": f"{number:040x}",
                "labels": "[]",
                "closes": "[]",
                **dict.fromkeys(("created_at", "merged_at", "updated_at"), f"2024-01-01T00:{number:02}:00Z"),
                "detail": "read",
                "additions": 10,
                "deletions": 10,
            }
            for number, (title, body) in enumerate(titles_and_bodies, 1)
        ),
    )


def taken_back(*titles_and_bodies: tuple[str, str]) -> list[str | None]:
    """Return the key of what took each pull request back."""
    pulls = pull_requests(*titles_and_bodies)
    found = find_reverted_pull_requests(pulls, "#" + pulls["number"].astype("str"))
    return [None if pd.isna(key) else key for key in found["retracted_by"]]


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ('Revert "Say hello"', "Reverts acme/engine#1"),
        ("Revert the greeting", "Reverts #1"),
        ('Revert "Say hello"', ""),
        ("Revert the greeting", f"This reverts commit {1:040x}."),
    ],
)
def test_a_pull_request_may_revert_another_one(title: str, body: str) -> None:
    assert taken_back(("Say hello", ""), (title, body)) == ["#2", None]


def test_a_pull_request_counts_again_when_its_revert_is_reverted() -> None:
    twice = 'Revert "Revert "Say hello""'

    assert taken_back(
        ("Say hello", ""), ('Revert "Say hello"', "Reverts acme/engine#1"), (twice, "Reverts acme/engine#2")
    ) == [None, "#3", None]


def test_no_pull_requests_are_taken_back_by_none() -> None:
    assert taken_back() == []


_PLAIN: Mapping[str, object] = {"subject": "feat: work"}


class TestMovedHistory:
    """The same work in another repository, under other paths."""

    @pytest.mark.histories(*(History([_PLAIN], [file_of(0, path=path)]) for path in ("lib.py", "packages/lib/lib.py")))
    def test_a_commit_names_its_work_the_same_under_another_path(self, judged: Judged) -> None:
        here, there = map(_first_works, judged)
        assert here == there != []

    @pytest.mark.histories(
        history(_PLAIN, _PLAIN, _PLAIN, files=[file_of(0), file_of(1, new_blob=name(0)), file_of(2)])
    )
    def test_other_contents_or_another_moment_are_other_work(self, judged: Judged) -> None:
        works = [work for names in judged[0]["names"] for work in _works(names)]
        assert len(set(works)) == len(works) == 3

    @pytest.mark.histories(
        History([_PLAIN], [file_of(0)]),
        History([{**_PLAIN, "subject": "feat: other"}], [file_of(0)]),
        History([_PLAIN], [file_of(0, path="lib/another.py")]),
        History([{**_PLAIN, "author_email": "bob@example.com"}], [file_of(0)]),
    )
    @pytest.mark.parametrize("other", [1, 2, 3], ids=["subject", "file", "author"])
    def test_what_only_looks_alike_is_other_work(self, judged: Judged, other: int) -> None:
        assert set(_first_works(judged[0])).isdisjoint(_first_works(judged[other]))

    @pytest.mark.histories(
        *(
            History([{"subject": subject}], [file_of(0)])
            for subject in ("feat: work", "feat: work (#12)", "feat: work (ann/engine#12)")
        )
    )
    def test_a_number_at_the_end_of_the_subject_changes_nothing(self, judged: Judged) -> None:
        assert len({work for activities in judged for work in _first_works(activities)}) == 1

    @pytest.mark.histories(history(_PLAIN, {**_PLAIN, "authored_at": _AT}, files=[file_of(0), file_of(0, sha=name(1))]))
    def test_a_copy_in_one_repository_names_no_work_of_its_own(self, judged: Judged) -> None:
        (named,) = judged
        assert named["retracted_by"].notna().sum() == 1
        assert sum(bool(_works(names)) for names in named["names"]) == 1


def _first_works(activities: DataFrame[CommitActivities]) -> list[str]:
    """Return what the first commit of a history names as its work."""
    return _works(activities["names"].iloc[0])


def _works(names: str) -> list[str]:
    return [each for each in json.loads(names) if each.startswith("work:")]
