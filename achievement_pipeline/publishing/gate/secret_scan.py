"""Secrets in texts: keys, tokens and passwords, in the forms that their makers give them or beside a word for them.

The forms are Kingfisher's (some 900 rules, offline; the rules' compiled form is cached in the user's cache folder).
Its rules want a file around a password, or the second half of a pair; what people paste into a sentence is added here.
"""

import functools
import re
from dataclasses import dataclass

from kingfisher_sdk import Rules, Scanner

_PASTED = {
    "AWS access key": re.compile(r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b"),
    "bearer token": re.compile(r"(?i)\bbearer\s+(?P<secret>[\w.~+/-]{16,}=*)"),
    "password or key": re.compile(
        r"""(?ix)(?:password|passwd|passphrase|pwd|secret|token|api[ _-]?key|access[ _-]?key|credentials?)["'`]?
        \s*(?:=>|[:=]|\bis\b)\s*["'`]?
        (?P<secret>(?=[^\s"'`]*\d)[^\s"'`,;()\[\]]{6,})"""
    ),
}


@dataclass(frozen=True)
class Secret:
    """A secret in a text."""

    kind: str
    text: str
    """As it stands in the text."""


def find_secrets(text: str) -> list[Secret]:
    """Return every secret in a text, the longest first: one may be a part of another."""
    content = text.encode()
    found = {
        Secret(_kind(finding.rule_id), _between(content, finding.location)) for finding in _scanner().scan(content)
    }
    for kind, pattern in _PASTED.items():
        found |= {Secret(kind, match[match.lastgroup or 0]) for match in pattern.finditer(text)}
    return sorted(found, key=lambda secret: (-len(secret.text), secret.text, secret.kind))


@functools.cache
def _scanner() -> Scanner:
    return Scanner(Rules(confidence="low"))


def _kind(rule: str) -> str:
    return re.split(r"[./]", rule, maxsplit=1)[-1].replace("-", " ")


def _between(content: bytes, location: dict[str, int]) -> str:
    """Return what stands at a location; of a secret that is encoded, all that was encoded with it."""
    return content[location["start_offset"] : location["end_offset"]].decode()
