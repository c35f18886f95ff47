"""Whose work is asked for of the sources that give everybody's."""

from collections.abc import Iterable
from pathlib import Path

from achievement_pipeline.judging import Asked
from achievement_pipeline.settings import ALL, ME, Settings
from achievement_pipeline.sources.git import user_email


def asked_of(settings: Settings, locations: Iterable[str] = ()) -> Asked:
    """Return whose work the settings ask for, and since when.

    Without ``collect.authors`` that is mine wherever there is some, else everybody's: as for commits.

    Args:
        settings: All settings.
        locations: Repositories, whose own ``user.email`` is mine too; those given by URL have none.
    """
    folders = [folder for location in locations if (folder := Path(location).expanduser()).is_dir()]
    emails = [user_email(), *(user_email(folder) for folder in folders)]
    me = tuple(dict.fromkeys([*settings.config.me.emails, *filter(None, emails)]))
    authors = settings.config.collect.authors
    since = settings.config.collect.since
    if ALL in authors:
        return Asked(since=since)
    return Asked(tuple(one for author in authors for one in (me if author == ME else (author,))), me, since)
