"""Secrets in the forms that their makers give them; made up anew, so that none stands in a file."""

import random
import string

_LETTERS = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"


def made_up_secrets(seed: int) -> dict[str, str]:
    """Return a secret of each kind."""
    source = random.Random(seed)

    def some(length: int, letters: str = _LETTERS) -> str:
        return "".join(source.choice(letters) for _ in range(length))

    return {
        "AWS key": "AKIA" + some(16, string.ascii_uppercase + "234567"),
        "GitHub token": "ghp_" + some(36),
        "GitHub fine-grained token": f"github_pat_{some(22)}_{some(59)}",
        "Linear key": "lin_api_" + some(40),
        "Slack token": f"xoxb-{some(12, string.digits)}-{some(12, string.digits)}-{some(24)}",
        "Stripe key": "sk_live_" + some(24),
        "npm token": "npm_" + some(36),
        "Anthropic key": f"sk-ant-api03-{some(93)}AA",
        "GitLab token": "glpat-" + some(20),
        "private key": "-----BEGIN RSA PRIVATE KEY-----\n"
        + "\n".join(some(64) for _ in range(12))
        + "\n-----END RSA PRIVATE KEY-----",
        "bearer token": "Bearer " + some(40),
        "password": f"password: {some(6)}{some(4, string.digits)}",
        "password in an address": f"postgres://app:{some(6)}{some(4, string.digits)}@db.internal/main",
        "API key": f'api_key = "{some(32, _HEX)}7"',
    }


def tell_tale(secret: str) -> str:
    """Return a part of a secret that must not be seen anywhere."""
    return secret.partition("://app:")[2].partition("@")[0] or secret.replace('"', "").split()[-1][-12:]
