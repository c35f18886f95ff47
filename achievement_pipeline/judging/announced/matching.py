"""Match entries in release notes with pieces of work: by number, issue, commit, file, or similar words."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import log
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import contains, extract, extract_all, extract_all_groups, replace, rows_among
from achievement_pipeline.frames import ChangelogEntries
from achievement_pipeline.judging.announced.entries import Prominence
from achievement_pipeline.judging.announced.features import with_features
from achievement_pipeline.parsing.patterns import compile_pattern

_NAMED: Final = r"(?:[\w.-]+/)?[\w.-]*(?:#|GH-|gh-)\d+|https?://[^\s)]+/issues/\d+"
_CLOSING: Final = (
    r"(?i)\b(?:close[sd]?|fix(?:e[sd]|ing)?|resolve[sd]?|closing|implements?|addresses)\b:?\s+"
    rf"(?:bugs? |issues? |tickets? )?"
    rf"((?:(?:,|and|&|\s|close[sd]?|fix(?:e[sd])?|resolve[sd]?)*(?:{_NAMED}))+)"
)
_EACH: Final = r"(?:https?://[^/\s]+/)?([\w.-]+/[\w.-]*)?[\w.-]*?(?:/issues/|#|GH-|gh-)(\d{1,7})\b"
_MENTION: Final = r"(?:^|[^\w/&])(?:#|GH-|gh-)(\d{1,7})\b"
_NAMES_WORK: Final = r"\b(?:pull|number|commit):"
"""References that are no issue: they name what an entry announces, found or not."""
_NUMBER_OF_FILE: Final = r"(?:^|/)\+?(?:(?i:issue|pr|pull|gh)[-_]?)?#?0*(?P<number>[1-9]\d{0,6})(?:[-_.][^/]*)?$"
"""As in ``changes/123.feature.md`` and ``changelog/pull-123``."""
_IN_FOLDER: Final = r"(?i)/(?:change-?log|changes|history|news|release-?notes)(?:\.[a-z]+)?$"
_SEVERAL: Final = 3
"""Folders with notes of their own that make a repository one of several packages."""
_LATE: Final = pd.Timedelta(days=4)
"""A release may contain work from this much later than its date: time zones, and notes dated when started."""
_LATE_PULL: Final = pd.Timedelta(days=60)
"""The same for explicit pull request numbers, since the entry may have moved below an earlier release, and for work
that the release contains."""
_MOST_OF_ONE: Final = 4
"""Maximum number of pieces of work with the same number; a number with more belongs to a plan."""
_WORD: Final = compile_pattern(r"[a-z][a-z0-9_]+|(?<![\d.])\d{1,8}\.\d[\d.]{0,20}")
_STOP: Final = frozenset({
    "the", "an", "and", "or", "of", "to", "in", "on", "for", "with", "by", "from", "as", "at", "is", "are", "was", "be",
    "it", "its", "that", "this", "these", "when", "if", "not", "no", "into", "via", "now", "can", "will", "has", "have",
    "been", "also", "which", "fix", "fixed", "fixes", "bug", "issue", "add", "added", "adds", "new", "support",
    "change", "changed", "changes", "update", "updated", "make", "use", "using", "allow", "allows", "improve",
    "improved", "remove", "removed",
})  # fmt: skip
_ENDINGS: Final = ("ing", "ied", "ies", "ed", "es", "s", "e")
_SURE: Final = 0.62
_SURE_OF_WRITER: Final = 0.45
_CLEAR: Final = 0.12
"""Minimum distance between the best and the second-best match."""
_FEW_WORDS: Final = 2
"""Minimum number of words that both have."""
_ALONE: Final = 0.3
"""Minimum distance from the second-best match at which a less similar one is sure, ..."""
_SURE_ALONE: Final = 0.5
_MOST_OF_TITLE: Final = 0.6
"""... if the entry has most of the title's words."""


ReleaseName = tuple[str, str, str]
"""Repository, package and plain version. The package is empty for the repository as a whole."""


class Pieces(NamedTuple):
    """Pieces of work with everything that notes may refer to. All columns have the positions of commits as index."""

    repository: pd.Series[str]
    sha: pd.Series[str]
    title: pd.Series[str]
    message: pd.Series[str]
    at: pd.Series[pd.Timestamp]
    number: pd.Series[str]
    """Pull request number; missing if there is none."""
    whole: npt.NDArray[np.int64]
    """Position of the merge that contains the commit, else its own; -1 if it is not a piece of work."""
    release: pd.Series[str]
    """The first tag that contains it; missing if none does."""


def find_announced(
    pieces: Pieces,
    entries: DataFrame[ChangelogEntries],
    written: pd.DataFrame,
    days: Mapping[ReleaseName, pd.Timestamp],
) -> pd.DataFrame:
    """Find where pieces of work were announced.

    Args:
        pieces: Commits of any number of repositories, with their pieces of work.
        entries: Entries of the release notes.
        written: Which commits changed which notes: ``position``, ``repository``, ``path``, ``status`` and ``fragment``.
        days: Release dates, from tags.

    Returns:
        ``announced`` (JSON) and ``prominence`` of each announced piece of work, indexed by position.
    """
    if entries.empty or pieces.sha.empty:
        return not_announced()
    entries = with_features(DataFrame(entries.reset_index(drop=True)))
    entry_releases = _releases(entries, days)
    return _first(link_entries(pieces, entries, written, entry_releases), pieces, entries, entry_releases)


def not_announced() -> pd.DataFrame:
    """Return what `find_announced` does where no work was announced."""
    return pd.DataFrame({"announced": [], "prominence": []}, dtype="str")


def link_entries(
    pieces: Pieces, entries: DataFrame[ChangelogEntries], written: pd.DataFrame, entry_releases: pd.DataFrame
) -> pd.DataFrame:
    """Return pairs of an ``entry`` and the ``position`` of the piece of work that it announces."""
    written = written.assign(position=pieces.whole[written["position"].to_numpy(dtype="int64")])
    written = written[written["position"] >= 0]
    links = _in_time(_by_reference(pieces, entries, written), pieces, entry_releases)
    links = _few(_of_same_release(links, pieces, entry_releases))
    left = entries.index.difference(pd.Index(links["entry"]))
    # a list of everything names what an entry in words announces too
    taken = links.loc[entries["prominence"].reindex(links["entry"]).ne(Prominence.MINOR).to_numpy(), "position"]
    by_words = _by_words(pieces, entries.loc[left], entry_releases.loc[left], taken, written["position"])
    pairs = pd.concat([links[["entry", "position"]], _in_time(by_words, pieces, entry_releases)[["entry", "position"]]])
    return pairs.drop_duplicates().reset_index(drop=True)


def _releases(entries: pd.DataFrame, days: Mapping[ReleaseName, pd.Timestamp]) -> pd.DataFrame:
    """Return the plain ``version`` of each entry, empty if unreleased, and its ``day``.

    Packages of one repository may have the same version at different times: notes in the folder of a package are about
    its own releases.
    """
    version = replace(entries["version"].fillna("").astype("str"), r"^v\.?", "").str.lower()
    day = pd.to_datetime(entries["released_on"], utc=True).astype("datetime64[us, UTC]")
    package = extract(entries["path"], r"(?:^|/)(?P<package>[^/]*)/[^/]*$").fillna("").str.lower()
    known: dict[tuple[str, str], dict[str, pd.Timestamp]] = defaultdict(dict)
    for (repository, name, released), at in days.items():
        known[repository, released][name] = at
    keys = zip(entries["repository"], version, package, _are_of_packages(entries), strict=True)
    of_tags = [_day_of(known, *key) for key in keys]
    return pd.DataFrame(
        {"version": version, "day": day.fillna(pd.Series(of_tags, index=entries.index, dtype="datetime64[us, UTC]"))}
    )


def _are_of_packages(entries: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which entries are in the notes of one of several packages: such files are in several folders."""
    files = entries[["repository", "path"]].drop_duplicates()
    files = files[contains(files["path"], _IN_FOLDER)]
    several = files[files.groupby("repository")["path"].transform("size") >= _SEVERAL]
    found: npt.NDArray[np.bool_] = rows_among(entries, several, ["repository", "path"]) >= 0
    return found


def _day_of(
    days: Mapping[tuple[str, str], Mapping[str, pd.Timestamp]],
    repository: str,
    versions: str,
    package: str,
    of_package: bool,
) -> pd.Timestamp | None:
    """Return the day of the first of the versions in a heading that has a tag.

    The tag is one of the package in whose folder the notes are: for ``pump`` of ``pump`` or ``engine-pump``, and for
    ``engine-pump`` of ``pump``. If they are not those of one of several packages, any other tag is as good.
    """
    for version in versions.split("/"):
        known = days.get((repository, version), {})
        alike = (name for name in known if name and package and _is_end(name, package))
        for name in (package, *alike, *([] if of_package else [""])):
            if name in known:
                return known[name]
    return None


def _is_end(one: str, other: str) -> bool:
    return one.endswith(f"-{other}") or other.endswith(f"-{one}")


def package_of(tags: pd.Series[str], versions: pd.Series[str]) -> pd.Series[str]:
    """Return the package in tag names, ``pump`` for ``@acme/pump@v1.2``; empty if they are only versions."""
    before = [tag[: len(tag) - len(version)] for tag, version in zip(tags, versions, strict=True)]
    names = extract(pd.Series(before, index=tags.index, dtype="str"), r"(?P<package>[^/@]*?)(?:[-_@/.]+v?|v)$")
    return names.fillna("").str.lower()


def closed_numbers(messages: pd.Series[str], repositories: pd.Series[str]) -> pd.Series[str]:
    """Return the numbers of the issues that messages close, one row per occurrence; the index may repeat."""
    phrases = extract_all(messages, _CLOSING)
    named = extract_all_groups(phrases, _EACH, ["repository", "number"])
    own = replace(repositories, "^.*/", "").str.lower().reindex(named.index)
    of_others = (named["repository"] != "") & (replace(named["repository"], "^.*/", "").str.lower() != own)
    numbers: pd.Series[str] = named.loc[~of_others, "number"]
    return numbers


def plain_version(tag: str) -> str:
    """Return the version in a tag name, in the form that `find_announced` compares."""
    match = _TAG_VERSION.search(tag.replace("_", "."))
    return match[0].lower() if match else tag.lower()


def _final(version: str) -> str:
    """Return the release that a version is of: 1.2 for 1.2.0 and for its candidates, since notes are of the release."""
    return _CANDIDATE.sub("", version, count=1)


def _finals(versions: str) -> frozenset[str]:
    """Return the releases of the versions in a heading: packages of one repository have different ones."""
    return frozenset(map(_final, versions.split("/")))


_TAG_VERSION: Final = compile_pattern(
    r"(?<!\d)(?:19|20)\d\d[-.][01]\d[-.][0-3]\d(?:[-T]\d{1,8}(?:\.\d{1,8}){0,3})?$|"
    r"(?<!\d)(?<!\d\.)(?<!\.x\.)\d{1,8}(?>(?:\.\d{1,8}|\.x)*)(?:[-.]?(?:a|b|rc|alpha|beta|dev|pre|post)[-.]?\d{0,8}(?:\.\d{1,4})?)?$"
)
_CANDIDATE: Final = compile_pattern(
    r"(?<!\.0)(?:\.0)+(?:[-.]?(?:a|b|rc|alpha|beta|dev|pre)[-.]?\d{0,8}(?:\.\d{1,4})?)?$"
    r"|(?<=\d)[-.]?(?:a|b|rc|alpha|beta|dev|pre)[-.]?\d{0,8}(?:\.\d{1,4})?$"
)


def _by_reference(pieces: Pieces, entries: pd.DataFrame, written: pd.DataFrame) -> pd.DataFrame:
    """Return pairs of an entry and a position, with the ``name`` that links them."""
    named = entries["references"].str.split(" ").explode()
    named = named[named.notna() & (named != "")]
    parts = named.str.split(":", n=1)
    wanted = pd.DataFrame(
        {
            "entry": named.index,
            "repository": entries["repository"].reindex(named.index).array,
            "kind": parts.str[0].array,
            "name": parts.str[1].array,
        }
    )
    pulls = _join(wanted[wanted["kind"].isin(["pull", "number"])], pieces.number.dropna(), pieces)
    sure = pd.concat([pulls, _by_commit(wanted[wanted["kind"] == "commit"], pieces)])
    # an issue next to a pull request is its goal; other pull requests may have tried before
    left = wanted[~wanted["entry"].isin(sure["entry"]) & (wanted["kind"] != "commit")]
    fragments = written[written["fragment"] & (written["status"] == "A")]
    names = extract(fragments["path"], _NUMBER_OF_FILE).set_axis(fragments["position"]).dropna()
    found = [sure]
    for known in (
        names,
        closed_numbers(pieces.message, pieces.repository),
        extract_all(_first_lines(pieces.message), _MENTION),
        pieces.number.dropna(),  # many roles and links of issues name pull requests
    ):
        found.append(_join(left, known, pieces))
        left = left[~left["entry"].isin(found[-1]["entry"])]
    files = entries.loc[entries["fragment"] & ~entries.index.isin(sure["entry"]), ["repository", "path"]]
    added = fragments[["repository", "path", "position"]]
    found.append(files.assign(entry=files.index).merge(added, on=["repository", "path"]).assign(name="file"))
    pairs = pd.concat([each.reindex(columns=["entry", "position", "name", "kind"]) for each in found])
    return pairs[pairs["position"] >= 0].drop_duplicates().reset_index(drop=True)


def _first_lines(messages: pd.Series[str]) -> pd.Series[str]:
    return replace(messages, r"\n[\s\S]*", "")


def _join(wanted: pd.DataFrame, names: pd.Series[str], pieces: Pieces) -> pd.DataFrame:
    known = pd.DataFrame(
        {
            "repository": pieces.repository.reindex(names.index).array,
            "name": names.array,
            "position": pieces.whole[names.index.to_numpy(dtype="int64")],
        }
    )
    pairs: pd.DataFrame = wanted.merge(known[known["position"] >= 0].drop_duplicates(), on=["repository", "name"])
    return pairs[["entry", "position", "name", "kind"]]


def _by_commit(wanted: pd.DataFrame, pieces: Pieces) -> pd.DataFrame:
    nothing = pd.DataFrame({"entry": [], "position": [], "name": []}).astype({"entry": "int64", "position": "int64"})
    if wanted.empty:
        return nothing
    short = int(wanted["name"].str.len().min())
    perhaps = pd.DataFrame(
        {"repository": pieces.repository, "start": pieces.sha.str.slice(0, short), "sha": pieces.sha}
    )
    perhaps["position"] = pieces.whole
    pairs = wanted.assign(start=wanted["name"].str.slice(0, short)).merge(perhaps, on=["repository", "start"])
    same = [sha.startswith(name) for sha, name in zip(pairs["sha"], pairs["name"], strict=True)]
    return pairs.loc[same, ["entry", "position", "name"]] if len(pairs) else nothing


def _in_time(links: pd.DataFrame, pieces: Pieces, entry_releases: pd.DataFrame) -> pd.DataFrame:
    """Remove matches with work done after the release."""
    days = entry_releases["day"].reindex(links["entry"]).array
    done = pieces.at.reindex(links["position"]).array
    # notes may have the day on which a release was begun
    may_be_late = links.get("kind", pd.Series("", index=links.index)).eq("pull") | _are_contained(
        links, pieces, entry_releases
    )
    late = (done > days + _LATE) & (~may_be_late.to_numpy() | (done > days + _LATE_PULL))
    return links[~np.asarray(late, dtype=bool)]


def _are_contained(links: pd.DataFrame, pieces: Pieces, entry_releases: pd.DataFrame) -> pd.Series[bool]:
    """Return which pieces are in the release of their entry, or in one of its candidates."""
    releases = pieces.release.reindex(links["position"]).fillna("").map(plain_version).map(_final)
    versions = entry_releases["version"].map(_finals).reindex(links["entry"])
    contained = [release in those for release, those in zip(releases, versions, strict=True)]
    return pd.Series(contained, index=links.index, dtype="bool")


def _of_same_release(links: pd.DataFrame, pieces: Pieces, entry_releases: pd.DataFrame) -> pd.DataFrame:
    """If several pieces have the same number, keep those in the entry's release, if there are any."""
    fits = _are_contained(links, pieces, entry_releases)
    some = fits.groupby([links["entry"], links["name"]]).transform("any")
    return links[fits | ~some]


def _few(links: pd.DataFrame) -> pd.DataFrame:
    counts = links.groupby(["entry", "name"])["position"].transform("size")
    return links[counts <= _MOST_OF_ONE]


def _by_words(
    pieces: Pieces, entries: pd.DataFrame, entry_releases: pd.DataFrame, taken: pd.Series[int], writers: pd.Series[int]
) -> pd.DataFrame:
    """Match entries without a found reference to the piece of the same release with clearly similar words.

    A piece that changed the notes itself is more likely to match. The limits are those at which 98 % of 14,000 entries
    of 24 projects, with their references hidden, match the piece that they name.
    """
    positions = np.arange(len(pieces.whole))
    free = (pieces.whole == positions) & ~np.isin(positions, taken)
    words = {position: _words(title) for position, title in pieces.title[free].items()}
    frequency = Counter(word for each in words.values() for word in each)
    weight = {word: log((1 + len(words)) / number) for word, number in frequency.items()}
    rarest = log(1 + len(words))
    by_release: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    releases = pieces.release[free].fillna("").map(plain_version).map(_final)
    for position, repository, release in zip(releases.index, pieces.repository[free], releases, strict=True):
        for word in words[position]:
            by_release[repository, release][word].append(position)
    wrote = set(writers)
    best: dict[int, tuple[float, int]] = {}
    for entry, sentence, repository, version, names_work in zip(
        entries.index,
        entries["sentence"],
        entries["repository"],
        entry_releases["version"],
        contains(entries["references"], _NAMES_WORK),
        strict=True,
    ):
        of_entry = _words(sentence)
        having = [by_release.get((repository, release), {}) for release in _finals(version)]
        candidates = {position for each in having for word in of_entry for position in each.get(word, ())}
        found = sorted(_compare(of_entry, words[position], weight, rarest, position) for position in candidates)
        if not found or found[-1].words < _FEW_WORDS:
            continue
        match = found[-1]
        # the same title again is the same work: a backport
        others = (other for other in reversed(found) if words[other.position] != words[match.position])
        distance = match.alike - next((other.alike for other in others), 0.0)
        is_similar = match.alike >= (_SURE_OF_WRITER if match.position in wrote else _SURE) and distance >= _CLEAR
        if is_similar or (not names_work and _is_in_more_words(match, distance)):
            best[match.position] = max(best.get(match.position, (0.0, -1)), (match.alike, entry))
    rows = [(entry, position, "words") for position, (_, entry) in best.items()]
    return pd.DataFrame(rows, columns=["entry", "position", "name"]).astype({"entry": "int64", "position": "int64"})


class _Likeness(NamedTuple):
    """How an entry and a title are alike, in order of likeness."""

    alike: float
    """Weight of their shared words, relative to the mean weight of both."""
    of_title: float
    """Weight of their shared words, relative to that of the title."""
    rare: float
    """The same, relative to a word that no title has."""
    words: int
    position: int


def _compare(
    entry: frozenset[str], title: frozenset[str], weight: Mapping[str, float], rarest: float, position: int
) -> _Likeness:
    shared = entry & title
    both = sum(weight[word] for word in shared)
    of_title = sum(weight[word] for word in title)
    of_entry = sum(weight.get(word, rarest) for word in entry)
    return _Likeness(2 * both / (of_title + of_entry), both / of_title, both / rarest, len(shared), position)


def _is_in_more_words(match: _Likeness, distance: float) -> bool:
    """Return whether an entry says what a title does, in more words, and no other title comes near."""
    whole = match.of_title > 0.99 and match.rare >= 1 and distance >= _CLEAR  # noqa: PLR2004 - all of it
    return whole or (match.alike >= _SURE_ALONE and match.of_title >= _MOST_OF_TITLE and distance >= _ALONE)


def _words(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _WORD.findall(text.lower()[:400]) if word not in _STOP)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004 - what is left is a word
            return word.removesuffix(ending)
    return word


def _alike(one: Iterable[str], other: frozenset[str], weight: Mapping[str, float], rarest: float) -> float:
    """Return the weight of shared words, relative to the mean weight of both texts."""
    own = {word: weight.get(word, rarest) for word in one}
    shared = sum(value for word, value in own.items() if word in other)
    total = (sum(own.values()) + sum(weight.get(word, rarest) for word in other)) / 2
    return shared / total if total else 0.0


def _first(links: pd.DataFrame, pieces: Pieces, entries: pd.DataFrame, entry_releases: pd.DataFrame) -> pd.DataFrame:
    """Choose one entry per piece: from the earliest release, then the most prominent, then the most similar."""
    order = list(Prominence)
    sentences, titles = entries["sentence"].reindex(links["entry"]), pieces.title.reindex(links["position"])
    chosen = links.assign(
        minor=(entries["prominence"] == Prominence.MINOR).reindex(links["entry"]).array,
        day=entry_releases["day"].reindex(links["entry"]).array,
        rank=entries["prominence"].map(order.index).reindex(links["entry"]).array,
        unreleased=(entry_releases["version"] == "").reindex(links["entry"]).array,
        unlike=[-_alike(_words(one), _words(other), {}, 1.0) for one, other in zip(sentences, titles, strict=True)],
    ).sort_values(["position", "minor", "unreleased", "day", "rank", "unlike", "entry"])
    chosen = chosen.drop_duplicates("position").set_index("position")
    rows = entries.loc[chosen["entry"]]
    days = entry_releases["day"].loc[chosen["entry"]].dt.strftime("%Y-%m-%d")
    texts = [
        json.dumps(
            {
                "version": None if pd.isna(version) else version,
                "date": None if pd.isna(day) else day,
                "section": section,
                "highlight": prominence == Prominence.HIGHLIGHT,
                "sentence": sentence,
                "path": path,
            },
            ensure_ascii=False,
        )
        for version, day, section, prominence, sentence, path in zip(
            rows["version"], days, rows["section"], rows["prominence"], rows["sentence"], rows["path"], strict=True
        )
    ]
    return pd.DataFrame(
        {"announced": pd.array(texts, dtype="str"), "prominence": rows["prominence"].array}, index=chosen.index
    )
