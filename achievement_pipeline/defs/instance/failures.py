"""What happens when a run fails: the run is labelled with the reason in words for people, and a webhook is told.

The label is a tag of the run in Dagster's own records: the UI shows and finds it, `achievements doctor` reads it.
"""

import dagster as dg
import requests
import tenacity
from pydantic import SecretStr

from achievement_pipeline.defs.instance.compat import WILL_RETRY_TAG
from achievement_pipeline.defs.requests import people_call, subject
from achievement_pipeline.publishing.gate.secret_scan import find_secrets
from achievement_pipeline.settings import Settings

REASON_TAG = "achievements/reason"
_LONGEST_REASON = 400
_SECONDS = 10


class WebhookError(Exception):
    """The webhook did not take a message. Its address, which may be a secret, is not in the words."""


def failure_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor that sees failed runs."""
    webhook = settings.environment.failure_webhook_url

    @dg.run_failure_sensor(
        name="failed_runs",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Labels each failed run with the reason, and tells the webhook of FAILURE_WEBHOOK_URL.",
    )
    def failed_runs(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        reason = _reason(context)
        label(context.instance, run.run_id, reason)
        will_retry = (context.instance.get_run_by_id(run.run_id) or run).tags.get(WILL_RETRY_TAG) == "true"
        if webhook and not will_retry:
            _tell(webhook, f"❌ {people_call(run.job_name)} {subject(run.tags)} failed: {reason}")

    return failed_runs


def label(instance: dg.DagsterInstance, run_id: str, reason: str) -> None:
    """Label a failed run with the reason."""
    instance.add_run_tags(run_id, {REASON_TAG: _presentable(reason)})


def _reason(context: dg.RunFailureSensorContext) -> str:
    """Return why a run failed: what the first step that failed said, else what Dagster says of the run."""
    said = filter(None, map(reason_of_step, context.get_step_failure_events()))
    return next(said, None) or _presentable(context.failure_event.message or "Dagster gives no reason.")


def reason_of_step(event: dg.DagsterEvent) -> str | None:
    """Return what a step that failed said, for people; None where it said nothing."""
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


def _tell(webhook: SecretStr, text: str) -> None:
    """Post a message in the form that Slack and Mattermost (text) and Discord (content) take.

    Raises:
        WebhookError: It was not taken, three times in a row.
    """
    try:
        fault = _post(webhook, text)
    except requests.RequestException as error:  # its words hold the address, so they go no further
        fault = type(error).__name__
    if fault:
        raise WebhookError(f"The webhook of FAILURE_WEBHOOK_URL did not take the message: {fault}.")


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(requests.ConnectionError),
    stop=tenacity.stop_after_attempt(3),
    wait=tenacity.wait_exponential_jitter(multiplier=0.2, max=5),
    reraise=True,
)
def _post(webhook: SecretStr, text: str) -> str:
    answer = requests.post(webhook.get_secret_value(), json={"text": text, "content": text}, timeout=_SECONDS)
    return "" if answer.ok else f"HTTP {answer.status_code}"
