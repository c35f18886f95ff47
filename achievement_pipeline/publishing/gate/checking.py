"""Checks of a finished text: nothing private in it, a valid format, plausible links, and no more than its size limit.

The gate decides achievement by achievement. Here the whole text is read again, by other means, so that a bug in the
gate or in a renderer stops the document before a stranger sees it. `publishing.gate.finished` makes sure that nothing
is published without these checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from urllib.parse import urlsplit

from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern, escape
from achievement_pipeline.publishing.channel import Channel, Treatment
from achievement_pipeline.publishing.gate.policy import PrivacyPolicy
from achievement_pipeline.publishing.gate.privacy import Known, private_places
from achievement_pipeline.publishing.gate.redaction import listed_names
from achievement_pipeline.publishing.gate.secret_scan import find_secrets

LONGEST_LINK = 2_000
"""Characters that every browser and server accepts."""
_ENDS_LINK = compile_pattern(r"[\s<>\"]")


class Check(StrEnum):
    """The checks of a finished text, by their names in the Dagster UI."""

    NOTHING_PRIVATE = "nothing_private"
    FORM = "form"
    LINKS = "links"
    SIZE = "size"


Problems = Mapping[Check, Sequence[str]]
"""The findings of every check, in words that do not repeat secrets."""


def find_problems(text: str, channel: Channel, policy: PrivacyPolicy, known: Known, own: str = "") -> Problems:
    """Return the problems of a document by check; the arguments are those of `find_leaks`."""
    return {
        Check.NOTHING_PRIVATE: find_leaks(text, channel, policy, known, own),
        Check.FORM: channel.find_faults(text),
        Check.LINKS: find_bad_links(text, channel),
        Check.SIZE: find_excess(text, channel),
    }


def find_leaks(text: str, channel: Channel, policy: PrivacyPolicy, known: Known, own: str = "") -> list[str]:
    """Return what a document reveals although its channel must not.

    Args:
        text: The document.
        channel: Where it is published.
        policy: What may be published.
        known: What the gate knows besides.
        own: Parts of the document that users wrote for it themselves; they may name anybody in it.
    """
    text = channel.as_read(text)
    found = {f"a secret ({secret.kind})": text.find(secret.text) for secret in find_secrets(text)}
    names: dict[str, str] = {}
    if channel.is_outward:
        found |= _listed(text, policy, own)
        # the letters of a name may be too few for the finder: "00", "Ýb"
        names |= {f"the name {name}": name for name in policy.people}
    if policy.treatment(channel) is not Treatment.SHOW:
        names |= {f"the private {name}": name for name in private_places(known)}
        names |= {f"the address {name}": name for name in known.people if "@" in name}
    found |= _named(text, names, own)
    return sorted(f"{what} in line {text.count(chr(10), 0, max(start, 0)) + 1:,}" for what, start in found.items())


def find_bad_links(text: str, channel: Channel) -> list[str]:
    """Return links that can't work: another scheme, no host, too long, or an id that the page does not have.

    Links are not followed: a request would reveal to a server what is about to be published.
    """
    return [link for link in channel.find_links(channel.as_read(text)) if not _is_good(link)]


def find_excess(text: str, channel: Channel) -> list[str]:
    """Return by how much a document exceeds the size limit of its channel."""
    size = len(text.encode())
    return [f"{size:,} bytes, at most {channel.largest:,}"] if channel.largest and size > channel.largest else []


def _listed(text: str, policy: PrivacyPolicy, own: str) -> dict[str, int]:
    """Return the names from the user's lists that a text contains, with their positions."""
    finder = listed_names(policy.code_names, policy.people)
    allowed = {found.name for found in finder.find(own)}
    return {f"the name {found.name}": found.start for found in finder.find(text) if found.name not in allowed}


def _named(text: str, names: Mapping[str, str], own: str) -> dict[str, int]:
    """Return the positions of the names that a text contains, by their descriptions."""
    positions, folded = {}, text.casefold()
    for description, name in names.items():
        if name.casefold() not in folded:  # a hundred times faster than the pattern
            continue
        pattern = compile_pattern(rf"(?<![\w-]){escape(name)}(?![\w-])", IGNORECASE)
        if (match := pattern.search(text)) and not pattern.search(own):
            positions[description] = match.start()
    return positions


def _is_good(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    whole = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    return bool(whole) and len(link) <= LONGEST_LINK and not _ENDS_LINK.search(link)
