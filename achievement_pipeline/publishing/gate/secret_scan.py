"""Secrets in texts: keys, tokens and passwords, in the forms that their makers give them or beside a word for them.

The forms are Kingfisher's (some 900 rules, offline; the rules' compiled form is cached in the user's cache folder).
Its rules want a file around a password, or the second half of a pair; what people paste into a sentence is added here,
and what looks as random as a key does. A text is read as written and as its readers decode it: without entities,
escapes and invisible characters, with pieces of strings joined, and with what is in Base64 or hexadecimal.
"""

import functools
import math
from base64 import b32decode
from binascii import Error as NotBase64
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.publishing.gate.decoding import NOTHING, Decoded, decode, decode_base64, padded, rewrite

if TYPE_CHECKING:
    from kingfisher_sdk import Scanner

_NAMING = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|(?:api|access|account|auth|private|secret|client|signing|encryption)"
    r"[ _-]?key|credentials?|shared_?access_?key)"
)
_WORDS_FOR_IT = (
    r"(?:pass(?:word|wd|phrase)|passwort|kennwort|contrase\u00f1a|mot\s+de\s+passe|senha|wachtwoord|parola|has\u0142o"
    r"|\u043f\u0430\u0440\u043e\u043b\u044c|\u30d1\u30b9\u30ef\u30fc\u30c9|\u5bc6[\u7801\u78bc]|\ube44\ubc00\ubc88\ud638|pwd)"
)
"""Words for a password that no other word ends with; of several languages."""
_PASTED = {
    "AWS access key": compile_pattern(r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b"),
    "bearer token": compile_pattern(r"(?i)\bbearer\s+(?P<secret>[\w.~+/-]{16,2000}=*)"),
    "basic authorization": compile_pattern(r"(?i)\bbasic\s+(?P<secret>[A-Za-z0-9+/]{8,500}={0,2})(?![\w+/=])"),
    "password in an address": compile_pattern(
        r"(?i)\b[a-z][a-z0-9+.-]{1,30}://[^\s/@:\"'<>]{0,100}:(?P<secret>[^\s/@\"'<>]{1,200})@"
    ),
    "password": compile_pattern(
        rf"""(?ix)(?<![\w-])(?:(?:[\w-]{{0,40}}[_-])?p(?:ass|w)|(?-i:[A-Z_]{{0,40}}PASS)|[\w-]{{0,40}}{_WORDS_FOR_IT})["'`]?
        \s{{0,3}}(?:=>|:=|==?|:|\uff1a|\b(?:is|was|ist|war|es|est)\b)\s{{0,3}}(?P<secret>"[^"\n]{{3,200}}"|'[^'\n]{{3,200}}'
        |`[^`\n]{{3,200}}`|[^\s"'`,;()\[\]]{{4,200}})"""
    ),
    "password of a command": compile_pattern(
        r"""(?x)\b(?:sshpass[ ]+-p[ ]{0,2}|redis-cli\b[^\n;|&]{0,100}?[ ]-a[ ]+|openssl\b[^\n;|&]{0,100}?[ ]-k[ ]+
        |(?:docker|podman|helm|oras)[ ]+(?:registry[ ]+)?login\b[^\n;|&]{0,100}?[ ]-p[ ]{0,2}
        |ldap\w{2,10}\b[^\n;|&]{0,100}?[ ]-w[ ]+)["']?(?P<secret>[^\s"'<$-][^\s"'`,;()\[\]]{3,100})"""
    ),
    "password of MySQL": compile_pattern(
        r"\b(?:mysql\w{0,10}|mariadb(?:-\w{1,10})?)[^\n;|&]{0,100}?[ ]-p(?P<secret>[^\s\"'`,;()\[\]<$-]{4,100})"
    ),
    "password that is set": compile_pattern(
        r"(?i)\b(?:set|setting|reset|change|changing|changed)\b[^\n.]{0,60}?\bpassword\s{1,3}to\s{1,3}[\"'`]?"
        r"(?P<secret>(?=[^\s\"'`]{0,100}\d)[^\s\"'`,;()\[\]]{6,200})"
    ),
    "cookie": compile_pattern(
        r"(?i)\bcookie:\s{0,3}[\w.-]{1,60}=(?P<secret>(?=[\w%.~+/=-]{0,200}\d)[\w%.~+/=-]{16,500})"
    ),
    "token of a maker": compile_pattern(
        r"(?<![\w/])(?:hv[sbr]\.[\w-]{20,200}|1//0[\w-]{30,200}|\d{8,10}:AA[\w-]{32,36}|NRAK-[A-Z0-9]{20,40}"
        r"|key-[0-9a-f]{32}|(?:sk|rk|tok|key|secret)_(?:live|prod|test)_[A-Za-z0-9]{12,200})(?![\w-])"
    ),
    "password in markup": compile_pattern(
        r"(?i)<(?:[\w-]{0,20}(?:password|passwd|secret|token))>(?P<secret>[^<>\s]{4,200})</"
    ),
    "password of a login": compile_pattern(r"(?i)\blogin\s{1,4}\S{1,64}\s{1,4}password\s{1,4}(?P<secret>\S{3,100})"),
    "token beside its name": compile_pattern(
        r"(?i)\b(?:auth|access|api|secret)[ _-]?(?:token|key)\s{1,3}(?P<secret>[0-9a-f]{32,128})\b"
    ),
    "option": compile_pattern(
        r"""(?ix)(?<![\w-])--?(?:[\w-]{0,40}-)?(?:password|passwd|pass|pwd|secret|token|api-?key|auth)
        (?:=|[ \t]{1,3})["']?
        (?P<secret>[^\s"'`,;()\[\]<-][^\s"'`,;()\[\]]{4,200})"""
    ),
    "password or key": compile_pattern(
        rf"""(?ix)(?<![\w-])(?:(?:[\w-]{{0,40}}[_-])?{_NAMING}|[\w-]{{0,40}}(?:token|secret))["'`]?
        \s{{0,3}}(?:=>|:=|==?|:|\bis\b)\s{{0,3}}["'`]?
        (?P<secret>(?=[^\s"'`,;()\[\]]{{0,200}}\d)[^\s"'`,;()\[\]]{{6,500}})"""
    ),
    "signature": compile_pattern(r"(?i)[?&](?:sig|signature|x-amz-signature)=(?P<secret>[\w%+/=.~-]{16,500})"),
    "web token": compile_pattern(r"\beyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{8,1000}"),
    "Google token": compile_pattern(r"\bya29\.[\w-]{20,500}"),
    "LinkedIn token": compile_pattern(r"\bAQ[A-Z][\w-]{60,600}"),
    "webhook": compile_pattern(
        r"(?i)https?://(?:[\w.-]{1,100}\.)?(?:discord(?:app)?\.com/api/webhooks|hooks\.slack\.com/(?:services|workflows)"
        r"|[\w.-]{1,100}\.webhook\.office\.com/webhookb2)/[\w/@-]{10,300}"
    ),
    "PGP block": compile_pattern(
        r"-----BEGIN PGP (?:PRIVATE KEY BLOCK|MESSAGE)-----[\s\S]{0,20000}?(?:-----END PGP [A-Z ]{4,30}-----|\Z)"
    ),
}
_SIGNS = {
    "AWS access key": ("akia", "asia", "abia", "acca"),
    "bearer token": ("bearer",),
    "basic authorization": ("basic",),
    "password in an address": ("://",),
    "password": (
        *("pass", "pw", "kennwort", "contrase\u00f1a", "senha", "wachtwoord", "parola", "has\u0142o"),
        *("\u043f\u0430\u0440\u043e\u043b\u044c", "\u30d1\u30b9\u30ef\u30fc\u30c9"),
        *("\u5bc6\u7801", "\u5bc6\u78bc", "\ube44\ubc00\ubc88\ud638"),
    ),
    "password of a command": ("sshpass", "redis-cli", "openssl", "login", "ldap"),
    "password of MySQL": ("mysql", "mariadb"),
    "password that is set": ("password",),
    "cookie": ("cookie:",),
    "token of a maker": ("hvs.", "hvb.", "hvr.", "1//0", ":aa", "nrak-", "key-", "_live_", "_prod_", "_test_"),
    "password in markup": ("password>", "passwd>", "secret>", "token>"),
    "password of a login": ("login",),
    "token beside its name": ("token", "key"),
    "option": ("pass", "pwd", "secret", "token", "key", "auth"),
    "password or key": ("pass", "pwd", "secret", "token", "key", "credential"),
    "signature": ("sig=", "signature="),
    "web token": ("eyj",),
    "Google token": ("ya29.",),
    "LinkedIn token": ("aq",),
    "webhook": ("webhook", "hooks.slack.com"),
    "PGP block": ("pgp",),
}
"""One of these, in lower case, is in every match of a pattern: most texts have none, and are not searched with it."""
_MARK = compile_pattern(r"\\?\[secret\\?\]")
"""The replacement of a secret that was taken out."""
_PLACEHOLDER = compile_pattern(
    r"(?i)[<{$%*]|x{3,}|\.\.\.|^(?:none|null|nil|true|false|undefined|required|optional|string|str|bytes|text|empty|unset"
    r"|missing|invalid|wrong|hidden|redacted|secret|option|flag|argument|parameter|value|example|placeholder|changeme|your\w*|my\w*|env\w*|os\.\w+|self\.\w+"
    r"|process\.\w+|getenv\w*|input\w*|prompt\w*)\W*$"
)
_STANDS_FOR_A_PASSWORD = compile_pattern(r"(?i)pass|password|passwd|pwd|pw|user|secret|token")
"""``https://user:pass@host`` in every manual."""
_ADVISORY = compile_pattern(r"GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}")
_IS_PATH = compile_pattern(r"(?:~|\.{1,2})?/[\w.-]+(?:/|$)")
_JOINED = compile_pattern(
    r"(?<=[\w.=/+-])[\"'`]\s{0,5}(?:(?:[+.&]|\\\n|\n)?\s{0,20}[\"'`]|,\s{0,20}[\"'`](?![\w-]{1,40}[\"'`]\s{0,3}:))"
    r"(?=[\w.=/+-])"
    r"|(?<=\w)\\?\n[ \t]{0,40}(?=\w)"
)
"""Between the pieces of one string: ``"ghp_" + "x"``, or a line's end within it. A name behind a comma is none."""
_MARKUP = compile_pattern(r"[*`\\]+|(?<=\w)__|__(?=\w)|(?<=\w)(?:<!--[^<>]{0,100}-->|</?[A-Za-z][^<>\s]{0,20}>)+(?=\w)")
_BASE64 = compile_pattern(r"(?<![\w+/=-])[\w+/-]{16,4000}={0,2}(?![\w+/=-])")
_BASE32 = compile_pattern(r"(?<![\w+/=-])[A-Z2-7]{16,4000}={0,6}(?![\w+/=-])")
_HEX = compile_pattern(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}[ :]?){12,2000}(?![0-9A-Za-z])")
_SPACED = compile_pattern(r"(?<=[\w-])[ \t]+(?=[\w-])")
_APART = compile_pattern(r"(?<=\w)[.,|/\u00b7\u2022-](?=\w)")
_FORMS_OF_MAKERS = compile_pattern(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,90}|glpat-[\w-]{20}|xox[abposr]-[\w-]{24,80}|AKIA[A-Z2-7]{16}"
    r"|sk_live_[A-Za-z0-9]{24}|npm_[A-Za-z0-9]{36}|lin_api_[A-Za-z0-9]{40})\b"
)
"""Forms that no words make, however blanks are left out of them."""

_RULE_PREFIX = compile_pattern(r"[./]")
_BETWEEN_PARTS = compile_pattern(r"[-_./:]")
_PLAIN_PART = compile_pattern(r"v?\d{1,4}|[a-z]\d{1,2}[a-z]|[A-Za-z]+\d{0,2}")
_HEX_AND_HYPHENS = compile_pattern(r"[0-9A-Fa-f-]+")
_ONLY_HEX = compile_pattern(r"[0-9A-Fa-f]+")
_KINDS_OF_CHARACTERS = (compile_pattern(r"[a-z]"), compile_pattern(r"[A-Z]"), compile_pattern(r"\d"))
_PIECE = compile_pattern(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^A-Za-z0-9]")
_TOKEN = compile_pattern(r"(?<![\w/+@.-])[\w/+][\w/+-]{18,200}={0,2}(?![\w/+@-])")
_DIGEST = compile_pattern(r"(?i)(?:sha\d{1,3}|md5|h1|digest|integrity|checksum|hash)[-:= ]{1,3}")
_KEY_IN_BASE32 = compile_pattern(r"[A-Z2-7]{24,}")
_RANDOM = "high entropy"
_RANDOM_BITS = 3.6
"""Bits a character that a key has and a name has not: names of 20 characters repeat their letters."""
_LONGEST_WORD = 8


@dataclass(frozen=True)
class Secret:
    """A secret in a text."""

    kind: str
    text: str
    """As written in the text."""


def find_secrets(text: str) -> list[Secret]:
    """Return every secret in a text, the longest first: one may be a part of another."""
    text = _MARK.sub(lambda mark: " " * len(mark.group()), text)
    found = set(_scan(text)) | set(_random(text))
    for form in _forms(text):
        for secret in _scan(form.text):
            for begin in _positions(form.text, secret.text):
                start, end = form.origin(begin, begin + len(secret.text))
                found.add(Secret(secret.kind, text[start:end]))
    found |= set(_encoded(text)) | set(_spaced(text))
    named = "\0".join(secret.text for secret in found if secret.kind != _RANDOM)
    found = {secret for secret in found if secret.kind != _RANDOM or secret.text not in named}
    return sorted(found, key=lambda secret: (-len(secret.text), secret.text, secret.kind))


def _positions(text: str, part: str) -> Iterator[int]:
    """Yield the positions of a part in a text."""
    position = text.find(part)
    while position >= 0:
        yield position
        position = text.find(part, position + len(part))


def _forms(text: str) -> Iterator[Decoded]:
    """Yield a text as its readers see it, where that is another one."""
    plain = decode(text)
    joined = rewrite(plain.text, _JOINED, lambda _: "", before=plain)
    bare = rewrite(joined.text, _MARKUP, lambda _: "", before=joined)
    seen = {text}
    for form in (plain, joined, bare):
        if form.text not in seen:
            seen.add(form.text)
            yield form


def _scan(text: str) -> Iterator[Secret]:
    content = text.encode(errors="replace")
    for finding in _scanner().scan(content):
        secret = _between(content, finding.location)
        if not _STANDS_FOR_A_PASSWORD.fullmatch(secret):
            yield Secret(_kind(finding.rule_id), secret)
    folded = _folded(text)
    for kind, pattern in _PASTED.items():
        if not any(sign in folded for sign in _SIGNS[kind]):  # a hundred times faster than the pattern
            continue
        for match in pattern.finditer(text):
            value = match[match.lastgroup or 0]
            if _is_secret(kind, value.strip("\"'`"), text[: match.start(match.lastgroup or 0)]):
                yield Secret(kind, value)


def _folded(text: str) -> str:
    """Return a text in lower case, with every letter that a pattern takes for ``i`` as ``i``."""
    return text.replace("\u0130", "i").replace("\u0131", "i").casefold()


def _random(text: str) -> Iterator[Secret]:
    """Yield random tokens. Only the text as written is searched, since words that are joined look random too."""
    for match in _TOKEN.finditer(text):
        if _shown(match.group()) or _ADVISORY.fullmatch(match.group()):
            continue  # `_encoded` reads it; the other names a fault that everybody may read about
        if (_is_random(match.group()) or _is_base32(match.group())) and not _DIGEST.search(
            text, max(0, match.start() - 20), match.end()
        ):
            yield Secret(_RANDOM, match.group())


def _is_secret(kind: str, value: str, before: str) -> bool:
    """Whether the value next to a word for a secret is one: not a placeholder, a word of prose, or a name."""
    if kind in {"password", "option", "password that is set"}:
        if _IS_PATH.match(value):
            return False
        is_assigned = before.rstrip("\"'`")[-1:] == "=" or before[-1:] in "\"'`"
        return not _PLACEHOLDER.search(value) and (is_assigned or not _is_prose(value))
    if kind == "basic authorization":
        return b":" in _decoded(value)
    if is_no_secret := next((check for form, check in _NO_SECRETS.items() if kind.startswith(form)), None):
        return not _PLACEHOLDER.search(value) and not is_no_secret(value)
    return True


def _is_prose(value: str) -> bool:
    word = value.strip(".,:!?").casefold()
    return word in _words() or word.removesuffix("s") in _words() or any(one in _words() for one in word.split("-"))


def _is_name(value: str) -> bool:
    """Whether a value names something: ``k8s-secret-v2``, ``settings.TOKEN_2``, a path."""
    parts = [part for part in _BETWEEN_PARTS.split(value) if part]
    return len(parts) > 1 and all(_is_word_or_version(part) for part in parts)


def _is_word_or_version(part: str) -> bool:
    return bool(_PLAIN_PART.fullmatch(part)) and (len(part) <= _LONGEST_WORD or part.casefold() in _words())


_NO_SECRETS: dict[str, Callable[[str], object]] = {
    "password in an address": _STANDS_FOR_A_PASSWORD.fullmatch,
    "password of ": _is_prose,
    "password or key": _is_name,
}
"""Values that look like a secret but are none, besides placeholders; by the beginning of the kind's name."""


@functools.cache
def _words() -> frozenset[str]:
    """Words that many projects write."""
    folder = files(__package__)
    names = ("common_words.txt", "technical_words.txt")
    return frozenset(word for name in names for word in folder.joinpath(name).read_text(encoding="utf-8").split())


def _is_random(token: str) -> bool:
    """Whether a token looks drawn by lot: letters of both cases and digits, mixed, as words and numbers are not."""
    pure = token.strip("=")
    if _HEX_AND_HYPHENS.fullmatch(pure):
        return False  # names of commits, of images, of records
    if not all(kind.search(pure) for kind in _KINDS_OF_CHARACTERS):
        return False
    pieces = _PIECE.findall(pure)
    wordlike = sum(len(piece) for piece in pieces if len(piece) > 3 and piece.casefold() in _words())  # noqa: PLR2004
    mixed = len([piece for piece in pieces if piece.isalnum()]) >= len(pure) / 3.5
    return mixed and wordlike < len(pure) / 4 and _bits(pure) >= _RANDOM_BITS


def _is_base32(token: str) -> bool:
    """Whether a token is a key as one-time passwords have it: capitals with digits among them, and no word."""
    pure = token.rstrip("=")
    return (
        bool(_KEY_IN_BASE32.fullmatch(pure))
        and sum(map(str.isdigit, pure)) >= len(pure) / 10
        and _bits(pure) >= _RANDOM_BITS
    )


def _bits(text: str) -> float:
    """Return the entropy of a text's characters, in bits each."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def _encoded(text: str) -> Iterator[Secret]:
    """Yield what is a secret once it is decoded."""
    for pattern, decoded in ((_BASE64, _decoded), (_BASE32, _decoded_base32), (_HEX, _decoded_hex)):
        for match in pattern.finditer(text):
            if any(_scan(_readable(decoded(match.group())))):
                yield Secret("encoded", match.group())
    backwards = text[::-1]
    for match in _FORMS_OF_MAKERS.finditer(backwards):
        yield Secret("reversed", match.group()[::-1])


def _spaced(text: str) -> Iterator[Secret]:
    """Yield tokens that blanks or other signs were put into."""
    for between in (_SPACED, _APART):
        if not _FORMS_OF_MAKERS.search(between.sub("", text)):  # faster than to remember where everything was
            continue
        close = rewrite(text, between, lambda _: "")
        for match in _FORMS_OF_MAKERS.finditer(close.text):
            start, end = close.origin(*match.span())
            if text[start:end] != match.group():
                yield Secret("token with blanks", text[start:end])


def _shown(token: str) -> str:
    """Return the text that is encoded by a token, or nothing."""
    return _readable(_decoded(token))


def _readable(inner: bytes) -> str:
    return inner.decode("ascii") if inner.isascii() and inner.decode("ascii").isprintable() else ""


def _decoded(token: str) -> bytes:
    if len(token) % 2 == 0 and _ONLY_HEX.fullmatch(token):
        return bytes.fromhex(token)
    return decode_base64(token)


def _decoded_base32(token: str) -> bytes:
    try:
        return b32decode(padded(token, 8))
    except (NotBase64, ValueError):
        return NOTHING


def _decoded_hex(token: str) -> bytes:
    return bytes.fromhex(token.replace(":", ""))


@functools.cache
def _scanner() -> "Scanner":
    # imported here: most processes import this module, and few read a text
    from kingfisher_sdk import Rules, Scanner  # noqa: PLC0415

    return Scanner(Rules(confidence="low"))


def _kind(rule: str) -> str:
    return _RULE_PREFIX.split(rule, maxsplit=1)[-1].replace("-", " ")


def _between(content: bytes, location: dict[str, int]) -> str:
    """Return the content at a location; of a secret that is encoded, all that was encoded with it."""
    return content[location["start_offset"] : location["end_offset"]].decode(errors="replace")
