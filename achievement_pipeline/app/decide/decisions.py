"""The user's decisions, as the command line and the web page make them.

Every decision is an edit of its own on top of the collected data (`achievement_pipeline.store.decisions.edits`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from achievement_pipeline.app.decide.proposals import ShownProposal, outdated_wordings, proposals_for
from achievement_pipeline.app.me import Author, find_author
from achievement_pipeline.app.publish.rendering import verdicts
from achievement_pipeline.channels import find_channel
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.gate.privacy import Held, PublicAchievement
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.decisions.edits import RecordedEdit, record_edit
from achievement_pipeline.store.decisions.proposals import Proposal, accept, reject
from achievement_pipeline.store.publications import Publication, find_publications_of
from achievement_pipeline.store.reading import AchievementView, get_achievement
from achievement_pipeline.store.tables import EditField, PublicationState

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from achievement_pipeline.frames import Achievements, PiecesOfWork

_LIVE = (PublicationState.PUBLISHED, PublicationState.SENDING, PublicationState.UNKNOWN)

Verdicts = Mapping[Channel, PublicAchievement | Held]


@dataclass(frozen=True)
class Decisions:
    """Reads achievements and records what the user decides about them."""

    engine: sa.Engine
    settings: Settings
    author_name: str | None = None
    """The author whose achievements are shown, as `find_author` takes it; by default the user."""

    def author(self, connection: sa.Connection, name: str | None = None) -> Author:
        """Return the author whose achievements are shown.

        Args:
            connection: The database.
            name: Another author than `author_name`, as `find_author` takes it.

        Raises:
            AchievementPipelineError: The author is unknown.
        """
        return find_author(connection, self.settings, name or self.author_name)

    def compose(self, pieces: PiecesOfWork) -> DataFrame[Achievements]:
        """Compose achievements from whole pieces of work by the rules of the settings."""
        from achievement_pipeline.judging import compose_achievements  # noqa: PLC0415

        return compose_achievements(*pieces, self.settings.rules)

    def record(self, key: str, changes: Mapping[EditField, object], channels: Sequence[str | None] = (None,)) -> None:
        """Record changes of an achievement as one decision."""
        self.record_each([(key, changes)], channels)

    def record_each(
        self, changes: Iterable[tuple[str, Mapping[EditField, object]]], channels: Sequence[str | None] = (None,)
    ) -> None:
        """Record changes of several achievements, each with its key, as one decision: undone together."""
        with self.engine.begin() as connection:
            for key, values in changes:
                for channel in channels:
                    for field, value in values.items():
                        record_edit(connection, key, field, value, self.settings.signature, channel=channel)

    def merge(self, names: Sequence[str]) -> str:
        """Make several achievements one, and return its key."""
        # here and below imported late: it takes pandas, which few decisions need
        from achievement_pipeline.store.decisions.grouping import merge  # noqa: PLC0415

        return merge(self.engine, names, self.compose, self.settings.signature)

    def split(self, name: str, activities: Sequence[str]) -> tuple[str, list[str]]:
        """Make activities achievements of their own; return the key of the rest, and theirs."""
        from achievement_pipeline.store.decisions.grouping import split  # noqa: PLC0415

        return split(self.engine, name, activities, self.compose, self.settings.signature)

    def take_back(self, number: int | None = None) -> list[RecordedEdit]:
        """Undo the latest decision, or the edit with this number, and return the edits that are undone."""
        from achievement_pipeline.store.decisions.grouping import take_back  # noqa: PLC0415

        return take_back(self.engine, self.compose, number)

    def find(self, name: str) -> AchievementView:
        """Return an achievement with all edits applied."""
        with self.engine.connect() as connection:
            return get_achievement(connection, name)

    def verdicts(
        self, achievements: Sequence[AchievementView], channels: Collection[Channel]
    ) -> Mapping[str, Verdicts]:
        """Return by key and channel how achievements are shown, or why they are held."""
        with self.engine.connect() as connection:
            return verdicts(connection, self.settings, achievements, channels)

    def proposals(self, achievements: Sequence[AchievementView]) -> Mapping[str, Sequence[ShownProposal]]:
        """Return by key the open proposals for achievements."""
        with self.engine.connect() as connection:
            return proposals_for(connection, self.settings, achievements)

    def outdated_wordings(self, achievement: AchievementView) -> Sequence[EditField]:
        """Return the fields whose accepted wording rests on facts that have changed since."""
        with self.engine.connect() as connection:
            return outdated_wordings(connection, self.settings, [achievement]).get(achievement.key, ())

    def accept(self, number: int, value: str | None = None) -> Proposal:
        """Make an open proposal the user's edit, in its own words or in changed ones."""
        with self.engine.begin() as connection:
            return accept(connection, number, self.settings.signature, value)

    def reject(self, number: int) -> Proposal:
        """Reject an open proposal."""
        with self.engine.begin() as connection:
            return reject(connection, number)

    def live_posts(self, *keys: str) -> list[Publication]:
        """Return the posts of achievements, and of those they absorbed, that others can see or may see."""
        with self.engine.connect() as connection:
            return [each for key in keys for each in find_publications_of(connection, key) if each.state in _LIVE]


def describe_live_post(post: Publication) -> str:
    """Explain that a decision does not delete a post, and how to delete it."""
    seen = "is published" if post.state is PublicationState.PUBLISHED else "may be published"
    return (
        f"It {seen} on {find_channel(post.channel).label}, and stays there. "
        f"To delete it: achievements publish delete {post.achievement_key}"
    )


def doubted(answers: Verdicts) -> dict[str, str]:
    """Return the texts that the gate is unsure about, by their fingerprints."""
    held = [answer for answer in answers.values() if isinstance(answer, Held)]
    return {each.fingerprint: each.preview or "" for each in held if each.fingerprint}


def describe_edit(edit: RecordedEdit) -> str:
    """Describe an edit in words."""
    match edit.field, edit.value:
        case EditField.BELONGS_TO, {"activity": activity, "parent": None}:
            what = f"split off {activity}"
        case EditField.BELONGS_TO, {"activity": activity, "parent": parent}:
            what = f"merged {activity} into {parent}"
        case EditField.REVIEWED, _:
            what = "accepted a doubted text"
        case EditField.APPROVED, str():
            what = "approved"
        case ((EditField.HIDDEN | EditField.PINNED | EditField.APPROVED), bool(value)):
            what = edit.field.value if value else f"not {edit.field.value}"
        case _:
            what = f"{edit.field.value} = {edit.value!r}"
    return f"{what}{f' for {edit.channel}' if edit.channel else ''}"
