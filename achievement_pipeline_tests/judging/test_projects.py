"""Projects: what holds one together, and that later work and the order of rows change none."""

import datetime as dt
import json

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import DataFrame

from achievement_pipeline.frames import ProjectPieces, Projects
from achievement_pipeline.judging.projects import find_projects
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.raw_frames import Row, raw_frame

_START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
_DAYS_OF_PAUSE = 45


def piece(number: int, title: str, day: float, **more: object) -> Row:
    """Return an achievement of Ann's; `began` is the day of its first activity."""
    at, began = _START + dt.timedelta(days=day), more.pop("began", day)
    row = {
        "key": f"github:acme/engine#{number}",
        "title": title,
        "author": "ann@example.org",
        "began_at": _START + dt.timedelta(days=float(str(began))),
        "completed_at": at,
        "impact": 80.0,
        "activities": 1,
        "own_share": 1.0,
        "repository": "github.com/acme/engine",
    }
    return row | more


def find(*rows: Row) -> DataFrame[Projects]:
    """Find the projects of achievements."""
    return find_projects(raw_frame(ProjectPieces, *rows))


def members(projects: pd.DataFrame) -> dict[str, list[str]]:
    """Return the numbers of the members of each project."""
    listed = zip(projects["title"], projects["members"], strict=True)
    return {title: [key.rpartition("#")[2] for key in json.loads(keys)] for title, keys in listed}


def test_a_long_branch_is_a_project_with_the_authors_other_work_in_the_same_release() -> None:
    rewrite = piece(7, "Version 3.0", 90, began=1, activities=171, impact=90.0, first_release="3.0.0")
    later = [piece(8 + day, f"Change {day}", 90 + day, first_release="3.0.0") for day in range(3)]
    others = [
        piece(1, "Earlier", 0, first_release="3.0.0"),
        piece(2, "Of somebody else", 91, author="bob@example.org", first_release="3.0.0"),
        piece(3, "Next", 99, first_release="3.1.0"),
    ]

    projects = find(rewrite, *later, *others)

    assert members(projects) == {"engine 3.0.0": ["7", "8", "9", "10"]}
    assert projects["key"].to_list() == ["project:github.com/acme/engine/branch-7"]
    assert projects["reason"].to_list() == ["a branch of 170 commits"]
    assert projects["began_at"].to_list() == [_START + dt.timedelta(days=1)]


def test_a_branch_keeps_its_key_and_title_when_it_is_released() -> None:
    before, after = (
        find(piece(7, "OAuth support", 90, began=1, activities=30, first_release=release)) for release in (None, "v2.1")
    )

    assert before["title"].to_list() == after["title"].to_list() == ["OAuth support"]
    assert before["key"].to_list() == after["key"].to_list()


def test_a_branch_of_many_people_or_few_days_is_none() -> None:
    assert find(piece(1, "Merge develop", 90, began=1, activities=99, own_share=0.2)).empty
    assert find(piece(1, "Import", 3, began=1, activities=99)).empty


def test_much_work_in_a_major_release_is_a_project() -> None:
    work = [piece(number, f"Change {number}", number, first_release="v2.0.0") for number in range(10)]

    assert set(members(find(*work))) == {"engine 2.0.0"}
    assert find(*work[1:]).empty
    assert find(*(dict(row) | {"first_release": "v2.1.0"} for row in work)).empty


def test_work_about_one_word_is_a_project_until_a_long_pause() -> None:
    titles = ("Add schemas", "Document the schema", "Fix schema of lists", "Schema for actions", "Schema of forms")
    days = (0, 20, 50, 80, 80 + _DAYS_OF_PAUSE + 1)

    projects = find(*(piece(number, *work) for number, work in enumerate(zip(titles, days, strict=True))))

    assert members(projects) == {"Add schemas": ["0", "1", "2", "3"]}
    assert projects["key"].to_list() == ["project:github.com/acme/engine/schema-0"]
    assert projects["reason"].to_list() == ["4 achievements about “schema”"]


def test_a_word_that_others_use_as_much_or_before_is_no_project() -> None:
    own = [piece(number, f"Schema {number}", number, impact=80.0) for number in range(4)]
    bob = {"author": "bob@example.org"}

    assert find(*own, *(piece(10 + number, "Schema", 0.5 + number / 9, **bob) for number in range(5))).empty
    assert find(*own, *(piece(10 + number, "Schema", number - 90, **bob) for number in range(3))).empty
    assert not find(*own, *(piece(10 + number, "Schema", number - 90, **bob) for number in range(2))).empty


def test_small_work_is_no_project() -> None:
    assert find(*(piece(number, f"Schema hint {number}", number, impact=10.0) for number in range(9))).empty


def test_work_that_names_one_issue_is_a_project() -> None:
    titles = ("Ship engines", "Paint the hood", "Weld doors", "Hang the mirror")
    work = [piece(10 + number, title, number, issues="7") for number, title in enumerate(titles)]

    projects = find(*work)

    assert members(projects) == {"Ship engines": ["10", "11", "12", "13"]}
    assert projects["reason"].to_list() == ["4 achievements that name issue #7"]
    assert find(*work, piece(7, "Pull", 0)).empty, "the number of a pull request is no issue"
    assert find(*work, *(piece(number, "Look", 0.5, author="bob@example.org", issues="7") for number in range(6))).empty


_EARLIER = [piece(100 + number, f"Part {number}", -400 + number, folders="src/\n") for number in range(20)]
_MEANWHILE = [piece(200 + number, f"Part {number}", number, folders="src/", impact=9.0) for number in range(9)]
_BEGUN = ("Add a gearbox", "Shift up", "Shift down", "Idle in neutral")


def test_a_new_folder_is_a_project_of_who_began_it() -> None:
    inside = "src/gearbox/\nsrc/gearbox/cogs/\ntests/\n"
    work = [piece(number, title, number, folders=inside) for number, title in enumerate(_BEGUN)]
    beside = piece(8, "Polish all of it", 5, folders="src/\nsrc/cabin/\nsrc/gearbox/\n")

    projects = find(*_EARLIER, *work, beside, *_MEANWHILE)

    assert members(projects) == {"Add a gearbox": ["0", "1", "2", "3"]}
    assert projects["key"].to_list() == ["project:github.com/acme/engine/folder-gearbox-0"]
    assert projects["reason"].to_list() == ["4 achievements in the new folder src/gearbox/"]


def test_a_folder_that_was_moved_or_is_not_begun_by_them_is_none() -> None:
    def find_in(folder: str, *before: Row, title: str = _BEGUN[0], impact: float = 80.0) -> bool:
        work = [dict(piece(number, each, number, folders=folder)) for number, each in enumerate((title, *_BEGUN[1:]))]
        work[0]["impact"] = impact
        return not find(*_EARLIER, *before, *work, *_MEANWHILE).empty

    assert find_in("src/gearbox/")
    assert not find_in("src/gearbox/", piece(9, "Old", -1, folders="lib/gearbox/")), "it was there by that name"
    assert not find_in("src/gearbox/", piece(9, "A gearbox", -1, folders="src/gearbox/", author="bob@example.org"))
    assert not find_in("src/gearbox/", title="Turn left"), "nothing says that it began"
    assert not find_in("src/gearbox/", impact=60.0), "to call it otherwise is little work"
    assert not find_in("tests/gearbox/")


def test_a_milestone_is_a_project_by_its_own_name() -> None:
    def planned(milestone: str) -> list[Row]:
        titles = ("Ship engines", "Paint the hood", "Weld doors", "Hang the mirror")
        return [piece(number, title, 90 * number, milestone=milestone) for number, title in enumerate(titles)]

    projects = find(*planned("Electric drive"))

    assert members(projects) == {"Electric drive": ["0", "1", "2", "3"]}
    assert projects["key"].to_list() == ["project:github.com/acme/engine/milestone-electric-drive-0"]
    for time in ("3.2", "v4 beta", "Backlog", "Sprint 12", "March 2024", "Next release"):
        assert find(*planned(time)).empty, time


_Work = tuple[str, int, str, float, int, str | None]
_WORDS = st.sampled_from(["schema", "cookie", "timeout", "release", "pool"])
_PIECES = st.lists(
    st.tuples(
        st.lists(_WORDS, min_size=1, max_size=3).map(" ".join),
        st.integers(0, 400),
        st.sampled_from(["ann@example.org", "bob@example.org"]),
        st.sampled_from([60.0, 90.0]),
        st.sampled_from([1, 40]),
        st.sampled_from([None, "v1.0.0", "v1.1.0"]),
    ),
    min_size=4,
    max_size=40,
)


def _rows(pieces: list[_Work], *, after: int = 0) -> list[Row]:
    return [
        piece(
            number,
            f"{title} {number}",
            day + after,
            began=day + after - (30 if activities > 1 else 0),
            author=author,
            impact=impact,
            activities=activities,
            first_release=release,
            issues=title.partition(" ")[0][:1].replace("s", "77").replace("c", "88"),
            folders=f"src/\nsrc/{title.partition(' ')[2]}/" if " " in title else "src/",
            milestone="Ropes" if title.startswith("pool") else None,
        )
        for number, (title, day, author, impact, activities, release) in enumerate(pieces)
    ]


@settings(max_examples=examples(15), deadline=None)
@given(_PIECES, st.data())
def test_the_order_of_rows_does_not_matter(pieces: list[_Work], data: st.DataObject) -> None:
    rows = _rows(pieces)

    pd.testing.assert_frame_equal(find(*rows), find(*data.draw(st.permutations(rows))))


@settings(max_examples=examples(15), deadline=None)
@given(_PIECES, _PIECES)
def test_later_work_changes_no_project(pieces: list[_Work], more: list[_Work]) -> None:
    changed = {"first_release": None, "activities": 1, "milestone": None}
    later = [dict(row) | changed | {"key": f"{row['key']}9999"} for row in _rows(more, after=401 + _DAYS_OF_PAUSE)]
    before, after = find(*_rows(pieces)), find(*_rows(pieces), *later)

    kept = after[after["key"].isin(before["key"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(before, kept)


@settings(max_examples=examples(15), deadline=None)
@given(_PIECES, _PIECES)
def test_a_project_keeps_its_key_and_members_as_work_goes_on(pieces: list[_Work], more: list[_Work]) -> None:
    rows = _rows([(*work[:4], 1, None) for work in pieces])
    later = [
        dict(row) | {"key": f"{row['key']}9999"} for row in _rows([(*work[:4], 1, None) for work in more], after=401)
    ]
    before, after = (found.set_index("key")["members"].map(json.loads) for found in (find(*rows), find(*rows, *later)))

    old = {row["key"] for row in rows}
    assert {key: set(found) for key, found in before.items()} == {key: set(after[key]) & old for key in before.index}
    listed = [key for found in after for key in found]
    assert len(listed) == len(set(listed)), "each achievement is in one topic"
