"""Patterns for paths, as ``skills.toml`` and the readers of manifests write them."""

from collections.abc import Iterable

from achievement_pipeline.patterns import compile_pattern, escape

_WILDCARD = compile_pattern(r"(\*\*?)")


def path_expression(patterns: Iterable[str]) -> str:
    """One RE2 expression for paths that fit any of the patterns.

    ``name`` and ``a/name`` fit at any depth, ``/name`` at the top only; ``folder/`` is all that lies in it; ``*``
    stands for anything within a name, ``**`` for anything at all.
    """
    return "|".join(_one_expression(pattern) for pattern in patterns)


def _one_expression(pattern: str) -> str:
    wildcards = {"*": "[^/]*", "**": "(?s:.*)"}
    parts = _WILDCARD.split(pattern.strip("/"))
    start = "^" if pattern.startswith("/") else "(?:^|/)"
    end = "/" if pattern.endswith("/") else "$"
    return start + "".join(wildcards.get(part, escape(part)) for part in parts) + end
