"""The greatest projects of a person: larger efforts that several pieces of work belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.gate.privacy import PublicAchievement

_PROJECTS = 5
_PIECES_OF_RELEASE = 10
"""Of a project that is called after its release; fewer are better told by the strongest."""
_LEAST_OF_PROJECT = 3
"""Pieces of work shown per project; a smaller project has only these."""
_NAMED_BY_STRONGEST = 8
"""Maximum pieces of a project that is called by its strongest: of more, one says nothing about the others."""
_LEAST_NAMED = 2
"""Pieces that can be named without more: a project of which one can is that piece of work."""
_SHARED = 0.6
"""Of the members, those that have in common what a project is called by."""
_WORD = compile_pattern(r"[^\W\d_]\w{2,}")
_FIRST_WORD = compile_pattern(r"^\w+(?: |(?=:))")
_SINGULAR = compile_pattern("(?<![isu])s$")
"""The end of a plural; ``redis``, ``status`` and ``class`` are none."""
_NO_TOPIC = frozenset(
    (  # noqa: SIM905 - a list of words
        "and are fixed for from how into its not now off onto only out over same some than that the their them then"
        " this too under use used using via was what when where which while with without more less new old make support"
    ).split()
)


def greatest_projects(
    work: Sequence[PublicAchievement], projects: Sequence[Sequence[str]]
) -> Iterator[Sequence[PublicAchievement]]:
    """Yield what is shown of each of the greatest projects.

    One that is mostly a part of another is left out, one of which no two pieces can be named, and one of many pieces
    that neither a word of their titles nor a release joins.
    """
    known = {each.id: each for each in work}
    shown = [[known[key] for key in keys if key in known] for keys in projects]
    order = sorted(shown, key=lambda members: (-len(members), [each.id for each in members]))
    named: set[str] = set()
    chosen = []
    for members in order:
        new = [each for each in members if each.id not in named]
        is_called = len(members) <= _NAMED_BY_STRONGEST or _word(members) or _release(members)
        is_told = is_called and len(facts.telling(members, _LEAST_NAMED)) == _LEAST_NAMED
        if len(members) >= _LEAST_OF_PROJECT and len(new) * 2 > len(members) and is_told:
            named.update(each.id for each in members)
            chosen.append(facts.best_first(members))
    yield from sorted(chosen, key=lambda members: -sum(each.impact_score for each in members))[:_PROJECTS]


def release_name(members: Sequence[PublicAchievement]) -> str:
    """Return what a project is called that is most of the work for a release: ``flask 2.0``; empty if it is none."""
    release, name = _release(members), facts.only_place(members).rpartition("/")[2]
    is_release = len(members) >= _PIECES_OF_RELEASE and name and not _word(members)
    return f"{name} {release.removeprefix('v')}" if is_release and release.removeprefix("v")[:1].isdigit() else ""


def project_title(members: Sequence[PublicAchievement]) -> str:
    """Return the title of a project: its release, else that of its strongest piece which has one with a meaning."""
    return release_name(members) or facts.headline(strongest(members))


def strongest(members: Sequence[PublicAchievement]) -> PublicAchievement:
    """Return the first of the members that can be named without more, else the first."""
    return (facts.examples(members, 1) or members)[0]


def extent(members: Sequence[PublicAchievement]) -> str:
    """Return how much work a project is, and what for, as far as it shows in most members and is not its name.

    That is a word of their titles, or a release: ``7 pieces of work on “stream”``, ``4 pieces of work for 2.0``.
    """
    if word := _word(members):
        return f"{facts.pieces(len(members))} on \u201c{word}\u201d"
    release = "" if release_name(members) else _release(members)
    return f"{facts.pieces(len(members))}{f' for {release}' if release else ''}"


def _word(members: Sequence[PublicAchievement]) -> str:
    return _shared([word for each in members for word in _topics(facts.headline(each))], len(members))


def _release(members: Sequence[PublicAchievement]) -> str:
    return _shared([each.first_release for each in members if each.first_release], len(members))


def _topics(title: str) -> set[str]:
    """Return the words that may be a topic, in the singular; a verb that the title begins with is none."""
    scope, colon, rest = title.partition(": ")
    words = _WORD.findall(f"{scope} {_FIRST_WORD.sub('', rest)}" if colon else _FIRST_WORD.sub("", title))
    return {word if "_" in word else _SINGULAR.sub("", word.casefold()) for word in words} - _NO_TOPIC


def _shared(names: Iterable[str], members: int) -> str:
    """Return the name that most members have, the first one by the alphabet if several do; empty if there is none."""
    name, count = min(Counter(names).items(), key=lambda each: (-each[1], each[0]), default=("", 0))
    return name if count >= _SHARED * members else ""
