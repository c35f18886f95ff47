"""Detect the language of files by name. If languages share an extension, the rest of the repository decides.

The data in ``skills.toml`` comes from github-linguist: programming and markup languages only. Scripts recognisable only
by their first line have no language here, because that needs contents.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import extract, replace, rows_among
from achievement_pipeline.frames import PathAttributes, RawCommitFiles
from achievement_pipeline.judging.skills.vocabulary import Ambiguity, Vocabulary

_FOLDERS = r"(?s)^.*/"
_ENDING = r"(?s).(?P<ending>\.[^.]+)$"
_TWO_ENDINGS = r"(?s).(?P<endings>\.[^.]+\.[^.]+)$"
_STEM = r"^(?P<stem>[^.]+)\."
_Flags = npt.NDArray[np.bool_]


def languages_of(
    files: DataFrame[RawCommitFiles],
    vocabulary: Vocabulary,
    attributes: DataFrame[PathAttributes] | None = None,
) -> pd.Series[str]:
    """Return the language of each changed file.

    Args:
        files: Changed files. Pass all known files of a repository: shared extensions depend on them.
        vocabulary: The languages and how they are recognised.
        attributes: Attributes of paths in ``.gitattributes``: the language, or not detectable.

    Returns:
        The name of a language (``str``) or missing, with the index of ``files``.
    """
    path_number, paths = pd.factorize(files["path"])
    repository_number, repositories = pd.factorize(files["repository"])
    names = _FileNames(pd.Series(paths, dtype="str"))
    found = names.languages(vocabulary).to_numpy(dtype=object)[path_number]

    # count each path once per repository, however often it changed
    pairs = np.unique(repository_number * len(paths) + path_number)
    for ambiguity in vocabulary.ambiguity:
        shared = names.end_in((ambiguity.extension,))[path_number]
        if shared.any():
            winners = _winners(ambiguity, names, pairs, len(paths), len(repositories))
            found = np.where(shared, winners[repository_number], found)
    languages = pd.Series(found, index=files.index, dtype="str")
    return languages if attributes is None else _declared(files, languages, attributes, vocabulary)


def _declared(
    files: pd.DataFrame, languages: pd.Series[str], attributes: pd.DataFrame, vocabulary: Vocabulary
) -> pd.Series[str]:
    """Apply the languages that the repository declares for its paths."""
    stated = attributes[attributes["language"].notna() | attributes["detectable"].notna()]
    rows = rows_among(files, stated, ["repository", "path"])
    names = {language.name.lower(): language.name for language in vocabulary.language}
    named = np.append(stated["language"].str.lower().map(names).to_numpy(dtype=object), [None])[rows]
    hidden = np.append(~stated["detectable"].fillna(value=True).to_numpy(dtype=bool), [False])[rows]
    return pd.Series(named, index=files.index, dtype="str").fillna(languages).mask(hidden)


class _FileNames:
    """Distinct file names and their extensions."""

    def __init__(self, paths: pd.Series[str]) -> None:
        self.names = replace(paths, _FOLDERS, "")
        lower = self.names.str.lower()
        self.last = extract(lower, _ENDING)
        self.last_two = extract(lower, _TWO_ENDINGS)
        self.stems = extract(self.names, _STEM)

    def languages(self, vocabulary: Vocabulary) -> pd.Series[str]:
        """Return the languages that names alone show: full name first, then longest extension, then stem."""
        by_name = {name: language.name for language in vocabulary.language for name in language.filenames}
        by_ending = {ending: language.name for language in vocabulary.language for ending in language.extensions}
        by_stem = {stem: language.name for language in vocabulary.language for stem in language.stems}
        return (
            _looked_up(self.names, by_name)
            .fillna(_looked_up(self.last_two, by_ending))
            .fillna(_looked_up(self.last, by_ending))
            .fillna(_looked_up(self.stems, by_stem))
        )

    def end_in(self, ends: tuple[str, ...]) -> _Flags:
        """Return which files have one of these extensions or names."""
        return (self.last.isin(ends) | self.names.isin(ends)).to_numpy(dtype=bool)


def _winners(
    ambiguity: Ambiguity, names: _FileNames, pairs: npt.NDArray[np.intp], paths: int, repositories: int
) -> npt.NDArray[np.object_]:
    """Return the language with the most evidence in each repository, or the default."""
    repository, path = np.divmod(pairs, max(paths, 1))
    counts = [
        np.bincount(repository[names.end_in(ends)[path]], minlength=repositories)
        for ends in ambiguity.evidence.values()
    ]
    winners: npt.NDArray[np.object_] = np.array(list(ambiguity.evidence), dtype=object)[np.argmax(counts, axis=0)]
    winners[np.max(counts, axis=0) == 0] = ambiguity.default
    return winners


def _looked_up(keys: pd.Series[str], table: dict[str, str]) -> pd.Series[str]:
    return keys.map(table).astype("str")
