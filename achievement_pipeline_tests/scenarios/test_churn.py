"""Churn is no work, and honest work that looks like it keeps its worth."""

import random
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from achievement_pipeline_tests.builders import FIRST_COMMIT, Entry, Files, GitRepository
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.judging_repository import judge

pytestmark = pytest.mark.e2e  # reads and judges whole repositories

DAY = 86_400
BOB = "Bob Example <bob@example.com>"


def on_day(day: float) -> str:
    return f"{FIRST_COMMIT + int(day * DAY)} +0000"


def code(lines: int, name: str = "value", seed: int = 0) -> str:
    """Return lines of Python, no two alike."""
    number = random.Random(seed)
    return "".join(f"{name}_{line} = compute_{name}({number.randrange(10**6)}, {line})\n" for line in range(lines))


def commented(text: str, chosen: Sequence[int] | None = None) -> str:
    rows = text.splitlines()
    chosen = range(len(rows)) if chosen is None else chosen
    return "".join(f"# {row}\n" if number in chosen else f"{row}\n" for number, row in enumerate(rows))


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    written = GitRepository.create(tmp_path / "repository")
    written.commit("feat: begin", {"main.py": code(40, "main"), "other.py": code(80, "other")}, committed=on_day(0))
    return written


def write(repository: GitRepository, message: str, files: Files, day: float, **more: str) -> str:
    return repository.commit(message, files, committed=on_day(day), authored=on_day(day), **more)


class TestCommentToggles:
    @pytest.mark.parametrize("lines", [6, 12, 30, 59])
    def test_lines_commented_out_and_in_again_are_no_work(self, repository: GitRepository, lines: int) -> None:
        text = code(80, "other")
        out = write(repository, "fix: disable it", {"other.py": commented(text, range(lines))}, 1)
        half = write(repository, "fix: enable half", {"other.py": commented(text, range(lines // 2))}, 2)
        back = write(repository, "fix: enable it", {"other.py": text}, 3)
        judged = judge(repository)
        assert [judged.counts(sha) for sha in (out, half, back)] == [False, False, False]

    def test_lines_taken_out_of_comments_into_another_file_are_no_work(self, repository: GitRepository) -> None:
        text = code(50, "helper")
        write(repository, "feat: helper", {"helper.py": "import os\n" + text}, 1)
        write(repository, "fix: disable it", {"helper.py": "import os\n" + commented(text)}, 60)
        moved = write(repository, "fix: enable it there", {"helper.py": "import os\n", "there.py": text}, 120)
        assert judge(repository).lines(moved) <= 1

    def test_comments_that_say_something_are_work(self, repository: GitRepository) -> None:
        explained = "".join(f"# why {line} is so\n{line}\n" for line in code(80, "other").splitlines())
        told = write(repository, "docs: explain", {"other.py": explained}, 1)
        assert judge(repository).lines(told) == 80


class TestNothingNew:
    @pytest.mark.parametrize("lines", [8, 40, 600])
    def test_other_line_ends_with_one_changed_word_are_one_line(self, repository: GitRepository, lines: int) -> None:
        text = code(lines, "value")
        write(repository, "feat: windows", {"w.py": text.replace("\n", "\r\n")}, 1)
        ends = write(repository, "fix: ends", {"w.py": text.replace("value_3 =", "value_three =")}, 60)
        assert judge(repository).lines(ends) == 2

    @pytest.mark.parametrize("lines", [8, 40, 600])
    def test_white_space_only_is_no_work(self, repository: GitRepository, lines: int) -> None:
        text = code(lines).replace("value", "let value")
        write(repository, "feat: it", {"w.js": text}, 1)
        indented = "".join(f"\t{line}  \n" for line in text.splitlines())
        spaced = write(repository, "fix: spaces", {"w.js": indented}, 60)
        assert judge(repository).reasons(spaced) == "no-work"

    def test_a_copy_is_no_work_and_a_changed_copy_counts_what_is_new(self, repository: GitRepository) -> None:
        text = code(80, "other")
        copied = write(repository, "feat: second", {"second.py": text}, 1)
        changed = write(repository, "feat: third", {"third.py": code(90, "third")}, 1.5)
        judged = judge(repository)
        assert judged.reasons(copied) == "no-work"
        assert judged.lines(changed) == 90

    def test_a_file_that_becomes_a_symbolic_link_is_no_work_and_the_way_back_is(
        self, repository: GitRepository
    ) -> None:
        link = Entry("120000", b"main.py")
        linked = write(repository, "fix: link it", {"other.py": link}, 60)
        filled = write(repository, "feat: fill it", {"other.py": code(90, "filled")}, 120)
        judged = judge(repository)
        assert (judged.reasons(linked), judged.counts(filled)) == ("no-work", True)


class TestForeignCopies:
    HEADER = "# Copyright (c) 2011-2019 {}. All rights reserved.\n# Licensed under the MIT License.\n\n"

    def copied(self, holder: str, files: int = 3) -> dict[str | bytes, str]:
        return {
            f"src/lib/{n}.py": self.HEADER.format(holder) + code(70, f"part{n}", seed=len(holder)) for n in range(files)
        }

    def test_code_of_others_is_no_work_whatever_its_folder(self, repository: GitRepository) -> None:
        glue: Files = {"main.py": code(40, "main") + "import lib\n", "src/lib/__init__.py": ""}
        copied = write(repository, "feat: parse fast", {**self.copied("Grace Murray Hopper"), **glue}, 1)
        assert judge(repository).reasons(copied) == "import"

    @pytest.mark.parametrize("holder", ["Ada Lovelace", "Example Inc.", "Bob Example"])
    def test_code_with_the_header_of_an_own_holder_is_work(self, repository: GitRepository, holder: str) -> None:
        write(repository, "fix: main", {"main.py": "x = 1\n"}, 0.5, author="Bob Example <bob@mail.example.com>")
        own = write(repository, "feat: parse fast", {**self.copied(holder)}, 1)
        judged = judge(repository)
        assert (judged.counts(own), judged.lines(own)) == (True, 219)

    def test_a_holder_in_files_of_several_commits_is_an_own_one(self, repository: GitRepository) -> None:
        text = next(iter(self.copied("Looms United").values()))
        added = [write(repository, f"feat: part {n}", {f"src/{n}.py": f"{text}{n}\n"}, n) for n in range(2, 5)]
        more = write(repository, "feat: parse fast", {**self.copied("Looms United")}, 9)
        assert all(map(judge(repository).counts, [*added, more]))

    def test_own_work_beside_a_copy_counts(self, repository: GitRepository) -> None:
        files: Files = {**self.copied("Grace Murray Hopper"), "cache.py": code(120, "cache")}
        mixed = write(repository, "feat: cache", files, 1)
        assert judge(repository).counts(mixed)


class TestUndoneWithinWeeks:
    @pytest.mark.parametrize("kept", [0, 7])
    def test_a_file_that_its_author_adds_and_deletes_is_no_work(self, repository: GitRepository, kept: int) -> None:
        text = code(200, "cache")
        rest: Files = {} if not kept else {"main.py": code(40, "main") + code(kept, "kept")}
        added = write(repository, "feat: add a cache", {"cache.py": text, **rest}, 1)
        gone = write(repository, "refactor: simplify", {"cache.py": None, "notes.txt": "simple\n"}, 20)
        judged = judge(repository)
        assert (judged.lines(added), judged.lines(gone)) == (kept, 1)

    def test_lines_that_their_author_adds_and_deletes_are_no_work(self, repository: GitRepository) -> None:
        added = write(repository, "feat: add a cache", {"main.py": code(40, "main") + code(120, "cache")}, 1)
        write(repository, "fix: main", {"main.py": code(39, "main") + "x = 1\n" + code(120, "cache")}, 9, author=BOB)
        gone = write(repository, "fix: slim", {"main.py": code(39, "main") + "x = 1\ny = 2\n"}, 20)
        judged = judge(repository)
        assert (judged.lines(added), judged.lines(gone)) == (0, 1)

    def test_lines_that_their_author_deletes_and_puts_back_are_no_work(self, repository: GitRepository) -> None:
        gone = write(repository, "refactor: slim", {"other.py": code(10, "other")}, 1)
        back = write(repository, "feat: better", {"other.py": code(80, "other") + "z = 0\n"}, 20)
        judged = judge(repository)
        assert (judged.lines(gone), judged.lines(back)) == (0, 1)

    @pytest.mark.parametrize(("day", "author"), [(390, ""), (40, ""), (9, BOB)])
    def test_a_feature_that_was_in_use_or_that_another_person_removes_keeps_its_worth(
        self, repository: GitRepository, day: int, author: str
    ) -> None:
        added = write(repository, "feat: add a cache", {"cache.py": code(200, "cache")}, 1)
        more = {"author": author} if author else {}
        gone = write(repository, "feat: drop the cache", {"cache.py": None, "a.py": "a = 1\n"}, day, **more)
        judged = judge(repository)
        assert (judged.lines(added), judged.counts(added), judged.counts(gone)) == (200, True, True)

    def test_code_that_moves_to_another_file_is_not_undone(self, repository: GitRepository) -> None:
        added = write(repository, "feat: cache", {"main.py": code(40, "main") + code(120, "cache")}, 1)
        write(
            repository, "refactor: split", {"main.py": code(40, "main"), "c.py": "import os\n" + code(120, "cache")}, 9
        )
        assert judge(repository).lines(added) == 120

    def test_what_is_undone_later_is_judged_again(self, repository: GitRepository) -> None:
        added = write(repository, "feat: add a cache", {"cache.py": code(200, "cache"), "d.py": code(60, "d")}, 1)
        first = judge(repository)
        known = [*first.contents.contents["sha"], added, repository.git("rev-parse", "HEAD~1").decode()]
        write(repository, "refactor: simplify", {"cache.py": None, "notes.txt": "simple\n"}, 20)
        again, anew = judge(repository, first.contents, known), judge(repository)
        assert (first.lines(added), again.lines(added)) == (260, 60)
        pd.testing.assert_frame_equal(again.activities, anew.activities)

    @settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(kept=st.integers(0, 60), rewritten=st.integers(0, 60), seed=st.integers(0, 99))
    def test_a_rewrite_keeps_the_worth_of_both_sides(
        self, tmp_path_factory: pytest.TempPathFactory, kept: int, rewritten: int, seed: int
    ) -> None:
        repository = GitRepository.create(tmp_path_factory.mktemp("rewrite") / "repository")
        old, new = code(60 + kept, "parse", seed), code(60 + rewritten, "read", seed)
        added = write(repository, "feat: parser", {"parser.py": old}, 1)
        again = write(
            repository, "refactor: better parser", {"parser.py": "".join(old.splitlines(True)[:kept]) + new}, 9
        )
        judged = judge(repository)
        assert judged.lines(added) == 60 + kept
        assert judged.lines(again) >= 60 + rewritten
