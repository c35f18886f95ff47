"""What the user decided about what goes out, and what there is to know before anything does: whose work, from where."""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from achievement_pipeline.store.reading import fingerprints, standing_edits
from achievement_pipeline.store.tables import Achievement, Activity, Edit, EditField, Repository, Skill


@dataclass(frozen=True)
class Origin:
    """A repository, or whatever else an activity names as such."""

    key: str
    location: str | None
    """Path or clone URL; none where it was never asked for by one."""
    visibility: str | None
    """``public`` or ``private``, as its host says; none where that was never asked."""


class Approval(StrEnum):
    """What the user decided about whether an achievement may go out."""

    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """It was approved with another text than it has now."""


def approvals(connection: sa.Connection, channel: str) -> dict[str, Approval]:
    """Return what was decided for a channel, by key of the achievement.

    Approvals of this channel and those of all of them count alike: the last one holds. One of an achievement that was
    absorbed holds for the one that absorbed it, unless that has one itself.
    """
    edits = standing_edits().c
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
    """Return the fingerprints of all texts that the user read and let pass."""
    statement = sa.select(Edit.value).where(Edit.field == EditField.REVIEWED.value, Edit.undone_at.is_(None))
    return set(connection.scalars(statement))


def origins(connection: sa.Connection) -> list[Origin]:
    """Return every repository that was asked for, or that work is from."""
    named = sa.union(
        sa.select(Activity.repository.label("key")), sa.select(Achievement.repository), sa.select(Repository.key)
    ).subquery()
    statement = (
        sa.select(named.c.key, Repository.location, Repository.visibility)
        .outerjoin(Repository, Repository.key == named.c.key)
        .where(named.c.key.is_not(None))
        .order_by(named.c.key)
    )
    return [Origin(*row) for row in connection.execute(statement)]


def people(connection: sa.Connection) -> dict[str, set[str]]:
    """Return everybody who did any work: their names, by canonical address."""
    coauthors = sa.select(sa.func.unnest(Activity.coauthors), sa.literal(""))
    authors = sa.select(Achievement.author, sa.literal("")).union(
        sa.select(sa.func.unnest(Achievement.coauthors), sa.literal(""))
    )
    named: dict[str, set[str]] = {}
    for address, name in connection.execute(sa.select(Activity.person, Activity.person_name).union(coauthors, authors)):
        named.setdefault(address, set()).update({name} - {""})
    return named


def name_people(connection: sa.Connection) -> dict[str, str]:
    """Return what to call everybody who did any work, by address: the fullest name, of a noreply address the login."""
    return {address: _call(address, names) for address, names in people(connection).items()}


def _call(address: str, names: set[str]) -> str:
    if names:
        return max(names, key=lambda name: (" " in name, len(name), name))
    login, at, host = address.partition("@")
    return login.rpartition("+")[2] if at and host.startswith("users.noreply.") else address


def skill_names(connection: sa.Connection) -> set[str]:
    """Return the names of all skills that achievements show."""
    return set(connection.scalars(sa.select(Skill.skill).distinct()))
