"""The address of a repository: what it names, on every machine the same, and the credentials that it may hold."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

from achievement_pipeline.patterns import DOTALL, IGNORECASE, compile_pattern

_SCHEMES: Final = frozenset({"file", "git", "git+ssh", "http", "https", "ssh", "ssh+git"})

_SCP_LIKE: Final = compile_pattern(r"\A(?:(?P<user>[^@:/]+)@)?(?P<host>\[[^]/]+\]|[^:/\[\]]+):(?P<path>[^:].*)", DOTALL)
"""``git@github.com:owner/name.git``; a second colon would be a remote helper (``ext::``), which may run anything."""

_CREDENTIALS: Final = compile_pattern(r"(?<=://)[^\s/'\"]*@")

_URL: Final = compile_pattern(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,40}://[^\s'\"]++", IGNORECASE)

_QUERY: Final = compile_pattern(r"(?<=[^\s/'\"?])\?[^\s'\"]*")
"""What follows the path of a URL: no host of git repositories needs it, and tokens stand in it."""

_TOKENS: Final = ("private_token", "access_token", "oauth_token", "job_token", "token")
"""Names of a query that hold what may be given as a password."""

_SAME_HOST: Final = {
    "altssh.bitbucket.org": "bitbucket.org",
    "altssh.gitlab.com": "gitlab.com",
    "ssh.github.com": "github.com",
    "www.github.com": "github.com",
}
"""Hosts that serve SSH on the port of HTTPS, by the documentation of the three; and one that redirects."""

_UNSAFE: Final = compile_pattern(r"[^A-Za-z0-9._-]|\.(?=\.)")


@dataclass(frozen=True)
class Remote:
    """The address of a repository on another machine, or of another repository on this one.

    Attributes:
        address: What git is given; it holds no credentials, but for the user of SSH.
        host: Lower case, without the port; empty for one on this machine.
        path: As in the address, without slashes around it and without ``.git``.
        web_url: Where people look at it; missing for one on this machine.
        username: Of HTTP, may be a token; empty where there is none.
        password: Of HTTP, from before the host or out of the query; empty where there is none.
    """

    address: str
    host: str
    path: str
    web_url: str | None
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, address: str) -> Self | None:
        """Understand a URL or ``user@host:path``; None where it is neither, such as a plain path."""
        if "://" in address:
            return cls._from_url(address)
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
        place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
        if url.scheme not in {"http", "https"}:
            user = f"{url.username}@" if url.username else ""
            return cls._from_ssh(url._replace(netloc=user + place).geturl(), host, url.path)
        return cls(
            address=url._replace(netloc=place).geturl(),
            host=_SAME_HOST.get(host, host),
            path=_without_suffix(url.path),
            web_url=f"{url.scheme}://{place}/{_without_suffix(url.path)}",
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
        """Take this address's credentials, and those of any URL, out of what git said."""
        if secret := self.password or self.username:
            message = message.replace(secret, "***")
        return _without_secrets(message)


def without_credentials(location: str) -> str:
    """The path or clone URL as it may be shown."""
    remote = Remote.parse(location)
    if remote:
        return remote.address
    return _without_secrets(location) if "://" in location else location


def _without_secrets(text: str) -> str:
    return _URL.sub(lambda url: _QUERY.sub("", _CREDENTIALS.sub("", url[0])), text)


def local_key(folder: Path) -> str:
    """The key of a repository without a remote: its folder's name, and a digest of where the folder is.

    The path itself stays out of it: keys are shown in public.
    """
    digest = hashlib.sha256(bytes(folder)).hexdigest()[:8]
    return f"local/{_UNSAFE.sub('_', folder.name) or 'root'}-{digest}"


def _without_suffix(path: str) -> str:
    return path.strip("/").removesuffix(".git").rstrip("/")


def _safe(key: str) -> str:
    """Keep letters, digits, dots, ``_`` and ``-`` of each word; a digest keeps apart what would become alike."""
    words = [_UNSAFE.sub("_", word) for word in key.split("/")]
    if (safe := "/".join(words)) == key:
        return key
    return f"{safe}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
