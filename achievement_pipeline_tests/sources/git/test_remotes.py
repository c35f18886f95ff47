"""The address of a repository: one key for all ways to write it, and no credentials anywhere."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.sources.git.remotes import Remote, local_key, without_credentials


def parse(address: str) -> Remote:
    remote = Remote.parse(address)
    assert remote is not None
    return remote


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/owner/name",
        "https://github.com/owner/name.git",
        "https://github.com/owner/name/",
        "https://GitHub.com:443/owner/name.git/",
        "https://user:secret@github.com/owner/name.git",
        "https://www.github.com/owner/name",
        "http://github.com/owner/name",
        "git://github.com/owner/name.git",
        "ssh://git@github.com/owner/name.git",
        "ssh://git@github.com:22/owner/name.git",
        "ssh://git@ssh.github.com:443/owner/name.git",
        "git+ssh://git@github.com/owner/name",
        "git@github.com:owner/name.git",
        "git@github.com:/owner/name",
        "GITHUB.com:owner/name.git",
    ],
)
def test_all_forms_of_an_address_have_one_key(address: str) -> None:
    assert parse(address).key == "github.com/owner/name"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://gitlab.com/group/sub/name.git", "gitlab.com/group/sub/name"),
        ("https://git.example.org/Owner/Name", "git.example.org/Owner/Name"),
        ("https://example.org/a/../b/./name", "example.org/a/b/name"),
        ("https://example.org/name.github.io", "example.org/name.github.io"),
    ],
)
def test_a_key_is_the_host_and_the_path(address: str, key: str) -> None:
    assert parse(address).key == key


@pytest.mark.parametrize(
    "address", ["", "name", "./owner/name", "/srv/git/name.git", "ext::sh -c evil", "ftp://host/name", "http://[/x"]
)
def test_what_is_no_address_is_not_parsed(address: str) -> None:
    assert Remote.parse(address) is None


def test_names_with_characters_that_keys_lack_are_distinguished_by_a_digest() -> None:
    tilde, underscore, dots = (parse(f"https://git.sr.ht/{owner}/name").key for owner in ("~me", "_me", "a...b"))

    assert tilde.startswith("git.sr.ht/_me/name-")
    assert underscore == "git.sr.ht/_me/name"
    assert ".." not in dots


@given(st.text(min_size=1), st.text())
def test_a_key_has_only_safe_characters(owner: str, name: str) -> None:
    for address in (
        f"https://example.org/{owner}/{name}",
        f"git@example.org:{owner}/{name}",
        f"file:///{owner}/{name}",
    ):
        if remote := Remote.parse(address):
            assert set(remote.key) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/")
            assert ".." not in remote.key
            assert not remote.key.startswith("/")


@given(st.text("abcdefABC!$&*()=+;,", min_size=6), st.text("abcdefABC!$&*()=+;,", min_size=6))
def test_credentials_stay_out_of_everything_that_is_shown(username: str, password: str) -> None:
    remote = parse(f"https://{username}:{password}@example.org/owner/name")

    shown = f"{remote!r} {remote.address} {remote.key} {remote.web_url}"
    redacted = remote.redact(f"fatal: 'https://{username}:{password}@example.org/owner/name' says {password}")

    assert (remote.username, remote.password) == (username, password)
    assert remote.address == "https://example.org/owner/name"
    assert username not in shown + redacted
    assert password not in shown + redacted


def test_the_password_of_a_shell_address_is_left_out_and_its_user_stays() -> None:
    assert parse("ssh://git:secret@example.org:2222/name.git").address == "ssh://git@example.org:2222/name.git"


@pytest.mark.parametrize(
    ("address", "web_url"),
    [
        ("git@github.com:owner/name.git", "https://github.com/owner/name"),
        ("ssh://git@example.org:2222/owner/name", "https://example.org/owner/name"),
        ("https://user:secret@example.org:8443/owner/name.git", "https://example.org:8443/owner/name"),
        ("http://[::1]:8080/name.git", "http://[::1]:8080/name"),
        ("alias:owner/name.git", None),
        ("file:///srv/git/name.git", None),
    ],
)
def test_people_look_at_it_where_there_is_a_web_site(address: str, web_url: str | None) -> None:
    assert parse(address).web_url == web_url


def test_the_key_of_a_folder_does_not_contain_its_path() -> None:
    key = local_key(Path("/home/ada/secret project/näme"))

    assert key.startswith("local/n_me-")
    assert "ada" not in key
    assert key != local_key(Path("/home/bob/secret project/näme"))


def test_an_address_is_shown_without_its_credentials() -> None:
    assert without_credentials("https://ann:secret@example.org/a/b.git") == "https://example.org/a/b.git"
    assert without_credentials("~/src/a") == "~/src/a"


@pytest.mark.parametrize("name", ["private_token", "access_token", "token", "sig", "X-Amz-Signature", "anything"])
@pytest.mark.parametrize(
    "address", ["https://host.example/a/b.git", "ssh://git@host.example/a/b.git", "git@host.example:a/b.git"]
)
def test_what_a_query_holds_is_never_shown(address: str, name: str) -> None:
    given = f"{address}?{name}=s3cret#s3cret"
    assert "s3cret" not in without_credentials(given)
    remote = Remote.parse(given)
    assert remote
    assert remote.key == "host.example/a/b"
    assert "s3cret" not in repr(remote)
    assert "s3cret" not in remote.redact(f"fatal: unable to access 'https://host.example/x?{name}=s3cret': 403")


def test_a_token_in_a_query_is_a_password() -> None:
    remote = Remote.parse("https://host.example/a/b.git?private_token=s3cret")
    assert remote
    assert (remote.username, remote.password) == ("oauth2", "s3cret")


def test_an_address_that_is_none_is_shown_without_its_secrets() -> None:
    shown = without_credentials("https://ann:s3cret@host.example:port/a/b.git?token=s3cret")
    assert shown == "https://host.example:port/a/b.git"


@pytest.mark.parametrize("address", ["https:/ann:hidden@host.example/a/b", "ann:hidden@host.example:a/b"])
def test_a_password_in_a_mistyped_address_is_no_part_of_a_key_and_not_shown(address: str) -> None:
    assert Remote.parse(address) is None
    assert "hidden" not in without_credentials(address)
    assert "host.example" in without_credentials(address)
