"""Where the user decides: what the command line and the page have in common.

Every decision is an edit of its own, made on top of what was collected (`achievement_pipeline.store.edits`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from pandera.typing import DataFrame

from achievement_pipeline.app.me import Author, find_author
from achievement_pipeline.app.rendering import verdicts
from achievement_pipeline.frames import Achievements, PiecesOfWork
from achievement_pipeline.judging import compose_achievements
from achievement_pipeline.publishing.gate.policy import Channel
from achievement_pipeline.publishing.gate.privacy import Held, PublicAchievement
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.edits import RecordedEdit, record_edit
from achievement_pipeline.store.publications import Publication, find_publications_of
from achievement_pipeline.store.reading import AchievementView, get_achievement
from achievement_pipeline.store.tables import EditField, PublicationState

_LIVE = (PublicationState.PUBLISHED, PublicationState.SENDING, PublicationState.UNKNOWN)

Verdicts = Mapping[Channel, PublicAchievement | Held]


@dataclass(frozen=True)
class Desk:
    """Where decisions are made: the database, and what the settings say."""

    engine: sa.Engine
    settings: Settings
    whose: str | None = None
    """Whose achievements are looked at, as `find_author` takes it; by default the user's."""

    def author(self, connection: sa.Connection) -> Author:
        """Return whose achievements are looked at.

        Raises:
            AchievementPipelineError: It is not known who that is.
        """
        return find_author(connection, self.settings, self.whose)

    def compose(self, pieces: PiecesOfWork) -> DataFrame[Achievements]:
        """Make the achievements of whole pieces of work by the rules of the settings."""
        return compose_achievements(*pieces, self.settings.rules)

    def record(self, key: str, changes: Mapping[EditField, object], channels: Sequence[str | None] = (None,)) -> None:
        """Record changes of an achievement as one decision."""
        with self.engine.begin() as connection:
            for channel in channels:
                for field, value in changes.items():
                    record_edit(connection, key, field, value, self.settings.signature, channel=channel)

    def find(self, name: str) -> AchievementView:
        """Return an achievement as it is seen now."""
        with self.engine.connect() as connection:
            return get_achievement(connection, name)

    def verdicts(self, achievements: Sequence[AchievementView]) -> Mapping[str, Verdicts]:
        """Return how achievements are shown, or why they are not, by key and channel."""
        with self.engine.connect() as connection:
            return verdicts(connection, self.settings, achievements)

    def live_posts(self, key: str) -> list[Publication]:
        """Return the posts of an achievement, and of those that it absorbed, that others can see, or may see."""
        with self.engine.connect() as connection:
            return [each for each in find_publications_of(connection, key) if each.state in _LIVE]


def describe_live_post(post: Publication) -> str:
    """Say that a decision does not take down what others see already, and what does."""
    seen = "is published" if post.state is PublicationState.PUBLISHED else "may be published"
    return (
        f"It {seen} on {Channel(post.channel).label}, and stays there. "
        f"To take it down: achievements publish delete {post.achievement_key}"
    )


def doubted(answers: Verdicts, channels: Sequence[Channel]) -> dict[str, str]:
    """Return the texts that the gate doubts, by their fingerprints."""
    held = [answer for channel, answer in answers.items() if channel in channels and isinstance(answer, Held)]
    return {each.fingerprint: each.preview or "" for each in held if each.fingerprint}


def describe_edit(edit: RecordedEdit) -> str:
    """Return an edit in words."""
    match edit.field, edit.value:
        case EditField.BELONGS_TO, {"activity": activity, "parent": None}:
            what = f"split off {activity}"
        case EditField.BELONGS_TO, {"activity": activity, "parent": parent}:
            what = f"merged {activity} into {parent}"
        case EditField.REVIEWED, _:
            what = "let a doubted text pass"
        case EditField.APPROVED, str():
            what = "approved"
        case ((EditField.HIDDEN | EditField.PINNED | EditField.APPROVED), bool(value)):
            what = edit.field.value if value else f"not {edit.field.value}"
        case _:
            what = f"{edit.field.value} = {edit.value!r}"
    return f"{what}{f' for {edit.channel}' if edit.channel else ''}"
