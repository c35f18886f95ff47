"""Failed runs are tagged with a reason and reported to a webhook without secrets; and which failures are retried."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import dagster as dg
import pytest
from pydantic import SecretStr

from achievement_pipeline.defs.instance.failures import REASON_TAG, WebhookError, _notify, failure_sensor
from achievement_pipeline.defs.instance.retries import retried_while_unavailable
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.postgres.database import UnavailableError


class Webhook(ThreadingHTTPServer):
    """Takes messages, as Slack does, or refuses them."""

    status = 200

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        """Its address, with a secret in it as all such have."""
        return f"http://127.0.0.1:{self.server_port}/services/hidden-token"


class _Handler(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.messages.append(json.loads(self.rfile.read(length)))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its base has it
        pass


@pytest.fixture
def webhook(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:  # noqa: ARG001 - first its environment
    with Webhook() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setenv("FAILURE_WEBHOOK_URL", server.url)
        yield server
        server.shutdown()


@dg.op
def fail() -> None:
    raise dg.Failure("The server says: Bearer abcdefghijklmnop1234567890 is not known.", allow_retries=False)


@dg.job
def failing() -> None:
    fail()


def _react(instance: dg.DagsterInstance, **tags: str) -> dg.DagsterRun:
    result = failing.execute_in_process(
        {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        instance=instance,
        raise_on_error=False,
        tags={"dagster/partition": "local/a", **{f"dagster/{name}": value for name, value in tags.items()}},
    )
    context = dg.build_run_status_sensor_context(
        sensor_name="failed_runs",
        dagster_event=result.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=result.dagster_run,
    )
    failure_sensor(load_settings())(context.for_run_failure())
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    return run


def test_a_failed_run_is_tagged_and_reported_without_secrets(webhook: Webhook) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = _react(instance)
    assert run.tags[REASON_TAG] == "The server says: Bearer *** is not known."
    [message] = webhook.messages
    assert message["text"] == "❌ failing local/a failed: The server says: Bearer *** is not known."
    assert message["content"] == message["text"]


def test_a_run_that_is_started_again_by_itself_disturbs_nobody(webhook: Webhook) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = _react(instance, will_retry="true")
    assert REASON_TAG in run.tags
    assert webhook.messages == []


def test_a_webhook_that_refuses_is_named_without_its_address(webhook: Webhook) -> None:
    webhook.status = 403
    with pytest.raises(WebhookError, match="HTTP 403") as refused:
        _notify(SecretStr(webhook.url), "hello")
    assert "hidden-token" not in str(refused.value)


def test_a_webhook_that_is_not_there_is_named_without_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("achievement_pipeline.defs.instance.failures._post.retry.sleep", waits.append)
    with pytest.raises(WebhookError, match="ConnectionError") as absent:
        _notify(SecretStr("http://127.0.0.1:9/services/hidden-token"), "hello")
    assert "hidden-token" not in str(absent.value)
    assert len(waits) == 2


def test_an_asset_waits_for_the_database_and_for_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("achievement_pipeline.defs.instance.retries._SECONDS", 0.5)
    tries = []

    @dg.asset
    def stored(context: dg.AssetExecutionContext) -> None:
        tries.append(time.monotonic())
        with retried_while_unavailable(context):
            raise UnavailableError("gone") if len(tries) == 1 else ValueError("wrong row")

    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([stored], instance=instance, raise_on_error=False)

    first, second = tries
    assert second - first > 0.4
