"""What hosts, tools and habits put around a title comes off, and nothing else does."""

# ruff: noqa: RUF001 - full-width signs are what some of this is about

from __future__ import annotations

import functools
import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.judging.categories.peel import (
    are_weak,
    as_titles,
    canonical_types,
    peel,
    plain_bodies,
    table,
)
from achievement_pipeline_tests.examples import examples

_FRONTS = (
    "feat: ",
    "Fix(core)!: ",
    "[PERF] ",
    "ENG-12: ",
    "[ENG-12] ",
    "✨ ",
    ":bug: ",
    "Merged PR 7: ",
    "[3.x] ",
    "#12: ",
)
_TAILS = (
    " (#12)",
    " (closes #5)",
    ", fixes #7",
    " refs ENG-7",
    " [skip ci]",
    " (GH-9)",
    " (see #4)",
    ", see #4 and #5",
    " (based on #4).",
    " -- #4",
    "-- #4",
)
_PIECES = (*_FRONTS, *_TAILS, "(", "[", ":", "a: ", "commit 1234567\n\n x\n", "* x\n")
_MESSAGES = st.lists(
    st.one_of(st.sampled_from([*_FRONTS, *_TAILS, "add it", "`x`", "\n", '"', "Revert "]), st.text(max_size=9))
)


def column(*texts: str) -> pd.Series[str]:
    return pd.Series(texts, dtype="str", index=range(10, 10 + len(texts)))


def peeled(subject: str, body: str = "") -> pd.Series:
    row = peel(column(subject), column(body)).astype(object).iloc[0]
    return row.where(row.notna(), None)


def seconds(times: int, *pieces: str) -> float:
    """Return the processor time for texts that are peeled together, each of them a piece many times.

    Subjects are shorter: each form in one takes a round, and no more than 500 characters are read.
    """
    begin = time.process_time()
    texts = column(*(piece * times for piece in pieces))
    peel(texts.str.slice(0, times // 20), texts)
    plain_bodies(texts)
    return time.process_time() - begin


@functools.cache
def all_are_linear() -> bool:
    """Return whether four times as much of all pieces together takes at most a second more: then none takes longer."""
    seconds(1, *_PIECES)
    return seconds(2_000, *_PIECES) < seconds(500, *_PIECES) + 1


class TestHosts:
    @pytest.mark.parametrize(
        ("subject", "body", "host"),
        [
            ("Merge pull request #12 from ada/topic", "feat: add it\n\nWhy.", "github"),
            ("Merge pull request 'feat: add it' (#12) from ada/topic into main", "", "gitea"),
            (
                "Merge pull request #12 in ENGINE/core from topic to main",
                "* commit '12ab':\n  feat: add it",
                "bitbucket",
            ),
            ("Merged in topic (pull request #12)", "feat: add it\n\nApproved-by: Bob", "bitbucket"),
            ("Merge pull request 12 from topic into main", "feat: add it", "azure"),
            ("Merge branch 'topic' into 'main'", "feat: add it\n\nCloses #3\n\nSee merge request g/p!12", "gitlab"),
            ("Auto merge of #12 - ada:topic, r=bob", "feat: add it\n\nWhy.", "github"),
            ("Merge #12: feat: add it", "", "github"),
            ("Merge #12", "12: feat: add it r=ann a=bob\n\nWhy.", "github"),
            ("Merge #12 #13", "12: feat: add it r=ann,bob\n13: and that r=ann", "github"),
        ],
    )
    def test_a_merge_has_the_title_and_number_of_its_pull_request(self, subject: str, body: str, host: str) -> None:
        row = peeled(subject, body)
        assert (row["title"], row["type"], row["host"], row["number"]) == ("add it", "feat", host, "12")
        assert row["merged"]

    @pytest.mark.parametrize(
        "subject",
        ["feat: add it (#12)", "Merged PR 12: feat: add it", "Pull request #12: feat: add it", "feat: add it (!12)"],
    )
    def test_a_squash_has_the_number_of_its_pull_request(self, subject: str) -> None:
        row = peeled(subject)
        assert (row["title"], row["type"], row["number"], row["merged"]) == ("add it", "feat", "12", False)

    def test_of_two_numbers_the_last_is_that_of_the_pull_request(self) -> None:
        assert peeled("feat: add it (#5) (#12)")["number"] == "12"

    def test_a_merge_without_a_title_is_called_after_its_branch(self) -> None:
        row = peeled("Merge branch 'ada/eng-12-fast_search'")
        assert (row["title"], row["weak"], row["branch"]) == ("fast search", True, "ada/eng-12-fast_search")

    def test_a_title_that_is_made_of_a_short_branch_is_weak(self) -> None:
        merge = "Merge pull request #12 from ada/"
        assert peeled(f"{merge}tile-cache", "Tile cache")["weak"]
        assert not peeled(f"{merge}cache-tiles-of-bars", "Cache tiles of bars")["weak"]
        assert not peeled(f"{merge}tile-cache", "Cache tiles")["weak"]

    def test_a_list_of_commits_may_say_how_many_they_are(self) -> None:
        assert (
            peeled("Merge branch 'stable' into next", "* stable: (24 commits)\n  Add tiles\n  Add bars")["title"]
            != "stable: (24 commits)"
        )

    def test_a_merge_of_a_trunk_stays_what_it_is(self) -> None:
        row = peeled("Merge branch 'main' into topic")
        assert (row["title"], row["weak"]) == ("Merge branch 'main' into topic", True)


class TestFronts:
    @pytest.mark.parametrize(
        ("subject", "expected"),
        [
            ("feat: count", ("feat", None, False, "count")),
            ("Fix(Core): count", ("fix", "Core", False, "count")),
            ("feat(api, cli)!: count", ("feat", "api, cli", True, "count")),
            ("refactor!:   count", ("refactor", None, True, "count")),
            ("feat : count", ("feat", None, False, "count")),
            ("feat（ui）：count", ("feat", "ui", False, "count")),
            ("fix：count", ("fix", None, False, "count")),
            ("[PERF] count", ("perf", None, False, "count")),
            ("Optimize: count", ("perf", None, False, "count")),
            ("【Fix】count", ("fix", None, False, "count")),
            ("ENH: count", ("feat", None, False, "count")),
            ("✨ feat(ui): count", ("feat", "ui", False, "count")),
            ("🐛 count", ("fix", None, False, "count")),
            ("⚡️ count", ("perf", None, False, "count")),
            (":sparkles: count", ("feat", None, False, "count")),
            (":bug: docs: count", ("docs", None, False, "count")),
            (":art: :bug: count", ("style", None, False, "count")),
            ("ENG-12: feat: count", ("feat", None, False, "count")),
            ("[ENG-12] fix: count", ("fix", None, False, "count")),
            ("MT-230 | feat(tags): count", ("feat", "tags", False, "count")),
            ("feat: ENG-12 count", ("feat", None, False, "count")),
            ("Fixed #123 -- count", (None, None, False, "count")),
            ("gh-123: count", (None, None, False, "count")),
            ("[backport 2.x] fix: count", ("fix", None, False, "count")),
            ("[WIP] count", (None, None, False, "count")),
            ("[skip ci] docs: count", ("docs", None, False, "count")),
        ],
    )
    def test_types_tickets_and_emoji_come_off(self, subject: str, expected: tuple[object, ...]) -> None:
        row = peeled(subject)
        if subject.startswith("[WIP]"):
            expected = ("wip", *expected[1:])
        assert (row["type"], row["scope"], row["marked"], row["title"]) == expected

    @pytest.mark.parametrize(
        "subject",
        [
            "", "count", "feat:count", "feat(): count", "two words: count", "feat:", "http://a.example",
           "UTF-8 in names", "SHA-256: count",
            "decode (UTF-8)", "Revert \"feat: x\"", "404 - not found", "!!!", "`a: b` is read", "fix",
        ],
    )  # fmt: skip
    def test_what_has_no_known_form_is_left_as_it_is(self, subject: str) -> None:
        row = peeled(subject)
        assert (row["type"], row["scope"], row["marked"], row["title"]) == (None, None, False, subject)

    def test_a_subsystem_is_no_type_and_stays_in_the_title(self) -> None:
        row = peeled("net: tcp: fix leak (#9)")
        assert (row["type"], row["title"], row["description"]) == (None, "net: tcp: fix leak", "fix leak")

    def test_types_have_one_spelling(self) -> None:
        assert canonical_types(["Feature", "bugfix", "data"]) == {"feat", "fix", "data"}
        assert all(name in words for name, words in table().types.items())


class TestTails:
    @pytest.mark.parametrize("tail", _TAILS)
    def test_references_come_off_the_end(self, tail: str) -> None:
        assert peeled(f"Keep the lock{tail}")["title"] == "Keep the lock"

    def test_a_second_sentence_comes_off(self) -> None:
        assert (
            peeled("Deprecated support for file-like objects.  This")["title"]
            == "Deprecated support for file-like objects."
        )
        assert peeled("Allow other servers, e.g. Apache, etc. Caddy too")["title"].endswith("too")

    @pytest.mark.parametrize("subject", ["Fixes #12", "Follow up to #12", "Port RFC-12 (#3) to the core", "Sum (x)"])
    def test_references_that_the_title_needs_stay(self, subject: str) -> None:
        assert peeled(subject)["title"] == subject


class TestWeakTitles:
    @pytest.mark.parametrize(
        "title",
        ["Stuff", "wip", "Fixes", "First pass", "more fixes", "Update README.md", "address review comments",
         "Fixes #12",         "Minor tweaks and cleanup", "Add files via upload", "Release", "...", ""],
    )  # fmt: skip
    def test_vague_titles_are_weak(self, title: str) -> None:
        assert are_weak(column(title)).all()

    @pytest.mark.parametrize(
        "title", ["Fix the lock", "Update the cache", "Add tests for x", "添加", "Release the lock"]
    )
    def test_other_titles_are_not_weak(self, title: str) -> None:
        assert not are_weak(column(title)).any()

    @pytest.mark.parametrize("subject", ["Squashed commit of the following:", "wip", "Release (#99)"])
    def test_they_give_way_to_the_strongest_title_of_the_body(self, subject: str) -> None:
        row = peeled(subject, "* docs: tell\n\n* ENG-1 feat: add it (#3)\n\n* fix: mend it\n\n* feat: more")
        assert (row["title"], row["type"]) == ("add it", "feat")

    def test_a_dump_of_git_is_read_from_its_oldest_commit_on(self) -> None:
        newest, oldest = (
            f"commit {'12ab' * 10}\nAuthor: Ada <a@x>\nDate:   now\n\n    feat: {word}\n" for word in ("two", "one")
        )
        assert peeled("Squashed commit of the following:", f"{newest}\n{oldest}")["title"] == "one"


class TestShown:
    @pytest.mark.parametrize(
        "title",
        [
            "build_*_field methods",
            "sqlite-utils convert",
            "http3 works",
            "db.table() only returns tables",
            "table.count is cached",
            "`x` is fast",
            "tcp: fix leak",
            "engine is fast",
        ],
    )
    def test_names_and_code_keep_their_case(self, title: str) -> None:
        assert as_titles(column(title), column("Engine")).tolist() == [title]

    def test_ordinary_words_get_a_capital(self) -> None:
        assert as_titles(column("add it", "re-add it", "été")).tolist() == ["Add it", "Re-add it", "Été"]

    def test_footers_and_the_noise_of_squashes_are_no_description(self) -> None:
        gerrit = "Bug: 12345\nTest: m check\nChange-Id: I01\nReviewed-on: https://x.example/+/9\nReviewed-by: B <b@x>"
        squash = "* wip\n\n* address review\n\n* Update b.py\n\n---------\n\nCo-authored-by: Bob <b@x>"
        prose = "Why.\n\nMore: of it.\n\n* add it\n\nBREAKING CHANGE: all\n\nSigned-off-by: Ada <a@x>\n"
        assert plain_bodies(column(gerrit, squash, prose)).tolist() == [
            "",
            "",
            "Why.\n\nMore: of it.\n\n* add it\n\nBREAKING CHANGE: all",
        ]


class TestLaws:
    @given(_MESSAGES, st.text(max_size=40))
    @settings(deadline=None, max_examples=examples(20))
    def test_any_message_has_a_title_and_peeling_it_again_changes_nothing(self, parts: list[str], body: str) -> None:
        subject = "".join(parts)
        row = peeled(subject, body)
        title = str(row["title"])
        assert bool(title) == bool(subject.strip()), subject
        again = peeled(title)
        assert (again["title"], again["description"]) == (title, row["description"])

    @given(st.permutations(_FRONTS), st.integers(0, len(_FRONTS)), st.permutations(_TAILS), st.integers(0, len(_TAILS)))
    @settings(deadline=None, max_examples=examples(10))
    def test_any_forms_come_off_in_any_order(self, fronts: list[str], front: int, tails: list[str], tail: int) -> None:
        subject = "".join([*fronts[:front], "keep the lock", *tails[:tail]])
        assert peeled(subject)["title"] == "keep the lock"

    @given(st.lists(_MESSAGES.map("".join), min_size=1, max_size=6))
    @settings(deadline=None, max_examples=examples(6))
    def test_each_message_is_peeled_by_itself(self, subjects: list[str]) -> None:
        alone = pd.concat([peel(column(subject), column("")) for subject in subjects], ignore_index=True)
        together = peel(pd.Series(subjects, dtype="str"), pd.Series("", index=range(len(subjects)), dtype="str"))
        pd.testing.assert_frame_equal(alone, together)

    def test_of_a_subject_500_characters_are_read(self) -> None:
        assert peeled(f"{'add it':<493} (#12)")["number"] == "12"
        assert peeled(f"{'add it':<500} (#12)")["title"] == "add it"

    @pytest.mark.parametrize("piece", _PIECES)
    def test_the_time_is_linear(self, piece: str) -> None:
        # another process may take the cache: what is not linear fails each time
        assert all_are_linear() or any(
            (long := seconds(2_000, piece)) < 1 or long < 4 * seconds(500, piece) + 1 for _ in range(5)
        )

    def test_every_form_names_its_source(self) -> None:
        assert all(form.source for form in (*table().merge, *table().front, *table().tail))


def stripped(body: str) -> str:
    result: str = plain_bodies(pd.Series([body], dtype="str")).iloc[0]
    return result


@pytest.mark.parametrize(
    "body",
    [
        "Co-authored-by: Bob <1+bob@users.noreply.github.com>",
        "Co-authored-by: Bob <bob@example.org>\nCo-authored-by: Eve <eve@example.org>\n",
        "\n\nSigned-off-by: Ada <ada@example.org>",
        "Change-Id: I8f3c1d2e5a\nReviewed-on: https://review.example/c/1\nReviewed-by: Eve <eve@example.org>",
        "Signed-off-by: Ada <ada@example.org>\n\nCo-Authored-By: Eve <eve@example.org>",
        "PR-URL: https://github.com/nodejs/node/pull/1\nReviewed-By: Eve <eve@example.org>",
        "Tested-by: Eve <eve@example.org>\r\nAcked-by: Bob <bob@example.org>\r\n",
        "git-svn-id: https://svn.example/trunk@1 0410c0ed",
        "Cc: Eve <eve@example.org>\n  continued\n",
        "",
    ],
)
def test_nothing_but_trailers_is_nothing(body: str) -> None:
    assert stripped(body).strip() == ""


@pytest.mark.parametrize("text", ["Why it was slow.", "First.\n\nSecond: a list\n- one\n- two", "Note: this is prose"])
def test_what_was_written_stays(text: str) -> None:
    assert stripped(text) == text
    assert stripped(f"{text}\n\nSigned-off-by: Ada <ada@example.org>\n") == text


def test_trailers_in_the_middle_stay_where_they_are() -> None:
    body = "* one\n\nCo-authored-by: Bob <bob@example.org>\n\n* two"
    assert stripped(body) == body


def test_the_index_is_kept() -> None:
    bodies = pd.Series(["Cc: a", "text"], index=[7, 3], dtype="str")
    assert plain_bodies(bodies).to_dict() == {7: "", 3: "text"}
