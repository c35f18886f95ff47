"""Secrets in texts are found as they stand there."""

import base64

import pytest

from achievement_pipeline.publishing.gate.secret_scan import find_secrets
from achievement_pipeline_tests.publishing.tokens import made_up_secrets, tell_tale

SECRETS = made_up_secrets(seed=1)


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_in_a_sentence_is_found(kind: str) -> None:
    text = f"Rotate the key: it was {SECRETS[kind]} until today, ünder a roof"
    found = find_secrets(text)
    rest = text
    for secret in found:
        assert secret.text in text
        rest = rest.replace(secret.text, "")
    assert found
    if kind != "private key":
        assert tell_tale(SECRETS[kind]) not in rest
    else:
        assert "PRIVATE KEY" not in rest


def test_an_encoded_secret_is_found_as_it_stands_there() -> None:
    encoded = base64.b64encode(f"export TOKEN={SECRETS['GitLab token']} # ci".encode()).decode()
    assert encoded in {secret.text for secret in find_secrets(f"the värs are {encoded} since Monday")}


@pytest.mark.parametrize(
    "text",
    [
        "Add token refresh to the password reset page (#12)",
        "Rotate secrets: every 90 days",
        "fix(token): expire sessions after 30 minutes",
        "See 8f3c1d2e4a5968778695a4b3c2d1e0f112233445",
        "Bearer tokens are checked",
        "",
    ],
)
def test_words_about_secrets_are_none(text: str) -> None:
    assert find_secrets(text) == []
