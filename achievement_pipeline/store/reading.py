"""Read achievements with the user's edits applied, by default without retracted and hidden ones.

An edit of an absorbed achievement applies to the one that absorbed it, unless that has an edit of the same field. So a
user's decision survives a later pull request or issue that becomes the root of the same work.
"""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from achievement_pipeline.codes import IN_USE, PUBLIC_NAMES
from achievement_pipeline.errors import StoreError
from achievement_pipeline.keys import MANUAL
from achievement_pipeline.lanes import ActivityKind
from achievement_pipeline.parsing.patterns import compile_pattern, escape
from achievement_pipeline.store.tables import (
    Achievement,
    Activity,
    ActivityName,
    Base,
    Edit,
    EditField,
    JsonObject,
    Skill,
)

_OBJECT_NAME = compile_pattern("[0-9a-f]{4,64}")
_NUMBER = compile_pattern(r"\A[\w./-]*[#!@]\w+|\A[A-Za-z]\w*-\d+")
_CANDIDATES_SHOWN = 10
_TEXT = (EditField.TITLE.value, EditField.DESCRIPTION.value, EditField.OUTCOME.value)


@dataclass(frozen=True)
class AchievementView:
    """An achievement with its edits applied. Fields without a description are columns of the table."""

    key: str
    title: str
    category: str
    description: str
    outcome: str
    """What changed, for whom, in the user's own words; empty where they have not stated it."""
    source_type: str
    source_id: str
    source_url: str | None
    repository: str | None
    author: str
    coauthors: list[str]
    assisted_by: list[str]
    """Coding agents that helped, by name. They are no authors."""
    started_at: dt.datetime | None
    completed_at: dt.datetime | None
    impact_score: float
    complexity_score: float
    score_ledger: list[JsonObject]
    """The lines that sum to the scores. An edited score has a line for the difference."""
    score_version: str
    skills_demonstrated: list[str]
    tags: list[str]
    evidence: list[JsonObject]
    announced: JsonObject | None
    """Where its project's release notes announced it: version, date, section, highlight, sentence, path."""
    first_release: str | None
    """The first tag that contains it."""
    portfolio_ready: bool
    hidden: bool
    """Whether the user hid it."""
    hidden_by: str | None
    """Key of the absorbed achievement that the user hid, if not this one."""
    pinned: bool
    """Whether the user pinned it, so that it is listed first."""
    decided: bool
    """Whether the user hid it, refused it, or approved its current text."""
    lapsed: bool
    """Whether its text has changed since the user approved it."""
    edited_at: dt.datetime | None
    """When the user last changed its title, description or outcome."""
    fingerprint: str
    """SHA-256 of the text that an approval applies to: title, description, outcome and titles of the evidence."""
    retracted_at: dt.datetime | None
    retracted_reason: str | None
    absorbed_by: str | None
    created_at: dt.datetime
    updated_at: dt.datetime

    @property
    def in_use(self) -> str:
        """How much of it is still in use, in words; empty if unknown."""
        return self._evidence_of(IN_USE)

    @property
    def public_names(self) -> str:
        """The public names, options and environment variables that it added, in words; empty if none."""
        return self._evidence_of(PUBLIC_NAMES)

    def _evidence_of(self, rule: str) -> str:
        return next((str(line["evidence"]) for line in self.score_ledger if line["rule"] == rule), "")


@dataclass(frozen=True)
class AchievementBrief:
    """The few fields of `AchievementView` that an overview of many achievements needs."""

    key: str
    title: str
    repository: str | None
    completed_at: dt.datetime | None
    impact_score: float
    is_announced: bool
    first_release: str | None


@dataclass(frozen=True)
class SkillView:
    """A skill that an achievement shows."""

    skill: str
    kind: str
    weight: float
    evidence: str


@dataclass(frozen=True)
class PersonalSkill:
    """A skill in all achievements of a person, or of everybody."""

    skill: str
    kind: str
    achievements: int
    """Number of achievements that show it."""
    first_seen: dt.datetime | None
    last_seen: dt.datetime | None
    recent: int
    """Number of achievements in the last year."""
    before: int
    """Number of achievements in the year before that."""

    @property
    def trend(self) -> str:
        """The last year compared with the year before: idle, new, again, steady, rising or falling."""
        if not self.recent:
            return "idle"
        if not self.before:
            return "new" if self.recent == self.achievements else "again"
        return "steady" if self.recent == self.before else "rising" if self.recent > self.before else "falling"


@dataclass(frozen=True)
class JudgedActivity:
    """An activity with its category and significance."""

    key: str
    kind: str
    title: str
    url: str | None
    category: str
    category_rule: str
    """Name of the rule that gave the category."""
    person: str
    """Canonical address of its owner; empty for nobody."""
    retracted_by: str | None
    """Key of the activity that reverted it, or that it repeats."""
    significant: bool
    reasons: list[str]
    """Reason codes of the significance."""
    details: JsonObject
    """The columns that only its lane has. JSON objects are parsed."""


@dataclass(frozen=True, kw_only=True)
class AchievementFilter:
    """A filter for achievements. All given conditions must match."""

    authors: Sequence[str] = ()
    """Canonical addresses; the author or a co-author has one of them. Empty matches everybody."""
    repository: str | None = None
    path: str | None = None
    """Part of its work is in this folder of its repository, or below."""
    category: str | None = None
    skill: str | None = None
    """Case-insensitive."""
    since: dt.datetime | None = None
    """Completed at or after this time, with time zone."""
    before: dt.datetime | None = None
    """Completed before this time, with time zone."""
    min_impact: float | None = None
    keys: Sequence[str] | None = None
    """Any of these."""
    portfolio: bool | None = None
    """Whether it is portfolio-ready."""
    include_retracted: bool = False
    include_hidden: bool = False
    only_retracted: bool = False
    only_hidden: bool = False
    only_hidden_by_a_part: bool = False
    """Has several activities, and is hidden only because the user hid one of them."""
    decided: bool | None = None
    """`AchievementView.decided`."""
    text: str | None = None
    """Each word occurs in its title, description, skills, tags or key; case-insensitive."""


class Order(StrEnum):
    """Sort order of achievements."""

    IMPACT = "impact"
    """Pinned first, then by descending impact and date."""
    DATE = "date"
    """Pinned first, then by descending date and impact."""
    COMPLEXITY = "complexity"
    TITLE = "title"
    REPOSITORY = "repository"


@dataclass(frozen=True)
class Summary:
    """Numbers of achievements. In each mapping the most frequent come first."""

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
    """Return the achievements that match a filter.

    Args:
        connection: The database.
        wanted: The filter.
        limit: Maximum number of achievements.
        skip: Number of achievements to skip at the start.
        order: Sort order, by default `Order.IMPACT`.
    """
    statement = _sorted(sa.select(_SEEN), wanted, order).limit(limit).offset(skip)
    return [AchievementView(**row) for row in connection.execute(statement).mappings()]


def find_keys(connection: sa.Connection, wanted: AchievementFilter, order: "Order | None" = None) -> list[str]:
    """Return the keys of the achievements that match a filter, in the order of `find_achievements`."""
    return list(connection.scalars(_sorted(sa.select(_SEEN.c.key), wanted, order)))


def _sorted(statement: sa.Select[Any], wanted: AchievementFilter, order: "Order | None") -> sa.Select[Any]:
    by = _ORDERS[order or Order.IMPACT](_SEEN.c)
    return statement.where(*_conditions(wanted)).order_by(*by, _SEEN.c.key)


def find_briefs(connection: sa.Connection, wanted: AchievementFilter) -> list[AchievementBrief]:
    """Return the achievements that match a filter in brief, the highest impact first."""
    seen = _SEEN.c
    statement = sa.select(
        seen.key,
        seen.title,
        seen.repository,
        seen.completed_at,
        seen.impact_score,
        seen.announced.is_not(None),
        seen.first_release,
    ).where(*_conditions(wanted))
    ordered = statement.order_by(seen.impact_score.desc(), seen.completed_at.desc().nulls_last(), seen.key)
    return [AchievementBrief(*row) for row in connection.execute(ordered)]


def authors_of_achievements(connection: sa.Connection) -> dict[str, int]:
    """Return the number of achievements by canonical address of their author, the most frequent first."""
    return _count(connection, sa.select(_SEEN.c.author).where(*_conditions(AchievementFilter())))


def find_activity(connection: sa.Connection, name: str) -> JudgedActivity | None:
    """Find a collected activity by its key or a unique prefix of its key or commit.

    Raises:
        StoreError: Several activities match.
    """
    keys = _one_key(connection, Activity.key, name)
    return activities_of(connection, keys)[0] if keys else None


def get_achievement(connection: sa.Connection, name: str) -> AchievementView:
    """Return one achievement, which may be retracted or hidden.

    Args:
        connection: The database.
        name: Its key, a unique prefix of its key or, with at least four digits, of its commit, or the identifier of an
            issue: ``ENG-12``.

    Raises:
        StoreError: No achievement matches, or several do.
    """
    keys = _one_key(connection, Achievement.key, name)
    if not keys:
        raise StoreError(
            f"There is no achievement {name}. `achievements list` shows which there are.{_titled(connection, name)}"
        )
    return AchievementView(**connection.execute(sa.select(_SEEN).where(_SEEN.c.key == keys[0])).mappings().one())


def _titled(connection: sa.Connection, words: str) -> str:
    """Name the achievements with these words, the highest impact first, as a part of a message; empty for none."""
    from achievement_pipeline.store.names import short_names  # noqa: PLC0415 - it imports this module

    found = find_achievements(connection, AchievementFilter(text=words), _CANDIDATES_SHOWN)
    lines = "".join(f"\n  {name}  {one.title}" for name, one in zip(short_names(found), found, strict=True))
    return f" With these words:{lines}" if lines else ""


def fingerprints(connection: sa.Connection, keys: Collection[str]) -> dict[str, str]:
    """Return the `AchievementView.fingerprint` of achievements by key."""
    statement = sa.select(_SEEN.c.key, _SEEN.c.fingerprint).where(_SEEN.c.key.in_(keys))
    return dict(connection.execute(statement).all())


def achievement_with(connection: sa.Connection, activity: str) -> AchievementView | None:
    """Return the achievement whose evidence contains an activity, or None if there is none or it is retracted."""
    shown = _SEEN.c.evidence.contains([{"key": activity}]) & _SEEN.c.retracted_at.is_(None)
    row = connection.execute(sa.select(_SEEN).where(shown).order_by(_SEEN.c.key).limit(1)).mappings().one_or_none()
    return AchievementView(**row) if row else None


def skills_of(connection: sa.Connection, key: str) -> list[SkillView]:
    """Return the skills of an achievement, the strongest first."""
    statement = _columns(Skill, SkillView).where(Skill.achievement_key == key)
    return [SkillView(*row) for row in connection.execute(statement.order_by(Skill.weight.desc(), Skill.skill))]


def skills_by_achievement(connection: sa.Connection, keys: Sequence[str]) -> dict[str, list[SkillView]]:
    """Return `skills_of` for many achievements by key. Those without skills are left out."""
    named = sa.func.unnest(sa.literal(list(keys), sa.ARRAY(sa.Text()))).column_valued("named")
    statement = _columns(Skill, SkillView).add_columns(Skill.achievement_key).where(Skill.achievement_key == named)
    shown: dict[str, list[SkillView]] = {}
    for *skill, key in connection.execute(statement.order_by(Skill.weight.desc(), Skill.skill)):
        shown.setdefault(key, []).append(SkillView(*skill))
    return shown


def skills_of_person(connection: sa.Connection, authors: Sequence[str], today: dt.datetime) -> list[PersonalSkill]:
    """Return the skills of a person, or of everybody if `authors` is empty, the most frequent first.

    Co-authored achievements count too.
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
    """Return the key, author, completion time and impact of the authors' achievements, without retracted and hidden."""
    seen = _SEEN.c
    statement = sa.select(seen.key, seen.author, seen.completed_at, seen.impact_score).where(
        *_conditions(AchievementFilter()), seen.author.in_(authors)
    )
    return [(key, author, at, impact) for key, author, at, impact in connection.execute(statement)]


_ISSUE = r"(?:^|[^\w/&#])#([0-9]{1,7})(?![\w])"
"""An issue of the repository itself that a text names, as PostgreSQL's expressions write it."""


def pieces_of_projects(connection: sa.Connection) -> list[Any]:
    """Return the achievements that changed code or text, as `frames.ProjectPieces` has them."""
    seen = _SEEN.c
    line = sa.cast(sa.func.jsonb_array_elements(seen.evidence).column_valued("line"), JSONB())
    of_author = sa.case((line["person"].astext == seen.author, 1.0), else_=0.0)
    members = (
        sa.select(
            sa.func.min(sa.cast(line["at"].astext, sa.DateTime(timezone=True))).label("began_at"),
            sa.func.count().label("number"),
            sa.func.avg(of_author).label("own_share"),
        )
        .where(line["relation"].astext == "member")  # frames.Relation, which takes pandas
        .lateral("members")
    )
    columns = (seen.key, seen.title, seen.repository, seen.author, members.c.began_at, seen.completed_at)
    numbers: tuple[sa.ColumnElement[Any], ...] = (
        seen.impact_score,
        members.c.number,
        sa.cast(members.c.own_share, sa.Double()),
    )
    text = sa.func.concat_ws("\n", Activity.title, Activity.description)
    named = sa.func.regexp_matches(text, _ISSUE, "g").column_valued("named")
    number = sa.func.array_to_string(named, "")
    signs: tuple[sa.ColumnElement[Any], ...] = (
        seen.first_release,
        sa.func.coalesce(Activity.details["folders"].astext, ""),
        sa.func.coalesce(sa.select(sa.func.string_agg(number, " ")).scalar_subquery(), ""),
        Activity.details["scope"].astext,
        Activity.details["milestone"].astext,
    )
    root = sa.join(_SEEN, Activity.table, Activity.key == seen.key, isouter=True)
    statement = sa.select(*columns, *numbers, *signs).select_from(root.join(members, sa.true()))
    of_code = seen.source_type.in_([ActivityKind.COMMIT.value, ActivityKind.PULL_REQUEST.value])
    chosen = statement.where(*_conditions(AchievementFilter()), of_code, seen.repository.is_not(None))
    return list(connection.execute(chosen))


def activities_of(connection: sa.Connection, keys: Sequence[str]) -> list[JudgedActivity]:
    """Return the stored activities with the given keys, in the order of the keys."""
    order = {key: position for position, key in enumerate(keys)}
    statement = _columns(Activity, JudgedActivity).where(Activity.key.in_(keys))
    found = [JudgedActivity(**row) for row in connection.execute(statement).mappings()]
    read = (replace(one, details={name: _read(value) for name, value in one.details.items()}) for one in found)
    return sorted(read, key=lambda activity: order[activity.key])


def summarise(connection: sa.Connection, wanted: AchievementFilter) -> Summary:
    """Count achievements by category, skill and repository."""
    counted = (_SEEN.c.category, _SEEN.c.skills_demonstrated, _SEEN.c.repository)
    chosen = sa.select(*counted).where(*_conditions(wanted)).cte("chosen")
    categories = _count(connection, sa.select(chosen.c.category))
    return Summary(
        achievements=sum(categories.values()),
        categories=categories,
        skills=_count(connection, sa.select(sa.func.unnest(chosen.c.skills_demonstrated))),
        repositories=_count(connection, sa.select(chosen.c.repository).where(chosen.c.repository.is_not(None))),
    )


def _one_key(connection: sa.Connection, key: sa.ColumnClause[str], name: str) -> Sequence[str]:
    """Return the key that equals a name or starts with it, as a list of at most one.

    Raises:
        StoreError: Several keys match.
    """
    if not name.strip() or "\0" in name:
        raise StoreError("An empty name means nothing. `achievements list` shows which there are.")
    named = sa.select(key).order_by(key).limit(_CANDIDATES_SHOWN + 1)
    keys = (
        connection.scalars(named.where(key == name)).all()
        or connection.scalars(named.where(_begins_with(key, name))).all()
        or connection.scalars(named.where(key.in_(_issues_called(name)))).all()
    )
    if len(keys) > 1:
        candidates = [*keys[:_CANDIDATES_SHOWN], *("..." for _ in keys[_CANDIDATES_SHOWN:])]
        raise StoreError("\n  ".join([f"{name} matches several names. Give more of one of them:", *candidates]))
    return keys


def _issues_called(identifier: str) -> sa.Select[Any]:
    """Select the keys of the issues that a tracker calls by an identifier, such as ``ENG-12``."""
    return sa.select(ActivityName.activity_key).where(ActivityName.name == f"issue:{identifier.lower()}")


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
    yield from _shown_work(wanted)
    seen = _SEEN.c
    for word in (wanted.text or "").split():
        lists = sa.func.array_to_string(seen.skills_demonstrated + seen.tags, " ")
        read = sa.func.concat_ws(" ", seen.title, seen.description, seen.outcome, seen.key, lists)
        yield read.icontains(word, autoescape=True)
    if wanted.authors:
        addresses = sa.literal([address.lower() for address in wanted.authors], sa.ARRAY(sa.Text()))
        yield (seen.author == sa.any_(addresses)) | seen.coauthors.bool_op("&&")(addresses)
    if wanted.repository is not None:
        yield seen.repository == wanted.repository
    if wanted.category is not None:
        yield seen.category == wanted.category
    if wanted.since is not None:
        yield seen.completed_at >= wanted.since
    if wanted.before is not None:
        yield seen.completed_at < wanted.before
    if wanted.min_impact is not None:
        yield seen.impact_score >= wanted.min_impact
    if wanted.keys is not None:
        yield seen.key == sa.any_(sa.literal(list(wanted.keys), sa.ARRAY(sa.Text())))


def _shown_work(wanted: AchievementFilter) -> Iterator[sa.ColumnElement[bool]]:
    seen = _SEEN.c
    if wanted.path is not None and (folder := _folder(wanted.path)):
        line = sa.cast(sa.func.jsonb_array_elements(seen.evidence).column_valued("line"), JSONB())
        folders = sa.func.concat("\n", Activity.details["folders"].astext)
        is_within = folders.contains(f"\n{folder}/", autoescape=True)
        yield sa.exists().where(Activity.key == line["key"].astext, is_within)
    if wanted.skill is not None:
        shown = sa.func.unnest(seen.skills_demonstrated).column_valued("shown")
        yield sa.exists().where(sa.func.lower(shown) == wanted.skill.lower())


def _folder(path: str) -> str:
    """Return a folder as `frames` has it, without the slash at its end; empty for the top, which holds all."""
    return "/".join(part for part in path.split("/") if part not in {"", "."})


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


def _begins_with(key: sa.ColumnClause[str], name: str) -> sa.ColumnElement[bool]:
    """Match keys that start with a name, or whose commit does, or whose number equals it."""
    begins = key.startswith(name, autoescape=True)
    if _OBJECT_NAME.fullmatch(name.lower()):
        begins |= key.regexp_match(f"[@/:]{name.lower()}[0-9a-f-]*$")
    if _NUMBER.fullmatch(name):
        begins |= key.regexp_match(f"[:/]{escape(name)}$", "i")
    return begins


def active_edits() -> sa.Subquery:
    """Select the edits that are not undone, with the key of the achievement that they apply to.

    Columns: ``key``, ``distance`` (0 for the achievement's own edits, 1 for those of an absorbed one: the nearest wins,
    then the latest), ``made_on``, ``made_by``, ``made_at``, ``id``, ``field``, ``value``, ``channel``.
    """
    made = (Edit.achievement_key.label("made_on"), Edit.made_by, Edit.made_at)
    columns = (*made, Edit.id, Edit.field, Edit.value, Edit.channel)
    own = sa.select(Edit.achievement_key.label("key"), sa.literal(0).label("distance"), *columns)
    absorbed = sa.select(Achievement.absorbed_by, sa.literal(1), *columns).join(
        Achievement.table, Achievement.key == Edit.achievement_key
    )
    return sa.union_all(
        own.where(Edit.undone_at.is_(None)),
        absorbed.where(Edit.undone_at.is_(None), Achievement.absorbed_by.is_not(None)),
    ).subquery()


def _seen() -> sa.Subquery:
    """Select the fields of `AchievementView`."""
    columns = Achievement.table.columns
    applied = _applied_edits()
    values = {field: applied.c.fields[field.value].astext for field in EditField}
    edited = _edited_columns(columns, applied, values)
    flags = {
        field.value: sa.func.coalesce(sa.cast(values[field], sa.Boolean()), sa.false())
        for field in (EditField.HIDDEN, EditField.PINNED)
    }
    outcome = sa.func.coalesce(values[EditField.OUTCOME], "")
    fingerprint = _fingerprint(edited["title"], edited["description"], outcome, columns["evidence"])
    ledger: sa.ColumnElement[Any] = columns["score_ledger"]
    for score in ("impact", "complexity"):
        field = f"{score}_score"
        ledger = _edited_ledger(score, ledger, edited[field], columns[field], applied.c.sources[field])
    shown = {
        **columns,
        **edited,
        "score_ledger": ledger,
        **flags,
        "outcome": outcome,
        "hidden_by": sa.case((flags[EditField.HIDDEN.value] & ~_is_hidden_itself(), applied.c.hidden_part)),
        **_decision(applied, values[EditField.APPROVED], fingerprint),
        "edited_at": applied.c.edited_at,
        "fingerprint": fingerprint,
    }
    return (
        sa.select(*(column.label(name) for name, column in shown.items()))
        .select_from(Achievement.table)
        .outerjoin(applied, applied.c.key == Achievement.key)
        .subquery("seen")
    )


def _edited_columns(
    columns: ReadOnlyColumnCollection[str, sa.Column[Any]],
    applied: sa.Subquery,
    values: Mapping[EditField, sa.ColumnElement[Any]],
) -> dict[str, sa.ColumnElement[Any]]:
    """Return the columns that edits can change, with the edited value where there is one."""
    edited: dict[str, sa.ColumnElement[Any]] = {
        field.value: sa.func.coalesce(sa.cast(values[field], columns[field].type), columns[field])
        for field in EditField
        if field in columns and field is not EditField.SKILLS_DEMONSTRATED
    }
    skills = applied.c.fields[EditField.SKILLS_DEMONSTRATED.value]
    listed = sa.func.jsonb_array_elements_text(skills).column_valued("listed")
    stated_skills = sa.select(sa.func.array_agg(listed, type_=sa.ARRAY(sa.Text()))).scalar_subquery()
    edited[EditField.SKILLS_DEMONSTRATED.value] = sa.func.coalesce(stated_skills, columns["skills_demonstrated"])
    return edited


def _is_hidden_itself() -> sa.Exists:
    """Whether the user hid the achievement, not one that it absorbed."""
    return sa.exists().where(
        Edit.achievement_key == Achievement.key, Edit.field == EditField.HIDDEN.value, Edit.undone_at.is_(None)
    )


def _decision(
    applied: sa.Subquery, approval: sa.ColumnElement[Any], fingerprint: sa.ColumnElement[str]
) -> dict[str, sa.ColumnElement[Any]]:
    """Return whether the user decided about the achievement, and whether an approval lapsed as its text changed."""
    current = ["false", fingerprint]
    decided = applied.c.fields.has_key(EditField.HIDDEN.value) | approval.in_(current)
    return {
        "decided": sa.func.coalesce(decided, sa.false()),
        "lapsed": sa.func.coalesce(approval.not_in(current), sa.false()),
    }


def _fingerprint(
    title: sa.ColumnElement[Any],
    description: sa.ColumnElement[Any],
    outcome: sa.ColumnElement[Any],
    evidence: sa.ColumnElement[Any],
) -> sa.ColumnElement[str]:
    """Return the SHA-256 of an achievement's text. Migration 0006 uses the same expression, without an outcome."""
    line = sa.func.jsonb_array_elements(evidence).column_valued("line")
    words = sa.select(sa.collate(line.op("->>")("title"), "C").label("title")).distinct().subquery()
    titles = sa.select(
        sa.func.string_agg(words.c.title, aggregate_order_by(sa.literal("\n"), words.c.title))
    ).scalar_subquery()
    text = sa.func.concat_ws("\x1f", title, sa.func.btrim(description, " \n\r\t"), titles, sa.func.nullif(outcome, ""))
    return sa.func.encode(sa.func.sha256(sa.func.convert_to(text, "UTF8")), "hex")


def _edited_ledger(
    score: str,
    ledger: sa.ColumnElement[Any],
    edited: sa.ColumnElement[Any],
    original: sa.ColumnElement[Any],
    source: sa.ColumnElement[Any],
) -> sa.ColumnElement[Any]:
    """Return the ledger of an edited score, with a line for the difference, or only a statement's own line."""
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
    """Return a ledger with one line for the difference to the original score, or an empty one if there is none."""
    points = sa.cast(edited, sa.Numeric()) - sa.cast(original, sa.Numeric())
    line = sa.func.jsonb_build_object(
        "score", score, "rule", "edit", "points", points, "evidence", "edited by the user", type_=JSONB()
    )
    none = sa.literal([], JSONB())
    return sa.case((edited != original, sa.func.jsonb_build_array(line, type_=JSONB())), else_=none)


def _applied_edits() -> sa.Subquery:
    """Select, by achievement, an object with the winning edit's value by field."""
    active = active_edits().c
    # jsonb keeps the last of several equal names in an object
    the_best_last = aggregate_order_by(active.value, active.distance.desc(), active.id)
    fields_by_name = sa.func.jsonb_object_agg(active.field, the_best_last, type_=JSONB())
    source = sa.func.jsonb_build_object("by", active.made_by, "on", active.made_on, type_=JSONB())
    of_the_best = aggregate_order_by(source, active.distance.desc(), active.id)
    sources_by_name = sa.func.jsonb_object_agg(active.field, of_the_best, type_=JSONB())
    hides = (active.field == EditField.HIDDEN.value) & (active.value == sa.literal(True, JSONB()))
    hidden_parts = sa.func.min(active.made_on).filter(hides, active.distance > 0)
    return (
        sa.select(
            active.key,
            fields_by_name.label("fields"),
            sources_by_name.label("sources"),
            hidden_parts.label("hidden_part"),
            sa.func.max(active.made_at).filter(active.field.in_(_TEXT)).label("edited_at"),
        )
        .group_by(active.key)
        .subquery("applied")
    )


_SEEN = _seen()
_ORDERS: Mapping[Order, Callable[[Any], tuple[Any, ...]]] = {
    # as `achievement_pipeline.publishing.documents.parts.facts.best_first`: impact as it is shown, in whole points
    Order.IMPACT: lambda seen: (
        seen.pinned.desc(),
        sa.func.round(seen.impact_score).desc(),
        seen.complexity_score.desc(),
        seen.completed_at.desc().nulls_last(),
    ),
    Order.DATE: lambda seen: (seen.pinned.desc(), seen.completed_at.desc().nulls_last(), seen.impact_score.desc()),
    Order.COMPLEXITY: lambda seen: (seen.complexity_score.desc(), seen.impact_score.desc()),
    Order.TITLE: lambda seen: (sa.func.lower(seen.title),),
    Order.REPOSITORY: lambda seen: (seen.repository.nulls_last(), seen.impact_score.desc()),
}
