"""Listing commits: everything that git lets into a commit comes out as it was meant, or as missing."""

from typing import Any

import pandas as pd
import pytest

from achievement_pipeline.sources.git import list_commits, open_repository
from achievement_pipeline_tests.builders import FIRST_COMMIT, GitRepository

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def only(repository: GitRepository) -> "pd.Series[Any]":
    """The one commit of a repository."""
    commits = list_commits(open_repository(repository.path, cache=repository.path)).commits
    assert len(commits) == 1
    return commits.iloc[0]


def commit_object(repository: GitRepository, headers: bytes, message: bytes = b"message\n") -> None:
    repository.git("mktree")
    repository.commit_object(b"tree %s\n%s\n\n%s" % (EMPTY_TREE.encode(), headers, message))


def test_name_address_and_date_are_read_for_author_and_committer(repository: GitRepository) -> None:
    repository.commit(
        author="Ada <ada@example.org>",
        committer="GitHub <noreply@github.com>",
        authored="1700000000 +0545",
        committed="1700000060 -0930",
    )

    commit = only(repository)

    assert (commit["author_name"], commit["author_email"]) == ("Ada", "ada@example.org")
    assert (commit["committer_name"], commit["committer_email"]) == ("GitHub", "noreply@github.com")
    assert commit["authored_at"] == pd.Timestamp(1_700_000_000, unit="s", tz="UTC")
    assert commit["committed_at"] == pd.Timestamp(1_700_000_060, unit="s", tz="UTC")
    assert (commit["authored_offset"], commit["committed_offset"]) == (345, -570)


def test_the_message_is_split_into_its_parts(repository: GitRepository) -> None:
    repository.commit(
        'feat: one\nand two\n\nWhy.\n\nMore | of "it"\tso\n\nReviewed-by: Bob <b@x>\nCo-authored-by: Eve <e@x>\n and\n'
    )

    commit = only(repository)

    assert commit["subject"] == "feat: one"
    assert commit["body"].startswith('and two\n\nWhy.\n\nMore | of "it"\tso\n\nReviewed-by: ')
    assert commit["trailers"] == "Reviewed-by: Bob <b@x>\nCo-authored-by: Eve <e@x> and\n"


def test_the_subject_is_the_first_line_though_no_blank_line_follows(repository: GitRepository) -> None:
    repository.commit("\n\nfeat: add pager\n- first page\nCo-authored-by: Bob <bob@example.org>\n")

    commit = only(repository)

    assert commit["subject"] == "feat: add pager"
    assert commit["body"] == "- first page\nCo-authored-by: Bob <bob@example.org>\n"


def test_carriage_returns_are_taken_out_of_messages(repository: GitRepository) -> None:
    repository.commit("fix: it\r\n\r\nBody.\r\n\r\nCo-authored-by: Eve <e@x>\r\n")

    commit = only(repository)

    assert (commit["subject"], commit["body"]) == ("fix: it", "Body.\n\nCo-authored-by: Eve <e@x>\n")
    assert commit["trailers"] == "Co-authored-by: Eve <e@x>\n"


@pytest.mark.parametrize("message", ["", "\n", " \n\n "])
def test_a_message_may_be_empty(repository: GitRepository, message: str) -> None:
    repository.commit(message)

    assert tuple(only(repository)[["subject", "body", "trailers"]]) == ("", "", "")


@pytest.mark.parametrize("byte", [b"\x01", b"\x1e", b"\x1f", b"\x7f", b"\x0b", b"|", b"\x1b[31m"])
def test_control_bytes_stay_in_messages(repository: GitRepository, byte: bytes) -> None:
    repository.commit(b"one" + byte + b"two\n\nthree" + byte + b"four\n")

    commit = only(repository)

    assert commit["subject"] == f"one{byte.decode()}two"
    assert commit["body"] == f"three{byte.decode()}four\n"


def test_text_that_is_not_utf_8_is_read_as_latin_1(repository: GitRepository) -> None:
    repository.commit(b"\xfcber\n\n\xe5\n", author=b"David_K\xe5gedal <d@x>")

    commit = only(repository)

    assert (commit["subject"], commit["body"], commit["author_name"]) == ("über", "å\n", "David_Kågedal")


def test_text_in_an_encoding_that_is_named_is_read_by_it(repository: GitRepository) -> None:
    who = "Влад <v@x> 1700000000 +0000".encode("koi8-r")
    commit_object(repository, b"author %s\ncommitter %s\nencoding KOI8-R" % (who, who), "Привет\n".encode("koi8-r"))

    commit = only(repository)

    assert (commit["subject"], commit["author_name"]) == ("Привет", "Влад")


def test_a_huge_message_is_read_whole(repository: GitRepository) -> None:
    text = "x" * 99 + "\n"
    repository.commit("subject\n\n" + text * 50_000)
    repository.commit("next")

    commits = list_commits(open_repository(repository.path, cache=repository.path)).commits

    assert list(commits["subject"]) == ["next", "subject"]
    assert commits["body"].iloc[1] == text * 50_000


@pytest.mark.parametrize(
    ("date", "second", "offset"),
    [
        (b"0 +0000", 0, 0),
        (b"1700000000 +1400", 1_700_000_000, 840),
        (b"1700000000 -0000", 1_700_000_000, 0),
        (b"1700000000 +051800", 1_700_000_000, None),
        (b"1700000000 +0099", 1_700_000_000, None),
        (b"1700000000 +1500", 1_700_000_000, None),
        (b"253402300799 +0000", 253_402_300_799, 0),
        (b"253402300800 +0000", None, 0),
        (b"18446744073709551615 +0000", None, 0),
        (b"99999999999999999999 +0000", None, 0),
        (b"-1 +0000", None, None),
        (b"", None, None),
        (b"yesterday", None, None),
        (b"1700000000", None, None),
    ],
)
def test_a_date_that_is_none_is_missing(
    repository: GitRepository, date: bytes, second: int | None, offset: int | None
) -> None:
    commit_object(repository, b"author A <a@x> %s\ncommitter C <c@x> %s" % (date, date))

    commit = only(repository)

    for moment in (commit["authored_at"], commit["committed_at"]):
        assert (None if pd.isna(moment) else moment.timestamp()) == second
    for zone in (commit["authored_offset"], commit["committed_offset"]):
        assert (None if pd.isna(zone) else zone) == offset


@pytest.mark.parametrize("who", [b"<>", b"Ada <>", b"<ada@x>", b"C:\\Users <The Bat!>", b"A <not an address>"])
def test_names_and_addresses_may_be_empty_or_nonsense(repository: GitRepository, who: bytes) -> None:
    commit_object(repository, b"author %s 1700000000 +0000\ncommitter %s 1700000000 +0000" % (who, who))

    commit = only(repository)

    name, _, address = who.decode().partition("<")
    assert (commit["author_name"], commit["author_email"]) == (name.strip(), address.rstrip(">"))


def test_headers_that_are_unknown_do_not_matter(repository: GitRepository) -> None:
    who = b"A <a@x> 1700000000 +0000"
    commit_object(
        repository, b"author %s\ncommitter %s\nHG:extra x\ngpgsig -----BEGIN\n \n parent me\n -----END" % (who, who)
    )

    assert (only(repository)["subject"], only(repository)["parents"]) == ("message", "")


def test_parents_are_in_their_order(repository: GitRepository) -> None:
    roots = [repository.commit("root", parents=[], branch=f"root{number}") for number in range(10)]
    repository.commit("octopus", parents=roots[::-1])

    commits = list_commits(open_repository(repository.path, cache=repository.path)).commits.set_index("subject")

    assert commits.loc["octopus", "parents"] == " ".join(roots[::-1])
    assert commits.loc["octopus", "diff"] == "merge"
    assert set(commits.loc[["root"], "parents"]) == {""}


def test_the_mailmap_of_head_maps_whoever_wrote(repository: GitRepository) -> None:
    repository.commit("add", {".mailmap": "Ada <ada@x> <ada@old>\n"}, author="ada <ada@old>", committer="a <ada@old>")

    commit = only(repository)

    assert (commit["author_name"], commit["author_email"]) == ("Ada", "ada@x")
    assert (commit["committer_name"], commit["committer_email"]) == ("Ada", "ada@x")


@pytest.mark.parametrize("trailer", ["Co-authored-by", "co-authored-by", "Co-developed-by"])
def test_the_mailmap_maps_coauthors_in_any_line(repository: GitRepository, trailer: str) -> None:
    body = f"* one\n\n{trailer}: ada <Ada@old>\n{trailer}: Bob <bob@example.org>\n{trailer}: <<broken> x>\n\n* two"
    repository.commit(f"add\n\n{body}", {".mailmap": "Ada Lovelace <ada@x> <ada@old>\n"})

    assert only(repository)["body"].strip() == body.replace("ada <Ada@old>", "Ada Lovelace <ada@x>")


def test_a_mailmap_of_the_user_or_of_the_work_tree_maps_nobody(repository: GitRepository) -> None:
    repository.commit("add", {"file": "x\n"}, author="ada <ada@old>")
    (repository.path / ".mailmap").write_text("Ada <ada@x> <ada@old>\n")
    repository.git("config", "mailmap.file", str(repository.path / ".mailmap"))

    assert only(repository)["author_name"] == "ada"


def test_the_newest_commit_is_the_first(repository: GitRepository) -> None:
    shas = [repository.commit(f"number {number}") for number in range(3)]

    commits = list_commits(open_repository(repository.path, cache=repository.path)).commits

    assert list(commits["sha"]) == shas[::-1]
    assert commits["authored_at"].iloc[-1].timestamp() == FIRST_COMMIT
