"""Which authors are machines.

A suffix ``[bot]``, an address or login whose own word is ``bot``, or an entry of ``bots.toml``, which holds the machine
accounts that show nothing of the kind, each with its source. What merely contains the letters (Abbott, Talbot, the
surname Bot, a person who calls themselves ``jessebot``) is a person.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from achievement_pipeline.columns.text import contains, replace
from achievement_pipeline.judging.rules import BotRules

_NOREPLY = r"^(?:\d+\+)?(.+)@users\.noreply\.github\.com$"
"""GitHub's two forms of a private address; what remains is the login."""

_ACCOUNT_OF_GITLAB = r"^(?:(?:project|group)_\d+_bot(?:_\w+)?|service_account_(?:\w+_)?\w+)@noreply\."
"""Addresses of GitLab's project and group access tokens and service accounts, as its documentation gives them."""

_BUILD_SERVICE = r"^(?:.+ )?build service \(.+\)$|^aider \(.+\)$"
"""Names of the build identities of Azure DevOps, and of what aider commits for its model."""

_DOMAIN = "@.*$"
_LOGIN_OF_A_BOT = r"^(?:[^\s@]*[-_+])?(?:ro)?bot$"
"""``bot``, ``snyk-bot``, ``github+bot``; not ``jessebot``, nor ``ben.bot``, the usual form of a person's address."""


class KnownBot(BaseModel):
    """One entry of ``bots.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: str = Field(description="What the machine does or belongs to")
    names: tuple[str, ...] = Field(default=(), description="Author names and logins, whole, lower case")
    addresses: tuple[str, ...] = Field(default=(), description="E-mail addresses, whole, lower case")
    source: str = Field(min_length=1, description="Where the account is documented or was seen")


@cache
def known_bots() -> tuple[KnownBot, ...]:
    """Machine accounts that no general rule recognises, each with its source."""
    data: dict[str, Any] = tomllib.loads(files(__package__).joinpath("bots.toml").read_text(encoding="utf-8"))
    return tuple(KnownBot.model_validate(entry) for entry in data["bot"])


def are_bots(names: pd.Series[str], emails: pd.Series[str], rules: BotRules) -> pd.Series[bool]:
    """Tell of each author whether it is a machine.

    Args:
        names: Author names, as committed.
        emails: Their e-mail addresses, in the same order; may be empty or no address at all.
        rules: Further names or addresses of bots, and those that look like bots and are people, which win.

    Returns:
        Booleans with the index of ``names``. Each distinct pair is judged once, by name and address alone.
    """
    authors = pd.DataFrame({"name": _plain(names).array, "email": _plain(emails).array})
    number = authors.groupby(["name", "email"], sort=False).ngroup()
    distinct = authors.drop_duplicates(ignore_index=True)
    return pd.Series(_judge(distinct, rules).to_numpy()[number.to_numpy()], index=names.index, dtype=bool)


def _judge(authors: pd.DataFrame, rules: BotRules) -> pd.Series[bool]:
    names, emails = authors["name"], authors["email"]
    logins = replace(emails, _NOREPLY, r"\1")
    local_parts = replace(logins, _DOMAIN, "")

    suffixed = names.str.endswith("[bot]") | local_parts.str.endswith("[bot]")
    called_bot = contains(names, _LOGIN_OF_A_BOT) | contains(local_parts, _LOGIN_OF_A_BOT)
    known_name = _is_one_of((name for bot in known_bots() for name in bot.names), names, logins)
    known_address = emails.isin({address for bot in known_bots() for address in bot.addresses})
    added = _is_one_of(rules.names, names, emails, local_parts)
    allowed = _is_one_of(rules.allow, names, emails, local_parts)
    of_host = contains(emails, _ACCOUNT_OF_GITLAB) | contains(names, _BUILD_SERVICE)
    return (suffixed | called_bot | of_host | known_name | known_address | added) & ~allowed


def _is_one_of(listed: Iterable[str], *columns: pd.Series[str]) -> pd.Series[bool]:
    wanted = {entry.strip().lower() for entry in listed}
    return pd.concat([column.isin(wanted) for column in columns], axis="columns").any(axis="columns")


def _plain(text: pd.Series[str]) -> pd.Series[str]:
    return text.fillna("").str.strip().str.lower()
