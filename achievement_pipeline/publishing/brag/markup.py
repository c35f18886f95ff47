"""How words are written in a format: escaped, so that a text of other people makes no markup of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.publishing.documents.parts import markdown

_CODE = compile_pattern(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Format:
    """Writes plain words, in which only code is marked by backticks, as a format has them."""

    text: Callable[[str], str]
    link: Callable[[str, str], str]
    """Takes words and an address."""
    join: Callable[[Sequence[str]], str]
    """Joins what is escaped already."""


def _html(text: str) -> Markup:
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def _html_link(words: str, url: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url, _html(words))


MARKDOWN = Format(markdown.escaped, markdown.link, ", ".join)
HTML = Format(_html, _html_link, Markup(", ").join)
