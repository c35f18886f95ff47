"""The errors that this package raises, one small hierarchy.

Every message names the thing that is wrong and what to do about it: the command line and Dagster show it as it is.
"""

import difflib
from collections.abc import Iterable

_SUGGESTED = 3


class AchievementPipelineError(Exception):
    """The base of all errors that are meant for people to read."""


class SettingsError(AchievementPipelineError):
    """One or more settings are wrong; the message lists all of them."""


class SourceError(AchievementPipelineError):
    """A source (a repository, an API) can't be read."""


class FrameError(AchievementPipelineError):
    """A dataframe has other columns than its schema: a stored one, when another version of this program stored it."""


class PublishingError(AchievementPipelineError):
    """A way out can't be used, or not for this."""


class StoreError(AchievementPipelineError):
    """The database can't be used."""


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return the candidates that are most like a name, as the end of a message; empty where none is."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(name.casefold(), by_folded, _SUGGESTED, cutoff=0.6)
    return f" Did you mean {' or '.join(by_folded[each] for each in close)}?" if close else ""
