"""Who did it: one person is a set of e-mail addresses.

Addresses are compared in lower case, and GitHub's two private forms of one login are one address. What else belongs
together says mailmap (applied when commits are read) or the user. Nobody is matched by name: two people may share one.
An address that is empty or none at all is an opaque key like any other.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from achievement_pipeline.columns.text import contains, extract_all_groups, replace
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.judging.addresses import NUMBERED_NOREPLY, WorkFilter
from achievement_pipeline.judging.bots import are_bots
from achievement_pipeline.judging.rules import BotRules, Person

_ADDRESS = r"(?P<name>[^<\n]*?)[ \t]*<[ \t]*(?P<email>[^<>\n]*?)[ \t]*>?[ \t]*$"
_SIGNS_OFF = "(?i)signed-off-by"
_HAS_COAUTHOR = "(?i)co-(?:authored|developed)-by"
_COAUTHOR = rf"(?im)^[\W_]*co-(?:authored|developed)-by[ \t]*:[ \t]*{_ADDRESS}"
_SIGN_OFF = rf"(?im)^[\W_]*signed-off-by[ \t]*:[ \t]*{_ADDRESS}"
"""In any line of the body: git reads trailers in the last paragraph only, and a squash merge leaves them between
others (a third of ansible's are lost that way). Some lack the ``>``."""


def are_selected(activities: pd.DataFrame, work_filter: WorkFilter, people: Iterable[Person] = ()) -> pd.Series[bool]:
    """Tell which activities are asked for.

    Args:
        activities: ``person``, ``coauthors``, ``completed_at``.
        work_filter: Authors and first day to keep.
        people: The addresses of each person.
    """
    wanted = pd.Series(data=True, index=activities.index)
    if work_filter.authors is not None:
        wanted = _are_of(activities, work_filter.authors, people)
    if work_filter.since is not None:
        wanted &= ~(activities["completed_at"] < pd.Timestamp(work_filter.since, tz="UTC"))
    return wanted


def canonical(emails: pd.Series[str], people: Iterable[Person] = ()) -> pd.Series[str]:
    """Map addresses to the one that stands for the person.

    Raises:
        SettingsError: An address belongs to two people.
    """
    plain = plain_addresses(emails)
    owners = _owners(people)
    return plain.map(owners).fillna(plain).astype("str") if owners else plain


def display_names(persons: pd.Series[str], names: pd.Series[str], people: Iterable[Person] = ()) -> pd.Series[str]:
    """Name each person: as the user says, else as in their newest commit.

    Args:
        persons: Canonical addresses, the oldest commit first.
        names: The names in these commits.
        people: Those whom the user names.
    """
    newest = names[names.str.strip() != ""].groupby(persons).last()
    chosen = {
        plain_addresses(pd.Series(person.emails, dtype="str")).iloc[0]: person.name for person in people if person.name
    }
    return persons.map(newest.to_dict() | chosen).astype("str").fillna("")


def read_sign_offs(bodies: pd.Series[str], people: Iterable[Person]) -> pd.Series[str]:
    """Read the addresses in ``Signed-off-by`` lines.

    They certify where a patch comes from and name everybody who passed it on, in git's own history the maintainer under
    every patch: that makes nobody an author. They are kept beside the commit and shown with it.

    Returns:
        Canonical addresses, one row a line, the index of ``bodies`` repeated.
    """
    candidates = bodies[contains(bodies, _SIGNS_OFF)]
    emails = extract_all_groups(candidates, _SIGN_OFF, ["name", "email"])["email"]
    return canonical(emails[emails.str.contains("@", regex=False)], people)


def read_coauthors(bodies: pd.Series[str], people: Iterable[Person], bots: BotRules) -> pd.Series[str]:
    """Read the people in ``Co-authored-by`` and, as in the kernel, ``Co-developed-by`` lines, machines left out.

    Returns:
        Canonical addresses, one row a line, the index of ``bodies`` repeated.
    """
    candidates = bodies[contains(bodies, _HAS_COAUTHOR)]
    named = extract_all_groups(candidates, _COAUTHOR, ["name", "email"])
    named = named[named["email"].str.contains("@", regex=False)]
    human = ~are_bots(named["name"], named["email"], bots).to_numpy()
    return canonical(named.loc[human, "email"], people)


def _are_of(activities: pd.DataFrame, addresses: Iterable[str], people: Iterable[Person]) -> pd.Series[bool]:
    """Whether one of the addresses is that of the author or of a co-author."""
    persons = set(canonical(pd.Series(list(addresses), dtype="str"), people))
    authors = activities["person"].isin(persons)
    shared = activities.loc[activities["coauthors"] != "", "coauthors"].str.split(",").explode().isin(persons)
    return authors | shared.groupby(level=0).any().reindex(activities.index, fill_value=False)


def plain_addresses(emails: pd.Series[str]) -> pd.Series[str]:
    """Do as `plain_address` for many."""
    return replace(emails.str.strip().str.lower(), NUMBERED_NOREPLY, r"\1")


def _owners(people: Iterable[Person]) -> dict[str, str]:
    owners: dict[str, str] = {}
    for person in people:
        addresses = plain_addresses(pd.Series(person.emails, dtype="str"))
        for address in addresses:
            owner = owners.setdefault(address, addresses.iloc[0])
            if owner != addresses.iloc[0]:
                raise SettingsError(f"{address} belongs to two people, {owner} and {addresses.iloc[0]}: give it to one")
    return owners
