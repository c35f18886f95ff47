"""What has to hold of a document before it goes out: nothing private in it, its form, its links, its size.

The gate decides achievement by achievement; here the finished text is read once more, by other means, so that a fault
of the gate or of a renderer stops the document, before a stranger finds it. `publishing.gate.finished`
sees to it that nothing goes out that was not read so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from html.parser import HTMLParser
from urllib.parse import urlsplit

from achievement_pipeline.patterns import IGNORECASE, compile_pattern, escape
from achievement_pipeline.publishing.documents.resume import ResumeError, check_resume
from achievement_pipeline.publishing.gate.policy import Channel, PrivacyPolicy, Treatment
from achievement_pipeline.publishing.gate.privacy import Known, private_places
from achievement_pipeline.publishing.gate.redaction import listed_names
from achievement_pipeline.publishing.gate.secret_scan import find_secrets
from achievement_pipeline.publishing.github_profile.block import MARKERS
from achievement_pipeline.publishing.linkedin.commentary import as_read

LONGEST_LINK = 2_000
"""Characters: what every browser and server takes."""
LARGEST = {Channel.BRAG: 500_000, Channel.RESUME: 200_000, Channel.PORTFOLIO: 10_000_000} | {
    Channel.GITHUB_PROFILE: 100_000
}
"""Bytes: of a text that is still read, of a resume that services still take, of a page that a phone still opens, of a
README that GitHub still shows whole."""

_MARKDOWN_LINK = compile_pattern(r"(?<!\\)\]\(((?:[^()]|\([^()]*\))*)\)")
_MARKDOWN_CODE = compile_pattern(r"`[^`\n]+`")
_MARKUP = compile_pattern(r"(?<!\\)<[a-zA-Z/!?]")
_CUTS = compile_pattern(r"(?<!\\)(?:\\\\)*[|{}@\[\]()<>*_~]")
_ENDS_LINK = compile_pattern(r"[\s<>\"]")
_ADDRESS = compile_pattern(r"https?://\S+")
_LOADS = frozenset({"audio", "base", "embed", "frame", "iframe", "img", "link", "object", "source", "track", "video"})
_LOADING_ATTRIBUTES = frozenset({"action", "background", "data", "formaction", "ping", "poster", "src", "srcset"})


class Check(StrEnum):
    """What a finished text is read for; names of the checks in the Dagster UI too."""

    NOTHING_PRIVATE = "nothing_private"
    FORM = "form"
    LINKS = "links"
    SIZE = "size"


Problems = Mapping[Check, Sequence[str]]
"""What every check found, in words that don't repeat secrets."""


def find_problems(text: str, channel: Channel, policy: PrivacyPolicy, known: Known, own: str = "") -> Problems:
    """Return what is wrong with a document, by check; the arguments are those of `find_leaks`."""
    return {
        Check.NOTHING_PRIVATE: find_leaks(text, channel, policy, known, own),
        Check.FORM: find_faults_of_form(text, channel),
        Check.LINKS: find_bad_links(text, channel),
        Check.SIZE: find_excess(text, channel),
    }


def find_leaks(text: str, channel: Channel, policy: PrivacyPolicy, known: Known, own: str = "") -> list[str]:
    """Return what a document tells that its channel must not, in words that don't repeat secrets.

    Args:
        text: The document.
        channel: The way out.
        policy: What may leave.
        known: What the gate knows too.
        own: Text of the document that users wrote for it themselves: they may name whom they want.
    """
    text = as_read(text) if channel is Channel.LINKEDIN else text
    found = {f"a secret ({secret.kind})": text.find(secret.text) for secret in find_secrets(text)}
    names: dict[str, str] = {}
    if channel.outward:
        found |= _listed(text, policy, own)
        # the letters of a name may be too few for the finder: "00", "Ýb"
        names |= {f"the name {name}": name for name in policy.people}
    if policy.treatment(channel) is not Treatment.SHOW:
        names |= {f"the private {name}": name for name in private_places(known)}
        names |= {f"the address {name}": name for name in known.people if "@" in name}
    found |= _named(text, names, own)
    return sorted(f"{what} in line {text.count(chr(10), 0, max(place, 0)) + 1:,}" for what, place in found.items())


def find_faults_of_form(text: str, channel: Channel) -> list[str]:
    """Return where a document does not have the form that its readers expect."""
    match channel:
        case Channel.RESUME:
            return _faults_of_resume(text)
        case Channel.PORTFOLIO:
            return _Page(text).faults
        case Channel.BRAG:
            found = _MARKUP.search(_MARKDOWN_CODE.sub("", text))
            return ["there is markup in it that is not ours"] if found else []
        case Channel.GITHUB_PROFILE:
            return ["there is a marker in it"] if MARKERS.search(text.encode()) else []
        case Channel.LINKEDIN:
            return ["there is a character in it that LinkedIn cuts at"] if _CUTS.search(text) else []
        case _:
            return []


def find_bad_links(text: str, channel: Channel) -> list[str]:
    """Return the links that can't lead anywhere: of another scheme, without a host, too long, to no place of a page.

    No link is followed: that would tell a server what is about to be published.
    """
    return [link for link in _links(text, channel) if not _is_good(link)]


def find_excess(text: str, channel: Channel) -> list[str]:
    """Return by how much a document is too large."""
    size, largest = len(text.encode()), LARGEST.get(channel)
    return [f"{size:,} bytes, at most {largest:,}"] if largest and size > largest else []


def _listed(text: str, policy: PrivacyPolicy, own: str) -> dict[str, int]:
    """Return where a text has which of the names that the user listed, by what they are called here."""
    finder = listed_names(policy.code_names, policy.people)
    allowed = {found.name for found in finder.find(own)}
    return {f"the name {found.name}": found.start for found in finder.find(text) if found.name not in allowed}


def _named(text: str, names: Mapping[str, str], own: str) -> dict[str, int]:
    """Return where a text has which of the names, by what they are called here."""
    places, folded = {}, text.casefold()
    for called, name in names.items():
        if name.casefold() not in folded:  # a hundred times faster than the pattern
            continue
        pattern = compile_pattern(rf"(?<![\w-]){escape(name)}(?![\w-])", IGNORECASE)
        if (match := pattern.search(text)) and not pattern.search(own):
            places[called] = match.start()
    return places


def _faults_of_resume(text: str) -> list[str]:
    try:
        check_resume(json.loads(text))
    except (ResumeError, ValueError) as error:
        return [str(error)]
    return []


def _links(text: str, channel: Channel) -> Iterable[str]:
    match channel:
        case Channel.LINKEDIN:
            return _ADDRESS.findall(as_read(text))
        case Channel.BRAG | Channel.GITHUB_PROFILE:
            return _MARKDOWN_LINK.findall(_MARKDOWN_CODE.sub("", text))
        case Channel.PORTFOLIO:
            page = _Page(text)
            return [link for link in page.links if link.removeprefix("#") not in page.places]
        case Channel.RESUME:
            return [value for value in _texts(json.loads(text)) if value.startswith(("http:", "https:"))]
        case _:
            return ()


def _is_good(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    whole = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    return bool(whole) and len(link) <= LONGEST_LINK and not _ENDS_LINK.search(link)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


class _Page(HTMLParser):
    """What of a page matters here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.faults: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in _LOADS or _LOADING_ATTRIBUTES & attributes.keys():
            self.faults.append(f"<{tag}> loads something")
        if tag == "a":
            self.links.append(attributes.get("href") or "")
        if name := attributes.get("id"):
            self.places.add(name)
