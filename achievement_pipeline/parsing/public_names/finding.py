"""Find the public names in the lines that a change removes and adds.

A line shows by its form and indentation whether its name is public; the heading of a hunk shows the type that it is in.
What is nested in functions, marked as internal or private by its name is left out, as is all that cannot be known from
the lines: a name that is found must be right.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from achievement_pipeline.parsing.patterns import IGNORECASE, Match, compile_pattern
from achievement_pipeline.parsing.public_names.forms import (
    OPTION_NAME,
    Form,
    Forms,
    Kind,
    Language,
    Mark,
    Mentions,
    compile_forms,
    compile_options,
    compile_variables,
)
from achievement_pipeline.parsing.public_names.languages import LANGUAGES

_LONGEST_LINE: Final = 500
"""Bytes. A longer line is not written by hand."""
_CLOSING: Final = b")]}{>"
"""What continues or ends a definition, rather than follow it."""
_COMMENT: Final = (b"//", b"*", b"/*", b"# ", b"#\n", b"--", b";")
_ASIDE: Final = (*_COMMENT, b"#", b"@")
"""Comments and attributes end no scope."""
_TYPES: Final = (Kind.CLASS, Kind.TYPE, Kind.MODULE)
_TEXT: Final = compile_pattern(
    rf"""["'`](?:-\w{{1,3}}[ ,|/]{{1,3}})?--(?:\[no-\])?(?P<name>{OPTION_NAME})(?=["'`/ =<,|\[])""".encode()
)
"""An option with its dashes, as the beginning of a literal."""
_LITERALS: Final = compile_pattern(rb"""^(?:["'`]-|Option,$)""")
"""A line of arguments that begins with an option."""
_INTERNAL: Final = compile_pattern(
    r"(?:^|/)(?:_(?!_init__|_main__)[^/]*|(?:internals?|internal_\w+|private|impl|details?|generated|bundled|migrations?|migrate"
    r"|versions|stories|stubs?)(?:\.[^/.]*)?)(?:/|$)|[._-](?:stories|mock|fixture)s?\.[^/]*$",
    IGNORECASE,
)
"""Paths of files that define nothing for users, though they may declare options."""
_NO_PRODUCT: Final = compile_pattern(
    r"(?:^|[/._-])(?:tests?|testing|testutils?|testlibs?|testhelpers?|test_?app|myapp|dummy|resources|specs?|bench"
    r"|benchmarks?|microbench|samples?|examples?|demos?|toys|mocks?|fakes?|fixtures?|templates?|features|fuzz|admin|dev"
    r"|sandbox|experiments|extra/release)(?:[._-][^/]*)?/"
    r"|(?-i:[a-z]Test(?:s|Cases?)?|(?:^|/)(?!latest|contest)[a-z]+test)/|^(?:t|browser|\w*dist)/"
    r"|(?:^|/)(?:setup|conftest)\.py$|(?:^|/)build\.clj$",
    IGNORECASE,
)
"""Paths of files that are for the people of the project, beside those that `judging` knows by the names of folders."""
_HOOKS: Final = compile_pattern(r"(?:^|\W)(?:main|initialize|(?:setup|teardown)_\w*|setUp|tearDown|test_\w*)$|__")
"""Names that a runtime or framework calls, and those that are marked as internal by two underscores."""
_FOREIGN: Final = frozenset(
    [
        "APPDATA",
        "CI",
        "COLORTERM",
        "COLUMNS",
        "COMSPEC",
        "CONDA_PREFIX",
        "DISPLAY",
        "EDITOR",
        "GOPATH",
        "GOROOT",
        "HOME",
        "HOMEDRIVE",
        "HOMEPATH",
        "HOSTNAME",
        "JAVA_HOME",
        "LANG",
        "LANGUAGE",
        "LINES",
        "LOCALAPPDATA",
        "LOGNAME",
        "NODE_ENV",
        "OLDPWD",
        "OS",
        "OUT_DIR",
        "PAGER",
        "PATH",
        "PATHEXT",
        "PROGRAMDATA",
        "PROGRAMFILES",
        "PWD",
        "PYTHONPATH",
        "SHELL",
        "SYSTEMROOT",
        "TEMP",
        "TERM",
        "TERM_PROGRAM",
        "TMP",
        "TMPDIR",
        "TRAVIS",
        "TZ",
        "USER",
        "USERNAME",
        "USERPROFILE",
        "VIRTUAL_ENV",
        "VISUAL",
        "WAYLAND_DISPLAY",
        "WINDIR",
    ]
)
"""Variables that belong to the system or to other tools."""
_FOREIGN_PREFIXES: Final = (
    "APPVEYOR", "BUILDKITE", "CARGO_", "CIRCLE", "GITHUB_", "GITLAB_", "LC_", "RUBY", "RUNNER_", "SSH_", "SUDO_",
    "TRAVIS_", "XDG_",
)  # fmt: skip


class PublicName(NamedTuple):
    """A name that others can use."""

    kind: Kind
    name: str
    """A method with its type, as its language joins them: ``Session.close``, ``Session::close``."""


class Found(NamedTuple):
    """The public names in changed lines."""

    added: frozenset[PublicName]
    removed: frozenset[PublicName]


class _Scope(NamedTuple):
    """What a line is inside of."""

    width: int
    """Of its indentation."""
    type: str
    """The name of a public type; empty for a namespace."""
    whole: bool
    """Whether the lines show its beginning."""
    kind: Kind | None = None
    """Of the type."""


class _Reader(NamedTuple):
    """A language with its compiled expressions."""

    language: Language
    forms: Forms | None
    options: Mentions | None
    variables: Mentions | None
    hints: tuple[bytes, ...]


def is_readable(path: str) -> bool:
    """Whether the language of a file is known, by its path."""
    return _ending(path) in _readers()


def find_names(path: str, changes: bytes) -> Found:
    """Find the public names in the lines that a change removes and adds.

    Args:
        path: Path of the file. Its ending decides the language.
        changes: Hunks as ``git diff -U0`` prints them: lines that begin with ``@@``, ``-`` and ``+``.

    Returns:
        Names in removed and added lines. A name in both was changed or moved.
    """
    reader = _readers().get(_ending(path))
    if reader is None or _NO_PRODUCT.search(path):
        return Found(frozenset(), frozenset())
    found: dict[bytes, set[PublicName]] = {b"-": set(), b"+": set()}
    page = _Page(
        reader,
        reader.language.units or _units(changes),
        offers=reader.forms is not None and reader.language.folder in f"/{path}" and not _INTERNAL.search(path),
        mentions=any(hint in changes for hint in reader.hints),
        module=_module(path) if reader.language.files_are_modules else "",
    )
    headings, side, lines = _Headings(), b"", None
    for line in changes.split(b"\n"):
        first = line[:1]
        if first == b"@":
            headings.old, side = line.split(b"@@", 2)[-1].strip(), b""
        elif first in found and len(line) <= _LONGEST_LINE:
            if first != side or lines is None:
                side, lines = first, _Lines(page, headings.of(first), found[first])
            lines.read(line[1:])
            headings.pass_by(first, line[1:])
    return Found(frozenset(found[b"+"]), frozenset(found[b"-"]))


def names_in(path: str, content: bytes) -> frozenset[PublicName]:
    """Return the public names in a whole file, read as lines that are all new."""
    return find_names(path, b"@@ -0,0 +1 @@\n" + b"\n".join(b"+" + line for line in content.split(b"\n"))).added


def without_moved(changes: Iterable[Found]) -> Found:
    """Return the names that several changes together add and remove: a name on both sides was changed or moved.

    A method that went to another type was moved as well.
    """
    added, removed = set[PublicName](), set[PublicName]()
    for each in changes:
        added |= each.added
        removed |= each.removed
    came, went = ({_bare(name) for name in side} for side in (added, removed))
    return Found(
        frozenset(name for name in added if _bare(name) not in went),
        frozenset(name for name in removed if _bare(name) not in came),
    )


class _Page(NamedTuple):
    """What is known of a file before its lines are read."""

    reader: _Reader
    units: tuple[int, ...]
    offers: bool
    """Whether it may define names for users."""
    mentions: bool
    """Whether it may have options or environment variables."""
    module: str
    """The name of the module that the file is, if it is one."""


class _Headings:
    """Finds the last line without indentation above a hunk: git prints that of the old content."""

    def __init__(self) -> None:
        self.old = b""
        """What git prints of the hunk."""
        self._added = b""
        self._added_below: bytes | None = None
        self._removed = b""

    def of(self, side: bytes) -> bytes:
        """Return the line above the removed or added lines of the hunk."""
        is_gone = bool(self.old) and self._removed.startswith(self.old)
        return self._added if side == b"+" and (is_gone or self._added_below == self.old) else self.old

    def pass_by(self, side: bytes, line: bytes) -> None:
        """Note a line of the hunk, which may be above a later one."""
        if not line[:1].isalpha():
            return
        if side == b"+":
            self._added, self._added_below = line.strip(), self.old
        else:
            self._removed = line


class _Lines:
    """Reads lines that follow each other in a file, and adds the names that it finds to `found`."""

    def __init__(self, page: _Page, heading: bytes, found: set[PublicName]) -> None:
        self._page = page
        self._found = found
        self._scopes: list[_Scope] = []
        self._mark: Mark | None = None
        self._is_hidden = False
        self._declares = False
        """Whether the arguments of a declaration of an option follow."""
        if heading and page.offers:
            self._define(heading, 0, is_shown=False)
            self._mark = None

    def read(self, line: bytes) -> None:
        """Find the names in the next line."""
        text = line.strip()
        if not text:
            return
        if self._page.offers:
            width = self._width(line[: len(line) - len(line.lstrip())])
            is_near = bool(self._scopes) and width - self._scopes[-1].width <= self._page.units[-1]
            if not width or is_near or text[:1] == b"*":  # in a comment above a definition
                self._define(text, width, is_shown=True)
        if self._page.mentions and not text.startswith(_COMMENT):
            self._read_options(text)
            self._read_variables(text)

    def _define(self, text: bytes, width: int, *, is_shown: bool) -> None:
        forms = self._page.reader.forms
        if forms is None or text[:1] in _CLOSING:
            return
        match = forms.pattern.match(text)
        if not text.startswith(_ASIDE):
            while self._scopes and self._scopes[-1].width >= width:
                self._scopes.pop()
            if match is None and self._mark is Mark.PUBLIC:
                self._mark = None
        if match is not None and match.lastgroup is not None:
            form, name, of_type = forms.by_group[match.lastgroup]
            if isinstance(form.what, Mark):
                self._note(form.what, width, _group(match, of_type), is_shown=is_shown)
            else:
                self._name(form, width, _group(match, name), _group(match, of_type), is_shown=is_shown)

    def _note(self, mark: Mark, width: int, of_type: str, *, is_shown: bool) -> None:
        if mark in {Mark.SCOPE, Mark.BODY}:
            if self._parent(width) is not None and not self._is_hidden:
                self._scopes.append(_Scope(width, of_type, whole=is_shown))
        elif mark is Mark.HIDE:
            self._is_hidden = True
        elif self._mark is not Mark.SKIP or mark is Mark.OTHER:
            self._mark = None if mark is Mark.OTHER else mark

    def _name(self, form: Form, width: int, name: str, of_type: str, *, is_shown: bool) -> None:
        mark, self._mark = self._mark, None
        parent = self._parent(width)
        if parent is None or self._is_hidden or mark is Mark.SKIP or (form.marked and mark is not Mark.PUBLIC):
            return
        if not (form.inside and (parent.whole or not form.whole) if parent.type else form.at_top):
            return
        kind = Kind(form.what)
        if parent.type and kind is Kind.FUNCTION and parent.kind is not Kind.MODULE:
            kind = Kind.PROPERTY if mark is Mark.PROPERTY else Kind.METHOD
        if is_shown:
            owner = parent.type or (of_type if name else "") or self._page.module
            joint = self._page.reader.language.joint
            own = (each.strip() for each in (name or of_type).split(","))
            self._found.update(
                PublicName(kind, f"{owner}{joint}{each}" if owner else each) for each in own if not _HOOKS.search(each)
            )
        if kind in _TYPES:
            self._scopes.append(_Scope(width, name or of_type, whole=is_shown, kind=kind))

    def _parent(self, width: int) -> _Scope | None:
        """Return the type or namespace that a line is one level inside of, if there is one."""
        if not width:
            return _TOP
        scope = self._scopes[-1] if self._scopes else None
        return scope if scope is not None and width - scope.width in self._page.units else None

    def _width(self, indentation: bytes) -> int:
        tabs = indentation.count(b"\t")
        return tabs * self._page.units[0] + len(indentation) - tabs

    def _read_options(self, text: bytes) -> None:
        mentions = self._page.reader.options
        if mentions is None:
            return
        if self._declares and _LITERALS.match(text):
            self._found.update(_options_in(text))
            return
        self._declares = False
        for match in mentions.pattern.finditer(text):
            if name := next((match[group] for group in mentions.names if match[group]), None):
                self._found.add(PublicName(Kind.OPTION, f"--{name.decode()}"))
            else:
                rest = text[match.end() :]
                self._declares = not rest
                self._found.update(_options_in(rest))

    def _read_variables(self, text: bytes) -> None:
        mentions = self._page.reader.variables
        for match in mentions.pattern.finditer(text) if mentions else ():
            name = next(match[group] for group in mentions.names if match[group]).decode() if mentions else ""
            if name not in _FOREIGN and not name.startswith(_FOREIGN_PREFIXES):
                self._found.add(PublicName(Kind.VARIABLE, name))


_TOP: Final = _Scope(-1, "", whole=True)


def _options_in(text: bytes) -> Iterator[PublicName]:
    for match in _TEXT.finditer(text):
        yield PublicName(Kind.OPTION, f"--{match['name'].decode()}")


def _group(match: Match[bytes], group: str | None) -> str:
    found = match[group] if group else None
    return found.decode(errors="replace") if found else ""


def _bare(name: PublicName) -> tuple[str, str]:
    """Return a name without its type, and whether it is one of source, an option or a variable."""
    if name.kind in {Kind.OPTION, Kind.VARIABLE}:
        return name.kind, name.name
    return "", name.name.replace("::", ".").rpartition(".")[2]


def _units(changes: bytes) -> tuple[int, ...]:
    """Return the blanks of one level of indentation: two where a line has an odd number of twos."""
    for line in changes.split(b"\n"):
        text = line[1:].lstrip(b" ")
        if line[:1] in {b"-", b"+"} and text and text[:1] != b"*" and (len(line) - 1 - len(text)) % 4 == 2:  # noqa: PLR2004
            return (2,)
    return (4,)


def _module(path: str) -> str:
    stem = path.rpartition("/")[2].partition(".")[0]
    return stem[:1].upper() + stem[1:]


def _ending(path: str) -> str:
    return path.rpartition(".")[2]


@functools.cache
def _readers() -> dict[str, _Reader]:
    return {
        ending: _Reader(
            language,
            compile_forms(language) if language.forms else None,
            compile_options(language),
            compile_variables(language),
            tuple(hint.encode() for hint in language.hints),
        )
        for language in LANGUAGES
        for ending in language.endings
    }
