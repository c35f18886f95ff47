"""Path patterns, as used in ``skills.toml`` and by the manifest readers."""

import functools
from collections.abc import Iterable

from achievement_pipeline.parsing.patterns import compile_pattern, escape

_WILDCARD = compile_pattern(r"(\*\*?)")


def path_expression(patterns: Iterable[str]) -> str:
    """Combine patterns into one RE2 expression.

    ``name`` and ``a/name`` match at any depth, ``/name`` at the root only, ``folder/`` matches everything below it.
    ``*`` matches within a name, ``**`` matches anything.
    """
    return "|".join(_one_expression(pattern) for pattern in patterns)


@functools.cache
def _one_expression(pattern: str) -> str:
    wildcards = {"*": "[^/]*", "**": "(?s:.*)"}
    parts = _WILDCARD.split(pattern.strip("/"))
    start = "^" if pattern.startswith("/") else "(?:^|/)"
    end = "/" if pattern.endswith("/") else "$"
    return start + "".join(wildcards.get(part, escape(part)) for part in parts) + end
