"""Read approvals, and the repositories, people and skills that the privacy checks need before publishing."""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from achievement_pipeline.parsing.emails import login_of
from achievement_pipeline.store.reading import active_edits, fingerprints
from achievement_pipeline.store.tables import Achievement, Activity, Edit, EditField, Repository, Skill


@dataclass(frozen=True)
class Origin:
    """A repository that activities name."""

    key: str
    location: str | None
    """Path or clone URL, or None if it is not a known repository."""
    visibility: str | None
    """``public`` or ``private`` as reported by its host, or None if unknown."""


class Approval(StrEnum):
    """The user's decision whether an achievement may be published."""

    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """It was approved, and its text has changed since."""


def approvals(connection: sa.Connection, channel: str) -> dict[str, Approval]:
    """Return the decisions for a channel by the achievement's key.

    The latest approval for this channel or for all channels wins. An approval of an absorbed achievement applies to the
    one that absorbed it, unless that has an approval of its own.
    """
    edits = active_edits().c
    covers = (edits.field == EditField.APPROVED.value) & (edits.channel.is_(None) | (edits.channel == channel))
    the_best_first = sa.func.jsonb_agg(aggregate_order_by(edits.value, edits.distance, edits.id.desc()), type_=JSONB())
    statement = sa.select(edits.key, the_best_first[0]).where(covers).group_by(edits.key)
    decided: dict[str, object] = dict(connection.execute(statement).all())
    texts = fingerprints(connection, decided)
    return {key: _approval(value, texts[key]) for key, value in decided.items()}


def _approval(value: object, text: str) -> Approval:
    if value is False:
        return Approval.REFUSED
    return Approval.APPROVED if value == text else Approval.LAPSED


def reviewed_texts(connection: sa.Connection) -> set[str]:
    """Return the fingerprints of all texts that the user has reviewed and released."""
    statement = sa.select(Edit.value).where(Edit.field == EditField.REVIEWED.value, Edit.undone_at.is_(None))
    return set(connection.scalars(statement))


def origins(connection: sa.Connection) -> list[Origin]:
    """Return all known repositories, and those that activities and achievements name."""
    named = sa.union(
        sa.select(Activity.repository.label("key")), sa.select(Achievement.repository), sa.select(Repository.key)
    ).subquery()
    statement = (
        sa.select(named.c.key, Repository.location, Repository.visibility)
        .outerjoin(Repository.table, Repository.key == named.c.key)
        .where(named.c.key.is_not(None))
        .order_by(named.c.key)
    )
    return [Origin(*row) for row in connection.execute(statement)]


def people(connection: sa.Connection) -> dict[str, set[str]]:
    """Return the names of all authors and co-authors by canonical address."""
    coauthors = sa.select(sa.func.unnest(Activity.coauthors), sa.literal(""))
    authors = sa.select(Achievement.author, sa.literal("")).union(
        sa.select(sa.func.unnest(Achievement.coauthors), sa.literal(""))
    )
    named: dict[str, set[str]] = {}
    for address, name in connection.execute(sa.select(Activity.person, Activity.person_name).union(coauthors, authors)):
        named.setdefault(address, set()).update({name} - {""})
    return named


def name_people(connection: sa.Connection) -> dict[str, str]:
    """Return a name for each address: the longest full name, else what is before the ``@``; never an address."""
    return {address: _display_name(address, names) for address, names in people(connection).items()}


def _display_name(address: str, names: set[str]) -> str:
    if real := [name for name in names if "@" not in name]:
        return max(real, key=lambda name: (" " in name, len(name), name))
    return login_of(address) or address.partition("@")[0].partition("+")[0]


def skill_names(connection: sa.Connection) -> set[str]:
    """Return the names of all skills that achievements show."""
    return set(connection.scalars(sa.select(Skill.skill).distinct()))
