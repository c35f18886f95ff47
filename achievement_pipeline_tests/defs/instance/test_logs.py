"""What runs say on the console: for people with a sign, for machines as JSON."""

import json

import dagster as dg
import pytest

from achievement_pipeline.defs.instance.logs import console_logger
from achievement_pipeline.settings import LogFormat


def _logged(log_format: LogFormat, capsys: pytest.CaptureFixture[str], *, fails: bool = False) -> list[str]:
    @dg.op
    def work(context: dg.OpExecutionContext) -> None:
        context.log.info("one of two")
        context.log.warning("something is missing")
        if fails:
            raise dg.Failure("No way.")

    @dg.job(logger_defs={"console": console_logger(log_format)})
    def collect() -> None:
        work()

    with dg.DagsterInstance.ephemeral() as instance:
        collect.execute_in_process(
            {"loggers": {"console": {}}}, instance, tags={"dagster/partition": "local/a"}, raise_on_error=False
        )
    return capsys.readouterr().err.splitlines()


def test_people_read_a_line_with_a_sign_for_each_thing(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _logged(LogFormat.TEXT, capsys)
    signs = [line.split()[0] for line in lines]
    texts = [line.partition("collect local/a: ")[2] for line in lines]
    assert signs == ["🔍", "ℹ️", "✅"]  # noqa: RUF001 - the sign is meant
    assert texts == ["one of two", "something is missing", "done"]


def test_what_a_backfill_does_is_called_by_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    @dg.asset
    def scores() -> None: ...

    definitions = dg.Definitions([scores], loggers={"console": console_logger(LogFormat.TEXT)})
    definitions.resolve_implicit_global_asset_job_def().execute_in_process({"loggers": {"console": {}}})

    assert capsys.readouterr().err.splitlines()[-1].endswith(" materialize: done")


def test_dagster_logs_a_run_without_configuration_in_its_own_way(capsys: pytest.CaptureFixture[str]) -> None:
    """If this fails, `compat.use_logger` can go: docs/decisions/0015."""

    @dg.asset
    def scores() -> None: ...

    definitions = dg.Definitions([scores], loggers={"console": console_logger(LogFormat.TEXT)})
    definitions.resolve_implicit_global_asset_job_def().execute_in_process()

    assert "dagster - DEBUG - __ASSET_JOB" in capsys.readouterr().err


def test_people_read_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    lines = "\n".join(_logged(LogFormat.TEXT, capsys, fails=True))
    assert "❌" in lines
    assert "No way." in lines
    assert "✅" not in lines


def test_machines_read_json_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.loads(line) for line in _logged(LogFormat.JSON, capsys, fails=True)]
    assert [one["levelname"] for one in lines[:2]] == ["INFO", "WARNING"]
    assert lines[0]["dagster_meta"]["orig_message"] == "one of two"
    assert lines[0]["dagster_meta"]["job_name"] == "collect"
