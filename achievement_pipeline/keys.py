"""The keys of activities: every key is made and parsed here, one at a time or a column at a time.

A key names one activity and means the same on every machine:

==============================================  ====================================================================
``git:<host>/<owner>/<name>@<sha>``             a commit; the repository may also be ``local/<folder>-<digest>``
``github:<owner>/<name>#12``                    a pull request; ``#12/review/<login>``: one person's review of it
``github:<host>/<owner>/<name>#12``             the same on an Enterprise server
``linear:<uuid>``                               an issue or a project of Linear
``mlflow:<server>/<run id>``                    a run; the server is ``host[:port][/path]``
``project:<host>/<owner>/<name>/<anchor>``      a project found in a history; slashes of the anchor are escaped
``maintenance:<repository>/merged-2024-<who>``   a year of merging other people's work, or ``released-…``
``manual:<uuid>``, ``manual:<source>:<id>``     what a person or a program stated
==============================================  ====================================================================

GitLab (``gitlab:<host>/<path>!12``) and Jira (``jira:<host>/<KEY-1>``) fit the same form: a prefix, where the work is,
a separator, a name. Which keys a source has is in `achievement_pipeline.lanes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from achievement_pipeline.parsing.patterns import compile_pattern

if TYPE_CHECKING:  # commands that only look at what is stored start without pandas
    import pandas as pd

_DIGEST = compile_pattern(r"-[0-9a-f]{8}$")
"""What distinguishes folders of one name in the keys of repositories without a remote."""
_GITHUB = "github.com/"
_SEGMENTS_ON_GITHUB = 2


@dataclass(frozen=True)
class ActivityKey:
    """A parsed key; `str` gives the text back.

    >>> key = GITHUB.parse("github:ghe.example.com/octo/hello#12")
    >>> key.origin, key.name, str(key)
    ('ghe.example.com/octo/hello', '12', 'github:ghe.example.com/octo/hello#12')
    """

    form: KeyForm
    where: str
    """Key of the repository, or address of the server; empty where the source has one place only."""
    name: str
    """What identifies it there."""

    def __str__(self) -> str:
        """Return the key."""
        return f"{self.form.start}{self.source_id}"

    @property
    def source_id(self) -> str:
        """The key without its prefix."""
        return self.form.source_id(self.where, self.name)

    @property
    def origin(self) -> str:
        """Where the activity is from: a repository, ``mlflow:<server>``, ``linear``, ``manual``."""
        return self.form.origin(self.where)


@dataclass(frozen=True)
class KeyForm:
    """How the keys of one prefix are built: ``<prefix>:<where><separator><name>``."""

    prefix: str
    separator: str = ""
    """Comes before the name, and is not in it. Empty where the name is unique within the source."""
    in_repository: bool = False
    """Whether ``where`` is the key of a repository."""
    on_github: bool = False
    """Whether ``github.com/`` is left out, as GitHub itself writes ``owner/name#12``."""
    escaped: bool = False
    """Whether the name may contain the separator, and is escaped."""

    @property
    def start(self) -> str:
        """What its keys begin with."""
        return f"{self.prefix}:"

    def make(self, where: str, name: str) -> ActivityKey:
        """Return the key of one activity."""
        return ActivityKey(self, where, name)

    def parse(self, text: str) -> ActivityKey | None:
        """Return a key of this form; None if the text is not one."""
        if not text.startswith(self.start):
            return None
        rest = text.removeprefix(self.start)
        where, found, name = rest.rpartition(self.separator) if self.separator else ("", "", rest)
        if not name or (self.separator and not (found and where)):
            return None
        where = _with_github(where) if self.on_github else where
        return ActivityKey(self, where, unquote(name) if self.escaped else name)

    def source_id(self, where: str, name: str) -> str:
        """Return the key of one activity without its prefix."""
        where = _without_github(where) if self.on_github else where
        return f"{where}{self.separator}{quote(name, safe=' ') if self.escaped else name}"

    def origin(self, where: str) -> str:
        """Return where the activities of one repository or server are from."""
        if self.in_repository:
            return where
        return f"{self.start}{where}" if self.separator else self.prefix

    def source_ids(self, where: pd.Series[str] | str, names: pd.Series[str]) -> pd.Series[str]:
        """Return the keys of a column without their prefix."""
        if not isinstance(where, str) and self.on_github:
            from achievement_pipeline.columns.text import count  # noqa: PLC0415 - with pandas

            is_short = where.str.startswith(_GITHUB) & (count(where, "/") == _SEGMENTS_ON_GITHUB)
            where = where.mask(is_short, where.str.slice(len(_GITHUB)))
        if self.escaped:
            names = names.map(lambda name: quote(name, safe=" ")).astype("str")
        return where + self.separator + names

    def keys(self, source_ids: pd.Series[str]) -> pd.Series[str]:
        """Return the keys of a column of `source_ids`."""
        return self.start + source_ids

    def parse_column(self, keys: pd.Series[str]) -> pd.DataFrame:
        """Return the columns ``where`` and ``name`` of keys of this form."""
        rest = keys.str.slice(len(self.start))
        if not self.separator:
            return rest.to_frame("name").assign(where="")[["where", "name"]].astype("str")
        from achievement_pipeline.columns.text import extract_groups  # noqa: PLC0415 - with pandas

        parts = extract_groups(rest, f"(?s)^(?P<where>.*){self.separator}(?P<name>[^{self.separator}]*)$")
        if self.on_github:
            where = parts["where"]
            parts["where"] = where.where(~_are_on_github(where), _GITHUB + where)
        if self.escaped:
            parts["name"] = parts["name"].map(unquote)
        return parts.astype("str")

    def owns(self, keys: pd.Series[str]) -> pd.Series[bool]:
        """Return which keys have this prefix."""
        return keys.str.startswith(self.start)


def _without_github(repository: str) -> str:
    is_short = repository.startswith(_GITHUB) and repository.count("/") == _SEGMENTS_ON_GITHUB
    return repository.removeprefix(_GITHUB) if is_short else repository


def _with_github(where: str) -> str:
    """Return a repository with its host; GitHub has no dot or colon in the names of owners, hosts have."""
    owner, _, name = where.partition("/")
    return where if "/" in name or "." in owner or ":" in owner else f"{_GITHUB}{where}"


def _are_on_github(where: pd.Series[str]) -> pd.Series[bool]:
    from achievement_pipeline.columns.text import contains  # noqa: PLC0415 - with pandas

    return contains(where, "^[^/.:]*/[^/]*$")


def without_host(repository: str) -> str:
    """Return a repository's name for people: without its host, or the digest of a local one's folder.

    >>> without_host("github.com/pallets/flask"), without_host("local/httpx-0f4032db")
    ('pallets/flask', 'httpx')
    """
    host, slash, name = repository.partition("/")
    if host == "local" and slash:
        return _DIGEST.sub("", name)
    return name if slash and "." in host else repository


def named_by(text: str) -> str:
    """Return the key that a statement about collected work may name; of any other key the key itself."""
    return text.removeprefix(MANUAL.start)


GIT = KeyForm("git", "@", in_repository=True)
GITHUB = KeyForm("github", "#", in_repository=True, on_github=True)
LINEAR = KeyForm("linear")
MLFLOW = KeyForm("mlflow", "/")
PROJECT = KeyForm("project", "/", in_repository=True, escaped=True)
MAINTENANCE = KeyForm("maintenance", "/", in_repository=True)
MANUAL = KeyForm("manual")
