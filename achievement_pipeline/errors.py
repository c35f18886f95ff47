"""The base classes of this package's errors.

Every message names the problem and the remedy. The command line and Dagster show it unchanged.
"""

import difflib
from collections.abc import Iterable

_SUGGESTED = 3


class AchievementPipelineError(Exception):
    """The base of all errors whose message is written for users."""


class SettingsError(AchievementPipelineError):
    """One or more settings are invalid. The message lists all of them."""


class SourceError(AchievementPipelineError):
    """A source (a repository, an API) can't be read."""


class FrameError(AchievementPipelineError):
    """A dataframe does not match its schema, for instance because another version of this program stored it."""


class PublishingError(AchievementPipelineError):
    """A channel can't be used, or not for this achievement."""


class StoreError(AchievementPipelineError):
    """The database can't be used."""


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return `` Did you mean X or Y?`` for the candidates closest to a name, or an empty string."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(name.casefold(), by_folded, _SUGGESTED, cutoff=0.6)
    return f" Did you mean {' or '.join(by_folded[each] for each in close)}?" if close else ""
