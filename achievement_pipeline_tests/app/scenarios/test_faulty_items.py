"""One achievement that fails a check of the finished text is held by its key; the others are written."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from achievement_pipeline_tests.cli.conftest import Run, run, settings_of_ann
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY, Piece, by_the_rules, collect

pytestmark = pytest.mark.e2e

__all__ = ["run", "settings_of_ann"]

GOOD = Piece(f"git:{REPOSITORY}@1111", impact=80, columns={"title": "Add a cache"})
BAD = Piece(f"git:{REPOSITORY}@2222", impact=80, columns={"title": "Add a queue", "url": "https://example.com/a b"})
SECRET = Piece(
    f"git:{REPOSITORY}@3333",
    impact=80,
    columns={"title": "Connect by address", "description": "It was postgres://user:secretpw@localhost before."},
)


@pytest.fixture(autouse=True)
def public(settings_of_ann: Path) -> None:
    settings_of_ann.write_text("""
[me]
name = "Ann"
emails = ["ann@example.com"]

[[repositories]]
location = "https://github.com/acme/engine"
visibility = "public"
""")


def test_the_others_are_written_and_the_faulty_one_is_named(run: Run, engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(GOOD, BAD))
    run("approve", GOOD.key, BAD.key)
    written = run("export", "portfolio")
    assert written.exit_code == 0
    assert "Added a cache" in written.stdout
    assert "Add a queue" not in written.stdout
    assert BAD.key in written.stderr


def test_a_secret_that_was_taken_out_stops_no_document(run: Run, engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(GOOD, SECRET))
    written = run("export", "brag", "--author", "all")
    assert written.exit_code == 0
    assert "Connect by address" in written.stdout
    assert "secretpw" not in written.stdout
