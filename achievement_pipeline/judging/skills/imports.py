"""Find the packages that source code imports.

Only the names in import statements are read, so this takes one pass over a file. Relative imports and standard
libraries are left out. Most imports name a package; in Go, Java and C# they name a part of one, so that each beginning
of the name is given, and the vocabulary decides which of them is a package.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.parsing.patterns import MULTILINE, compile_pattern

_MOST = 60
"""Maximum number of packages of one file."""
_LONGEST = 200
"""Maximum length of a name, in bytes."""

_PYTHON = compile_pattern(rb"^[ \t]*+(?:import[ \t]++([\w., \t]++)|from[ \t]++(\w++)[\w.]*+[ \t]++import\b)", MULTILINE)
_JAVASCRIPT = compile_pattern(
    rb"""^[ \t]*+(?:(?:import|export)(?=[\s{*'"])[^'"\n]*+|\}[ \t]*+from[ \t]*+)['"]([^'"\n]++)['"]"""
    rb"""|\brequire\(['"]([^'"\n]++)['"]\)""",
    MULTILINE,
)
_GO = compile_pattern(rb'^[ \t]*+(?>(?:import[ \t]++)?)(?>(?:[\w.]++[ \t]++)?)"([\w./~-]++)"[ \t\r]*+$', MULTILINE)
_RUST = compile_pattern(rb"^[ \t]*+(?>(?:pub[ \t]++)?)(?:use|extern[ \t]++crate)[ \t]++(?>(?:::)?)(\w++)", MULTILINE)
_RUBY = compile_pattern(rb"""^[ \t]*+require[ \t(]++['"]([\w/-]++)['"]""", MULTILINE)
_JAVA = compile_pattern(rb"^[ \t]*+import[ \t]++(?>(?:static[ \t]++)?)(\w++(?>(?:\.\w++)+))", MULTILINE)
_CSHARP = compile_pattern(
    rb"^[ \t]*+(?>(?:global[ \t]++)?)using[ \t]++(?>(?:static[ \t]++)?)([\w.]++)[ \t]*+;", MULTILINE
)

PYPI_NAMES = {
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "git": "gitpython",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "mpl_toolkits": "matplotlib",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "rest_framework": "djangorestframework",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "telegram": "python-telegram-bot",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
"""PyPI packages whose import name differs."""

_RUST_LANGUAGE = frozenset(("std", "core", "alloc", "crate", "self", "super", "proc_macro", "test"))
_GO_HOSTS = 3
"""Parts of a Go import that name a module: ``github.com/owner/name``, ``gopkg.in/yaml.v3``."""
_GROUP_PARTS = range(2, 5)
"""Parts of a Java import that name a group: ``io.quarkus``, ``org.springframework.boot``."""


def imported_packages(path: str, content: bytes) -> list[tuple[Ecosystem, str]]:
    """Return the packages that a source file imports, sorted; none if its language is not known here."""
    name = PurePosixPath(path)
    reader = None if name.name == "setup.py" else _READERS.get(name.suffix.lower())
    return sorted(set(reader(content)))[:_MOST] if reader else []


def pypi_names(modules: Iterable[str]) -> set[str]:
    """Return the PyPI packages of imported modules, without the standard library."""
    return {PYPI_NAMES.get(name, name.lower().replace("_", "-")) for name in {*modules} - sys.stdlib_module_names}


def _python(content: bytes) -> Iterator[tuple[Ecosystem, str]]:
    modules = set[str]()
    for listed, single in _PYTHON.findall(content):
        names = [name.split() for name in _text(listed).split(",")] if listed else [[_text(single)]]
        # of ``import numpy.linalg as la``, numpy
        modules |= {words[0].partition(".")[0] for words in names if words}
    return ((Ecosystem.PYPI, name) for name in pypi_names(modules - {""}))


def _javascript(content: bytes) -> Iterator[tuple[Ecosystem, str]]:
    for imported, required in _JAVASCRIPT.findall(content):
        parts = _text(imported or required).split("/")
        # relative paths and aliases of folders begin otherwise
        if parts[0][:1].isalnum() and ":" not in parts[0]:
            yield Ecosystem.NPM, parts[0].lower()
        elif len(parts) > 1 and parts[0].startswith("@") and len(parts[0]) > 1:
            yield Ecosystem.NPM, "/".join(parts[:2]).lower()


def _go(content: bytes) -> Iterator[tuple[Ecosystem, str]]:
    for name in _GO.findall(content):
        parts = _text(name).split("/")
        if "." in parts[0].strip("."):  # the standard library has no host
            yield from ((Ecosystem.GO, "/".join(parts[:count])) for count in range(2, min(len(parts), _GO_HOSTS) + 1))


def _rust(content: bytes) -> Iterator[tuple[Ecosystem, str]]:
    names = {_text(name) for name in _RUST.findall(content)} - _RUST_LANGUAGE
    return ((Ecosystem.CARGO, written) for name in names for written in {name, name.replace("_", "-")})


def _ruby(content: bytes) -> Iterator[tuple[Ecosystem, str]]:
    return ((Ecosystem.RUBYGEMS, _text(name).partition("/")[0]) for name in _RUBY.findall(content))


def _java(content: bytes) -> Iterator[tuple[Ecosystem, str]]:
    for name in set(_JAVA.findall(content)):
        parts = _text(name).split(".")
        if parts[0] not in {"java", "javax", "kotlin", "scala"}:
            yield from ((Ecosystem.MAVEN, ".".join(parts[:n]) + ":") for n in _GROUP_PARTS if n < len(parts))


def _csharp(content: bytes) -> Iterator[tuple[Ecosystem, str]]:
    for name in set(_CSHARP.findall(content)):
        parts = _text(name).split(".")
        if parts[0] != "System":
            yield from ((Ecosystem.NUGET, ".".join(parts[: n + 1])) for n in range(min(len(parts), 3)))


def _text(name: bytes) -> str:
    return name[:_LONGEST].decode(errors="replace")


_READERS: dict[str, Callable[[bytes], Iterator[tuple[Ecosystem, str]]]] = {
    **dict.fromkeys((".py", ".pyi", ".pyx"), _python),
    **dict.fromkeys((".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte"), _javascript),
    ".go": _go,
    ".rs": _rust,
    ".rb": _ruby,
    **dict.fromkeys((".java", ".kt", ".scala"), _java),
    ".cs": _csharp,
}
SOURCE_FILES = r"(?i)\.(?:" + "|".join(ending.removeprefix(".") for ending in _READERS) + ")$"
"""Paths of source files whose imports are read, as an RE2 expression."""
