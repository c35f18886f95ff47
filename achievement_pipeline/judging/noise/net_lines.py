"""Count net lines: what a commit wrote that was not there before.

Within a file (`net_change`), white space, comment markers and, in prose, line wrapping are ignored, so indenting,
commenting out or rewrapping a line does not change it. Across a commit, lines that moved or were swept
(`changed_lines`) and repeated substitutions (`without_repeated`) count once.

Compressing the new text with the old as dictionary was tried instead (``docs/noise.md``): regular text written by
people, such as tables and tests, adds as little as a codemod.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from achievement_pipeline.judging.noise.changed_lines import ChangedLines, changed_lines, difference, without_moved
from achievement_pipeline.judging.noise.reasons import Noise
from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

_MARK = compile_pattern(
    rb"^(?:#+!?|//+!?|/\*+|\*+/?|--+|;+|%+|<!--|rem\b|dnl\b)[ \t]*|(?<![ \t])[ \t]*+(?:\*/|-->)$", IGNORECASE
)
"""Comment markers at the start or end of a line."""

_PROSE = compile_pattern(r"(?i)\.(?:md|mdx|rst|txt|adoc|asciidoc|tex|org)$")

_WORDS_A_LINE = 8

_REPEATED = 20
"""A substitution in this many lines of a commit was made by a tool, or by repetition."""
_TOKENS = compile_pattern(rb"\w+|[^\w\s]")
_SUBSTITUTED = 8
"""Maximum number of tokens that a substitution removes or inserts."""
_LONGEST_LINE = 500

_Substitution: TypeAlias = tuple[frozenset[tuple[bytes, int]], frozenset[tuple[bytes, int]]]


def net_change(path: str, before: bytes, after: bytes) -> tuple[ChangedLines, Noise | None]:
    """Return the net lines of one file, and why they are fewer than git's count; None if they are not."""
    # lines that are alike as they are are alike without indentation and marks: only the others have to lose these
    written = difference(before, after, lambda content: filter(bytes.strip, content.split(b"\n")))
    has_returns = b"\r" in before or b"\r" in after  # which end lines too, or stand at their ends
    unlike = changed_lines(before, after) if has_returns else _unlike(written, bytes.strip)
    steps: list[tuple[ChangedLines, Noise | None]] = [
        (written, None),
        (unlike, Noise.WHITESPACE),
        (_unlike(unlike, _uncommented), Noise.COMMENTED),
    ]
    if _PROSE.search(path):
        steps.append((_as_prose(steps[-1][0], before, after), Noise.REFORMAT))
    return min(steps, key=lambda step: _total(step[0]))


def without_moved_comments(files: Sequence[ChangedLines]) -> list[ChangedLines]:
    """Remove lines that moved between files of a commit, also if they were commented out or in on the way.

    Args:
        files: As in `achievement_pipeline.judging.noise.changed_lines.without_moved`.
    """
    stayed = without_moved(files)
    plain = [ChangedLines(*map(_plain, lines)) for lines in stayed]
    rest = without_moved(plain)
    return [
        after if _total(after) < _total(before) else lines
        for lines, before, after in zip(stayed, plain, rest, strict=True)
    ]


def without_repeated(files: Sequence[ChangedLines]) -> list[ChangedLines]:
    """Remove lines that the same substitution changed very often, except the first one.

    For example, renaming ``load`` to ``read`` in 30 lines of a commit is one substitution, whatever else these lines
    contain::

        - config = load(path)         - return load(name, mode="r")
        + config = read(path)         + return read(name, mode="r")

    Args:
        files: Changed lines of each file of a commit. Lines are paired in order, if as many were added as removed.

    Returns:
        The remaining lines of each file, in the same order.
    """
    pairs = [_pairs(file) for file in files]
    if sum(map(len, pairs)) < _REPEATED:
        return list(files)
    found = [[_substitution(*pair) for pair in of_file] for of_file in pairs]
    counts = Counter(one for of_file in found for one in of_file if one is not None)
    seen, rest = set[_Substitution](), []
    for file, of_file, substitutions in zip(files, pairs, found, strict=True):
        added, removed = Counter[bytes](), Counter[bytes]()
        for (old, new), one in zip(of_file, substitutions, strict=True):
            if one is None or counts[one] < _REPEATED:
                continue
            if one in seen:
                added[new] += 1
                removed[old] += 1
            seen.add(one)
        rest.append(ChangedLines(file.added - added, file.removed - removed) if added else file)
    return rest


def _difference(before: Iterable[bytes], after: Iterable[bytes]) -> ChangedLines:
    old, new = Counter(before), Counter(after)
    return ChangedLines(new - old, old - new)


def _unlike(lines: ChangedLines, without: Callable[[bytes], bytes]) -> ChangedLines:
    """Return the changed lines that still differ without something; empty ones are left out."""
    return _difference(*(filter(None, map(without, side.elements())) for side in (lines.removed, lines.added)))


def _plain(lines: Counter[bytes]) -> Counter[bytes]:
    return Counter(filter(None, map(_uncommented, lines.elements())))


def _uncommented(line: bytes) -> bytes:
    return _MARK.sub(b"", line.strip()).strip()


def _as_prose(lines: ChangedLines, before: bytes, after: bytes) -> ChangedLines:
    """Keep the number of lines that the changed words fill."""
    words = difference(before, after, bytes.split)
    added, removed = (-(-side.total() // _WORDS_A_LINE) for side in words)
    return ChangedLines(_first(lines.added, added), _first(lines.removed, removed))


def _first(lines: Counter[bytes], number: int) -> Counter[bytes]:
    return lines if lines.total() <= number else Counter(itertools.islice(lines.elements(), number))


def _total(lines: ChangedLines) -> int:
    return lines.added.total() + lines.removed.total()


def _pairs(lines: ChangedLines) -> list[tuple[bytes, bytes]]:
    if lines.added.total() != lines.removed.total():
        return []
    return list(zip(lines.removed.elements(), lines.added.elements(), strict=True))


def _substitution(old: bytes, new: bytes) -> _Substitution | None:
    """Return the tokens removed from and inserted into a line; None if too little of the line remains."""
    if max(len(old), len(new)) > _LONGEST_LINE:
        return None
    before, after = Counter(_TOKENS.findall(old)), Counter(_TOKENS.findall(new))
    taken, put = before - after, after - before
    stayed = before.total() - taken.total()
    if not stayed or max(taken.total(), put.total()) > min(_SUBSTITUTED, 2 * stayed):
        return None
    return frozenset(taken.items()), frozenset(put.items())
