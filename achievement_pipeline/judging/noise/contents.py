"""What only the contents of changed files tell: mere layout, a program as their author, moved lines, new dependencies.

A second reading of a history is dear, so `needs_contents` picks the few changes for which it can change a verdict.
`examine` judges one change, from bytes, without any state; `examine_commit` those of a commit, by each other too, and
holds the contents of one of them at a time: whoever reads them can stream them.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterable
from types import CodeType
from typing import Any, NamedTuple, TypeAlias, TypeVar

import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame

from achievement_pipeline.frames import (
    CommitContents,
    DependencyChanges,
    PathAttributes,
    RawCommitFiles,
    RawCommits,
    typed,
)
from achievement_pipeline.judging.lanes.commits import could_count
from achievement_pipeline.judging.links.commit_names import places_of
from achievement_pipeline.judging.noise.changed_lines import ChangedLines, changed_lines, without_moved, without_swept
from achievement_pipeline.judging.noise.files import Noise, noise_reasons
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.judging.skills.manifests import DependencyChange, changed_dependencies, manifest_paths

EXAMINER_VERSION = "4"
"""Raised by hand whenever `examine_commit` or `needs_contents` would decide otherwise: all contents are read again."""

_LAID_OUT_LINES = 60
"""Lines of one file from which it is worth a look whether only its layout changed ..."""
_LAID_OUT_BALANCE = 0.7
"""... where as many were added as removed, about: the smaller number is this part of the larger."""
_SWEEP_LINES = 200
"""Lines of a commit from which its files are worth the same look, however little of each changed ..."""
_SWEEP_BALANCE = 0.6
"""... where the commit's added and removed lines balance so, and its files' nearly."""
_SWEEP_FILES = 5
"""Files of work from which a commit is a sweep."""
_HEADER_FILES = 15
"""Files of work from which a commit may be a sweep of licence headers ..."""
_HEADER_SHARE = 0.3
"""... where this part of its files got and lost the same numbers of lines."""
_HEADER_LINES = 3
"""Lines below which a changed header is not worth a look."""
_WRITTEN_LINES = 200
"""Added lines from which it is worth a look whether a program wrote a file."""
_MOVED_LINES = 50
"""Lines that one file of a commit lost and another one got, from which it is worth a look whether they are the same."""
_SWEPT_FILES = 100
"""Changed files of work of a commit from which it is worth a look whether the same was done to them."""

_HEAD = 16_384
"""Bytes of a file's start in which a marker can stand."""
_HEAD_LINES = 40
"""Lines of a file's start in which a marker can stand, as in github-linguist."""
_MINIFIED_LINE = 110
"""Mean characters a line above which a script or style sheet is minified, as in github-linguist."""

_INDENTED = re.compile(
    r"(?i)\.(?:py|pyi|pyx|pxd|ya?ml|nim|coffee|hs|lhs|elm|purs|fs|fsx|fsi|idr|pug|jade|haml|slim|sass|styl|mk|gd|robot|feature)$"
    r"|(?:^|/)(?:GNUm|M|m)akefile$"
)
"""Files in which indentation carries meaning."""

_PROSE = re.compile(r"(?i)\.(?:md|mdx|rst|txt|adoc|asciidoc|tex|org)$")

_IMPORT = re.compile(
    rb"""(?mx)^[ \t]*(?:
      import\b[^'"();\n{]*(?:\{[^}]*\})?[^'"();\n{]*['"][^'"\n]+['"];?      # JavaScript
    | from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\([^)]*\)|[^(\n][^\n]*)          # Python
    | import[ \t]+(?:static[ \t]+)?(?:\([^)]*\)|[\w.*]+[^\n'"{(]*$)          # Go, Java, Kotlin, Scala, Swift, Python
    | (?:pub[ \t]+)?use[ \t]+[^;]+;                                         # Rust, PHP
    | using[ \t]+[^;()\n]+;                                                # C\#, C++
    | \#[ \t]*(?:include|import)[^\n]+                                      # C
    )""",
)
"""One statement that imports, as formatters sort them."""

_MAX_PYTHON = 400_000
"""Bytes above which Python is not parsed: it takes seconds, and such files are data in Python's clothes."""

_Meaning: TypeAlias = tuple[Any, ...]

_LAYOUT = b" \t\r\n\f\v,;()'\"`\\"
"""What formatters add, drop and exchange."""

_TOOLS = (
    rb"the protocol buffer compiler|the grpc|antlr|automake|bison|coffeescript|controller-gen|cython|doxygen|flex"
    rb"|gnu autoconf"
    rb"|graphql|haxe|javadoc|jflex|jison|mockery|mockgen|openapi|peg\.js|pip-compile|pkgdown|protoc|racc|roxygen2|sphinx|sqlc"
    rb"|swagger|swig|thrift|typedoc|uv"
)
_MARKER = re.compile(
    rb"(?i)@generated\b"
    rb"|\bcode generated (?:by|from)\b.*\bdo not (?:edit|modify)"
    rb"|\bgenerated code\b\W{1,4}do not (?:edit|modify)"
    rb"|\bgenerated (?:file|automatically)\b.*\bdo not (?:edit|modify)"
    rb"|\bdo not edit\b.*\b(?:machine|automatically|auto)[- ]?generated"
    rb"|\bthis (?:file|class|code|module|header) (?:is|was|has been) (?:auto-?|automatically |machine )?generated\b"
    rb"|\b(?:automatically |auto-?)generated (?:by|from|with)\b"
    rb"|\bgenerated by (?:" + _TOOLS + rb")\b"
)
"""What programs write into the files they write, in the words of each."""
_COMMENT = re.compile(rb"""^\s*(?:#|//|/\*|\*|--|;|<!--|%|'|"|\{-|\(\*|rem\b|dnl\b|\.\\")""", re.IGNORECASE)
_LICENCE = re.compile(rb"(?i)copyright|licen[cs]e|spdx-|\(c\)|\xc2\xa9")


class ContentVerdict(NamedTuple):
    """What the contents of one changed file tell."""

    noise: Noise | None = None
    """Why the change is not work; missing where it is."""
    insertions: int | None = None
    """Added lines of source, where git's count misleads."""
    deletions: int | None = None
    """Removed lines of source, where git's count misleads."""
    lines_noise: Noise | None = None
    """Why it misleads: output of notebooks, moved and swept lines."""
    dependencies: tuple[DependencyChange, ...] = ()
    """What the change did to the dependencies that a manifest names."""


class ReadFile(NamedTuple):
    """A changed file that was read."""

    path: str
    """After the change."""
    before: bytes | None
    """Missing when it was added."""
    after: bytes | None
    """Missing when it was deleted."""
    may_share_lines: bool = False
    """Whether lines that changed may have changed in other files of the commit too."""


class ExaminedFile(NamedTuple):
    """A changed file and what its contents tell."""

    repository: str
    sha: str
    path: str
    verdict: ContentVerdict


def content_frames(
    examined: Iterable[ExaminedFile],
) -> tuple[DataFrame[CommitContents], DataFrame[DependencyChanges]]:
    """Put verdicts into the two frames that the other parts of judging take."""
    verdicts, changes = [], []
    for repository, sha, path, verdict in examined:
        counted = (verdict.noise, verdict.insertions, verdict.deletions, verdict.lines_noise)
        verdicts.append((repository, sha, path, *counted))
        changes += [(repository, sha, path, *change) for change in verdict.dependencies]
    return _frame(CommitContents, verdicts), _frame(DependencyChanges, changes)


Schema = TypeVar("Schema", bound=pa.DataFrameModel)


def _frame(schema: type[Schema], rows: list[tuple[Any, ...]]) -> DataFrame[Schema]:
    columns = {name: column.dtype.type for name, column in schema.to_schema().columns.items()}
    return typed(schema, pd.DataFrame(rows, columns=list(columns)).astype(columns))


def worth_reading(
    commits: DataFrame[RawCommits],
    files: DataFrame[RawCommitFiles],
    attributes: DataFrame[PathAttributes],
    rules: Rules,
) -> DataFrame[RawCommitFiles]:
    """Pick the changed files whose contents are to be read: those that `needs_contents` picks of commits that count.

    Args:
        commits: Commits whose changes were read.
        files: What they changed.
        attributes: What ``.gitattributes`` says of paths.
        rules: What makes a commit count.
    """
    reasons = noise_reasons(files, attributes)
    counting = could_count(commits, files, reasons, rules)
    chosen = places_of(files, commits[counting.to_numpy()]) >= 0
    return files[chosen][needs_contents(files[chosen], reasons[chosen])]


def needs_contents(files: DataFrame[RawCommitFiles], reasons: pd.Series[str]) -> pd.Series[bool]:
    """Pick the changed files whose contents can change a verdict; give it those of commits that could otherwise count.

    Args:
        files: Changed files, all of each commit: a sweep shows by the company of a file.
        reasons: Why a file is not work, by its path (`achievement_pipeline.judging.noise.files.noise_reasons`).

    Returns:
        Booleans with the index of ``files``: manifests, notebooks, files that may only have been laid out otherwise or
        got another licence header, that share lines with others of their commit, and files so large that a program may
        have written them.
    """
    work = reasons.isna()
    insertions = files["insertions"].fillna(0).astype("int64")
    deletions = files["deletions"].fillna(0).astype("int64")
    commit = files.groupby(["repository", "sha"], sort=False).ngroup()
    in_commit = work.groupby(commit).transform("sum")
    kept = work & files["status"].isin(["M", "R"])

    lines, balance = insertions + deletions, _balance(insertions, deletions)
    all_insertions, all_deletions = (
        lines.where(kept, 0).groupby(commit).transform("sum") for lines in (insertions, deletions)
    )
    laid_out = (lines >= _LAID_OUT_LINES) & (balance >= _LAID_OUT_BALANCE)
    sweep = (
        (all_insertions + all_deletions >= _SWEEP_LINES)
        & (_balance(all_insertions, all_deletions) >= _SWEEP_BALANCE)
        & (in_commit >= _SWEEP_FILES)
        & (balance >= _SWEEP_BALANCE)
    )
    alike = kept.groupby([commit, insertions, deletions]).transform("sum")
    header = (
        (in_commit >= _HEADER_FILES)
        & (alike >= _HEADER_SHARE * in_commit)
        & (lines >= _HEADER_LINES)
        & (insertions != deletions)
    )
    written = work & (insertions >= _WRITTEN_LINES)
    manifests = work & manifest_paths(files["path"])
    notebooks = reasons == Noise.NOTEBOOK_OUTPUT
    shared = may_share_lines(files[work]).reindex(files.index, fill_value=False)
    return manifests | notebooks | written | shared | (kept & (laid_out | sweep | header))


def may_share_lines(files: pd.DataFrame) -> pd.Series[bool]:
    """Pick the files that may have changed by lines of others: one of a commit lost many and another got many.

    So may those of a commit that changed very many files.

    Args:
        files: Changed files that are work, all of each commit.

    Returns:
        Booleans with their index.
    """
    commit = files.groupby(["repository", "sha"], sort=False).ngroup()
    gave, took = ((files[name].fillna(0) >= _MOVED_LINES).astype(bool) for name in ("deletions", "insertions"))
    givers, takers, both = (some.groupby(commit).transform("sum") for some in (gave, took, gave | took))
    kept = files["status"].isin(["M", "R"])
    swept = kept & (kept.groupby(commit).transform("sum") >= _SWEPT_FILES)
    return swept | ((gave | took) & (givers > 0) & (takers > 0) & (both > 1))


def _balance(insertions: pd.Series[int], deletions: pd.Series[int]) -> pd.Series[float]:
    smaller, larger = insertions.clip(upper=deletions), insertions.clip(lower=deletions)
    return smaller / larger.clip(lower=1)


def examine(path: str, before: bytes | None, after: bytes | None) -> ContentVerdict:
    """Judge one changed file by its contents.

    Args:
        path: Its path after the change.
        before: Its bytes before the change; missing when it was added.
        after: Its bytes after the change; missing when it was deleted.

    Returns:
        The verdict; work without dependencies where the contents tell nothing, as for binaries.
    """
    old, new = before or b"", after or b""
    if path.endswith(".ipynb"):
        return _notebook_verdict(old, new)
    if b"\0" in old or b"\0" in new:
        return ContentVerdict()
    return ContentVerdict(_noise(path, old, new), dependencies=tuple(changed_dependencies(path, before, after)))


def examine_commit(files: Iterable[ReadFile]) -> list[tuple[str, ContentVerdict]]:
    """Judge changed files of one commit by their contents, and count out lines that moved between them or were swept.

    Args:
        files: Each is let go of before the next one is taken.

    Returns:
        The path and the verdict of each, in the same order.
    """
    paths, verdicts, lines = [], [], []
    for path, before, after, shares in files:
        verdict = examine(path, before, after)
        paths.append(path)
        verdicts.append(verdict)
        # of a notebook, lines are counted already
        is_open = shares and verdict.noise is None and verdict.insertions is None
        lines.append(changed_lines(before or b"", after or b"") if is_open else _NO_LINES)
    stayed = without_moved(lines)
    own = without_swept(stayed)
    judged = (
        verdict if changed == rest else _counted(verdict, rest, Noise.MOVED if changed != stays else Noise.SWEPT)
        for verdict, changed, stays, rest in zip(verdicts, lines, stayed, own, strict=True)
    )
    return list(zip(paths, judged, strict=True))


_NO_LINES = ChangedLines(Counter(), Counter())


def _counted(verdict: ContentVerdict, rest: ChangedLines, reason: Noise) -> ContentVerdict:
    insertions, deletions = rest.added.total(), rest.removed.total()
    noise = None if insertions or deletions else reason
    return verdict._replace(noise=noise, insertions=insertions, deletions=deletions, lines_noise=reason)


def _noise(path: str, before: bytes, after: bytes) -> Noise | None:
    if is_generated_content(path, after or before):
        return Noise.GENERATED
    if not before or not after:
        return None
    if is_whitespace_change(path, before, after):
        return Noise.WHITESPACE
    if is_reformat(path, before, after) or is_import_order(path, before, after):
        return Noise.REFORMAT
    return Noise.LICENCE if is_licence_header_change(before, after) else None


def is_generated_content(path: str, content: bytes) -> bool:
    """Tell whether a program says that it wrote this, or must have.

    Markers count in comments of the first lines only: a generator's own source holds them too, further down or in
    strings. Scripts and style sheets count by the mean length of their lines (github-linguist's rule and numbers).
    """
    head = content[:_HEAD].splitlines()[:_HEAD_LINES]
    if any(_MARKER.search(line) for line in head if _COMMENT.match(line)):
        return True
    if path.lower().endswith((".js", ".mjs", ".cjs", ".css")):
        lines = content.split(b"\n")
        return (len(content) - len(lines) + 1) // len(lines) > _MINIFIED_LINE
    return path.endswith(".meta") and content.startswith(b"fileFormatVersion: ")


def is_whitespace_change(path: str, before: bytes, after: bytes) -> bool:
    """Tell whether two contents differ in white space, blank lines or line endings only.

    Where indentation carries meaning (Python, YAML, Makefiles), its width may change and its nesting may not.
    """
    if _INDENTED.search(path):
        return _squeezed(before, b" \t\r\n\f\v") == _squeezed(after, b" \t\r\n\f\v") and _outline(before) == _outline(
            after
        )
    return _squeezed(before, b" \t\r\n\f\v") == _squeezed(after, b" \t\r\n\f\v")


def is_reformat(path: str, before: bytes, after: bytes) -> bool:
    """Tell whether two contents are the same but for what formatters change: wrapping, quotes, commas, parentheses.

    Python is compared as black compares it, by its meaning, and here by its comments too. Other languages where
    indentation carries meaning are never called reformatted, nothing here could prove it; nor is prose, where a comma
    is a correction.
    """
    if _squeezed(before, _LAYOUT) != _squeezed(after, _LAYOUT):
        return False
    if path.endswith((".py", ".pyi")):
        return _same_python(before, after) and _same_comments(before, after)
    return not _INDENTED.search(path) and not _PROSE.search(path)


def is_import_order(path: str, before: bytes, after: bytes) -> bool:
    """Tell whether two contents import the same in another order, and are else the same or laid out otherwise."""
    old, new = (_IMPORT.sub(b"", content) for content in (before, after))
    # tells most apart in the least time
    if _squeezed(old, _LAYOUT) != _squeezed(new, _LAYOUT) or _imported(before) != _imported(after):
        return False
    return is_whitespace_change(path, old, new) or is_reformat(path, old, new)


def is_licence_header_change(before: bytes, after: bytes) -> bool:
    """Tell whether only the comment that opens a file changed, and it speaks of copyright or a licence."""
    old_header, old_rest = _opening_comment(before)
    new_header, new_rest = _opening_comment(after)
    return (
        old_rest == new_rest
        and old_header != new_header
        and bool(_LICENCE.search(old_header) or _LICENCE.search(new_header))
    )


def _squeezed(content: bytes, characters: bytes) -> bytes:
    return content.translate(None, characters)


def _outline(content: bytes) -> list[int]:
    """How deep each line that is not blank is nested, whatever the width of an indent."""
    widths: list[int] = [0]
    outline = []
    for line in content.splitlines():
        code = line.lstrip()
        if not code:
            continue
        width = len(line[: len(line) - len(code)].expandtabs(8))
        while width < widths[-1]:
            widths.pop()
        if width > widths[-1]:
            widths.append(width)
        outline.append(len(widths))
    return outline


def _imported(content: bytes) -> set[bytes]:
    """All that the imports name."""
    return {name for statement in _IMPORT.findall(content) for name in re.findall(rb"[\w$@./*-]+", statement)}


def _same_python(before: bytes, after: bytes) -> bool:
    """Whether two contents are one program.

    Code is compared first: it is quick. It holds traces of line breaks (``NOP`` where folded constants stood on lines
    of their own, and jumps over them), so what differs is compared as syntax.
    """
    old, new = _python_meaning(before), _python_meaning(after)
    if old is None or new is None:
        return False
    return old == new or _syntax(before) == _syntax(after)


def _syntax(content: bytes) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in `_python_meaning`
        tree = ast.parse(content)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = " ".join(node.value.split())
    return ast.dump(tree)


def _python_meaning(content: bytes) -> _Meaning | None:
    """What Python compiles it to, the white space of its strings squeezed; missing where it can't be read.

    Code objects compare several times faster than syntax trees.
    """
    if len(content) > _MAX_PYTHON:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the code that is judged, not about ours
            return _code_meaning(compile(content, "", "exec", dont_inherit=True))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _code_meaning(code: CodeType) -> _Meaning:
    constants = tuple(
        _code_meaning(constant)
        if isinstance(constant, CodeType)
        else " ".join(constant.split())
        if isinstance(constant, str)
        else constant
        for constant in code.co_consts
    )
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, constants


def _same_comments(before: bytes, after: bytes) -> bool:
    """Whether the comments of two Python files are equal but for white space.

    Telling comments from ``#`` in strings takes seconds for a large file: it is done where a cheap look sees a change.
    """
    one, other = (
        [_squeezed(rest, b" \t\r\f\v'\"") for rest in re.findall(rb"#[^\n]*", content)] for content in (before, after)
    )
    return one == other or _comments(before) == _comments(after)


def _comments(content: bytes) -> list[str]:
    """The comments; what can be compiled and not be cut into tokens has its own content for one."""
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(content).readline))
    except (SyntaxError, tokenize.TokenError):
        return [repr(content)]
    return ["".join(token.string.split()) for token in tokens if token.type == tokenize.COMMENT]


def _opening_comment(content: bytes) -> tuple[bytes, bytes]:
    """The comment lines that open a file, and what stands after them without blank lines between."""
    lines = content.splitlines(keepends=True)
    block_end = b""
    for number, line in enumerate(lines):
        code = line.strip()
        if block_end:
            block_end = b"" if block_end in code else block_end
        elif code.startswith((b"/*", b"<!--")):
            end = b"*/" if code.startswith(b"/*") else b"-->"
            block_end = b"" if end in code[2:] else end
        elif code and not code.startswith((b"#", b"//", b"--", b";", b"%", b"<?")):
            return b"".join(lines[:number]), b"".join(lines[number:])
    return content, b""


def _notebook_verdict(before: bytes, after: bytes) -> ContentVerdict:
    """A notebook changed as much as the lines of its cells did; outputs and counters don't count."""
    try:
        old, new = _source_lines(before), _source_lines(after)
    except (ValueError, RecursionError):
        return ContentVerdict(Noise.NOTEBOOK_OUTPUT)
    insertions, deletions = (new - old).total(), (old - new).total()
    noise = None if insertions or deletions else Noise.NOTEBOOK_OUTPUT
    return ContentVerdict(noise, insertions, deletions, Noise.NOTEBOOK_OUTPUT)


def _source_lines(notebook: bytes) -> Counter[str]:
    """The lines of all cells that are not blank. nbformat 4 keeps cells at the top, 3 in worksheets."""
    document: Any = json.loads(notebook or b"{}")
    if not isinstance(document, dict):
        raise ValueError("no notebook")  # noqa: TRY004 - like all that is wrong with it
    worksheets = [sheet for sheet in document.get("worksheets", ()) if isinstance(sheet, dict)]
    cells = [cell for owner in (document, *worksheets) for cell in owner.get("cells", ()) if isinstance(cell, dict)]
    sources = [cell.get("source", cell.get("input", "")) for cell in cells]
    text = "\n".join("".join(map(str, source)) if isinstance(source, list) else str(source) for source in sources)
    return Counter(line.strip() for line in text.splitlines() if line.strip())
