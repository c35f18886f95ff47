"""Map e-mail addresses to people.

Addresses are compared in lower case, with GitHub's two noreply forms of a login treated as one. Further addresses are
grouped by git's mailmap (applied when commits are read) or by the user's settings. Names are never used to match
people, because two people may share one. An empty or invalid address is treated as an opaque key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pandas as pd

from achievement_pipeline.columns.text import contains, extract_all_groups, replace
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.judging.authors.bots import are_bots
from achievement_pipeline.judging.authors.work_filter import WorkFilter
from achievement_pipeline.judging.rules import BotRules, Person
from achievement_pipeline.parsing.emails import NUMBERED_NOREPLY

_DIGEST = 12
_ADDRESS = r"(?P<name>[^<\n]*?)[ \t]*<[ \t]*(?P<email>[^<>\n]*?)[ \t]*>?[ \t]*$"
_SIGNS_OFF = "(?i)signed-off-by"
_HAS_COAUTHOR = "(?i)co-(?:authored|developed)-by"
_COAUTHOR = rf"(?im)^[\W_]*co-(?:authored|developed)-by[ \t]*:[ \t]*{_ADDRESS}"
_SIGN_OFF = rf"(?im)^[\W_]*signed-off-by[ \t]*:[ \t]*{_ADDRESS}"
"""Matches in any line of the body, not only in the last paragraph, where git looks for trailers: squash merges leave
them in the middle (in ansible, a third of them). Some lack the closing ``>``."""


def are_selected(activities: pd.DataFrame, work_filter: WorkFilter, people: Iterable[Person] = ()) -> pd.Series[bool]:
    """Return which activities pass the filter.

    Args:
        activities: ``key``, ``person``, ``coauthors`` (comma-separated) and ``completed_at``.
        work_filter: Authors and first day to keep, and what to keep besides. Co-authors count as authors.
        people: The known addresses of each person.
    """
    wanted = pd.Series(data=True, index=activities.index)
    if work_filter.authors is not None:
        wanted = _are_of(activities, work_filter.authors, people)
    if work_filter.since is not None:
        wanted &= ~(activities["completed_at"] < pd.Timestamp(work_filter.since, tz="UTC"))
    return wanted | activities["key"].isin(work_filter.collected)


def canonical(emails: pd.Series[str], people: Iterable[Person] = ()) -> pd.Series[str]:
    """Map addresses to the canonical address of their person.

    Raises:
        SettingsError: An address belongs to two people.
    """
    plain = plain_addresses(emails)
    owners = _owners(people)
    return plain.map(owners).fillna(plain).astype("str") if owners else plain


def person_digest(address: str) -> str:
    """Return what names a person in a key: part of a digest of their canonical address."""
    return hashlib.sha256(address.encode()).hexdigest()[:_DIGEST]


def display_names(persons: pd.Series[str], names: pd.Series[str], people: Iterable[Person] = ()) -> pd.Series[str]:
    """Return the display name of each person: from the settings, else from their newest commit.

    Args:
        persons: Canonical addresses, oldest commit first.
        names: The author names in these commits.
        people: People defined in the settings.
    """
    newest = names[names.str.strip() != ""].groupby(persons).last()
    chosen = {
        plain_addresses(pd.Series(person.emails, dtype="str")).iloc[0]: person.name for person in people if person.name
    }
    return persons.map(newest.to_dict() | chosen).astype("str").fillna("")


def read_sign_offs(bodies: pd.Series[str], people: Iterable[Person]) -> pd.Series[str]:
    """Extract the addresses in ``Signed-off-by`` lines.

    A sign-off certifies where a patch comes from. Everyone who passed the patch on adds one (in git's own history, the
    maintainer signs every patch), so it does not make anyone an author. Sign-offs are stored with the commit for
    display.

    Returns:
        Canonical addresses, one row per line; the index of ``bodies`` may repeat.
    """
    candidates = bodies[contains(bodies, _SIGNS_OFF)]
    if candidates.empty:
        return candidates
    emails = extract_all_groups(candidates, _SIGN_OFF, ["name", "email"])["email"]
    return canonical(emails[emails.str.contains("@", regex=False)], people)


def read_coauthors(bodies: pd.Series[str], people: Iterable[Person], bots: BotRules) -> pd.Series[str]:
    """Extract the people in ``Co-authored-by`` and ``Co-developed-by`` (Linux kernel) lines, without bots.

    Returns:
        Canonical addresses, one row per line; the index of ``bodies`` may repeat.
    """
    candidates = bodies[contains(bodies, _HAS_COAUTHOR)]
    if candidates.empty:
        return candidates
    named = extract_all_groups(candidates, _COAUTHOR, ["name", "email"])
    named = named[named["email"].str.contains("@", regex=False)]
    human = ~are_bots(named["name"], named["email"], bots).to_numpy()
    return canonical(named.loc[human, "email"], people)


def _are_of(activities: pd.DataFrame, addresses: Iterable[str], people: Iterable[Person]) -> pd.Series[bool]:
    """Return which activities have one of the addresses as author or co-author."""
    persons = set(canonical(pd.Series(list(addresses), dtype="str"), people))
    authors = activities["person"].isin(persons)
    shared = activities.loc[activities["coauthors"] != "", "coauthors"].str.split(",").explode().isin(persons)
    return authors | shared.groupby(level=0).any().reindex(activities.index, fill_value=False)


def plain_addresses(emails: pd.Series[str]) -> pd.Series[str]:
    """Vectorised `plain_address`."""
    return replace(emails.str.strip().str.lower(), NUMBERED_NOREPLY, r"\1")


def _owners(people: Iterable[Person]) -> dict[str, str]:
    owners: dict[str, str] = {}
    for person in people:
        addresses = plain_addresses(pd.Series(person.emails, dtype="str"))
        for address in addresses:
            owner = owners.setdefault(address, addresses.iloc[0])
            if owner != addresses.iloc[0]:
                raise SettingsError(
                    f"{address} belongs to two people, {owner} and {addresses.iloc[0]}. List it under one of them."
                )
    return owners
