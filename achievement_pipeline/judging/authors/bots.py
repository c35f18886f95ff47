"""Recognise bot authors.

An author is a bot if its name or login ends in ``[bot]``, if ``bot`` is a word of its login, if it is a coding agent
(`achievement_pipeline.judging.authors.agents`), or if it is listed in ``bots.toml``. That file holds the accounts that
no general rule matches, each with its source. Names that only contain the letters (Abbott, Talbot, the surname Bot,
``jessebot``) are people.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Set
from functools import cache, reduce
from importlib.resources import files
from operator import or_
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field

from achievement_pipeline.columns.text import contains, replace
from achievement_pipeline.judging.authors.agents import are_agents
from achievement_pipeline.judging.rules import BotRules
from achievement_pipeline.parsing.strict_model import StrictModel

_NOREPLY = r"^(?:\d+\+)?(.+)@users\.noreply\.github\.com$"
"""GitHub's two noreply address forms; the group is the login."""

_ACCOUNT_OF_GITLAB = r"^(?:(?:project|group)_\d+_bot(?:_\w+)?|service_account_(?:\w+_)?\w+)@noreply\."
"""Addresses of GitLab's project and group access tokens and service accounts, as in GitLab's documentation."""

_BUILD_SERVICE = r"^(?:.+ )?build service \(.+\)$"
"""Build identities of Azure DevOps."""

_DOMAIN = "@.*$"
_LOGIN_OF_A_BOT = r"^(?:[^\s@]*[-_+])?(?:ro)?bot$"
"""Matches ``bot``, ``snyk-bot`` and ``github+bot``, but not ``jessebot``, nor ``ben.bot``, which is the usual form of a
person's address."""

_TASK_OF_A_BOT = (
    r"\b(?:actions?|auto\w*|build|ci|deploy\w*|docs?|github|gitlab|merge|release|sync|team|translations?|update\w*)"
    " bot$"
)
"""The end of names such as ``PowerShell Team Bot``; Bot alone is a surname."""


class KnownBot(StrictModel):
    """One entry of ``bots.toml``."""

    service: str = Field(description="The service that the account belongs to")
    names: tuple[str, ...] = Field(default=(), description="Full author names and logins, lower case")
    addresses: tuple[str, ...] = Field(default=(), description="Full e-mail addresses, lower case")
    source: str = Field(min_length=1, description="Where the account is documented or was observed")


@cache
def known_bots() -> tuple[KnownBot, ...]:
    """Load ``bots.toml``: bot accounts that no general rule matches."""
    data: dict[str, Any] = tomllib.loads(files(__package__).joinpath("bots.toml").read_text(encoding="utf-8"))
    return tuple(KnownBot.model_validate(entry) for entry in data["bot"])


def are_bots(names: pd.Series[str], emails: pd.Series[str], rules: BotRules) -> pd.Series[bool]:
    """Return which authors are bots.

    Args:
        names: Author names as committed.
        emails: Their e-mail addresses in the same order; may be empty or invalid.
        rules: More names and addresses of bots, and an allow list of people who look like bots. The allow list wins.

    Returns:
        Booleans with the index of ``names``.
    """
    if names.empty:
        return pd.Series(index=names.index, dtype=bool)
    plain_names, plain_emails = _plain(names).reset_index(drop=True), _plain(emails).reset_index(drop=True)
    number = pd.factorize(plain_names + "\n" + plain_emails)[0]
    distinct = np.unique(number, return_index=True)[1]
    found = _judge(plain_names.iloc[distinct], plain_emails.iloc[distinct], rules)
    return pd.Series(found.to_numpy()[number], index=names.index, dtype=bool)


def _judge(names: pd.Series[str], emails: pd.Series[str], rules: BotRules) -> pd.Series[bool]:
    logins = replace(emails, _NOREPLY, r"\1")
    local_parts = replace(logins, _DOMAIN, "")

    suffixed = names.str.endswith("[bot]") | local_parts.str.endswith("[bot]")
    called_bot = contains(names, rf"{_LOGIN_OF_A_BOT}|{_TASK_OF_A_BOT}") | contains(local_parts, _LOGIN_OF_A_BOT)
    known_name = _is_one_of(_known_names(), names, logins)
    known_address = emails.isin(_known_addresses())
    added = _is_one_of(_plain_texts(rules.names), names, emails, local_parts)
    allowed = _is_one_of(_plain_texts(rules.allow), names, emails, local_parts)
    of_host = contains(emails, _ACCOUNT_OF_GITLAB) | contains(names, _BUILD_SERVICE)
    known = known_name | known_address | are_agents(names, emails)
    return (suffixed | called_bot | of_host | known | added) & ~allowed


def _is_one_of(listed: Set[str], *columns: pd.Series[str]) -> pd.Series[bool]:
    return reduce(or_, (column.isin(listed) for column in columns))


@cache
def _known_names() -> Set[str]:
    return _plain_texts(name for bot in known_bots() for name in bot.names)


@cache
def _known_addresses() -> Set[str]:
    return {address for bot in known_bots() for address in bot.addresses}


def _plain_texts(texts: Iterable[str]) -> Set[str]:
    return {text.strip().lower() for text in texts}


def _plain(text: pd.Series[str]) -> pd.Series[str]:
    return text.fillna("").str.strip().str.lower()
