"""What contents show to be the same work."""

from __future__ import annotations

from achievement_pipeline_tests.judging.file_rows import name, written
from achievement_pipeline_tests.judging.links.conftest import counting, file_of, judge, key


class TestSquashes:
    def test_a_squash_beside_its_branch_counts_once(self) -> None:
        states = [("0" * 40, name(21)), (name(21), name(22)), ("0" * 40, name(31))]
        first, second, other = (dict(zip(("old_blob", "new_blob"), state, strict=True)) for state in states)
        files = [
            file_of(0, path="a.py", **first),
            file_of(1, path="a.py", **second),
            file_of(1, path="b.py", **other),
            file_of(2, path="a.py", old_blob="0" * 40, new_blob=name(22)),
            file_of(2, path="b.py", **other),
        ]
        commits = written({"subject": "feat: a"}, {"subject": "feat: b"}, {"subject": "feat: all"})
        activities = judge(commits, files)
        assert counting(activities) == [2]
        assert activities["retracted_by"].dropna().to_dict() == {0: key(2), 1: key(2)}
        more = [*files, file_of(1, path="c.py", new_blob=name(41))]
        assert counting(judge(commits, more)) == [0, 1, 2]

    def test_one_change_of_gerrit_counts_once(self) -> None:
        body = "Why.\n\nChange-Id: I0123456789abcdef"
        assert counting(judge(written({"body": body}, {"subject": "feat: on another branch", "body": body}))) == [0]

    def test_a_backport_that_names_the_pull_request_counts_once(self) -> None:
        subjects = ("fix: keep it (#12)", "[2.x] fix: keep it (#12) (#15)", "[2.x] fix: other (#12) (#16)")
        assert counting(judge(written(*({"subject": subject} for subject in subjects)))) == [0, 2]
