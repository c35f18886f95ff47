"""Map GitHub logins to people.

A login becomes an e-mail address in one of two ways: by the author addresses of commits that GitHub attributes to the
account, or else by the account's noreply address, which also appears in commits made on the web. Users can override
this by listing a noreply address in ``[me] emails`` in ``achievements.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import replace
from achievement_pipeline.frames import RawPullRequestCommits
from achievement_pipeline.judging.authors.people import canonical
from achievement_pipeline.judging.rules import Person

_AFTER_HOST = "/.*$"
_ACCOUNT = ["repository", "login"]


def read_accounts(commits: DataFrame[RawPullRequestCommits], people: Iterable[Person] = ()) -> pd.Series[str]:
    """Map each login of a repository to the person who wrote most of its commits there.

    Returns:
        Canonical addresses (``str``), indexed by repository and lower-case login. Real addresses win over noreply
        addresses.
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
    """Return the canonical address of each login, empty if the account was deleted.

    Args:
        repositories: Repository keys: host/owner/name.
        logins: Logins with the same index; missing if the account was deleted.
        accounts: The result of `read_accounts`.
        people: People defined in the settings; they win over addresses found in commits.
    """
    plain = logins.str.lower()
    noreply = plain + "@users.noreply." + replace(repositories, _AFTER_HOST, "")
    named = canonical(noreply.fillna(""), people)
    seen = accounts.reindex(pd.MultiIndex.from_arrays([repositories, plain])).set_axis(logins.index)
    return named.where(named != noreply, seen.fillna(noreply)).fillna("").astype("str")
