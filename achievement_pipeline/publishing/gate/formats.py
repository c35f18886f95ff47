"""Checks of one format each: does a text have the form that its readers expect, and which links are in it?

The record of a channel chooses its checks; `publishing.gate.checking` runs them.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser

from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.publishing.documents.resume import ResumeError, check_resume
from achievement_pipeline.publishing.github_profile.block import MARKERS

_MARKDOWN_LINK = compile_pattern(r"(?<!\\)\]\(((?:[^()]|\([^()]*\))*)\)")
_MARKDOWN_CODE = compile_pattern(r"`[^`\n]+`")
_MARKUP = compile_pattern(r"(?<!\\)<[a-zA-Z/!?]")
_CUTS = compile_pattern(r"(?<!\\)(?:\\\\)*[|{}@\[\]()<>*_~]")
_ADDRESS = compile_pattern(r"https?://\S+")
_LOADS = frozenset({"audio", "base", "embed", "frame", "iframe", "img", "link", "object", "source", "track", "video"})
_LOADING_ATTRIBUTES = frozenset({"action", "background", "data", "formaction", "ping", "poster", "src", "srcset"})


def no_faults(_text: str) -> Sequence[str]:
    """Accept any text."""
    return ()


def faults_of_resume(text: str) -> Sequence[str]:
    """Check a resume against the schema of JSON Resume."""
    try:
        check_resume(json.loads(text))
    except (ResumeError, ValueError) as error:
        return [str(error)]
    return []


def faults_of_page(text: str) -> Sequence[str]:
    """Check that an HTML page loads nothing."""
    return _read_page(text).faults


def faults_of_markdown(text: str) -> Sequence[str]:
    """Check that Markdown contains no HTML."""
    return ["it contains HTML"] if _MARKUP.search(_MARKDOWN_CODE.sub("", text)) else []


def faults_of_profile(text: str) -> Sequence[str]:
    """Check that the block of a GitHub profile does not contain its own markers."""
    return ["it contains a marker"] if MARKERS.search(text.encode()) else []


def faults_of_post(text: str) -> Sequence[str]:
    """Check that LinkedIn does not truncate a post at an unescaped character."""
    return ["it contains a character at which LinkedIn truncates it"] if _CUTS.search(text) else []


def no_links(_text: str) -> Iterable[str]:
    """Find no links."""
    return ()


def links_of_resume(text: str) -> Iterable[str]:
    """Find the values of a JSON document that are web addresses."""
    return [value for value in _texts(json.loads(text)) if value.startswith(("http:", "https:"))]


def links_of_page(text: str) -> Iterable[str]:
    """Find the links of an HTML page, without those to an element of the page itself."""
    page = _read_page(text)
    return [link for link in page.links if link.removeprefix("#") not in page.ids]


def links_of_markdown(text: str) -> Iterable[str]:
    """Find the links of Markdown."""
    return _MARKDOWN_LINK.findall(_MARKDOWN_CODE.sub("", text))


def links_of_text(text: str) -> Iterable[str]:
    """Find the web addresses in plain text."""
    return _ADDRESS.findall(text)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


class _Page(HTMLParser):
    """The links, ids and faults of an HTML page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.faults: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in _LOADS or _LOADING_ATTRIBUTES & attributes.keys():
            self.faults.append(f"<{tag}> loads something")
        if tag == "a":
            self.links.append(attributes.get("href") or "")
        if name := attributes.get("id"):
            self.ids.add(name)


@functools.lru_cache(maxsize=1)
def _read_page(text: str) -> _Page:
    """Read a page, once for both of its checks."""
    return _Page(text)
