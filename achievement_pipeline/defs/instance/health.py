"""Check Dagster's health: the daemon, the last ticks of sensors and schedules, lost and failed runs."""

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from achievement_pipeline.defs.automation.requests import subject
from achievement_pipeline.defs.instance.compat import (
    SENSOR_NAME_TAG,
    InstigatorState,
    InstigatorStatus,
    InstigatorTick,
    TickStatus,
)
from achievement_pipeline.defs.instance.failures import REASON_TAG
from achievement_pipeline.defs.instance.lost_runs import find_lost_runs

_LIVE_SECONDS = 120
"""The daemon sends a heartbeat every 30 seconds."""
_FAILURES_SHOWN = 5
_FAILURES_LOOKED_AT = 50
_FAILURES_DAYS = 7
_AGAIN = "Its sensor retries it, with increasing delays."
_BY_HAND = "It is not retried automatically: fix the cause, then launch it again."
_OF = ("dagster/partition", "dagster/asset_partition_range")
"""Tags for the target of a run."""


@dataclass(frozen=True)
class Symptom:
    """The result of one check. It is healthy if there is no remedy."""

    name: str
    detail: str
    remedy: str = ""


def examine(instance: dg.DagsterInstance, run_locks: Path, *, is_running: bool) -> Iterator[Symptom]:
    """Check the instance.

    Args:
        instance: The Dagster instance.
        run_locks: Folder of the locks held by run processes.
        is_running: Whether the service is running, in which case the daemon must be alive.
    """
    if is_running:
        yield _daemon(instance)
    if lost := find_lost_runs(instance, run_locks):
        detail = f"{len(lost)} with a killed process: {', '.join(run.run_id[:8] for run in lost[:_FAILURES_SHOWN])}"
        yield Symptom(
            "lost runs", detail, "The next `achievements collect` or `achievements start` marks them as failed."
        )
    yield from _triggers(instance)
    yield from _failures(instance)


def _daemon(instance: dg.DagsterInstance) -> Symptom:
    beats = instance.get_daemon_heartbeats()
    if not beats:
        return Symptom("daemon", "no heartbeat yet", "It takes up to 30 seconds after the start. Try again then.")
    silent = sorted(name for name, beat in beats.items() if time.time() - beat.timestamp > _LIVE_SECONDS)
    if silent:
        return Symptom("daemon", f"silent: {', '.join(silent)}", "Restart it: achievements stop; achievements start")
    return Symptom("daemon", f"alive: {', '.join(sorted(beats)).lower()}")


def _triggers(instance: dg.DagsterInstance) -> Iterator[Symptom]:
    """Check sensors and schedules: which are on, which the user stopped, and which failed last time."""
    states = sorted(instance.all_instigator_state(), key=lambda state: state.instigator_name)
    on = [state for state in states if state.status is not InstigatorStatus.STOPPED]
    off = [state.instigator_name for state in states if state.status is InstigatorStatus.STOPPED]
    ticks = {state.instigator_name: _last_tick(instance, state) for state in on}
    if ticks:
        ticked = (f"{name} ({_written(tick.timestamp) if tick else 'no tick yet'})" for name, tick in ticks.items())
        yield Symptom("sensors and schedules", f"on, with last tick: {', '.join(ticked)}")
    if off:
        yield Symptom("sensors and schedules", f"turned off in the UI: {', '.join(off)}")
    for name, tick in ticks.items():
        if tick and tick.status is TickStatus.FAILURE:
            error = tick.error and (tick.error.cause or tick.error)
            remedy = "It is retried automatically. If it keeps failing, open it in the UI: achievements start"
            yield Symptom(name, f"its last tick failed: {error.message.strip() if error else 'see the UI'}", remedy)


def _last_tick(instance: dg.DagsterInstance, state: InstigatorState) -> InstigatorTick | None:
    return next(iter(instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)), None)


def _failures(instance: dg.DagsterInstance) -> Iterator[Symptom]:
    """Check runs that failed in the last days: the last failure of each, unless a later run of the same succeeded."""
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=_FAILURES_DAYS)
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], created_after=since)
    reported: set[tuple[str, str]] = set()
    for record in instance.get_run_records(failed, limit=_FAILURES_LOOKED_AT):
        run = record.dagster_run
        what = (run.job_name, subject(run.tags))
        if what in reported or len(reported) == _FAILURES_SHOWN:
            continue
        reported.add(what)
        later = dg.RunsFilter(
            job_name=run.job_name,
            statuses=[dg.DagsterRunStatus.SUCCESS],
            tags={name: text for name, text in run.tags.items() if name.startswith(_OF)},
            created_after=record.create_timestamp,
        )
        if instance.get_runs(later, limit=1):
            continue
        reason = run.tags.get(REASON_TAG, "see its log")
        remedy = (
            f"{_AGAIN if SENSOR_NAME_TAG in run.tags else _BY_HAND} Its log: achievements start, run {run.run_id[:8]}"
        )
        failed_at = f"{record.create_timestamp:%Y-%m-%d %H:%M} UTC"
        yield Symptom(" ".join(("run", *what)).strip(), f"failed {failed_at}: {reason}", remedy)


def _written(timestamp: float) -> str:
    return f"{dt.datetime.fromtimestamp(timestamp, dt.UTC):%Y-%m-%d %H:%M:%S}"
