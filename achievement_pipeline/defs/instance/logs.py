"""The console log of runs: readable lines with a symbol, or JSON.

Dagster's full event log is in the UI. The console shows progress, errors and how the run ended.
"""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import dagster as dg

from achievement_pipeline.defs.automation.requests import people_call, subject
from achievement_pipeline.defs.instance.compat import use_logger
from achievement_pipeline.defs.instance.failures import reason_of_step
from achievement_pipeline.settings import LogFormat
from achievement_pipeline.system.terminal import escape_controls

_CONFIG = {"log_level": dg.Field(str, default_value="INFO", is_required=False, description="Minimum level to log")}
_NO_FAULT = "Data version mismatch for asset"
"""A harmless warning: a run for other repositories materialized the same asset in the meantime, as in backfills."""


def console_logger(log_format: LogFormat) -> dg.LoggerDefinition:
    """Return the logger for runs."""
    return dg.json_console_logger if log_format is LogFormat.JSON else _readable_logger


def use_console_logger(log_format: LogFormat) -> None:
    """Log the runs in this process to the console in this format."""
    use_logger(console_logger(log_format), {"name": "dagster", "log_level": "INFO"})


@dg.logger(_CONFIG, description="Readable lines with a symbol")
def _readable_logger(init: dg.InitLoggerContext) -> logging.Logger:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_ReadableFormatter("%(asctime)s", "%H:%M:%S"))
    lowest = logging.getLevelNamesMapping()[init.logger_config["log_level"].upper()]
    handler.addFilter(lambda record: record.levelno >= lowest or (lowest <= logging.INFO and _has_succeeded(record)))
    handler.addFilter(lambda record: not str(_about(record)["orig_message"]).startswith(_NO_FAULT))
    logger = logging.Logger("achievements")
    logger.addHandler(handler)
    return logger


class _ReadableFormatter(logging.Formatter):
    """Formats lines with job and repository instead of Dagster's identifiers."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: symbol, time, job, repository, message."""
        about = _about(record)
        run = f"{people_call(about['job_name'])} {subject(about['job_tags'])}".strip()
        return f"{_sign(record)} {self.formatTime(record, self.datefmt)} {run}: {escape_controls(_text(record))}"


def _text(record: logging.LogRecord) -> str:
    event = _about(record)["dagster_event"]
    if event and event.is_step_failure and (reason := reason_of_step(event)):
        return f"{event.step_key}: {reason}"
    return "done" if _has_succeeded(record) else str(_about(record)["orig_message"])


def _sign(record: logging.LogRecord) -> str:
    if _has_succeeded(record):
        return "✅"
    if record.levelno >= logging.ERROR:
        return "❌"
    return "ℹ️ " if record.levelno >= logging.WARNING else "🔍"  # noqa: RUF001 - the symbol is intended


def _has_succeeded(record: logging.LogRecord) -> bool:
    event = _about(record)["dagster_event"]
    return event is not None and event.event_type is dg.DagsterEventType.RUN_SUCCESS


def _about(record: logging.LogRecord) -> Mapping[str, Any]:
    about: Mapping[str, Any] = record.dagster_meta  # type: ignore[attr-defined]  # set by Dagster
    return about
