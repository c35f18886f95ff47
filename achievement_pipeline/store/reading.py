"""Achievements as their user sees them: the edits applied, what was retracted or hidden left out unless asked for.

An edit of an achievement that became a part of another one holds for that one, unless it has an edit of the same field
itself; so what a user decided outlives a later pull request or issue that explains the work better.
"""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from achievement_pipeline.errors import StoreError
from achievement_pipeline.keys import MANUAL
from achievement_pipeline.patterns import compile_pattern, escape
from achievement_pipeline.store.tables import Achievement, Activity, Base, Edit, EditField, JsonObject, Skill

_OBJECT_NAME = compile_pattern("[0-9a-f]{4,64}")
_NUMBER = compile_pattern(r"\A[\w./-]*[#!@]\w+|\A[A-Za-z]\w*-\d+")
_CANDIDATES_SHOWN = 10
_TEXT = (EditField.TITLE.value, EditField.DESCRIPTION.value)


@dataclass(frozen=True)
class AchievementView:
    """An achievement with its edits applied; the fields mean what the columns of the table do."""

    key: str
    title: str
    category: str
    description: str
    source_type: str
    source_id: str
    source_url: str | None
    repository: str | None
    author: str
    coauthors: list[str]
    started_at: dt.datetime | None
    completed_at: dt.datetime | None
    impact_score: float
    complexity_score: float
    score_ledger: list[JsonObject]
    """Sums to the scores: one that was edited has a line for the difference."""
    score_version: str
    skills_demonstrated: list[str]
    tags: list[str]
    evidence: list[JsonObject]
    portfolio_ready: bool
    hidden: bool
    """The user does not want it to be seen."""
    hidden_by: str | None
    """The achievement that the user hid, where that is not this one but a part of it."""
    pinned: bool
    """The user wants it to come first."""
    decided: bool
    """The user decided whether it may go out, and approved the text that it has now."""
    lapsed: bool
    """It was approved with another text."""
    edited_at: dt.datetime | None
    """When the user last changed its title or description."""
    fingerprint: str
    """Of the text that an approval is given to: title, description, titles of the evidence."""
    retracted_at: dt.datetime | None
    retracted_reason: str | None
    absorbed_by: str | None
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True)
class SkillView:
    """A skill that an achievement shows."""

    skill: str
    kind: str
    weight: float
    evidence: str


@dataclass(frozen=True)
class PersonalSkill:
    """A skill in all achievements of a person, or of everybody, that count."""

    skill: str
    kind: str
    achievements: int
    """How many show it."""
    first_seen: dt.datetime | None
    last_seen: dt.datetime | None
    recent: int
    """Shown so often in the last year ..."""
    before: int
    """... and in the year before."""

    @property
    def trend(self) -> str:
        """What the last year is to the year before."""
        if not self.recent:
            return "idle"
        if not self.before:
            return "new" if self.recent == self.achievements else "again"
        return "steady" if self.recent == self.before else "rising" if self.recent > self.before else "falling"


@dataclass(frozen=True)
class JudgedActivity:
    """An activity, and what was judged about it."""

    key: str
    kind: str
    title: str
    url: str | None
    category: str
    category_rule: str
    """Which rule gave the category."""
    significant: bool
    reasons: list[str]
    """Reason codes that decided whether it is."""
    details: JsonObject
    """What only its lane has, by column; an object that stands there as JSON is read."""


@dataclass(frozen=True, kw_only=True)
class AchievementFilter:
    """Which achievements are wanted: those for which all hold that is given."""

    authors: Sequence[str] = ()
    """Canonical addresses of which the author or a co-author has one; none: everybody's."""
    repository: str | None = None
    category: str | None = None
    skill: str | None = None
    """Upper and lower case count as one."""
    since: dt.datetime | None = None
    """Completed then or later; with its zone."""
    before: dt.datetime | None = None
    """Completed earlier; with its zone."""
    min_impact: float | None = None
    portfolio: bool | None = None
    """Whether portfolio ready."""
    include_retracted: bool = False
    include_hidden: bool = False
    only_retracted: bool = False
    only_hidden: bool = False
    only_hidden_by_a_part: bool = False
    """Of several activities, and hidden for no other reason than that the user hid one of them."""
    decided: bool | None = None
    """Whether the user decided whether it may go out, with the text that it has now."""
    text: str | None = None
    """Every word of it stands in its title, description, skills, tags or key; upper and lower case count as one."""


class Order(StrEnum):
    """By what achievements are sorted."""

    IMPACT = "impact"
    """Pinned ones first, then the highest impact, of these the newest."""
    DATE = "date"
    """Pinned ones first, then the newest, of these the highest impact."""
    COMPLEXITY = "complexity"
    TITLE = "title"
    REPOSITORY = "repository"


@dataclass(frozen=True)
class Summary:
    """Achievements counted; in each count the most frequent come first."""

    achievements: int
    categories: Mapping[str, int]
    skills: Mapping[str, int]
    repositories: Mapping[str, int]


def find_achievements(
    connection: sa.Connection,
    wanted: AchievementFilter,
    limit: int | None = None,
    *,
    skip: int = 0,
    order: "Order | None" = None,
) -> list[AchievementView]:
    """Return achievements, by default the pinned ones first, then the highest impact and of these the newest.

    Args:
        connection: The database.
        wanted: Which.
        limit: At most so many.
        skip: Leave out so many at the beginning.
        order: By what they are sorted.
    """
    by = _ORDERS[order or Order.IMPACT](_SEEN.c)
    statement = sa.select(_SEEN).where(*_conditions(wanted)).order_by(*by, _SEEN.c.key)
    statement = statement.limit(limit).offset(skip)
    return [AchievementView(**row) for row in connection.execute(statement).mappings()]


def find_activity(connection: sa.Connection, name: str) -> JudgedActivity | None:
    """Return a collected activity by its key, what only its key begins with, or what its commit's name begins with.

    Raises:
        StoreError: Several are called so.
    """
    keys = _one_key(connection, Activity.key, name)
    return activities_of(connection, keys)[0] if keys else None


def get_achievement(connection: sa.Connection, name: str) -> AchievementView:
    """Return one achievement, retracted and hidden ones too.

    Args:
        connection: The database.
        name: Its key, the beginning of its key, or at least four digits that its commit's name begins with; the
            beginning must be of one key only.

    Raises:
        StoreError: No achievement has that name, or several have.
    """
    keys = _one_key(connection, Achievement.key, name)
    if not keys:
        raise StoreError(f"There is no achievement {name}. `achievements list` shows which there are.")
    return AchievementView(**connection.execute(sa.select(_SEEN).where(_SEEN.c.key == keys[0])).mappings().one())


def fingerprints(connection: sa.Connection, keys: Collection[str]) -> dict[str, str]:
    """Return the `AchievementView.fingerprint` of achievements, by their keys."""
    statement = sa.select(_SEEN.c.key, _SEEN.c.fingerprint).where(_SEEN.c.key.in_(keys))
    return dict(connection.execute(statement).all())


def achievement_with(connection: sa.Connection, activity: str) -> AchievementView | None:
    """Return the achievement that an activity is evidence of; None where there is none that counts."""
    shown = _SEEN.c.evidence.contains([{"key": activity}]) & _SEEN.c.retracted_at.is_(None)
    row = connection.execute(sa.select(_SEEN).where(shown).order_by(_SEEN.c.key).limit(1)).mappings().one_or_none()
    return AchievementView(**row) if row else None


def skills_of(connection: sa.Connection, key: str) -> list[SkillView]:
    """Return the skills that an achievement shows with what shows them, the strongest first."""
    statement = _columns(Skill, SkillView).where(Skill.achievement_key == key)
    return [SkillView(*row) for row in connection.execute(statement.order_by(Skill.weight.desc(), Skill.skill))]


def skills_by_achievement(connection: sa.Connection, keys: Sequence[str]) -> dict[str, list[SkillView]]:
    """Return what `skills_of` does for many achievements, by their keys; those without skills are missing."""
    named = sa.func.unnest(sa.literal(list(keys), sa.ARRAY(sa.Text()))).column_valued("named")
    statement = _columns(Skill, SkillView).add_columns(Skill.achievement_key).where(Skill.achievement_key == named)
    shown: dict[str, list[SkillView]] = {}
    for *skill, key in connection.execute(statement.order_by(Skill.weight.desc(), Skill.skill)):
        shown.setdefault(key, []).append(SkillView(*skill))
    return shown


def skills_of_person(connection: sa.Connection, authors: Sequence[str], today: dt.datetime) -> list[PersonalSkill]:
    """Return the skills of a person by their addresses, co-authored work included; the most frequent first.

    Without addresses they are those of everybody.
    """
    chosen = sa.select(_SEEN.c.key, _SEEN.c.completed_at).where(*_conditions(AchievementFilter(authors=authors))).cte()
    year, year_before = (sa.literal(today - dt.timedelta(days=365 * years)) for years in (1, 2))
    at, number = chosen.c.completed_at, sa.func.count()
    statement = (
        sa.select(
            Skill.skill,
            Skill.kind,
            number,
            sa.func.min(at),
            sa.func.max(at),
            number.filter(at > year),
            number.filter((at > year_before) & (at <= year)),
        )
        .join(chosen, chosen.c.key == Skill.achievement_key)
        .group_by(Skill.skill, Skill.kind)
        .order_by(number.desc(), Skill.skill)
    )
    return [PersonalSkill(*row) for row in connection.execute(statement)]


def impact_by_person(
    connection: sa.Connection, authors: Sequence[str]
) -> list[tuple[str, str, dt.datetime | None, float]]:
    """Return key, author, time of completion and impact of all achievements of some people that count."""
    seen = _SEEN.c
    statement = sa.select(seen.key, seen.author, seen.completed_at, seen.impact_score).where(
        *_conditions(AchievementFilter()), seen.author.in_(authors)
    )
    return [(key, author, at, impact) for key, author, at, impact in connection.execute(statement)]


def activities_of(connection: sa.Connection, keys: Sequence[str]) -> list[JudgedActivity]:
    """Return activities by their keys, as the evidence of an achievement names them, in that order; not those gone."""
    order = {key: position for position, key in enumerate(keys)}
    statement = _columns(Activity, JudgedActivity).where(Activity.key.in_(keys))
    found = [JudgedActivity(**row) for row in connection.execute(statement).mappings()]
    read = (replace(one, details={name: _read(value) for name, value in one.details.items()}) for one in found)
    return sorted(read, key=lambda activity: order[activity.key])


def summarise(connection: sa.Connection, wanted: AchievementFilter) -> Summary:
    """Count achievements by what they are, show and belong to."""
    counted = (_SEEN.c.category, _SEEN.c.skills_demonstrated, _SEEN.c.repository)
    chosen = sa.select(*counted).where(*_conditions(wanted)).cte("chosen")
    categories = _count(connection, sa.select(chosen.c.category))
    return Summary(
        achievements=sum(categories.values()),
        categories=categories,
        skills=_count(connection, sa.select(sa.func.unnest(chosen.c.skills_demonstrated))),
        repositories=_count(connection, sa.select(chosen.c.repository).where(chosen.c.repository.is_not(None))),
    )


def _one_key(connection: sa.Connection, key: InstrumentedAttribute[str], name: str) -> Sequence[str]:
    """Return the one key that is, or begins with, a name; none where there is none.

    Raises:
        StoreError: There are several.
    """
    if not name.strip() or "\0" in name:
        raise StoreError("An empty name means nothing. `achievements list` shows which there are.")
    named = sa.select(key).order_by(key).limit(_CANDIDATES_SHOWN + 1)
    keys = (
        connection.scalars(named.where(key == name)).all()
        or connection.scalars(named.where(_begins_with(key, name))).all()
    )
    if len(keys) > 1:
        candidates = [*keys[:_CANDIDATES_SHOWN], *("..." for _ in keys[_CANDIDATES_SHOWN:])]
        raise StoreError("\n  ".join([f"{name} begins several names. Give more of one of them:", *candidates]))
    return keys


def _columns(table: type[Base], view: type[SkillView | JudgedActivity]) -> sa.Select[Any]:
    """Select the columns of a table that a view has, in the view's order."""
    return sa.select(*(getattr(table, field.name) for field in fields(view)))


def _read(value: object) -> object:
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _count(connection: sa.Connection, names: sa.Select[Any]) -> dict[str, int]:
    name = names.subquery().columns[0]
    number = sa.func.count()
    statement = sa.select(name, number).group_by(name).order_by(number.desc(), name)
    return dict(connection.execute(statement).all())


def _conditions(wanted: AchievementFilter) -> Iterator[sa.ColumnElement[bool]]:
    yield from _flags(wanted)
    seen = _SEEN.c
    for word in (wanted.text or "").split():
        lists = sa.func.array_to_string(seen.skills_demonstrated + seen.tags, " ")
        read = sa.func.concat_ws(" ", seen.title, seen.description, seen.key, lists)
        yield read.icontains(word, autoescape=True)
    if wanted.authors:
        addresses = sa.literal([address.lower() for address in wanted.authors], sa.ARRAY(sa.Text()))
        yield (seen.author == sa.any_(addresses)) | seen.coauthors.bool_op("&&")(addresses)
    if wanted.repository is not None:
        yield seen.repository == wanted.repository
    if wanted.category is not None:
        yield seen.category == wanted.category
    if wanted.skill is not None:
        shown = sa.func.unnest(seen.skills_demonstrated).column_valued("shown")
        yield sa.exists().where(sa.func.lower(shown) == wanted.skill.lower())
    if wanted.since is not None:
        yield seen.completed_at >= wanted.since
    if wanted.before is not None:
        yield seen.completed_at < wanted.before
    if wanted.min_impact is not None:
        yield seen.impact_score >= wanted.min_impact


def _flags(wanted: AchievementFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.only_retracted:
        yield _SEEN.c.retracted_at.is_not(None)
    elif not wanted.include_retracted:
        yield _SEEN.c.retracted_at.is_(None)
    if wanted.only_hidden:
        yield _SEEN.c.hidden
    elif not wanted.include_hidden:
        yield ~_SEEN.c.hidden
    if wanted.only_hidden_by_a_part:
        yield _SEEN.c.hidden_by.is_not(None) & (sa.func.jsonb_array_length(_SEEN.c.evidence) > 1)
    if wanted.portfolio is not None:
        yield _SEEN.c.portfolio_ready == wanted.portfolio
    if wanted.decided is not None:
        yield _SEEN.c.decided == wanted.decided


def _begins_with(key: InstrumentedAttribute[str], name: str) -> sa.ColumnElement[bool]:
    """Match keys that begin with a name, or whose part does that tells them apart: a commit's, a number's."""
    begins = key.startswith(name, autoescape=True)
    if _OBJECT_NAME.fullmatch(name.lower()):
        begins |= key.regexp_match(f"[@/:]{name.lower()}[0-9a-f-]*$")
    if _NUMBER.fullmatch(name):
        begins |= key.regexp_match(f"[:/]{escape(name)}$", "i")
    return begins


def standing_edits() -> sa.Subquery:
    """Select the edits that are not undone, with the key of the achievement that they hold for.

    Columns: ``key``, ``distance`` (0 for the achievement's own, 1 for those of one that it absorbed: the nearest wins,
    then the latest), ``made_on``, ``made_by``, ``made_at``, ``id``, ``field``, ``value``, ``channel``.
    """
    made = (Edit.achievement_key.label("made_on"), Edit.made_by, Edit.made_at)
    said = (*made, Edit.id, Edit.field, Edit.value, Edit.channel)
    own = sa.select(Edit.achievement_key.label("key"), sa.literal(0).label("distance"), *said)
    absorbed = sa.select(Achievement.absorbed_by, sa.literal(1), *said).join(
        Achievement, Achievement.key == Edit.achievement_key
    )
    return sa.union_all(
        own.where(Edit.undone_at.is_(None)),
        absorbed.where(Edit.undone_at.is_(None), Achievement.absorbed_by.is_not(None)),
    ).subquery()


def _seen() -> sa.Subquery:
    """Select what `AchievementView` has."""
    columns = Base.metadata.tables[Achievement.__tablename__].columns
    applied = _applied_edits()
    values = {field: applied.c.fields[field.value].astext for field in EditField}
    edited = {
        field.value: sa.func.coalesce(sa.cast(values[field], columns[field].type), columns[field])
        for field in EditField
        if field in columns and field is not EditField.SKILLS_DEMONSTRATED
    }
    flags = {
        field.value: sa.func.coalesce(sa.cast(values[field], sa.Boolean()), sa.false())
        for field in (EditField.HIDDEN, EditField.PINNED)
    }
    own = sa.exists().where(
        Edit.achievement_key == Achievement.key, Edit.field == EditField.HIDDEN.value, Edit.undone_at.is_(None)
    )
    hidden_by = sa.case((flags[EditField.HIDDEN.value] & ~own, applied.c.hidden_part))
    fingerprint = _fingerprint(edited["title"], edited["description"], columns["evidence"])
    approval = values[EditField.APPROVED]
    decision = {
        "decided": sa.func.coalesce(
            applied.c.fields.has_key(EditField.HIDDEN.value) | approval.in_(["false", fingerprint]), sa.false()
        ),
        "lapsed": sa.func.coalesce(approval.not_in(["false", fingerprint]), sa.false()),
        "edited_at": applied.c.edited_at,
        "fingerprint": fingerprint,
    }
    skills = applied.c.fields[EditField.SKILLS_DEMONSTRATED.value]
    listed = sa.func.jsonb_array_elements_text(skills).column_valued("listed")
    stated_skills = sa.select(sa.func.array_agg(listed, type_=sa.ARRAY(sa.Text()))).scalar_subquery()
    edited[EditField.SKILLS_DEMONSTRATED.value] = sa.func.coalesce(stated_skills, columns["skills_demonstrated"])
    ledger: sa.ColumnElement[Any] = columns["score_ledger"]
    for score in ("impact", "complexity"):
        field = f"{score}_score"
        ledger = _edited_ledger(score, ledger, edited[field], columns[field], applied.c.sources[field])
    shown = {**columns, **edited, "score_ledger": ledger, **flags, "hidden_by": hidden_by, **decision}
    return (
        sa.select(*(column.label(name) for name, column in shown.items()))
        .select_from(Achievement)
        .outerjoin(applied, applied.c.key == Achievement.key)
        .subquery("seen")
    )


def _fingerprint(
    title: sa.ColumnElement[Any], description: sa.ColumnElement[Any], evidence: sa.ColumnElement[Any]
) -> sa.ColumnElement[str]:
    """Return the SHA-256 of all words that an achievement is shown by; migration 0006 took the same."""
    line = sa.func.jsonb_array_elements(evidence).column_valued("line")
    words = sa.select(sa.collate(line.op("->>")("title"), "C").label("title")).distinct().subquery()
    titles = sa.select(
        sa.func.string_agg(words.c.title, aggregate_order_by(sa.literal("\n"), words.c.title))
    ).scalar_subquery()
    text = sa.func.concat_ws("\x1f", title, sa.func.btrim(description, " \n\r\t"), titles)
    return sa.func.encode(sa.func.sha256(sa.func.convert_to(text, "UTF8")), "hex")


def _edited_ledger(
    score: str,
    ledger: sa.ColumnElement[Any],
    edited: sa.ColumnElement[Any],
    original: sa.ColumnElement[Any],
    source: sa.ColumnElement[Any],
) -> sa.ColumnElement[Any]:
    """Return the ledger of an edited score: with a line for the difference; of a stated one the caller's line alone."""
    line = sa.func.jsonb_array_elements(ledger).column_valued("line")
    of_others = sa.select(sa.func.jsonb_agg(line, type_=JSONB())).where(sa.cast(line, JSONB())["score"].astext != score)
    rest = sa.func.coalesce(of_others.scalar_subquery(), sa.literal([], JSONB()), type_=JSONB())
    stated = sa.func.jsonb_build_object(
        "score",
        score,
        "rule",
        "manual",
        "points",
        sa.cast(edited, sa.Numeric()),
        "evidence",
        sa.func.concat("given by ", source["by"].astext),
        type_=JSONB(),
    )
    is_stated = sa.func.coalesce(source["on"].astext.startswith(MANUAL.start), sa.false())
    return sa.case(
        (is_stated, rest.concat(sa.func.jsonb_build_array(stated, type_=JSONB()))),
        else_=ledger.concat(_edited_line(score, edited, original)),
    )


def _edited_line(score: str, edited: sa.ColumnElement[Any], original: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a ledger of one line, with which the lines of the original score add up to the edited one; or of none."""
    points = sa.cast(edited, sa.Numeric()) - sa.cast(original, sa.Numeric())
    line = sa.func.jsonb_build_object(
        "score", score, "rule", "edit", "points", points, "evidence", "edited by the user", type_=JSONB()
    )
    none = sa.literal([], JSONB())
    return sa.case((edited != original, sa.func.jsonb_build_array(line, type_=JSONB())), else_=none)


def _applied_edits() -> sa.Subquery:
    """Select the edits that hold, by achievement, as an object of their values by field."""
    standing = standing_edits().c
    # of equal names in an object jsonb keeps the last
    the_best_last = aggregate_order_by(standing.value, standing.distance.desc(), standing.id)
    fields_by_name = sa.func.jsonb_object_agg(standing.field, the_best_last, type_=JSONB())
    source = sa.func.jsonb_build_object("by", standing.made_by, "on", standing.made_on, type_=JSONB())
    of_the_best = aggregate_order_by(source, standing.distance.desc(), standing.id)
    sources_by_name = sa.func.jsonb_object_agg(standing.field, of_the_best, type_=JSONB())
    hides = (standing.field == EditField.HIDDEN.value) & (standing.value == sa.literal(True, JSONB()))
    hidden_parts = sa.func.min(standing.made_on).filter(hides, standing.distance > 0)
    return (
        sa.select(
            standing.key,
            fields_by_name.label("fields"),
            sources_by_name.label("sources"),
            hidden_parts.label("hidden_part"),
            sa.func.max(standing.made_at).filter(standing.field.in_(_TEXT)).label("edited_at"),
        )
        .group_by(standing.key)
        .subquery("applied")
    )


_SEEN = _seen()
_ORDERS: Mapping[Order, Callable[[Any], tuple[Any, ...]]] = {
    Order.IMPACT: lambda seen: (
        seen.pinned.desc(),
        seen.impact_score.desc(),
        seen.completed_at.desc().nulls_last(),
    ),
    Order.DATE: lambda seen: (seen.pinned.desc(), seen.completed_at.desc().nulls_last(), seen.impact_score.desc()),
    Order.COMPLEXITY: lambda seen: (seen.complexity_score.desc(), seen.impact_score.desc()),
    Order.TITLE: lambda seen: (sa.func.lower(seen.title),),
    Order.REPOSITORY: lambda seen: (seen.repository.nulls_last(), seen.impact_score.desc()),
}
