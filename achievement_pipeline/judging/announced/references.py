"""Find references in release notes: numbers of pull requests and issues, and object names of commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from achievement_pipeline.parsing.patterns import IGNORECASE, Match, compile_pattern

_NUMBERED: Final = compile_pattern(
    r"(?<![\w.&-])(?:(?P<name>[\w.-]{1,100}(?:/[\w.-]{1,100}){1,4})?(?P<sign>[#!])"
    r"|(?:GH|gh)[- ]?#?|(?:PR|pull request|pull|issue)s?"
    r"[ -]#?|(?<=[(\[])gh[-:]|pr/|issues?/)(?P<number>\d{1,7})\b(?![.]\d|[\w%])"
    r"(?:(?:[\u2013-]| to | through )#(?P<last>\d{1,7})\b)?"
)
_LONGEST_RANGE: Final = 20
_PULL_ROLES: Final = ("pr", "pull", "pull-request", "pull_request", "ghpull", "ghpr", "mr")
_ISSUE_ROLES: Final = ("issue", "issues", "ghissue", "user-issue")
ROLE: Final = (
    rf"[:{{](?P<role>{'|'.join((*_PULL_ROLES, *_ISSUE_ROLES, 'gh', 'bug', 'feature', 'support'))})(?:_num)?[:}}]"
)
"""A role of reStructuredText or MyST whose text is numbers of pull requests or issues: ``:pr:``."""
ATTRIBUTE: Final = r"\{(?P<attribute>pull|pr|issue)\}(?P<number>\d{1,7})"
"""An attribute of AsciiDoc, followed by a number: ``{pull}12``."""
_ROLE: Final = compile_pattern(ROLE + r"`(?P<numbers>[^`\n]{1,120})`", IGNORECASE)
_ATTRIBUTE: Final = compile_pattern(ATTRIBUTE + r"\b", IGNORECASE)
_LINK_NAME: Final = compile_pattern(r"`(?:#|GH-)?(?P<number>\d{1,7})`_")
_URL: Final = compile_pattern(
    r"https?://(?P<host>[\w.-]{1,100})/(?P<name>[\w.-]{1,100}(?:/[\w.-]{1,100}){1,4}?)/(?:-/)?"
    r"(?P<kind>pull|pulls|pull-requests|issues|merge_requests|commit|commits)/(?P<id>[0-9a-f]{1,40})\b"
)
_LINK: Final = compile_pattern(
    r"\[[^\[\]\n]{1,80}\]\((?P<address>https?://[^\s)]{1,500})\)"
    r"|`[^`<>\n]{1,80}[ \n]<(?P<target>https?://[^\s<>`]{1,500})>`"
)
_ANY_URL: Final = compile_pattern(r"https?://[^\s)>\]`]{1,500}")
_SHA: Final = compile_pattern(r"(?<![\w/.#@-])(?=[0-9a-f]{0,40}[0-9])(?=[0-9a-f]{0,40}[a-f])([0-9a-f]{7,40})(?![\w-])")
_DIGITS: Final = compile_pattern(r"(?<!\d)\d{1,7}(?!\d)")
_ELSEWHERE: Final = compile_pattern(
    r"\b(?:(?:since|reverts?|reverted|follow[- ]?up|see also|similar to|as of|supersedes|replaces)\b\W{0,3}"
    r"|(?:regress(?:ed|es|ions?)?|introduced|broken|broke|caused|since|reverts?|reverted|follow[- ]?up|see also"
    r"|similar to|as of|originally|previously|supersedes|replaces)\b[^.;#!(\n]{0,24}(?:\]\()?)$",
    IGNORECASE,
)
"""Words before a number of what is only spoken of. A number in parentheses of its own is that of the entry, unless what
is before them is no end of a sentence."""
_PULLS_IN_URLS: Final = frozenset({"pull", "pulls", "pull-requests", "merge_requests"})


class Reference(NamedTuple):
    """A reference in an entry."""

    kind: str
    """``pull``, ``issue``, ``number`` (either of them) or ``commit``."""
    name: str


def find_references(text: str, owns: Iterable[str] = ()) -> tuple[Reference, ...]:
    """Return the references in a text, without duplicates and without those to other repositories.

    Args:
        text: An entry.
        owns: Names of the repository, ``owner/name`` in lower case. If empty, all references are kept.
    """
    own = frozenset(owns)
    plain = _ANY_URL.sub(" ", _LINK.sub(lambda link: " " if _is_foreign(link, own) else link[0], text))
    found = dict.fromkeys([*_addresses(text, own), *_numbers(plain, own), *_roles(plain)])
    found |= dict.fromkeys(Reference("commit", match[1]) for match in _SHA.finditer(plain))
    stated = {one.name for one in found if one.kind in {"pull", "issue"}}
    return tuple(one for one in found if one.kind != "number" or one.name not in stated)


def _is_foreign(link: Match[str], own: frozenset[str]) -> bool:
    """Return whether a link leads to a pull request or issue of another repository: its text has a number of that."""
    match = _URL.match(link["address"] or link["target"])
    return match is not None and not _is_own(match["name"], own)


def _addresses(text: str, own: frozenset[str]) -> Iterator[Reference]:
    for match in _URL.finditer(text):
        reference = _of_url(match["kind"], match["id"])
        if reference and _is_own(match["name"], own) and not _is_aside(text, match.start()):
            yield reference


def _numbers(text: str, own: frozenset[str]) -> Iterator[Reference]:
    for match in _NUMBERED.finditer(text):
        if (not match["name"] or _is_own(match["name"], own)) and not _is_aside(text, match.start()):
            for number in _range(match["number"], match["last"]):
                yield Reference("pull" if match["sign"] == "!" else "number", number)


def _range(first: str, last: str | None) -> Iterator[str]:
    """Return the numbers of ``#12-#15``, or the first where there is no range."""
    ends = int(first), int(last or first)
    yield from map(str, range(ends[0], ends[1] + 1) if ends[1] - ends[0] in range(_LONGEST_RANGE) else ends[:1])


def _roles(text: str) -> Iterator[Reference]:
    for match in _ROLE.finditer(text):
        role = match["role"].lower()
        kind = "pull" if role in _PULL_ROLES else "issue" if role in _ISSUE_ROLES else "number"
        if not _is_aside(text, match.start()):
            yield from (Reference(kind, _plain(number)) for number in _DIGITS.findall(match["numbers"]))
    for match in _ATTRIBUTE.finditer(text):
        yield Reference("issue" if match["attribute"].lower() == "issue" else "pull", _plain(match["number"]))
    for match in _LINK_NAME.finditer(text):
        yield Reference("number", _plain(match["number"]))


def _is_aside(text: str, start: int) -> bool:
    return bool(_ELSEWHERE.search(text[max(0, start - 60) : start].rstrip("[<`")))


def names_of_repositories(texts: Iterable[str]) -> dict[str, int]:
    """Count the repositories of the pull requests and issues that texts link to."""
    counts: dict[str, int] = {}
    for text in texts:
        for match in _URL.finditer(text):
            if match["kind"] not in {"commit", "commits"}:
                name = match["name"].lower()
                counts[name] = counts.get(name, 0) + 1
    return counts


def _of_url(kind: str, name: str) -> Reference | None:
    if kind.startswith("commit"):
        return Reference("commit", name) if len(name) >= 7 else None  # noqa: PLR2004 - git's shortest
    if not name.isdigit() or len(name) > 7:  # noqa: PLR2004
        return None
    return Reference("pull" if kind in _PULLS_IN_URLS else "number", _plain(name))


def _is_own(name: str, own: frozenset[str]) -> bool:
    return not own or name.lower().removesuffix(".git") in own


def _plain(number: str) -> str:
    return number.lstrip("0") or "0"
