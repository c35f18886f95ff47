"""What to say of the authors of a history: which addresses are probably the user's too, who else is in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.errors import did_you_mean
from achievement_pipeline.frames import RawCommits
from achievement_pipeline.judging.authors.people import plain_addresses

_ADDRESSES_NAMED = 5


def other_addresses(commits: DataFrame[RawCommits], mine: Collection[str], names: Iterable[str]) -> dict[str, int]:
    """Return how many commits there are by other addresses under the user's full name, the most frequent first.

    Names are never matched automatically, because two people may share one; the user decides. A single word is not a
    full name.

    Args:
        commits: Of one repository.
        mine: The user's addresses, plain.
        names: What the user is called, beside the names in their commits.
    """
    addresses = plain_addresses(commits["author_email"])
    called = commits["author_name"].str.strip().str.casefold()
    own = addresses.isin(list(mine))
    full = {name for name in {*called[own], *(name.strip().casefold() for name in names)} if " " in name}
    others = addresses[called.isin(full) & ~own].value_counts()
    return {str(address): int(number) for address, number in others.head(_ADDRESSES_NAMED).items()}


def address_hints(others: dict[str, int], mine: Collection[str], config: str) -> Iterator[str]:
    """Say that other addresses are probably the user's, and what to write where."""
    if others:
        found = ", ".join(f"{address} ({number:,})" for address, number in others.items())
        listed = ", ".join(f'"{address}"' for address in (*mine, *others))
        yield f"commits under your name by other addresses: {found}. If they are yours, write into {config}:"
        yield f"[me] emails = [{listed}]"


def suggest_author(commits: DataFrame[RawCommits], name: str) -> str:
    """Return who was probably meant by an author without commits, as the end of a message; may be empty."""
    called = commits["author_name"].str.strip().str.casefold() == name.strip().casefold()
    if called.any():
        addresses = pd.unique(commits.loc[called, "author_email"].dropna())[:_ADDRESSES_NAMED]
        return f" To collect, it takes an address: {' or '.join(addresses)}."
    return did_you_mean(name, pd.unique(pd.concat([commits["author_email"], commits["author_name"]]).dropna()))
