"""What collecting would not bring back comes back from a backup: whole, once, and whatever version it is of."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from achievement_pipeline.app.decide.statements import AchievementCreate, create_achievement
from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.backup import restore_backup, write_backup
from achievement_pipeline.store.decisions.edits import record_edit
from achievement_pipeline.store.postgres.database import create_engine, known_revisions, upgrade
from achievement_pipeline.store.publications import find_publications, plan
from achievement_pipeline.store.repositories import note_visibility, remember_repository
from achievement_pipeline.store.tables import EditField
from achievement_pipeline_tests.cluster import stored
from achievement_pipeline_tests.store.sample_pieces import Piece, collect

pytestmark = pytest.mark.e2e

KEY = "git:github.com/acme/engine@1111"
TALK = AchievementCreate(
    title="Gave a talk", category="talk", author="ann@example.com", impact_score=60, complexity_score=40, source_id="t"
)


@pytest.fixture
def spare(spare_database_url: str) -> Iterator[sa.Engine]:
    """Another database, empty."""
    engine = create_engine(spare_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def file(engine: sa.Engine, tmp_path: Path) -> Path:
    """A backup of a database with one of everything that a user does."""
    collect(engine, git=(Piece(KEY), Piece("git:github.com/acme/engine@2222")))
    remember_repository(engine, "github.com/acme/engine", "/src/engine", "all")
    note_visibility(engine, "github.com/acme/engine", "public")
    with Session(engine) as session:
        create_achievement(session, TALK)
        session.commit()
    with engine.begin() as connection:
        record_edit(connection, KEY, EditField.TITLE, "Better words", "ann")
        record_edit(connection, KEY, EditField.APPROVED, True, "ann", channel="linkedin")
        record_edit(connection, "manual:t", EditField.PINNED, True, "ann")
        plan(connection, "linkedin", KEY, "I did it", "PUBLIC")
        connection.execute(sa.text("UPDATE publications SET state = 'published', remote_id = 'urn:1', attempts = 1"))
    with engine.connect() as connection:
        counts = write_backup(connection, tmp_path / "backup", "0.1.0")
    assert counts["edits"] == 3
    return tmp_path / "backup"


def _restore(engine: sa.Engine, file: Path, *, merge: bool = False) -> dict[str, int]:
    with engine.begin() as connection:
        return dict(restore_backup(connection, file, merge=merge))


def _edits(engine: sa.Engine) -> list[Any]:
    with engine.connect() as connection:
        query = "SELECT achievement_key, field, value, channel, made_at, made_by, undone_at FROM edits ORDER BY id"
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_everything_comes_back_in_an_empty_database(engine: sa.Engine, spare: sa.Engine, file: Path) -> None:
    _restore(spare, file)

    assert stored(spare) == stored(engine)
    assert _edits(spare) == _edits(engine)
    with engine.connect() as one, spare.connect() as other:
        [was], [restored] = find_publications(one, "linkedin"), find_publications(other, "linkedin")
        assert (was.state, was.remote_id, was.text) == (restored.state, restored.remote_id, restored.text)
        repositories = sa.text("SELECT key, location, branches, visibility, added_at FROM repositories")
        assert one.execute(repositories).all() == other.execute(repositories).all()
        assert other.scalar(sa.text("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'achievements%'")) == 0


def test_what_is_collected_afterwards_is_as_if_it_had_never_been_away(
    engine: sa.Engine, spare: sa.Engine, file: Path
) -> None:
    _restore(spare, file)
    collect(spare, git=(Piece(KEY), Piece("git:github.com/acme/engine@2222")))
    assert stored(spare) == stored(engine)


def test_decisions_that_are_there_are_never_mixed_unless_that_is_wanted(engine: sa.Engine, file: Path) -> None:
    with pytest.raises(StoreError, match="holds 5 decisions, posts and entries of your own"):
        _restore(engine, file)
    before = _edits(engine)
    assert set(_restore(engine, file, merge=True).values()) == {0}
    assert _edits(engine) == before


def test_what_was_posted_once_stays_posted(spare: sa.Engine, file: Path) -> None:
    collect(spare, git=(Piece(KEY),))
    with spare.begin() as connection:
        plan(connection, "linkedin", KEY, "Other words", "PUBLIC")
        record_edit(connection, KEY, EditField.TITLE, "My words", "ann")
    counts = _restore(spare, file, merge=True)
    assert (counts["edits"], counts["publications"]) == (3, 1)
    with spare.connect() as connection:
        [posted] = find_publications(connection, "linkedin")
    assert (posted.state, posted.text) == ("published", "I did it")


@pytest.mark.parametrize("revision", sorted(known_revisions()))
def test_a_backup_of_older_tables_is_brought_up_to_date(
    spare: sa.Engine, empty_database_url: str, file: Path, revision: str
) -> None:
    old = create_engine(empty_database_url)
    with old.begin() as connection:
        upgrade(connection, revision)
        tables = {name: sa.inspect(connection).get_columns(name) for name in sa.inspect(connection).get_table_names()}
    old.dispose()
    header, *lines = map(json.loads, gzip.decompress(file.read_bytes()).decode().splitlines())
    kept = [
        {
            **line,
            "row": {
                column["name"]: line["row"][column["name"]]
                for column in tables[line["table"]]
                if column["name"] in line["row"]
            },
        }
        for line in lines
        if line.get("table") in tables
    ]
    content = [header | {"revision": revision}, *kept, {"rows": len(kept)}]
    file.write_bytes(gzip.compress("".join(f"{json.dumps(line)}\n" for line in content).encode()))

    counts = _restore(spare, file)

    assert counts["achievements"] == 3
    assert len(_edits(spare)) == 3


def test_one_of_a_newer_program_is_refused(spare: sa.Engine, file: Path) -> None:
    header, *lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    for change in ({"revision": "9999"}, {"version": 99}):
        changed = [json.dumps(json.loads(header) | change), *lines]
        file.write_bytes(gzip.compress("\n".join(changed).encode()))
        with pytest.raises(StoreError, match=r"which is newer\. Upgrade this program"):
            _restore(spare, file)


def test_a_damaged_one_changes_nothing(spare: sa.Engine, file: Path) -> None:
    content = file.read_bytes()
    for damaged in (b"", b"no gzip", content[: len(content) // 2], content[:-9], content[:400] + b"x" + content[401:]):
        file.write_bytes(damaged)
        with pytest.raises(StoreError, match="damaged"):
            _restore(spare, file)
        assert stored(spare) == []


def test_a_backup_overwrites_nothing_and_only_its_owner_can_read_it(engine: sa.Engine, file: Path) -> None:
    assert file.stat().st_mode & 0o077 == 0
    with engine.connect() as connection, pytest.raises(StoreError, match=r"exists\. Choose another name"):
        write_backup(connection, file, "0.1.0")
