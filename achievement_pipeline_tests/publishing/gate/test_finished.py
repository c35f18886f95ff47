"""What may leave, and what the user is told of what may not."""

from typing import Any

import pytest

from achievement_pipeline.channels import CSV, LINKEDIN, PORTFOLIO
from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.gate.finished import Finished, Reader, finish
from achievement_pipeline.publishing.gate.policy import PrivacyPolicy
from achievement_pipeline.publishing.gate.privacy import Known
from achievement_pipeline_tests.publishing.tokens import made_up_secrets

ESCAPED = r"a \(b\)"


def finished(text: str, channel: Channel = LINKEDIN, own: str = "", **policy: Any) -> Finished[str]:
    reader = Reader(policy=PrivacyPolicy.model_validate(policy), known=Known(), own=own)
    return finish(text, text, name="the post of 7", channel=channel, reader=reader)


def test_what_passes_is_released_as_it_is() -> None:
    assert finished(ESCAPED).release() == ESCAPED


def test_what_does_not_pass_is_not_released_and_says_why_and_what_to_do() -> None:
    refused = finished("a (b\n\nof Blue Whale", code_names=["Blue Whale"])
    with pytest.raises(PublishingError) as error:
        refused.release()
    said = str(error.value).splitlines()
    assert said[0] == "the post of 7 is not published:"
    assert "  nothing private: the name Blue Whale in line 3" in said
    assert any("LinkedIn truncates" in line for line in said)
    assert any("achievements edit" in line or "`edit`" in line for line in said)


def test_a_secret_is_not_repeated() -> None:
    secret = made_up_secrets(seed=5)["GitHub token"]
    refused = finished(f"token {secret}", CSV)
    assert not refused.is_fit
    assert secret not in "".join(refused.explain())


def test_many_problems_are_counted() -> None:
    page = "".join(f'<a href="#{number}">x</a>' for number in range(30))
    assert "  links: and 20 more" in list(finished(page, PORTFOLIO).explain())
