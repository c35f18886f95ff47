"""Parse the address of a repository into a key that is the same on every machine, and its credentials."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

from achievement_pipeline.parsing.patterns import DOTALL, IGNORECASE, compile_pattern

_SCHEMES: Final = frozenset({"file", "git", "git+ssh", "http", "https", "ssh", "ssh+git"})

_SCP_LIKE: Final = compile_pattern(r"\A(?:(?P<user>[^@:/]+)@)?(?P<host>\[[^]/]+\]|[^:/\[\]]+):(?P<path>[^:].*)", DOTALL)
"""``git@github.com:owner/name.git``. Two colons are a remote helper (``ext::``), which can run any command."""

_CREDENTIALS: Final = compile_pattern(r"(?<=://)[^\s/'\"]*@")

_MISTYPED: Final = compile_pattern(r"(?<![^:/])[^\s/:@]+:[^\s/:@]+@")
"""A user and a password where git takes none: ``https:/user:password@host/path``, ``user:password@host:path``."""

_URL: Final = compile_pattern(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,40}://[^\s'\"]++", IGNORECASE)

_QUERY: Final = compile_pattern(r"(?<=[^\s/'\"?])\?[^\s'\"]*")
"""The query of a URL: no git host needs it, and it may contain tokens."""

_TOKENS: Final = ("private_token", "access_token", "oauth_token", "job_token", "token")
"""Query parameters whose value is a password."""

_SAME_HOST: Final = {
    "altssh.bitbucket.org": "bitbucket.org",
    "altssh.gitlab.com": "gitlab.com",
    "ssh.github.com": "github.com",
    "www.github.com": "github.com",
}
"""Hosts that serve SSH on the HTTPS port, as the three services document, and one that redirects."""

_UNSAFE: Final = compile_pattern(r"[^A-Za-z0-9._-]|\.(?=\.)")


@dataclass(frozen=True)
class Remote:
    """The address of a repository.

    Attributes:
        address: The address for git, without credentials except the SSH user.
        host: The host in lower case, without the port; empty for a repository on this machine.
        path: The path without surrounding slashes and ``.git``.
        web_url: URL of its web page; None for a repository on this machine.
        username: User name for HTTP, which may be a token; empty if there is none.
        password: Password for HTTP, from the user info or the query; empty if there is none.
    """

    address: str
    host: str
    path: str
    web_url: str | None
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, address: str) -> Self | None:
        """Parse a URL or ``user@host:path``. None for anything else, such as a plain path."""
        if "://" in address:
            return cls._from_url(address)
        if _MISTYPED.search(address):
            return None
        if match := _SCP_LIKE.fullmatch(address):
            return cls._from_ssh(_QUERY.sub("", address), match["host"], _QUERY.sub("", match["path"]))
        return None

    @classmethod
    def _from_url(cls, address: str) -> Self | None:
        try:
            url = urlsplit(address)
            host, port = url.hostname or "", url.port
        except ValueError:
            return None
        if url.scheme not in _SCHEMES:
            return None
        if url.scheme == "file":
            return cls(address, "", _without_suffix(unquote(url.path)), None)
        if not host:
            return None
        token = next((parse_qs(url.query)[name][0] for name in _TOKENS if parse_qs(url.query).get(name)), "")
        url = url._replace(query="", fragment="")
        netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
        if url.scheme not in {"http", "https"}:
            user = f"{url.username}@" if url.username else ""
            return cls._from_ssh(url._replace(netloc=user + netloc).geturl(), host, url.path)
        return cls(
            address=url._replace(netloc=netloc).geturl(),
            host=_SAME_HOST.get(host, host),
            path=_without_suffix(url.path),
            web_url=f"{url.scheme}://{netloc}/{_without_suffix(url.path)}",
            username=unquote(url.username or "") or (token and "oauth2"),
            password=unquote(url.password or "") or token,
        )

    @classmethod
    def _from_ssh(cls, address: str, host: str, path: str) -> Self:
        host = host.lower().strip("[]")
        host = _SAME_HOST.get(host, host)
        path = _without_suffix(path)
        return cls(address, host, path, web_url=f"https://{host}/{quote(path)}" if "." in host else None)

    @property
    def key(self) -> str:
        """``host/owner/name``, the same for every way to write the address."""
        if not self.host:
            return local_key(Path("/") / self.path)
        words = [word for word in unquote(self.path).split("/") if word not in {"", ".", ".."}]
        return _safe("/".join([self.host, *words]))

    def redact(self, message: str) -> str:
        """Remove the credentials of this address and of any URL from a message of git."""
        if secret := self.password or self.username:
            message = message.replace(secret, "***")
        return text_without_credentials(message)


def without_credentials(location: str) -> str:
    """Return a path or clone URL without credentials, for display."""
    remote = Remote.parse(location)
    if remote:
        return remote.address
    return text_without_credentials(location) if "://" in location else _MISTYPED.sub("***@", location)


def text_without_credentials(text: str) -> str:
    """Return a text with the URLs in it free of credentials and queries."""
    return _URL.sub(lambda url: _QUERY.sub("", _CREDENTIALS.sub("", url[0])), text)


def local_key(folder: Path) -> str:
    """Return the key of a repository without a remote: its folder's name and a digest of the folder's path.

    The path itself is not included, because keys are published.
    """
    digest = hashlib.sha256(bytes(folder)).hexdigest()[:8]
    return f"local/{_UNSAFE.sub('_', folder.name) or 'root'}-{digest}"


def _without_suffix(path: str) -> str:
    return path.strip("/").removesuffix(".git").rstrip("/")


def _safe(key: str) -> str:
    """Replace everything but letters, digits, dots, ``_`` and ``-``. If anything changes, append a digest."""
    words = [_UNSAFE.sub("_", word) for word in key.split("/")]
    if (safe := "/".join(words)) == key:
        return key
    return f"{safe}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
