"""Decide which changed files are not work.

The rules are in ``noise.toml``: paths and names of lock files, vendored and generated code, recordings and data, each
with its source. They follow github-linguist; ``docs/noise.md`` lists the differences. Reasons are applied in this
order: the user's own choice, git's own facts (submodule, binary, mode, rename), ``.gitattributes``, the path, then the
contents.
"""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files as resources

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame
from pydantic import Field

from achievement_pipeline.columns.text import rows_among
from achievement_pipeline.frames import CommitContents, PathAttributes, RawCommitFiles, typed
from achievement_pipeline.judging.noise.reasons import Noise
from achievement_pipeline.judging.noise.scope import EVERYTHING, Scope
from achievement_pipeline.judging.paths import matches
from achievement_pipeline.parsing.patterns import escape
from achievement_pipeline.parsing.strict_model import StrictModel

_SUBMODULE = "160000"
_SYMLINK = "120000"
_STEPS = 4
"""A file with this many changes, nearly all of them small, is the user's own, even if its path looks vendored."""
_SMALL_STEP = 60
_SMALL_SHARE = 0.75
_SHORTEST_LIBRARY = 100
"""Lines of the shortest browser library that is known by its name alone."""
_BROWSER = r"\.(?:js|css|scss)$"
_FOLDERS = r"(?i)(?:^|/)(?:vendors?|_vendor|third[-_]?party|libs?|plugins?|static|assets|public|dist|externals?|deps)/"
"""Where a short one may be minified, or a part of a library."""
_MANAGED = (
    r"(?:^|/)(?:node_modules|bower_components|vendor|_vendor|Godeps|Pods|Carthage|site-packages|elm-stuff|\.yarn|venv"
    r"|\.venv|gradle/wrapper|\.mvn/wrapper)/"
)
"""Folders that package managers write."""
_WIDE = (
    r"(?i)\.(?:ps1|psm1|psd1|sql|cs|vb|vbs|c|h|cpp|hpp|cc|rc|txt|md|csv|tsv|xml|html?|css|js|ts|json|strings|inf|reg|bat"
    r"|cmd|iss|nsi|nsh|ini|resx|xaml|config|py|java|au3|ahk|mq[45h]|prc|tab|viw|ddl)$"
)
"""Text files that Windows programs save as UTF-16."""


class PathRule(StrictModel):
    """One rule in ``noise.toml``: paths with the same reason. The header of that file explains the lists."""

    reason: Noise
    names: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    top_folders: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    source: str = Field(min_length=1, description="Where the facts come from")

    @property
    def expression(self) -> str:
        """The whole rule as one RE2 expression."""
        parts = [
            _any_of(self.names, before="(?:^|/)", after="$"),
            _any_of(self.endings, before="[^/]", after="$"),
            _any_of(self.folders, before="(?:^|/)", after="/"),
            _any_of(self.top_folders, before="^", after="/"),
            *self.patterns,
        ]
        return "|".join(part for part in parts if part)


class BulkRule(StrictModel):
    """Formats that people write in small files and programs in large ones."""

    reason: Noise
    lines: int = Field(gt=0, description="Changes with more lines than this were not written by a person")
    endings: tuple[str, ...]
    patterns: tuple[str, ...] = ()

    @property
    def expression(self) -> str:
        """All formats as one RE2 expression."""
        return "|".join((_any_of(self.endings, before="[^/]", after="$"), *self.patterns))


class ChangelogRule(StrictModel):
    """Changelogs, and the configuration files of tools that write them."""

    reason: Noise
    patterns: tuple[str, ...]
    tools: tuple[str, ...]
    source: str


class NoiseRules(StrictModel):
    """The contents of ``noise.toml``."""

    rule: tuple[PathRule, ...]
    catalogue: BulkRule
    bulk: BulkRule
    changelog: ChangelogRule


@functools.cache
def noise_rules() -> NoiseRules:
    """Load ``noise.toml``."""
    text = resources(__package__).joinpath("noise.toml").read_text(encoding="utf-8")
    return NoiseRules.model_validate(tomllib.loads(text))


def noise_reasons(
    files: DataFrame[RawCommitFiles],
    attributes: DataFrame[PathAttributes] | None = None,
    contents: DataFrame[CommitContents] | None = None,
    scope: Scope = EVERYTHING,
) -> pd.Series[str]:
    """Return why each changed file is not work.

    Args:
        files: Changed files, of any number of commits and repositories.
        attributes: Attributes of paths in ``.gitattributes``. If generated or vendored is set, a file is noise whatever
            its path; if unset, path rules do not apply to it.
        contents: Results from contents (`judging.noise.contents`). They decide if nothing else does, and replace
            ``notebook-output``.
        scope: What counts for the user; it goes before all other reasons.

    Returns:
        A value of `Noise` (``str``), missing if the file is work, with the index of ``files``. The reason of a file
        depends on its row and its repository's attributes and release tools, not on the order or number of other rows.
    """
    number, paths = pd.factorize(files["path"])
    distinct = pd.Series(paths, dtype="str")
    lines = files["insertions"].fillna(0) + files["deletions"].fillna(0)
    changelog = noise_rules().changelog
    declared, disowned = _attribute_reasons(files, attributes)

    by_path = _path_reasons(distinct)[number]
    vendored = by_path == _CODE[Noise.VENDORED]
    by_path = np.where(_are_tended(files, vendored) | _are_namesakes(files, vendored), _WORK, by_path)
    for bulk in (noise_rules().catalogue, noise_rules().bulk):
        large = _matches(distinct, bulk.expression)[number] & (lines > bulk.lines)
        by_path = _first(by_path, _where(large, bulk.reason))
    by_path = _first(by_path, _where(_written_by_a_tool(files["repository"], distinct, number), changelog.reason))
    by_path = np.where(disowned, _WORK, by_path)

    reasons = _first(_change_reasons(files), declared, by_path)
    if contents is not None:
        found = _content_reasons(files, contents)
        open_to_contents = np.isin(reasons, _OPEN_TO_CONTENTS)
        if (binary := reasons == _CODE[Noise.BINARY]).any():
            open_to_contents |= binary & counted_lines(files, contents)["insertions"].notna().to_numpy()
        reasons = np.where(open_to_contents & (found != _UNREAD), found, reasons)
    reasons = _first(_where(scope.leaves_out(files), Noise.IGNORED), reasons)
    return pd.Series(
        pd.Categorical.from_codes(reasons, categories=pd.Index([*Noise], dtype="str")), index=files.index
    ).astype("str")


def are_wide(files: pd.DataFrame) -> pd.Series[bool]:
    """Return which files are binary to git but may be UTF-16 text, by their names."""
    return pd.Series(files["binary"].to_numpy(dtype=bool) & matches(files["path"], _WIDE), index=files.index)


def with_source_lines(
    files: DataFrame[RawCommitFiles], contents: DataFrame[CommitContents] | None
) -> DataFrame[RawCommitFiles]:
    """Replace git's line counts with counts from contents, where available."""
    return files if contents is None else put_source_lines(files, counted_lines(files, contents))


def put_source_lines(files: DataFrame[RawCommitFiles], counted: pd.DataFrame) -> DataFrame[RawCommitFiles]:
    """As `with_source_lines`, given the result of `counted_lines`."""
    if counted["insertions"].isna().all():
        return files
    lines = {name: counted[name].fillna(files[name]) for name in ("insertions", "deletions")}
    return typed(RawCommitFiles, files.assign(**lines))


def counted_lines(files: pd.DataFrame, contents: DataFrame[CommitContents]) -> pd.DataFrame:
    """Return ``insertions``, ``deletions`` and ``lines_noise`` from contents, missing where lines were not counted."""
    counted = contents.dropna(subset=["insertions", "deletions"]).reset_index(drop=True)
    found = counted[["insertions", "deletions", "lines_noise"]].reindex(_positions_among(counted, files))
    return found.set_axis(files.index)


# Reasons are computed as positions in `Noise`, because small integers combine fast.
_Codes = npt.NDArray[np.int8]
_CODE = {reason: np.int8(position) for position, reason in enumerate(Noise)}
_WORK = np.int8(-1)
_UNREAD = np.int8(-2)
_OPEN_TO_CONTENTS = (_WORK, _CODE[Noise.NOTEBOOK_OUTPUT])


def _where(condition: npt.ArrayLike, reason: Noise) -> _Codes:
    return np.where(condition, _CODE[reason], _WORK)


def _first(*reasons: _Codes) -> _Codes:
    """Return the first reason that is set."""
    return functools.reduce(lambda first, then: np.where(first == _WORK, then, first), reasons)


def _change_reasons(files: DataFrame[RawCommitFiles]) -> _Codes:
    """Return reasons from git's own facts: modes, blob names, binary files."""
    untouched = files["old_blob"] == files["new_blob"]
    return _first(
        _where((files["old_mode"] == _SUBMODULE) | (files["new_mode"] == _SUBMODULE), Noise.SUBMODULE),
        _where(_are_symlinks(files), Noise.SYMLINK),
        _where(files["binary"], Noise.BINARY),
        _where(untouched & files["status"].isin(["R", "C"]), Noise.RENAME),
        _where(untouched, Noise.MODE),
    )


def _are_symlinks(files: DataFrame[RawCommitFiles]) -> pd.Series[bool]:
    gone = (files["status"] == "D") & (files["old_mode"] == _SYMLINK)
    return gone | (files["new_mode"] == _SYMLINK)


def _path_reasons(paths: pd.Series[str]) -> _Codes:
    """Return reasons by path, in the order of `Noise`."""
    order = sorted(noise_rules().rule, key=lambda rule: _CODE[rule.reason])
    return _first(*(_where(_matches(paths, rule.expression, rule.unless), rule.reason) for rule in order))


def _are_tended(files: pd.DataFrame, vendored: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which rows look vendored but belong to files that people change repeatedly in small steps.

    ``src/commands/bootstrap.js`` may be anyone's; folders of package managers are never the user's own.
    """
    if not vendored.any():
        return vendored
    perhaps = files.loc[vendored, ["repository", "path", "status", "insertions", "deletions"]]
    perhaps = perhaps[~_matches(perhaps["path"], _MANAGED)]
    lines = perhaps["insertions"].fillna(0) + perhaps["deletions"].fillna(0)
    changed = perhaps["status"] == "M"
    small = changed & (lines > 0) & (lines <= _SMALL_STEP)
    path = [perhaps["repository"], perhaps["path"]]
    steps, changes = small.groupby(path).transform("sum"), changed.groupby(path).transform("sum")
    tended = perhaps.index[(steps >= _STEPS) & (steps >= _SMALL_SHARE * changes)]
    return files.index.isin(tended)


def _are_namesakes(files: pd.DataFrame, vendored: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which rows are of files that are named like a browser library and were too short for it when created."""
    if not vendored.any():
        return vendored
    perhaps = files.loc[vendored, ["repository", "path", "status", "insertions"]]
    perhaps = perhaps[_matches(perhaps["path"], _BROWSER) & ~_matches(perhaps["path"], _FOLDERS)]
    created = perhaps["insertions"].where(perhaps["status"] == "A")
    shortest = created.groupby([perhaps["repository"], perhaps["path"]]).transform("min")
    return files.index.isin(perhaps.index[(shortest < _SHORTEST_LIBRARY).fillna(value=False)])


def _written_by_a_tool(
    repositories: pd.Series[str], paths: pd.Series[str], number: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Return the changelogs of repositories that have ever configured a release tool."""
    rule = noise_rules().changelog
    configures = _matches(paths, "|".join(rule.tools))[number]
    released_by_tools = repositories[configures].unique()
    return _matches(paths, "|".join(rule.patterns))[number] & repositories.isin(released_by_tools).to_numpy()


def _attribute_reasons(
    files: DataFrame[RawCommitFiles], attributes: DataFrame[PathAttributes] | None
) -> tuple[_Codes, npt.NDArray[np.bool_]]:
    """Return reasons from attributes, and which rows they exempt from path rules."""
    if attributes is None or attributes.empty:
        return np.full(len(files), _WORK), np.zeros(len(files), dtype=bool)
    declarations = files[["repository", "path"]].merge(attributes, on=["repository", "path"], how="left")
    declared = _first(
        _where(declarations["vendored"].fillna(value=False), Noise.VENDORED),
        _where(declarations["generated"].fillna(value=False), Noise.GENERATED),
        _where(declarations["pointer"].fillna(value=False), Noise.POINTER),
    )
    disowned = ~(declarations["vendored"].fillna(value=True) & declarations["generated"].fillna(value=True))
    return declared, disowned.to_numpy(dtype=bool)


def _content_reasons(files: DataFrame[RawCommitFiles], contents: DataFrame[CommitContents]) -> _Codes:
    """Return reasons from contents, `_UNREAD` where contents were not read."""
    codes = pd.Categorical(contents["noise"], categories=list(Noise)).codes
    return np.append(codes, _UNREAD)[_positions_among(contents, files)]


def _positions_among(contents: pd.DataFrame, files: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the position of each file in `contents`, or -1."""
    return rows_among(files, contents, ["repository", "sha", "path"])


def _any_of(words: tuple[str, ...], before: str, after: str) -> str:
    return f"{before}(?:{'|'.join(escape(word) for word in words)}){after}" if words else ""


def _matches(paths: pd.Series[str], expression: str, unless: tuple[str, ...] = ()) -> npt.NDArray[np.bool_]:
    found = matches(paths, expression)
    return found & ~matches(paths, "|".join(unless)) if unless else found
