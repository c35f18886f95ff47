"""Handle failed runs: tag the run with a readable reason, and notify a webhook.

The reason is a run tag, so the UI can show and filter it and `achievements doctor` reads it.
"""

import dagster as dg
import requests
import tenacity
from pydantic import SecretStr

from achievement_pipeline.defs.automation.requests import people_call, subject
from achievement_pipeline.defs.instance.compat import WILL_RETRY_TAG
from achievement_pipeline.publishing.gate.secret_scan import find_secrets
from achievement_pipeline.settings import Settings

REASON_TAG = "achievements/reason"
_LONGEST_REASON = 400
_SECONDS = 10


class WebhookError(Exception):
    """The webhook did not accept a message. The error does not contain its URL, which may be secret."""


def failure_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor for failed runs."""
    webhook = settings.environment.failure_webhook_url

    @dg.run_failure_sensor(
        name="failed_runs",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tags each failed run with its reason, and notifies the webhook in FAILURE_WEBHOOK_URL.",
    )
    def failed_runs(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        reason = _reason(context)
        label(context.instance, run.run_id, reason)
        will_retry = (context.instance.get_run_by_id(run.run_id) or run).tags.get(WILL_RETRY_TAG) == "true"
        if webhook and not will_retry:
            _notify(webhook, f"❌ {people_call(run.job_name)} {subject(run.tags)} failed: {reason}")

    return failed_runs


def label(instance: dg.DagsterInstance, run_id: str, reason: str) -> None:
    """Tag a failed run with the reason."""
    instance.add_run_tags(run_id, {REASON_TAG: _presentable(reason)})


def _reason(context: dg.RunFailureSensorContext) -> str:
    """Return why a run failed: the error of the first failed step, else Dagster's own message."""
    errors = filter(None, map(reason_of_step, context.get_step_failure_events()))
    return next(errors, None) or _presentable(context.failure_event.message or "Dagster gave no reason.")


def reason_of_step(event: dg.DagsterEvent) -> str | None:
    """Return the error message of a failed step, or None."""
    failure = event.step_failure_data
    if failure.user_failure_data and failure.user_failure_data.description:
        return _presentable(failure.user_failure_data.description)
    if failure.error:
        return _presentable((failure.error.cause or failure.error).message)
    return None


def _presentable(text: str) -> str:
    for secret in find_secrets(text):
        text = text.replace(secret.text, "***")
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_REASON else f"{text[: _LONGEST_REASON - 1]}…"


def _notify(webhook: SecretStr, text: str) -> None:
    """Post a message in the format of Slack and Mattermost (``text``) and Discord (``content``).

    Raises:
        WebhookError: It was not accepted after three attempts.
    """
    try:
        fault = _post(webhook, text)
    except requests.RequestException as error:  # its message contains the URL
        fault = type(error).__name__
    if fault:
        raise WebhookError(f"The webhook in FAILURE_WEBHOOK_URL did not accept the message: {fault}.")


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(requests.ConnectionError),
    stop=tenacity.stop_after_attempt(3),
    wait=tenacity.wait_exponential_jitter(multiplier=0.2, max=5),
    reraise=True,
)
def _post(webhook: SecretStr, text: str) -> str:
    answer = requests.post(webhook.get_secret_value(), json={"text": text, "content": text}, timeout=_SECONDS)
    return "" if answer.ok else f"HTTP {answer.status_code}"
