r"""Compile regular expressions for single strings. Only this module may import `re`.

Text from repositories and APIs is untrusted, so no expression may take more than linear time. Columns of text use RE2
(`achievement_pipeline.columns.text`), which never backtracks. Python's engine does, so an expression must leave it no
choice: a repetition starts where it can't have started before (``(?<!\s)\s++#``), and is possessive or followed by
something that it can't match. What is possessive is a single character: CPython before 3.11.5 keeps what a group in
such a repetition matched in part (gh-106052). A group is repeated in an atomic one, ``(?>(?:ab)*)``.

One test runs every expression on strings derived from it, and checks that twice the length takes about twice the time.
Another checks that no module uses `re` or pandas' string methods, which use Python's engine for non-ASCII text.
"""

from __future__ import annotations

import re
import weakref
from typing import AnyStr, Final

DOTALL: Final = re.DOTALL
IGNORECASE: Final = re.IGNORECASE
MULTILINE: Final = re.MULTILINE
VERBOSE: Final = re.VERBOSE
Match = re.Match
Pattern = re.Pattern
escape = re.escape

_known: weakref.WeakSet[re.Pattern[str] | re.Pattern[bytes]] = weakref.WeakSet()


def compile_pattern(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Compile an expression and register it in `known_patterns`."""
    compiled = re.compile(expression, flags)
    _known.add(compiled)
    return compiled


def known_patterns() -> list[re.Pattern[str] | re.Pattern[bytes]]:
    """Return all compiled expressions, for the test of their running time."""
    return list(_known)
