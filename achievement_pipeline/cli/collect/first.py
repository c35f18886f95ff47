"""Begins a first collection: a repository is read while the database is made and Dagster is imported."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from achievement_pipeline.app.collect.readings.ahead import ReadAhead
from achievement_pipeline.app.collect.readings.histories import RepositoryHistory, Wanted, first_reading
from achievement_pipeline.app.collect.repositories import configured_repositories, local_folder
from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.lanes import GIT
from achievement_pipeline.lazy import import_for_good
from achievement_pipeline.settings import RepositorySettings, Settings
from achievement_pipeline.sources.git import open_repository

if TYPE_CHECKING:
    from achievement_pipeline.cli.collect.runs import Runs


def begin_reading(
    named: Sequence[RepositorySettings], selection: Mapping[str, Any], settings: Settings, open_until: ExitStack
) -> ReadAhead[RepositoryHistory] | None:
    """Begin to read the first repository, if it is on this machine, before any thread is started.

    Args:
        named: The repositories that the command line names.
        selection: The commits that it selects.
        settings: All settings.
        open_until: Ends the reading.
    """
    first = next(iter(named or configured_repositories(settings)), RepositorySettings(location="."))
    is_new = not Path(settings.frames_location, "raw_commits").exists()  # else the service has collected something
    if not (is_new and GIT.is_on(settings) and local_folder(first.location)):
        return None
    try:
        is_all = first.branches == "all"
        repository = open_repository(first.location, cache=settings.mirrors_path, all_branches=is_all)
        wanted = Wanted.of(settings, since=selection["since"], authors=selection["authors"])
    except AchievementPipelineError:
        return None  # the collection itself says why
    return open_until.enter_context(first_reading(repository, wanted, settings))


def open_runs(ahead: ReadAhead[RepositoryHistory] | None, settings: Settings, open_until: ExitStack) -> "Runs":
    """Show bars, and meanwhile import and open what the runs need.

    Args:
        ahead: What has begun to be read.
        settings: All settings.
        open_until: Closes what was opened.
    """
    bars = open_until.enter_context(import_for_good("achievement_pipeline.cli.collect.bars").show_bars())
    if ahead:
        ahead.show(partial(bars.start, None))
    runs: Runs = import_for_good("achievement_pipeline.cli.collect.runs").Runs(settings, bars, ahead, open_until)
    return runs
