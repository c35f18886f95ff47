# ruff: noqa: RUF001
"""Secrets in texts are found as they stand there."""

import base64
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern, escape
from achievement_pipeline.publishing.gate.secret_scan import _PASTED, _SIGNS, _folded, find_secrets
from achievement_pipeline_tests.publishing.tokens import made_up_secrets, tell_tale

SECRETS = made_up_secrets(seed=1)


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_in_a_sentence_is_found(kind: str) -> None:
    text = f"Rotate the key: it was {SECRETS[kind]} until today, ünder a roof"
    found = find_secrets(text)
    rest = text
    for secret in found:
        assert secret.text in text
        rest = rest.replace(secret.text, "")
    assert found
    if kind != "private key":
        assert tell_tale(SECRETS[kind]) not in rest
    else:
        assert "PRIVATE KEY" not in rest


def test_an_encoded_secret_is_found_as_it_stands_there() -> None:
    encoded = base64.b64encode(f"export TOKEN={SECRETS['GitLab token']} # ci".encode()).decode()
    assert encoded in {secret.text for secret in find_secrets(f"the värs are {encoded} since Monday")}


@pytest.mark.parametrize(
    "text",
    [
        "Add token refresh to the password reset page (#12)",
        "Rotate secrets: every 90 days",
        "fix(token): expire sessions after 30 minutes",
        "See 8f3c1d2e4a5968778695a4b3c2d1e0f112233445",
        "Bearer tokens are checked",
        "secret: k8s-secret-v2",
        "secret: my-app-token-2024",
        "Add password reset: handle empty values",
        "password: required",
        "token: str",
        "Fix password = None",
        "Use --token to log in",
        "--password-file /etc/app/password",
        "token=${{ secrets.GITHUB_TOKEN }}",
        "API_KEY=<your key>",
        "Basic authentication for the API",
        "postgres://localhost/db",
        "postgres://user:[secret]@localhost",
        "password: \\[secret\\]",
        "sha512-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==",
        "123e4567-e89b-12d3-a456-426614174000",
        "AbstractSingletonProxyFactoryBean",
        "getUserNameFromSessionV2",
        "OpenSSL3ConfigurationV2Test1",
        "src/components/UserProfile2/index.tsx",
        "https://user:pass@host and postgres://user:password@localhost",
        "fix: token = tokens[0]",
        "pwd=/home/ann/src",
        "login bob password field",
        "docker run -p 8080:80",
        "ssh -p 2222 host",
        "mkdir -p folder1/x",
        "pass: 3, fail: 2",
        "cookie: add SameSite=Lax",
        "key-value store",
        "passwords are hashed with argon2id",
        base64.b64encode(b'{"createdInVer":"43.242.2","updatedInVer":"43.242.2"}').decode(),
        "arm64-v8a-linux-android21",
        "Merge pull request from GHSA-v5gw-mw7f-84px",
        "datasette --get --token option",
        "Auth command and --auth options\n\nfeature\n\n0.6\n\ngit_commit",
        '"title": "Auth command and --auth options",\n      "category": "feature"',
        "Added --ssl-keyfile-password\n  https://github.com/ann/loom/pull/7",
        "",
    ],
)
def test_words_about_secrets_are_none(text: str) -> None:
    assert find_secrets(text) == []


_LOT = "Zk8vQ2mXr7TnB4wLc9YhJ5sDf3GpA6eU"
PASTED = {
    "a password without a digit": ("password: swordfish", "swordfish"),
    "a quoted password": ('password="correct horse"', "correct horse"),
    "a password in an address": ("https://bob:swordfish@host.example/x", "swordfish"),
    "an environment variable": ("DB_PASS=hunter", "hunter"),
    "an option": ("mysql --password swordfish -h db", "swordfish"),
    "an option with a sign": ("curl --token=swordfish", "swordfish"),
    "basic authorization": ("Authorization: Basic " + base64.b64encode(b"bob:swordfish").decode(), "Ym9iOn"),
    "an AWS secret key": ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY", "wJalrXUtn"),
    "a shared access signature": (f"https://x.blob.core.windows.net/c?sv=2020-08-04&sig={_LOT}%3D", _LOT),
    "a Google token": (f"ya29.{_LOT}{_LOT}", _LOT),
    "a Discord webhook": (f"https://discord.com/api/webhooks/123456789012345678/{_LOT}{_LOT}", _LOT),
    "a LinkedIn token": (f"AQX{_LOT * 8}", _LOT),
    "a web token": (f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{_LOT}", _LOT),
    "a PGP block": ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQdGBF\n-----END PGP PRIVATE KEY BLOCK-----", "lQdGBF"),
    "a password that was one": ("the password was swordfish.", "swordfish"),
    "a short word for it": ("pw: swordfish", "swordfish"),
    "a password in markup": ("<password>swordfish</password>", "swordfish"),
    "a password of a login": ("machine x login bob password swordfish", "swordfish"),
    "a token beside its name": ("auth token 483b7ffc050fec94dbca3a0aac36098b", "483b7ffc"),
    "a password of a program": ("PGPASSWORD=swordfish psql", "swordfish"),
    "a password of a program, glued": ("SSHPASS=swordfish ssh db", "swordfish"),
    "a password in camel case": ("dbPassword: swordfish", "swordfish"),
    "a password in German": ("Passwort: schwertfisch", "schwertfisch"),
    "a password in Spanish": ("la contraseña es pezespada1", "pezespada1"),
    "a password in French": ("mot de passe : espadon9", "espadon9"),
    "a password in Russian": ("пароль: рыбамеч9", "рыбамеч9"),
    "a password in Chinese": ("密码：abc12345", "abc12345"),
    "a password that is set": ("set the db password to hunter2", "hunter2"),
    "a password of sshpass": ("sshpass -p swordfish ssh db", "swordfish"),
    "a password of MySQL": ("mysql -uroot -pswordfish app", "swordfish"),
    "a password of Redis": ("redis-cli -h cache -a swordfish", "swordfish"),
    "a password of a registry": ("docker login -u bob -p swordfish registry", "swordfish"),
    "a password of OpenSSL": ("openssl enc -aes256 -k swordfish", "swordfish"),
    "a key named so": ("SECRET_KEY = 'django-insecure-abc123def456ghi789'", "abc123def456ghi789"),
    "a token in camel case": ("_authToken=12345678-1234-1234-1234-123456789012", "123456789012"),
    "a cookie": ("Cookie: session=abcdef1234567890abcdef", "abcdef1234567890"),
    "a token of Vault": (f"hvs.{_LOT}", _LOT),
    "a token of Telegram": (f"123456789:AA{_LOT}7", _LOT),
    "a live token": ("tok_live_abcdefgh12345678", "abcdefgh12345678"),
    "a key for one-time passwords": ("scan MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", "MFRGGZDF"),
    "nothing but chance": (f"set it to {_LOT} now", _LOT),
}


@pytest.mark.parametrize("kind", PASTED)
def test_what_people_paste_is_found(kind: str) -> None:
    text, tell = PASTED[kind]
    rest = f"Rotate it: {text} until today"
    for secret in find_secrets(rest):
        rest = rest.replace(secret.text, "")
    assert tell not in rest


_TOKEN = "ghp_" + _LOT + "x8Q2"
DISGUISES = {
    "an entity": _TOKEN.replace("_", "&#95;"),
    "percent-encoding": _TOKEN.replace("_", "%5F"),
    "an escape": _TOKEN.replace("g", "\\u0067", 1),
    "an invisible character": f"{_TOKEN[:12]}\u200b{_TOKEN[12:]}",
    "a soft hyphen": f"{_TOKEN[:12]}\u00ad{_TOKEN[12:]}",
    "wide letters": "\uff47\uff48\uff50" + _TOKEN[3:],
    "a letter of another script": _TOKEN.replace("p", "\u0440", 1),
    "joined strings": f'"{_TOKEN[:12]}" + "{_TOKEN[12:]}"',
    "two lines": f"{_TOKEN[:20]}\n{_TOKEN[20:]}",
    "bold type": f"{_TOKEN[:12]}**{_TOKEN[12:]}**",
    "a backslash": _TOKEN.replace("_", "\\_"),
    "a blank": f"{_TOKEN[:12]} {_TOKEN[12:]}",
    "Base64": base64.b64encode(_TOKEN.encode()).decode(),
    "hexadecimal": _TOKEN.encode().hex(),
    "backwards": _TOKEN[::-1],
    "a tag": f"{_TOKEN[:12]}<wbr>{_TOKEN[12:]}",
    "a comment": f"{_TOKEN[:12]}<!-- -->{_TOKEN[12:]}",
    "Base32": base64.b32encode(_TOKEN.encode()).decode(),
    "hexadecimal with blanks": _TOKEN.encode().hex(" "),
    "hyphens": "-".join(_TOKEN),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_token_is_found(disguise: str) -> None:
    text = f"Rotate it: {DISGUISES[disguise]} until today"
    found = find_secrets(text)
    assert found
    assert all(secret.text in text for secret in found)


@pytest.mark.parametrize("between", ['" + "', '" "', '"\n  "'])
def test_the_last_piece_of_a_token_is_one_before_a_colon_too(between: str) -> None:
    text = f'is_test ? "{_TOKEN[:12]}{between}{_TOKEN[12:]}" : ""'
    assert f"{_TOKEN[:12]}{between}{_TOKEN[12:]}" in {secret.text for secret in find_secrets(text)}


@pytest.mark.parametrize("kind", _PASTED)
@given(data=st.data())
def test_what_a_pattern_finds_has_one_of_its_signs(kind: str, data: st.DataObject) -> None:
    found = data.draw(st.from_regex(_PASTED[kind]))
    assert any(sign in _folded(found) for sign in _SIGNS[kind])


def test_every_letter_that_a_pattern_takes_for_one_of_a_sign_is_folded_to_it() -> None:
    letters = "".join(map(chr, range(0x10000)))
    for letter in {letter for signs in _SIGNS.values() for sign in signs for letter in sign}:
        found = compile_pattern(escape(letter), IGNORECASE).findall(letters)
        assert {_folded(each) for each in found} == {letter}


def test_a_text_without_a_sign_takes_less_than_the_patterns_would() -> None:
    text = "Reports are written by the hour. " * 1_000
    find_secrets("")  # the scanner is made once
    patterns = _seconds(lambda: [pattern.findall(text) for pattern in _PASTED.values()])
    assert _seconds(lambda: find_secrets(text)) < patterns


def _seconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)
