"""The prose that an author wrote, without what tools, templates and habits add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import dropwhile, filterfalse, takewhile

from achievement_pipeline.parsing.patterns import DOTALL, IGNORECASE, MULTILINE, compile_pattern
from achievement_pipeline.publishing.documents.parts.issue_mentions import ON_GITHUB, REFERS, TAIL
from achievement_pipeline.publishing.documents.parts.past_tense import past_tense
from achievement_pipeline.publishing.documents.parts.titles import (
    BLANK_LINES,
    BULLET,
    COMMIT_TYPE,
    letters,
    without_folded,
)

_COMMENT = compile_pattern(r"<!--.*?(?:-->|\Z)", DOTALL)
_CODE_BLOCK = compile_pattern(
    r"^[^\S\n]*(?:```|~~~)[^`\n]*\n.*?(?:^[^\S\n]*(?:```|~~~)[^\S\n]*$|\Z)", DOTALL | MULTILINE
)
_LIST_BEGINS = compile_pattern(r"(?<=:)\n(?=[^\S\n]*(?:[-*+]|\d+[.)])[^\S\n])")
"""The end of the line that leads to a list."""
_CREDIT = (
    r"(?:from|(?:written|suggested|reported|found|spotted|requested) by|thanks to) (?-i:[A-Z])[\w.'-]{0,30}"
    r"(?: [\w.'-]{1,30}){0,3}(?:,? thanks)?[.!]?"
)
_TRAILER = compile_pattern(
    r"(?:[\w-]{1,40}-by|change-id|reviewed-on|pr-url|cc|differential revision): .*|\(cherry picked from .*\)"
    rf"|{REFERS}|{ON_GITHUB}\.?|{_CREDIT}(?: {ON_GITHUB}\.?)?",
    IGNORECASE,
)
"""A line that tools and habits append."""
_NO_PROSE = compile_pattern(
    r"#|```|\||>|[-*+] ?\[[ xX]\]|!?\[|https?://\S+$|</?\w|---|===|squashed commit|commit [0-9a-f]{7,40}\b"
    r"|author: |date: |see merge request|conflicts:|this reverts commit|thank(?:s| you) for"
    r"|--hg--|branch ?: |see (?:the )?(?:linked )?(?:pull|issue)|see [^.]{1,120}\.?$|before submitting|by submitting"
    r"|please (?:make sure|ensure|check|describe|read|fill|include|provide|note that)|i have (?:read|added|updated)"
    r"|what (?:does|is) this|what kind of change|checklist|type of change|\W{0,200}$",
    IGNORECASE,
)
"""How paragraphs without prose begin: headings, code, tables, forms, templates."""
_SQUASHED = compile_pattern(r"\*\s+\S")
"""How GitHub lists the commits of a squash: one paragraph each, their own messages below it."""
_SQUASH = compile_pattern(
    r"(?:# )?(?:squashed commits?(?: of the following)?:|this is a combination of \d+ commits)", IGNORECASE
)
"""What git writes above the messages of squashed commits."""
_EMOJI = compile_pattern(
    r"^(?:(?::[a-z][a-z0-9_+-]{1,30}:|[\u2190-\u21ff\u2600-\u27bf\U0001f000-\U0001faff]\ufe0f?) *)+"
)
"""What some projects put before a sentence, by name or as a character: ``:bug: Fix a leak``."""
_LABEL = compile_pattern(r"[A-Z][^:\n]{0,40}: +\S")
"""How the lines of a list of figures begin: ``Default: 12 -> 8 MB``."""


def about_the_whole(description: str) -> str:
    """Return what a description has about all of the work, without what is hidden in its Markdown.

    The messages of squashed commits are about single ones: steps, doubts, and what a later one undid.
    """
    written = takewhile(
        lambda paragraph: not _are_squashed(paragraph), BLANK_LINES.split(_COMMENT.sub("", description))
    )
    return "\n\n".join(written)


def paragraphs(title: str, description: str) -> Iterator[tuple[bool, list[str]]]:
    """Yield the paragraphs of prose in a description: whether each is a list, and its lines.

    Args:
        title: The title that the description belongs to. What repeats or ends it is left out.
        description: Any text.
    """
    of_title = letters(title)
    text = about_the_whole(without_folded(title, description))
    text = _LIST_BEGINS.sub("\n\n", _CODE_BLOCK.sub("\n", text))
    for paragraph in BLANK_LINES.split(text):
        lines = _lines(paragraph)
        if not lines or _NO_PROSE.match(lines[0]):
            continue
        has_bullets = bool(BULLET.match(lines[0]))
        is_list = has_bullets or (len(lines) > 1 and (all(map(_LABEL.match, lines)) or all(map(_tells_a_step, lines))))
        items = [TAIL.sub("", COMMIT_TYPE.sub("", item)) for item in (_items(lines) if has_bullets else lines)]
        # a line in the middle of a text may be the last word of a sentence, and one that the title has
        without = filterfalse if is_list else dropwhile
        own = list(without(lambda item: letters(item) in of_title, items))
        # a list that has the title too is of the commits that were squashed
        if own and not (is_list and len(own) < len(items)):
            yield is_list, own


def _tells_a_step(line: str) -> bool:
    """Whether a line without a full stop begins with a verb: several such are a list without bullets."""
    return line[:1].isupper() and line[-1].isalnum() and past_tense(line) != line


def _lines(paragraph: str) -> list[str]:
    """Return the lines of a paragraph without trailers, blanks around them, and emoji before them."""
    lines = (_EMOJI.sub("", line.strip()) for line in paragraph.splitlines())
    return [line for line in lines if line and not _TRAILER.fullmatch(line)]


def _are_squashed(paragraph: str) -> bool:
    """Whether the messages of squashed commits begin with a paragraph: in a list of GitHub, or of typed messages."""
    lines = _lines(paragraph)
    if len(lines) == 1 and _SQUASHED.match(lines[0]):
        return True
    subjects = [BULLET.sub("", line) for line in lines if BULLET.match(line)]
    are_typed = len(subjects) > 1 and all(map(COMMIT_TYPE.match, subjects))
    return bool(lines) and (are_typed or bool(_SQUASH.match(lines[0])))


def _items(lines: Iterable[str]) -> Iterator[str]:
    """Yield the items of a list, each on one line, without their bullets."""
    item: list[str] = []
    for line in lines:
        if BULLET.match(line) and item:
            yield " ".join(item)
            item = []
        item.append(BULLET.sub("", line))
    yield " ".join(item)
