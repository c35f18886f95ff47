"""What has to hold of a document before it is written: nothing private in it, its form, its links, its size.

The gate decides achievement by achievement; here the finished text is read once more, by other means, so that a fault
of the gate or of a renderer stops the document, before a stranger finds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

from achievement_pipeline.publishing.github_profile.block import MARKERS
from achievement_pipeline.publishing.policy import Channel, PrivacyPolicy, Treatment, Visibility
from achievement_pipeline.publishing.privacy import Known
from achievement_pipeline.publishing.resume import ResumeError, check_resume
from achievement_pipeline.publishing.secret_scan import find_secrets

LONGEST_LINK = 2_000
"""Characters: what every browser and server takes."""
LARGEST = {Channel.BRAG: 500_000, Channel.RESUME: 200_000, Channel.PORTFOLIO: 10_000_000} | {
    Channel.GITHUB_PROFILE: 100_000
}
"""Bytes: of a text that is still read, of a resume that services still take, of a page that a phone still opens, of a
README that GitHub still shows whole."""

_NAMES_NO_PLACE = frozenset({"linear", "manual"})
_MARKDOWN_LINK = re.compile(r"(?<!\\)\]\(((?:[^()]|\([^()]*\))*)\)")
_MARKDOWN_CODE = re.compile(r"`[^`\n]+`")
_MARKUP = re.compile(r"(?<!\\)<[a-zA-Z/!?]")
_CUTS = re.compile(r"(?<!\\)(?:\\\\)*[|{}@\[\]()<>*_~]")
_ESCAPED = re.compile(r"\\(.)")
_ADDRESS = re.compile(r"https?://\S+")
_LOADS = frozenset({"audio", "base", "embed", "frame", "iframe", "img", "link", "object", "source", "track", "video"})
_LOADING_ATTRIBUTES = frozenset({"action", "background", "data", "formaction", "ping", "poster", "src", "srcset"})


def find_leaks(text: str, channel: Channel, policy: PrivacyPolicy, known: Known, own: str = "") -> list[str]:
    """Return what a document tells that its channel must not, in words that don't repeat secrets.

    Args:
        text: The document.
        channel: The way out.
        policy: What may leave.
        known: What the gate knows too.
        own: Text of the document that users wrote for it themselves: they may name whom they want.
    """
    if channel is Channel.LINKEDIN:
        text = _ESCAPED.sub(r"\1", text)
    leaks = [f"a secret ({secret.kind})" for secret in find_secrets(text)]
    if channel.outward:
        leaks += [f"the name {name}" for name in (*policy.code_names, *policy.people) if _tells(text, name, own)]
    if policy.treatment(channel) is not Treatment.SHOW:
        leaks += [f"the private {name}" for name in _private_places(known) if _tells(text, name, own)]
        leaks += [f"the address {name}" for name in known.people if "@" in name and _tells(text, name, own)]
    return sorted(leaks)


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


def _tells(text: str, name: str, own: str) -> bool:
    found = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
    return found.search(text) is not None and found.search(own) is None


def _private_places(known: Known) -> Iterator[str]:
    """Yield the names of what is not public: repositories with and without their host, servers."""
    for origin, visibility in known.visibility_of.items():
        if visibility is Visibility.PUBLIC or origin in _NAMES_NO_PLACE:
            continue
        name = origin.removeprefix("mlflow:")
        yield name
        host, slash, rest = name.partition("/")
        if "." in host and "/" in rest and slash:
            yield rest


def _faults_of_resume(text: str) -> list[str]:
    try:
        check_resume(json.loads(text))
    except (ResumeError, ValueError) as error:
        return [str(error)]
    return []


def _links(text: str, channel: Channel) -> Iterable[str]:
    match channel:
        case Channel.LINKEDIN:
            return _ADDRESS.findall(_ESCAPED.sub(r"\1", text))
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
    return bool(whole) and len(link) <= LONGEST_LINK and not re.search(r"[\s<>\"]", link)


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
