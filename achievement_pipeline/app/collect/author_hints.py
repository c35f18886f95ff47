"""Hints about the authors of a history: which addresses are probably the user's too, and who else is in it."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from achievement_pipeline.errors import did_you_mean
from achievement_pipeline.parsing.emails import login_of, plain_address

Authors = Mapping[tuple[str, str], int]
"""The number of commits by the name and address of their author."""

_ADDRESSES_NAMED = 5


def other_addresses(authors: Authors, mine: Collection[str], names: Iterable[str]) -> dict[str, int]:
    """Return how many commits there are by other addresses under the user's full name or login, most frequent first.

    Names are never matched automatically, because two people may share one; the user decides. A single word is not a
    full name, unless it is the login of a noreply address under the full name.

    Args:
        authors: Of one or more repositories.
        mine: The user's addresses, plain.
        names: What the user is called, beside the names in their commits.
    """
    own = {_called(name) for name, address in authors if plain_address(address) in mine}
    full = {name for name in {*own, *map(_called, names)} if " " in name}
    logins = {login_of(address) for name, address in authors if _called(name) in full} - {""}
    others = Counter[str]()
    for (name, address), number in authors.items():
        if (_called(name) in full or name.strip() in logins) and plain_address(address) not in mine:
            others[plain_address(address)] += number
    return dict(others.most_common(_ADDRESSES_NAMED))


def address_hints(others: dict[str, int], mine: Collection[str], config: str) -> Iterator[str]:
    """Suggest other addresses that are probably the user's, and the settings for them."""
    if others:
        found = ", ".join(f"{address} ({number:,})" for address, number in others.items())
        listed = ", ".join(f'"{address}"' for address in (*mine, *others))
        yield f"commits under your name by other addresses: {found}. If they are yours, write into {config}:"
        yield f"[me] emails = [{listed}]"


def suggest_author(authors: Authors, name: str) -> str:
    """Return who was probably meant by an author without commits, as the end of a message; may be empty."""
    addresses = dict.fromkeys(address for called, address in authors if _called(called) == _called(name))
    if addresses:
        return f" To collect, it takes an address: {' or '.join(list(addresses)[:_ADDRESSES_NAMED])}."
    return did_you_mean(name, [one for author in authors for one in author])


def _called(name: str) -> str:
    return name.strip().casefold()
