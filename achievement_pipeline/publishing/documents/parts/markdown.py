"""Texts of people inside of Markdown that we write: they show as they were written, and make no links or pictures."""

from urllib.parse import quote

from achievement_pipeline.parsing.patterns import compile_pattern

_CODE = compile_pattern(r"(`[^`\n]+`)")
_MARKUP = compile_pattern(r"[\\`*\[\]<>|~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")

_BACKTICKS = compile_pattern("`+")
_SAFE_IN_ADDRESS = ":/?#[]@!$&'*+,;=%~"
"""What stays as it is in an address: all that has a meaning there but parentheses, which Markdown counts."""


def escaped(text: str) -> str:
    """Return a text on one line with what Markdown would read as its own escaped; code stays code."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(part if index % 2 else _MARKUP.sub(r"\\\g<0>", part) for index, part in enumerate(parts))


def link(words: str, url: str) -> str:
    """Return a link; no character of the address ends it early."""
    return f"[{escaped(words)}]({quote(url, safe=_SAFE_IN_ADDRESS)})"


def fenced(text: str, language: str = "text") -> str:
    """Return a text as a block of code: nothing in it is Markdown, nor ends the block."""
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
