"""Patterns for paths, as ``skills.toml`` and the readers of manifests write them."""

import re
from collections.abc import Iterable


def path_expression(patterns: Iterable[str]) -> str:
    """One RE2 expression for paths that fit any of the patterns.

    ``name`` and ``a/name`` fit at any depth, ``/name`` at the top only; ``folder/`` is all that lies in it; ``*``
    stands for anything within a name, ``**`` for anything at all.
    """
    return "|".join(_one_expression(pattern) for pattern in patterns)


def _one_expression(pattern: str) -> str:
    wildcards = {"*": "[^/]*", "**": "(?s:.*)"}
    parts = re.split(r"(\*\*?)", pattern.strip("/"))
    start = "^" if pattern.startswith("/") else "(?:^|/)"
    end = "/" if pattern.endswith("/") else "$"
    return start + "".join(wildcards.get(part, re.escape(part)) for part in parts) + end
