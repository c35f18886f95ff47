"""The public names, options and environment variables that a piece of work added."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.codes import PUBLIC_NAMES
from achievement_pipeline.columns.text import rows_among
from achievement_pipeline.frames import PublicNames, RawCommitFiles, typed
from achievement_pipeline.judging.categories.clues import are_code
from achievement_pipeline.judging.links.commit_names import positions_of
from achievement_pipeline.judging.links.history import History
from achievement_pipeline.judging.noise.files import noise_reasons
from achievement_pipeline.judging.paths import matches
from achievement_pipeline.parsing.public_names import Kind

NAMES_VERSION: Final = "2"
"""Increase by hand, with the version of scores, when other names are found or other files are read."""

_FILE: Final = ["repository", "sha", "path"]
_NAME: Final = ["repository", "kind", "name"]
_ROOTS: Final = r"(?:^|/)(?:src/(?:main|lib)\.rs|main\.go)$"
"""Files that make a package of Rust or Go a program or a library."""
_SHOWN: Final = 5
"""Names of a kind that are kept; the others are counted."""
_WORDS: Final = {
    Kind.CLASS: ("class", "classes"),
    Kind.TYPE: ("type", "types"),
    Kind.MODULE: ("module", "modules"),
    Kind.FUNCTION: ("function", "functions"),
    Kind.METHOD: ("method", "methods"),
    Kind.PROPERTY: ("property", "properties"),
    Kind.CONSTANT: ("constant", "constants"),
    Kind.OPTION: ("option", "options"),
    Kind.VARIABLE: ("environment variable", "environment variables"),
}
"""One and several of each kind, in the order in which they are shown."""
_ORDER: Final = {kind.value: position for position, kind in enumerate(_WORDS)}


def may_define_names(files: DataFrame[RawCommitFiles]) -> DataFrame[RawCommitFiles]:
    """Return the changed files that may define public names: code that is work by its path.

    Args:
        files: All changed files of commits.
    """
    chosen = are_code(files["path"]) & noise_reasons(files).isna().to_numpy()
    return typed(RawCommitFiles, files[chosen])


def find_added_names(
    history: History,
    files: DataFrame[RawCommitFiles],
    noise: pd.Series[str],
    names: DataFrame[PublicNames],
    merged_by: npt.NDArray[np.int64],
) -> pd.Series[str]:
    """Return the names that each commit, and each merge with the commits that it contains, was the first to add.

    What an earlier commit added already was moved, or came back. What a later commit of the same merge removed was
    not added by it. Members of a type that is new too are left out.

    Args:
        history: Commits of any number of repositories.
        files: Changed files.
        noise: Why a file is not work, with the index of ``files``; missing if it is.
        names: The names that commits added and removed.
        merged_by: As returned by `achievement_pipeline.judging.links.merges.find_merging_commits`.

    Returns:
        JSON ``{"<kind>": {"count", "names"}}`` with at most five names per kind, indexed by position; empty if none.
    """
    commits = history.commits
    empty = pd.Series("", index=commits.index, dtype="str")
    is_offered = ~_are_of_programs(names, files) & _are_work(names, files, noise)
    rows = names.assign(position=positions_of(names, commits))[is_offered]
    rows = rows[rows["position"] >= 0]
    if rows.empty:
        return empty
    rows = rows.assign(place=history.place[rows["position"]]).sort_values("place", kind="stable", ignore_index=True)
    additions = rows[rows["change"] == "added"]
    first = additions[~additions.duplicated(_NAME)]
    whole = rows.assign(position=merged_by[rows["position"]])
    left = whole.groupby(["position", "kind", "name"])["change"].transform("last") == "added"
    of_merges = whole[left & (whole["position"] >= 0) & whole.index.isin(first.index)]
    pieces = pd.concat([first, of_merges], ignore_index=True)
    texts = {
        position: _as_json(zip(own["kind"], own["name"], strict=True))
        for position, own in pieces.groupby("position")[["kind", "name"]]
    }
    return pd.Series(texts, dtype="str").reindex(commits.index, fill_value="").astype("str")


def _are_work(names: DataFrame[PublicNames], files: pd.DataFrame, noise: pd.Series[str]) -> npt.NDArray[np.bool_]:
    if files.empty:
        return np.ones(len(names), dtype=bool)
    found = rows_among(names, files, _FILE)
    is_work: npt.NDArray[np.bool_] = (found < 0) | noise.isna().to_numpy()[found]
    return is_work


def _are_of_programs(names: DataFrame[PublicNames], files: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which names nobody can import: those of programs, where a language has programs and libraries.

    Their options and environment variables can be used.
    """
    are_roots = matches(files["path"], _ROOTS)
    roots = set((files["repository"] + "/" + files["path"])[are_roots])
    paths = names["repository"] + "/" + names["path"]
    programs = [path for path in paths.unique() if _is_of_program(path, roots)]
    is_source = ~names["kind"].isin([Kind.OPTION.value, Kind.VARIABLE.value])
    return (is_source & paths.isin(programs)).to_numpy()


def _is_of_program(path: str, roots: Collection[str]) -> bool:
    if path.endswith(".go"):
        return f"{path.rpartition('/')[0]}/main.go" in roots
    crate, _, _ = path.rpartition("/src/")
    return path.endswith(".rs") and f"{crate}/src/main.rs" in roots and f"{crate}/src/lib.rs" not in roots


def name_words(names: str) -> str:
    """Return the names for people: ``class `Session`, `load` and 2 other functions, option `--jobs```.

    Args:
        names: As `find_added_names` returns it for one piece of work.
    """
    found = json.loads(names) if names else {}
    return ", ".join(_words(Kind(kind), own["count"], own["names"]) for kind, own in found.items())


def name_lines(names: pd.Series[str]) -> pd.DataFrame:
    """Return ledger lines of impact without points: evidence for a reader.

    Args:
        names: As `find_added_names` returns it, indexed by activity key.
    """
    words = names[names != ""].map(name_words)
    return pd.DataFrame({"score": "impact", "rule": PUBLIC_NAMES, "points": 0, "evidence": "adds " + words}).astype(
        {"score": "str", "rule": "str", "points": "int64", "evidence": "str"}
    )


def _as_json(names: Iterable[tuple[str, str]]) -> str:
    named = sorted(set(names), key=lambda each: (_ORDER[each[0]], each[1]))
    types = {name for kind, name in named if kind in {Kind.CLASS, Kind.TYPE}}
    by_kind: dict[str, list[str]] = {}
    for kind, name in named:
        owner = name.replace("::", ".").rpartition(".")[0]
        if not (owner in types and kind in {Kind.METHOD, Kind.PROPERTY, Kind.CONSTANT}):
            by_kind.setdefault(kind, []).append(name)
    return json.dumps({kind: {"count": len(own), "names": own[:_SHOWN]} for kind, own in by_kind.items()})


def _words(kind: Kind, count: int, names: Sequence[str]) -> str:
    one, several = _WORDS[kind]
    first = f"`{names[0]}`"
    if count == 1:
        return f"{one} {first}"
    if count == 2:  # noqa: PLR2004
        return f"{several} {first} and `{names[1]}`"
    return f"{first} and {count - 1:,} other {several}"
