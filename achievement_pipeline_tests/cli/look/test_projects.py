"""`achievements projects`, and what it reads."""

import json

import pytest
import sqlalchemy as sa

from achievement_pipeline.app.projects import members_of, read_projects, short_id
from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.decisions.edits import record_edit
from achievement_pipeline.store.decisions.grouping import merge
from achievement_pipeline.store.reading import AchievementFilter, find_achievements
from achievement_pipeline.store.tables import Activity, EditField
from achievement_pipeline_tests.cli.conftest import Run
from achievement_pipeline_tests.store.sample_pieces import Piece, by_the_rules, collect

pytestmark = pytest.mark.e2e

_PIECES = tuple(
    Piece(f"github:github.com/acme/engine#{number}", impact=80.0, columns={"title": title})
    for number, title in enumerate(["Add schemas", "Schema of forms", "Fix schema of lists", "Schema for actions"])
)


def test_projects_are_found_among_what_is_stored_with_its_edits(engine: sa.Engine) -> None:
    collect(engine, pieces=_PIECES)

    with engine.begin() as connection:
        (project,) = read_projects(connection).to_dict("records")
        members = json.loads(str(project["members"]))
        record_edit(connection, members[0], EditField.TITLE, "A schema for everything", "ann@example.org")
        assert set(members) == {piece.key for piece in _PIECES}
        assert read_projects(connection)["title"].to_list() == ["A schema for everything"]
        assert read_projects(connection)["key"].to_list() == [project["key"]]
        record_edit(connection, members[1], EditField.HIDDEN, True, "ann@example.org")
        assert read_projects(connection).empty


def test_what_was_merged_and_renamed_stays_so_as_work_goes_on(engine: sa.Engine) -> None:
    fifth, sixth = (
        Piece(f"github:github.com/acme/engine#{number}", impact=80.0, columns={"title": title})
        for number, title in ((5, "Schema of fields"), (6, "Print schemas"))
    )
    first, second, *rest = (piece.key for piece in _PIECES)
    collect(engine, by_the_rules, pieces=(*_PIECES, fifth))
    merge(engine, [first, second], by_the_rules, "ann@example.org")
    with engine.begin() as connection:
        (before,) = read_projects(connection).to_dict("records")
        assert set(json.loads(str(before["members"]))) == {first, *rest, fifth.key}
        record_edit(connection, json.loads(str(before["members"]))[0], EditField.TITLE, "A schema", "ann@example.org")

    collect(engine, by_the_rules, pieces=(*_PIECES, fifth, sixth))

    with engine.connect() as connection:
        (after,) = read_projects(connection).to_dict("records")
    assert set(json.loads(str(after["members"]))) == {first, *rest, fifth.key, sixth.key}
    assert (after["key"], after["title"]) == (before["key"], "A schema")


@pytest.mark.parametrize(
    ("text", "details", "reason"),
    [
        ("Part of #77.", {}, "4 achievements that name issue #77"),
        ("", {"milestone": "Electric drive"}, "4 achievements in the milestone “Electric drive”"),
        ("", {"scope": "gearbox"}, "4 achievements about “gearbox”"),
    ],
)
def test_what_holds_a_project_together_is_read_of_its_activities(
    engine: sa.Engine, text: str, details: dict[str, str], reason: str
) -> None:
    titles = ("Ship engines", "Paint the hood", "Weld doors", "Hang the mirror")
    columns = ({"title": title, "description": text} for title in titles)
    work = [
        Piece(f"github:github.com/acme/engine#{number}", impact=80.0, columns=each)
        for number, each in enumerate(columns)
    ]
    collect(engine, pieces=tuple(work))
    with engine.begin() as connection:
        connection.execute(sa.update(Activity.table).values(details=Activity.details.concat(details)))
        assert read_projects(connection)["reason"].to_list() == [reason]


def test_a_project_is_named_by_its_key_or_id(engine: sa.Engine) -> None:
    collect(engine, pieces=(*_PIECES, Piece("github:github.com/acme/engine#9", columns={"title": "Tune the motor"})))
    with engine.connect() as connection:
        (key,) = read_projects(connection)["key"]
        members = members_of(connection, short_id(key), ())
        assert members_of(connection, key, ()) == members
        found = find_achievements(connection, AchievementFilter(keys=members))
        assert {each.key for each in found} == {piece.key for piece in _PIECES}
        with pytest.raises(StoreError, match="There is no project x"):
            members_of(connection, "x", ())


def test_a_person_without_projects_gets_an_empty_list(collected: Run) -> None:
    assert json.loads(collected("projects", "--json").stdout) == []
    for command in (("projects", "schema-1"), ("list", "--project", "schema-1")):
        answer = collected(*command)
        assert answer.exit_code == 1
        assert "There is no project schema-1. `achievements projects` lists them." in answer.stderr
