"""Which person an account on GitHub is.

A login is no address. It becomes one by evidence alone: the addresses in commits that GitHub itself knows the account
by; else the account's noreply address, which also stands in commits made on the web. A user who knows better lists the
noreply address among their own (``[me] emails`` in ``achievements.toml``).
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import replace
from achievement_pipeline.frames import RawPullRequestCommits
from achievement_pipeline.judging.people import canonical
from achievement_pipeline.judging.rules import Person

_AFTER_HOST = "/.*$"
_ACCOUNT = ["repository", "login"]


def read_accounts(commits: DataFrame[RawPullRequestCommits], people: Iterable[Person] = ()) -> pd.Series[str]:
    """Find the person of each account in each repository: the one most of its commits there are by.

    Returns:
        Canonical addresses by repository and login, lower case. Real addresses go before noreply ones.
    """
    known = commits.dropna(subset=["author_email", "author_login"])
    known = known[known["author_email"].str.contains("@", regex=False)]
    persons = canonical(known["author_email"], people)
    seen = pd.DataFrame(
        {
            "repository": known["repository"],
            "login": known["author_login"].str.lower(),
            "person": persons,
            "private": persons.str.contains("@users.noreply.", regex=False),
        }
    )
    counts = seen.groupby([*_ACCOUNT, "person", "private"]).size().rename("commits").reset_index()
    order = counts.sort_values(["private", "commits", "person"], ascending=[True, False, True])
    return order.drop_duplicates(_ACCOUNT).set_index(_ACCOUNT)["person"]


def persons_of(
    repositories: pd.Series[str], logins: pd.Series[str], accounts: pd.Series[str], people: Iterable[Person] = ()
) -> pd.Series[str]:
    """Return the person of each login; empty where the account is gone.

    Args:
        repositories: Keys of the repositories: host/owner/name.
        logins: With the same index; missing where the account is gone.
        accounts: What `read_accounts` found.
        people: Those whom the user names: they go before what commits show.
    """
    plain = logins.str.lower()
    noreply = plain + "@users.noreply." + replace(repositories, _AFTER_HOST, "")
    named = canonical(noreply.fillna(""), people)
    seen = accounts.reindex(pd.MultiIndex.from_arrays([repositories, plain])).set_axis(logins.index)
    return named.where(named != noreply, seen.fillna(noreply)).fillna("").astype("str")
