"""The runs of `achievements collect`: one a repository and source, in this process, with bars on the terminal."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg

from achievement_pipeline.app.collect.readings.ahead import ReadAhead
from achievement_pipeline.app.collect.readings.histories import READ_FRAMES, RepositoryHistory
from achievement_pipeline.app.collect.readings.lines_in_use import LINE_FRAMES
from achievement_pipeline.app.collect.receipts import REPORTED, Facts
from achievement_pipeline.app.collect.run_locks import hold_run_lock
from achievement_pipeline.cli.collect.bars import Bars
from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.instance.compat import RunFailureReason, make_new_run_id
from achievement_pipeline.defs.instance.failures import label
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.instance.lost_runs import end_lost_runs
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.defs.resources.waits import SERVER_IS_DOWN
from achievement_pipeline.lanes import GIT, Lane
from achievement_pipeline.settings import Settings

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_OF_GIT = (*READ_FRAMES, *GIT.assets, *LINE_FRAMES)
"""The frames of a repository that its lanes are judged from."""


class Result(NamedTuple):
    """How a run ended."""

    failure: str
    """Why it failed; empty where it did not."""
    facts: Facts
    server_is_down: bool
    """Whether it failed because its source gives no answer, which it would not give to the next one."""


class Runs:
    """Runs jobs in this process.

    Args:
        settings: All settings.
        bars: Show the progress.
        ahead: The first reading of a repository that has begun already.
        open_until: Closes Dagster's records.
    """

    def __init__(
        self, settings: Settings, bars: Bars, ahead: ReadAhead[RepositoryHistory] | None, open_until: ExitStack
    ) -> None:
        self._bars = bars
        self._instance = open_until.enter_context(dg.DagsterInstance.get())
        self._definitions = build_defs(settings, bars, ahead)
        self._locks = settings.run_locks_path
        self._frames = ParquetIOManager(base_path=settings.frames_location)
        end_lost_runs(self._instance, self._locks)

    def run(self, lane: Lane, repository: str = "", selection: Mapping[str, Any] | None = None) -> Result:
        """Run the job of a lane.

        Raises:
            KeyboardInterrupt: It was interrupted, which Dagster takes for a failure of this run alone.
        """
        ops = {"ops": {"git_history": {"config": selection}}} if selection else {}
        run_id = make_new_run_id()
        if repository:
            self._instance.add_dynamic_partitions(PARTITIONS_NAME, [repository])
        with hold_run_lock(self._locks, run_id), self._bars.of_run(repository or lane.label):
            result = self._definitions.resolve_job_def(lane.job).execute_in_process(
                _QUIET | ops, self._instance, partition_key=repository or None, raise_on_error=False, run_id=run_id
            )
        if _was_interrupted(result):
            raise KeyboardInterrupt
        failure = _failure(result)
        if failure:
            # no daemon has to run that would see it
            label(self._instance, result.run_id, failure)
        is_down = any(SERVER_IS_DOWN in step.metadata for step in _user_failures(result))
        return Result(failure, _facts(result), is_down)

    def files(self, lane: Lane, repository: str, assets: Iterable[str]) -> dict[str, Path] | None:
        """Return the files of the frames that a run was made from or left; None where they are on no local disk."""
        named = [*assets, *(_OF_GIT if lane.by_repository else ())]
        files = {asset: self._frames.local_file(asset, repository or None) for asset in named}
        local = {asset: file for asset, file in files.items() if file is not None}
        return local if len(local) == len(files) else None


def _facts(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    """Return what is reported of the metadata of the assets of a run, by asset and name."""
    return {
        event.materialization.asset_key.to_user_string(): {
            name: value.value for name, value in event.materialization.metadata.items() if name in REPORTED
        }
        for event in result.get_asset_materialization_events()
    }


def _was_interrupted(result: dg.ExecuteInProcessResult) -> bool:
    ends = result.filter_events(lambda event: event.is_run_failure)
    return any(end.job_failure_data.failure_reason is RunFailureReason.UNEXPECTED_TERMINATION for end in ends)


def _failure(result: dg.ExecuteInProcessResult) -> str:
    """Return why a run failed, in the words of the first step that did; empty where it succeeded."""
    if result.success:
        return ""
    for described in _user_failures(result):
        if described.description:
            return str(described.description)
    for event in result.filter_events(lambda event: event.is_step_failure):
        failure = event.step_failure_data
        if failure.error:
            cause = failure.error.cause or failure.error
            return cause.message.strip()
    return "The run failed; its log in the Dagster UI says why: achievements start"


def _user_failures(result: dg.ExecuteInProcessResult) -> list[Any]:
    """Return the reasons of failed steps."""
    failures = (event.step_failure_data for event in result.filter_events(lambda event: event.is_step_failure))
    return [failure.user_failure_data for failure in failures if failure.user_failure_data]
