"""Whose copyright is foreign to a repository."""

import numpy as np
import pytest

from achievement_pipeline.judging.links.commit_names import positions_of
from achievement_pipeline.judging.noise.foreign import are_foreign_copies
from achievement_pipeline_tests.judging.file_rows import changed, contents, name, written


def foreign(holder: str, *, lines: int = 100, number: int = 2, parents: str = "f" * 40, **author: object) -> bool:
    commits = written({"parents": parents, **author})
    added: dict[str, object] = {"sha": name(0), "status": "A", "insertions": lines, "deletions": 0}
    files = changed(*({**added, "path": f"lib/{n}.c"} for n in range(number)))
    rows: list[dict[str, object]] = [{"sha": name(0), "path": f"lib/{n}.c", "holder": holder} for n in range(number)]
    read = contents(*rows)
    is_work = np.ones(number, dtype=bool)
    return bool(are_foreign_copies(commits, positions_of(files, commits), files, is_work, read).iloc[0])


def test_a_holder_who_never_committed_is_foreign() -> None:
    assert foreign("grace hopper")


@pytest.mark.parametrize(
    ("holder", "email"),
    [("ada lovelace", "x@y.example"), ("looms inc", "ada@mail.looms.co.uk"), ("looms", "ada@looms.example")],
)
def test_authors_and_their_companies_are_not(holder: str, email: str) -> None:
    assert not foreign(holder, author_name="Ada Lovelace", author_email=email)


def test_a_company_of_a_public_mail_service_is_no_authors_company() -> None:
    assert foreign("gmail tools", author_email="ada@gmail.com")


def test_the_first_commit_and_small_copies_are_left_alone() -> None:
    assert not foreign("grace hopper", parents="")
    assert not foreign("grace hopper", lines=49)
    assert not foreign("grace hopper", lines=300, number=1)


def test_without_contents_nothing_is_known() -> None:
    commits, files = written({}), changed({"sha": name(0), "path": "a.c"})
    assert not are_foreign_copies(commits, positions_of(files, commits), files, np.array([True]), None).any()
