"""Recognise coding agents, and find those that a commit names.

An agent is no person: it is neither author nor co-author, and gets no score. The agents that helped with a commit are
kept with it for display (``assisted_by``). ``agents.toml`` lists them, each with its source. Names that people have too
(Claude, Devin) need a known address, or a line without one.
"""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import pandas as pd
from pydantic import Field

from achievement_pipeline.columns.text import contains, extract_all_groups, join_by_key
from achievement_pipeline.parsing.patterns import compile_pattern, escape
from achievement_pipeline.parsing.strict_model import StrictModel

_MODEL = (
    r"(?:$|\W*(?:\d|[(\[:])|[\W_]+(?:v\d|[a-z]+-?\d|agent|ai|assistant|bot|chat|cli|code|coder|coding|haiku|model|opus"
    r"|sonnet)(?:\W|$))"
)
"""May follow the name of an agent: the end, a version, a model."""

_NAMES_AGENTS = "(?i)(?:authored|developed|assisted|generated|created|written)[- ](?:by|with|using)"
_TRAILER = (
    r"(?im)^[\W_]*(?:co-(?:authored|developed)|(?:ai-)?(?:assisted|generated))-(?:by|with)[ \t]*:[ \t]*"
    r"([^<\n]*?)[ \t]*(?:<[ \t]*([^<>\n]*?)[ \t]*>?)?[ \t]*$"
)
_REMARK = (
    r"(?im)^[^\w\n]*(?:generated|created|written)[ -](?:with|by|using):?[ \t]+\[?(\w[\w .-]{0,40}?)"
    r"(\][ \t]*\([^()\n]*\))?[^\w\n]*$"
)
"""The line that Claude Code and others write: ``Generated with [Claude Code](https://…)``."""

_AIDER = r"(?i)\(aider\)$"
"""``Ann Example (aider)``: a person's name with aider's option ``--attribute-author``."""

_LONGEST_NAME = 80


class Agent(StrictModel):
    """One entry of ``agents.toml``."""

    name: str = Field(description="As shown")
    names: tuple[str, ...] = Field(description="How it is called, lower case")
    given: tuple[str, ...] = Field(default=(), description="Names that people have too")
    addresses: tuple[str, ...] = Field(default=(), description="Full addresses and logins, lower case")
    source: str = Field(min_length=1, description="Where the trailer or account is documented or was observed")


@cache
def known_agents() -> tuple[Agent, ...]:
    """Load ``agents.toml``."""
    data: dict[str, Any] = tomllib.loads(files(__package__).joinpath("agents.toml").read_text(encoding="utf-8"))
    return tuple(Agent.model_validate(entry) for entry in data["agent"])


def are_agents(names: pd.Series[str], emails: pd.Series[str]) -> pd.Series[bool]:
    """Return which authors are agents."""
    return _of_authors(names, emails).notna()


def agents_of(names: pd.Series[str], emails: pd.Series[str]) -> pd.Series[str]:
    """Return the agent that each line names; missing for people.

    Args:
        names: Names as written.
        emails: Addresses in the same order; empty where a line has none.
    """
    given = {name for agent in known_agents() for name in agent.given}
    people = names.str.strip().str.lower().isin(given) & (emails.str.strip() != "")
    return _by_address(emails).fillna(_by_name(names).mask(people)).astype("str")


def read_agents(names: pd.Series[str], emails: pd.Series[str], bodies: pd.Series[str]) -> pd.Series[str]:
    """Return the agents that made each commit or helped with it, sorted and comma-separated.

    Args:
        names: Names or logins of the authors.
        emails: Their addresses.
        bodies: Messages without their first lines. Agents are named in trailers (``Co-authored-by``, ``Assisted-by``)
            and in lines such as ``Generated with [Claude Code](https://…)``.
    """
    aider = names[contains(names, _AIDER)]
    found = pd.concat(
        [
            *_of_bodies(bodies[contains(bodies, _NAMES_AGENTS)]),
            pd.Series("aider", index=aider.index, dtype="str"),
            _of_authors(names, emails),
        ]
    ).dropna()
    if found.empty:
        return pd.Series("", index=names.index, dtype="str")
    pairs = pd.DataFrame({"commit": found.index, "agent": found.array}).drop_duplicates()
    pairs = pairs.sort_values(["commit", "agent"])
    return join_by_key(pairs["agent"], pairs["commit"], ",").reindex(names.index, fill_value="").astype("str")


def _of_bodies(bodies: pd.Series[str]) -> list[pd.Series[str]]:
    """Return the agents that trailers and remarks name; the index of ``bodies`` may repeat."""
    if bodies.empty:
        return []
    trailers = extract_all_groups(bodies, _TRAILER, ["name", "email"])
    remarks = extract_all_groups(bodies, _REMARK, ["name", "rest"])
    return [agents_of(trailers["name"], trailers["email"]), _by_name(remarks["name"])]


def _of_authors(names: pd.Series[str], emails: pd.Series[str]) -> pd.Series[str]:
    """Return the agents among authors: by a known address, or a name of several words. One word may be a handle."""
    return _by_address(emails).fillna(_by_name(names.mask(contains(names, r"^\s*\w*\s*$")))).astype("str")


def _by_address(emails: pd.Series[str]) -> pd.Series[str]:
    return emails.str.strip().str.lower().map(_addresses()).astype("str")


def _by_name(names: pd.Series[str]) -> pd.Series[str]:
    lower = names.str.strip().str.lower()
    return lower.map({name: _called(name[:_LONGEST_NAME]) for name in lower.dropna().unique()}).astype("str")


@cache
def _addresses() -> dict[str, str]:
    return {address: agent.name for agent in known_agents() for address in agent.addresses}


@cache
def _expressions() -> tuple[tuple[str, Any], ...]:
    return tuple(
        (agent.name, compile_pattern(rf"^(?:{'|'.join(map(escape, agent.names))}){_MODEL}")) for agent in known_agents()
    )


@lru_cache(maxsize=10_000)
def _called(name: str) -> str | None:
    return next((agent for agent, expression in _expressions() if expression.search(name)), None)
