from dataclasses import replace

import pytest
import sqlalchemy as sa

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.publications import find_publications, only_sender, plan, published_keys, record
from achievement_pipeline.store.tables import PublicationState
from achievement_pipeline_tests.store.sample_pieces import Piece, collect

pytestmark = pytest.mark.e2e

COMMIT = Piece("git:github.com/acme/engine@1111", impact=30)
PULL = Piece("github:github.com/acme/engine#7", impact=80)


def test_a_planned_publication_is_found_and_its_text_can_be_replaced(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    with engine.begin() as connection:
        plan(connection, "linkedin", COMMIT.key, "first", "PUBLIC")
        again = plan(connection, "linkedin", COMMIT.key, "second", "CONNECTIONS")
        assert find_publications(connection, "linkedin") == [again]
        assert (again.text, again.visibility, again.state) == ("second", "CONNECTIONS", PublicationState.PLANNED)
        assert find_publications(connection, "elsewhere") == []
        assert published_keys(connection, "linkedin") == set()


@pytest.mark.parametrize("state", ["sending", "unknown", "published", "deleted"])
def test_a_possibly_published_achievement_is_not_planned_again(engine: sa.Engine, state: str) -> None:
    collect(engine, git=(COMMIT,))
    with engine.begin() as connection:
        planned = plan(connection, "linkedin", COMMIT.key, "first", "PUBLIC")
        record(connection, planned, replace(planned, state=PublicationState(state)))
        assert published_keys(connection, "linkedin") == {COMMIT.key}
        with pytest.raises(StoreError, match="already published on linkedin"):
            plan(connection, "linkedin", COMMIT.key, "second", "PUBLIC")
        assert [each.text for each in find_publications(connection, "linkedin")] == ["first"]


def test_the_achievement_that_absorbed_a_published_one_is_published_too(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    with engine.begin() as connection:
        planned = plan(connection, "linkedin", COMMIT.key, "text", "PUBLIC")
        record(connection, planned, replace(planned, state=PublicationState.PUBLISHED))
    collect(engine, git=(Piece(COMMIT.key, parent=PULL.key),), github=(PULL,))
    with engine.begin() as connection:
        assert published_keys(connection, "linkedin") == {COMMIT.key, PULL.key}


def test_a_change_of_something_that_has_changed_since_is_refused(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    with engine.begin() as connection:
        planned = plan(connection, "linkedin", COMMIT.key, "text", "PUBLIC")
        record(connection, planned, replace(planned, state=PublicationState.SENDING, attempts=1))
        with pytest.raises(StoreError, match="changed by another process"):
            record(connection, planned, replace(planned, state=PublicationState.SENDING, attempts=1))


def test_one_process_at_a_time_sends_on_a_channel(engine: sa.Engine) -> None:
    with only_sender(engine, "linkedin"):
        with only_sender(engine, "elsewhere"):
            pass
        with pytest.raises(StoreError, match="Another process"), only_sender(engine, "linkedin"):
            pass
    with only_sender(engine, "linkedin"):
        pass
