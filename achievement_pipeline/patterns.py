r"""Regular expressions for single texts: the one place where they are compiled.

Texts from repositories and APIs are other people's, and an expression that takes quadratic or exponential time on some
of them stops everything. Columns of text have RE2 (`achievement_pipeline.columns.text`), which never backtracks.
Python's engine does, so that an expression must leave it no choice: a repetition starts where it can't have started
before (``(?<!\s)\s++#``), and is possessive or followed by what it can't match.

A test attacks every expression with texts made from itself: twice the text takes about twice the time. Another one sees
to it that no module uses `re`, or pandas' expressions, which go to Python's engine where a text is not ASCII.
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
    """Compile an expression."""
    compiled = re.compile(expression, flags)
    _known.add(compiled)
    return compiled


def known_patterns() -> list[re.Pattern[str] | re.Pattern[bytes]]:
    """Return every expression that is in use."""
    return list(_known)
