import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from achievement_pipeline.app.decide.statements import AchievementCreate, create_achievement
from achievement_pipeline.errors import StoreError
from achievement_pipeline.frames import Relation
from achievement_pipeline.store.decisions.edits import edits_of, record_edit
from achievement_pipeline.store.decisions.grouping import merge, split, take_back
from achievement_pipeline.store.reading import AchievementFilter, AchievementView, find_achievements, get_achievement
from achievement_pipeline.store.tables import Achievement, Activity, Edit, EditField
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.store.sample_pieces import Piece, by_the_rules, collect

pytestmark = pytest.mark.e2e

ONE = Piece("git:github.com/acme/engine@1111", impact=30, skills=("Python",))
TWO = Piece("git:github.com/acme/engine@2222", impact=60, skills=("Rust",))
SMALL = Piece("git:github.com/acme/engine@3333", significant=False)
PULL = Piece("github:github.com/acme/engine#7", impact=80)
ISSUE = Piece("linear:00000000-0000-0000-0000-000000000001", impact=40)


def shown(engine: sa.Engine) -> dict[str, set[str]]:
    """Return the achievements that count: what each is made of, by key."""
    with engine.connect() as connection:
        found = find_achievements(connection, AchievementFilter())
    return {each.key: {line["key"] for line in each.evidence if line["relation"] == Relation.MEMBER} for each in found}


def seen(engine: sa.Engine, key: str) -> AchievementView:
    with engine.connect() as connection:
        return get_achievement(connection, key)


class TestMerging:
    def test_the_first_names_the_whole_and_the_others_become_parts_of_it(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO, SMALL))

        assert merge(engine, [ONE.key, TWO.key], by_the_rules, "ann") == ONE.key

        assert shown(engine) == {ONE.key: {ONE.key, TWO.key}}
        assert seen(engine, TWO.key).absorbed_by == ONE.key

    def test_the_whole_is_scored_by_the_same_rules_as_any_other(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO))
        merge(engine, [ONE.key, TWO.key], by_the_rules, "ann")

        whole = seen(engine, ONE.key)
        assert whole.impact_score == 60
        assert set(whole.skills_demonstrated) == {"Python", "Rust"}
        assert sum(line["points"] for line in whole.score_ledger if line["score"] == "impact") == 60

    def test_it_survives_recomputation(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO))
        merge(engine, [ONE.key, TWO.key], by_the_rules, "ann")

        collect(engine, by_the_rules, rules="2", git=(ONE, Piece(TWO.key, impact=61)))

        assert shown(engine) == {ONE.key: {ONE.key, TWO.key}}
        assert seen(engine, ONE.key).impact_score == 61

    def test_it_survives_that_sources_link_its_parts_otherwise(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO))
        merge(engine, [ONE.key, TWO.key], by_the_rules, "ann")

        collect(engine, by_the_rules, git=(ONE, Piece(TWO.key, parent=PULL.key, impact=60)), github=(PULL,))

        assert shown(engine) == {ONE.key: {ONE.key, TWO.key}, PULL.key: {PULL.key}}

    def test_it_goes_along_with_what_absorbs_it(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO))
        merge(engine, [ONE.key, TWO.key], by_the_rules, "ann")

        collect(engine, by_the_rules, git=(Piece(ONE.key, parent=PULL.key), TWO), github=(PULL,))

        assert shown(engine) == {PULL.key: {PULL.key, ONE.key, TWO.key}}

    def test_sources_that_link_them_the_other_way_round_make_no_circle(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO))
        merge(engine, [ONE.key, TWO.key], by_the_rules, "ann")

        collect(engine, by_the_rules, git=(Piece(ONE.key, parent=TWO.key), TWO))

        assert shown(engine) == {ONE.key: {ONE.key, TWO.key}}

    def test_what_goes_from_its_source_goes_from_the_whole(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO))
        merge(engine, [ONE.key, TWO.key], by_the_rules, "ann")

        collect(engine, by_the_rules, git=(ONE,))

        assert shown(engine) == {ONE.key: {ONE.key}}

    def test_a_part_that_is_reverted_takes_back_itself_only(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO))
        merge(engine, [ONE.key, TWO.key], by_the_rules, "ann")

        collect(engine, by_the_rules, git=(ONE, Piece(TWO.key, impact=60, columns={"retracted_by": SMALL.key})))

        whole = seen(engine, ONE.key)
        assert whole.retracted_reason is None
        assert whole.impact_score == ONE.impact

    def test_it_is_in_the_history_of_the_whole(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO))
        merge(engine, [ONE.key, TWO.key], by_the_rules, "ann")

        with engine.connect() as connection:
            (edit,) = edits_of(connection, ONE.key)
        assert (edit.field, edit.value) == (EditField.BELONGS_TO, {"activity": TWO.key, "parent": ONE.key})

    @pytest.mark.parametrize(
        "names", [(ONE.key,), (ONE.key, ONE.key), (ONE.key, TWO.key, "git:github.com/acme/engine@2")]
    )
    def test_it_takes_several(self, engine: sa.Engine, names: tuple[str, ...]) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO))

        with pytest.raises(StoreError, match="at least two different achievements"):
            merge(engine, names, by_the_rules, "ann")

    def test_what_does_not_count_any_more_is_refused(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO))
        collect(engine, by_the_rules, git=(ONE,))

        with pytest.raises(StoreError, match="is retracted: gone from its source"):
            merge(engine, [ONE.key, TWO.key], by_the_rules, "ann")

    def test_what_was_written_by_hand_is_refused(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE,))
        talk = AchievementCreate(title="A talk", category="talk", author="a@b.c", impact_score=1, complexity_score=1)
        with Session(engine) as session, session.begin():
            create_achievement(session, talk)

        with pytest.raises(StoreError, match="created by hand"):
            merge(engine, [ONE.key, talk.key], by_the_rules, "ann")
        assert seen(engine, ONE.key).absorbed_by is None


class TestSplitting:
    def test_its_parts_become_achievements_of_their_own(self, engine: sa.Engine) -> None:
        parts = (Piece(ONE.key, parent=PULL.key), Piece(TWO.key, parent=PULL.key))
        collect(engine, by_the_rules, git=parts, github=(PULL,))

        assert split(engine, PULL.key, [], by_the_rules, "ann") == (PULL.key, [ONE.key, TWO.key])

        assert shown(engine) == {key: {key} for key in (PULL.key, ONE.key, TWO.key)}

    def test_a_part_takes_along_what_belongs_to_it(self, engine: sa.Engine) -> None:
        collect(
            engine,
            by_the_rules,
            git=(Piece(ONE.key, parent=PULL.key),),
            github=(Piece(PULL.key, parent=ISSUE.key),),
            linear=(ISSUE,),
        )

        split(engine, ISSUE.key, [], by_the_rules, "ann")

        assert shown(engine) == {ISSUE.key: {ISSUE.key}, PULL.key: {PULL.key, ONE.key}}

    def test_only_the_named_activities_are_taken_out(self, engine: sa.Engine) -> None:
        parts = (Piece(ONE.key, parent=PULL.key), Piece(TWO.key, parent=PULL.key))
        collect(engine, by_the_rules, git=parts, github=(PULL,))

        split(engine, PULL.key, ["2222"], by_the_rules, "ann")

        assert shown(engine) == {PULL.key: {PULL.key, ONE.key}, TWO.key: {TWO.key}}

    def test_what_is_not_significant_makes_no_achievement(self, engine: sa.Engine) -> None:
        part = Piece(SMALL.key, parent=PULL.key, significant=False)
        collect(engine, by_the_rules, git=(part,), github=(PULL,))

        split(engine, PULL.key, [], by_the_rules, "ann")

        assert shown(engine) == {PULL.key: {PULL.key}}

    def test_it_survives_recomputation(self, engine: sa.Engine) -> None:
        part = Piece(ONE.key, parent=PULL.key)
        collect(engine, by_the_rules, git=(part,), github=(PULL,))
        split(engine, PULL.key, [], by_the_rules, "ann")

        collect(engine, by_the_rules, rules="2", git=(Piece(ONE.key, parent=PULL.key, impact=35),), github=(PULL,))

        assert shown(engine) == {PULL.key: {PULL.key}, ONE.key: {ONE.key}}

    @pytest.mark.parametrize(("name", "problem"), [("2", "none of"), ("", "several of"), (PULL.key, "none of")])
    def test_only_its_own_parts_can_be_taken_out(self, engine: sa.Engine, name: str, problem: str) -> None:
        parts = (Piece(ONE.key, parent=PULL.key), Piece(SMALL.key, parent=PULL.key))
        collect(engine, by_the_rules, git=parts, github=(PULL,))

        with pytest.raises(StoreError, match=f"{problem} the activities"):
            split(engine, PULL.key, [name], by_the_rules, "ann")

    def test_what_is_made_of_one_activity_is_refused(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE,))

        with pytest.raises(StoreError, match="consists of one activity"):
            split(engine, ONE.key, [], by_the_rules, "ann")


class TestTakingBack:
    def test_a_merge_of_several_is_taken_back_at_once(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE, TWO), github=(PULL,))
        merge(engine, [PULL.key, ONE.key, TWO.key], by_the_rules, "ann")

        assert len(take_back(engine, by_the_rules)) == 2

        assert shown(engine) == {key: {key} for key in (PULL.key, ONE.key, TWO.key)}

    def test_a_split_that_is_taken_back_gives_the_parts_to_where_their_sources_say(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(Piece(ONE.key, parent=PULL.key),), github=(PULL, ISSUE))
        split(engine, PULL.key, [], by_the_rules, "ann")
        collect(engine, by_the_rules, git=(Piece(ONE.key, parent=ISSUE.key),), github=(PULL, ISSUE))

        take_back(engine, by_the_rules)

        assert shown(engine) == {PULL.key: {PULL.key}, ISSUE.key: {ISSUE.key, ONE.key}}

    def test_one_decision_after_the_other_is_taken_back(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE,))
        for title in ("first", "second"):
            with engine.begin() as connection:
                record_edit(connection, ONE.key, EditField.TITLE, title, "ann")
                record_edit(connection, ONE.key, EditField.CATEGORY, title, "ann")

        assert [edit.value for edit in take_back(engine, by_the_rules)] == ["second", "second"]
        assert seen(engine, ONE.key).title == "first"
        take_back(engine, by_the_rules)
        assert seen(engine, ONE.key).title == ONE.activity()["title"]
        with pytest.raises(StoreError, match="nothing to undo"):
            take_back(engine, by_the_rules)

    def test_an_edit_is_taken_back_by_its_number(self, engine: sa.Engine) -> None:
        collect(engine, by_the_rules, git=(ONE,))
        with engine.begin() as connection:
            first = record_edit(connection, ONE.key, EditField.TITLE, "first", "ann")
            record_edit(connection, ONE.key, EditField.CATEGORY, "talk", "ann")

        take_back(engine, by_the_rules, first)

        assert seen(engine, ONE.key).category == "talk"
        with pytest.raises(StoreError, match="could be undone"):
            take_back(engine, by_the_rules, first)
        with pytest.raises(StoreError, match="no edit 99"):
            take_back(engine, by_the_rules, 99)


_PARTS = (ONE, TWO, PULL, ISSUE)
_KEYS = st.sampled_from([piece.key for piece in _PARTS])
_DECISIONS = st.one_of(
    st.tuples(st.just(EditField.TITLE), _KEYS, st.sampled_from(["a", "b"])),
    st.tuples(st.just(EditField.IMPACT_SCORE), _KEYS, st.sampled_from([1.0, 99.0])),
    st.tuples(st.just(EditField.HIDDEN), _KEYS, st.booleans()),
    st.tuples(st.just(EditField.PINNED), _KEYS, st.booleans()),
    st.tuples(st.just("merge"), _KEYS, _KEYS),
    st.tuples(st.just("split"), _KEYS, st.none()),
)


@settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(decisions=st.lists(st.tuples(_DECISIONS, st.booleans()), max_size=6), undone_in_order=st.booleans())
def test_any_sequence_of_decisions_and_undos_equals_making_the_remaining_ones(
    engine: sa.Engine, decisions: list[tuple[tuple[str, str, object], bool]], undone_in_order: bool
) -> None:
    _start_over(engine)
    made = [(numbers, undo) for decision, undo in decisions if (numbers := _decide(engine, *decision))]
    undone = [number for numbers, undo in made if undo for number in numbers]
    for number in undone if undone_in_order else reversed(undone):
        take_back(engine, by_the_rules, number)
    after = _everything(engine)
    with engine.connect() as connection:
        standing = sa.select(Edit.achievement_key, Edit.field, Edit.value).where(Edit.undone_at.is_(None))
        remaining = connection.execute(standing.order_by(Edit.id)).all()

    _start_over(engine)
    with engine.begin() as connection:
        for row in remaining:
            connection.execute(sa.insert(Edit.table).values(**row._mapping, made_by="ann"))
    collect(engine, by_the_rules, all=())
    collect(engine, by_the_rules, all=_PARTS)

    assert _everything(engine) == after


def _start_over(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for table in (Edit, Achievement, Activity):
            connection.execute(sa.text(f"TRUNCATE {table.__tablename__} CASCADE"))
        connection.execute(sa.text("TRUNCATE slices CASCADE"))
    collect(engine, by_the_rules, all=_PARTS)


def _decide(engine: sa.Engine, what: str, key: str, value: object) -> list[int]:
    """Make a decision, where it can be made, and return the numbers of its edits."""
    with engine.connect() as connection:
        before = set(connection.scalars(sa.select(Edit.id)))
    try:
        if what == "merge":
            merge(engine, [key, str(value)], by_the_rules, "ann")
        elif what == "split":
            split(engine, key, [], by_the_rules, "ann")
        else:
            with engine.begin() as connection:
                record_edit(connection, key, EditField(what), value, "ann")
    except StoreError:
        return []
    with engine.connect() as connection:
        return sorted(set(connection.scalars(sa.select(Edit.id))) - before)


def _everything(engine: sa.Engine) -> list[tuple[object, ...]]:
    wanted = AchievementFilter(include_hidden=True)
    with engine.connect() as connection:
        found = find_achievements(connection, wanted)
    return [
        (each.key, each.title, each.impact_score, each.score_ledger, each.hidden, each.pinned, each.evidence)
        for each in found
    ]
