"""What each way out would show now: the text, before anything goes out."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from achievement_pipeline.publishing.documents import DOCUMENTS, About, usual_period
from achievement_pipeline.publishing.period import Period
from achievement_pipeline.publishing.policy import Channel
from achievement_pipeline.publishing.privacy import PublicAchievement
from achievement_pipeline.settings import Settings

Preview = Callable[[Sequence[PublicAchievement], Settings], str]
"""Takes achievements that were cleared for its channel."""


def period_of(channel: Channel, settings: Settings) -> Period:
    """Return what a document tells of where no period is asked for."""
    return usual_period(channel, settings.config.publishing.last_review, dt.datetime.now(dt.UTC).date())


def _of_document(channel: Channel) -> Preview:
    def preview(achievements: Sequence[PublicAchievement], settings: Settings) -> str:
        about = About(profile=settings.config.me, period=period_of(channel, settings), resume=settings.own_resume())
        return DOCUMENTS[channel].write(achievements, about)

    return preview


PREVIEWS: Mapping[Channel, Preview] = {channel: _of_document(channel) for channel in DOCUMENTS}
"""By channel. A way out that is missing here has no preview."""
