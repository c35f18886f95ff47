"""Load ``signs.toml``: the signs of the impact model by name. Settings import this module, so it must load fast."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files as resources

from achievement_pipeline.parsing.strict_model import StrictModel


class Sign(StrictModel):
    """One entry in ``signs.toml``."""

    sign: str
    rule: str
    words: str
    pattern: str = ""
    likeness: str = ""
    """A Conventional Commits type: the sign is graded by how much the change looks like that type."""
    both: tuple[str, str] | None = None
    """Two signs that say something else together than each by itself: this one is shown where both are."""
    weight: float | None = None
    """Of direct evidence, which is set and not learnt: it is the answer that learning is about."""


@functools.cache
def known_signs() -> tuple[Sign, ...]:
    """All signs, in ledger order."""
    text = resources(__package__).joinpath("signs.toml").read_text(encoding="utf-8")
    return tuple(Sign.model_validate(entry) for entry in tomllib.loads(text)["sign"])
