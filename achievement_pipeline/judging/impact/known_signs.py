"""The signs of impact by name: ``signs.toml``, typed. Settings name them too, so nothing heavy is imported here."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files as resources

from pydantic import BaseModel, ConfigDict


class Sign(BaseModel):
    """One entry of ``signs.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sign: str
    rule: str
    words: str
    pattern: str = ""


@functools.cache
def known_signs() -> tuple[Sign, ...]:
    """All signs, in the order in which a ledger names them."""
    text = resources(__package__).joinpath("signs.toml").read_text(encoding="utf-8")
    return tuple(Sign.model_validate(entry) for entry in tomllib.loads(text)["sign"])
