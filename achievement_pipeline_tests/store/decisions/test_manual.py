import datetime as dt
import subprocess
import sys
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

import achievement_pipeline
from achievement_pipeline import AchievementCreate, create_achievement
from achievement_pipeline.lanes import kinds, sources
from achievement_pipeline.store.decisions.edits import record_edit
from achievement_pipeline.store.reading import get_achievement
from achievement_pipeline.store.tables import Achievement, Edit, EditField
from achievement_pipeline_tests.store.upgrading import at_revision

TALK = {
    "title": "A talk on queues",
    "category": "talk",
    "author": "Ann@Example.com",
    "impact_score": 60,
    "complexity_score": 20.5,
}


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@pytest.mark.e2e
def test_an_achievement_is_stored_and_returned_as_stored(session: Session) -> None:
    written = AchievementCreate(
        **TALK,
        description="Slides\tand\nnotes",
        coauthors=("Bo@x.org",),
        started_at=dt.datetime(2024, 5, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        completed_at=dt.datetime(2024, 5, 2, tzinfo=dt.UTC),
        skills_demonstrated=("PostgreSQL", "Python"),
        tags=("conference",),
        portfolio_ready=True,
    )

    stored = create_achievement(session, written)

    assert stored.key == f"manual:{written.source_id}"
    assert (stored.author, stored.coauthors) == ("ann@example.com", ["bo@x.org"])
    assert stored.started_at == dt.datetime(2024, 5, 1, 7, tzinfo=dt.UTC)
    assert (stored.skills_demonstrated, stored.tags, stored.portfolio_ready) == (
        ["PostgreSQL", "Python"],
        ["conference"],
        True,
    )
    assert stored.created_at == stored.updated_at
    assert stored.retracted_at is None


@pytest.mark.e2e
def test_its_scores_are_explained_and_it_has_evidence(session: Session) -> None:
    stored = create_achievement(session, AchievementCreate(**TALK))

    assert {line["score"]: line["points"] for line in stored.score_ledger} == {"impact": 60, "complexity": 20.5}
    assert [(evidence["key"], evidence["person"]) for evidence in stored.evidence] == [(stored.key, "ann@example.com")]


@pytest.mark.e2e
def test_scores_that_are_not_given_are_no_lines_of_the_ledger(session: Session) -> None:
    stored = create_achievement(session, AchievementCreate(title="A talk", author="ann@example.com", impact_score=60))
    assert (stored.impact_score, stored.complexity_score) == (60, 0)
    assert [line["score"] for line in stored.score_ledger] == ["impact"]


@pytest.mark.e2e
def test_a_statement_without_scores_leaves_those_of_the_named_work(session: Session) -> None:
    stated = AchievementCreate(title="Better", author="ann@example.com", source_type="git", source_id="1111aaaa")
    stored = create_achievement(session, stated)
    fields = session.scalars(sa.select(Edit.field).where(Edit.achievement_key == stored.key))
    assert set(fields) == {"title"}


@pytest.mark.e2e
def test_the_same_achievement_twice_is_one_and_untouched(engine: sa.Engine) -> None:
    written = AchievementCreate(**TALK)
    versions = []
    for _ in range(2):
        with Session(engine) as session, session.begin():
            create_achievement(session, written)
            versions.append(session.execute(sa.text("SELECT xmin::text, updated_at FROM achievements")).one())

    assert versions[0] == versions[1]


@pytest.mark.e2e
def test_source_type_and_id_name_it_and_the_rest_is_updated(engine: sa.Engine) -> None:
    named = {"source_type": "blog", "source_id": "queues-2024"}
    with Session(engine) as session, session.begin():
        first = create_achievement(session, AchievementCreate(**TALK, **named))
        created_at, updated_at = first.created_at, first.updated_at
    with Session(engine) as session, session.begin():
        second = create_achievement(session, AchievementCreate(**{**TALK, "title": "Better"}, **named))
        assert (second.key, second.title) == ("manual:blog:queues-2024", "Better")
        assert second.created_at == created_at
        assert second.updated_at > updated_at
        assert session.scalar(sa.select(sa.func.count()).select_from(Achievement.table)) == 1


@pytest.mark.e2e
def test_the_second_time_it_is_returned_as_updated(session: Session) -> None:
    written = AchievementCreate(**TALK)
    create_achievement(session, written)

    second = create_achievement(session, written.model_copy(update={"title": "Better"}))

    assert second.title == "Better"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "  "),
        ("title", "x" * 301),
        ("title", "two\nlines"),
        ("title", "NUL \0"),
        ("title", "half a pair \ud800"),
        ("category", "Talk"),
        ("category", "a talk"),
        ("author", ""),
        ("impact_score", -0.1),
        ("impact_score", 100.1),
        ("impact_score", float("nan")),
        ("complexity_score", float("inf")),
        ("completed_at", dt.datetime(2024, 1, 1)),  # noqa: DTZ001 - that is the point
        ("started_at", "2024-01-01T00:00:00"),
        ("source_url", "javascript:alert(1)"),
        ("skills_demonstrated", ("",)),
        ("source_id", ""),
        ("business_value", 1_000_000),
    ],
)
def test_what_cannot_be_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        AchievementCreate.model_validate({**TALK, field: value})


def test_it_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValidationError, match="completed_at is before started_at"):
        AchievementCreate.model_validate(
            {**TALK, "started_at": "2024-01-02T00:00:00Z", "completed_at": "2024-01-01T00:00:00Z"}
        )


@pytest.mark.parametrize("source_type", [*kinds(), *sorted(sources())])
def test_the_key_of_a_statement_is_never_that_of_collected_work(source_type: str) -> None:
    stated = AchievementCreate.model_validate({**TALK, "source_type": source_type, "source_id": "1"})
    assert stated.source_type in sources()
    assert stated.key == f"manual:{stated.source_type}:1"


def test_importing_the_package_imports_nothing_heavy() -> None:
    program = (
        "import sys, achievement_pipeline; "
        "print({'pandas', 'sqlalchemy', 'pydantic', 'dagster'} & set(sys.modules), achievement_pipeline.__all__)"
    )

    printed = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert printed == "set() ['AchievementCreate', 'achievements_session', 'create_achievement']\n"


def test_a_name_that_the_package_does_not_offer_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        getattr(achievement_pipeline, "nonsense")  # noqa: B009 - mypy knows it too


@pytest.mark.e2e
def test_what_was_stated_before_the_upgrade_keeps_its_decisions_under_its_new_key(engine: sa.Engine) -> None:
    talk = AchievementCreate(**TALK, source_type="talk", source_id="1")
    with Session(engine) as session:
        create_achievement(session, talk)
        session.commit()
    with engine.begin() as connection:
        record_edit(connection, talk.key, EditField.TITLE, "Mine", made_by="ann")

    with at_revision(engine, "0006") as connection:
        assert connection.scalars(sa.text("SELECT achievement_key FROM edits")).all() == ["talk:1"]

    with engine.connect() as connection:
        shown = get_achievement(connection, "manual:talk:1")
    assert (talk.key, shown.title, shown.evidence[0]["key"]) == ("manual:talk:1", "Mine", "manual:talk:1")
