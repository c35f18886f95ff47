"""What messages say in the forms that git, GitHub and Conventional Commits gave them, and what only looks like it."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.judging.categories import messages
from achievement_pipeline.judging.categories.messages import Footer, RevertTarget
from achievement_pipeline_tests.examples import examples


def column(*texts: str) -> pd.Series[str]:
    return pd.Series(texts, dtype="str", index=range(10, 10 + len(texts)))


def targets(subject: str, body: str = "") -> list[tuple[str, str]]:
    found = messages.revert_targets(column(subject), column(body))
    return list(found[["way", "target"]].itertuples(index=False, name=None))


class TestBodies:
    def test_footers_begin_a_paragraph_and_go_on_over_lines(self) -> None:
        body = "As it was:\nnothing: at all\n\nRefs: 1234567\n  and 89abcde\nCloses #12\nBREAKING CHANGE: all\n\nof it"
        text, footers = messages.split_body(body)
        assert text == "As it was:\nnothing: at all"
        assert footers == [
            Footer("Refs", "1234567\n  and 89abcde"),
            Footer("Closes", "12"),
            Footer("BREAKING CHANGE", "all\n\nof it"),
        ]

    def test_a_body_without_footers_is_text(self) -> None:
        assert messages.split_body("One.\n\nTwo.") == ("One.\n\nTwo.", [])

    @pytest.mark.parametrize(
        ("body", "breaks"),
        [
            ("BREAKING CHANGE: all of it", True),
            ("BREAKING-CHANGE: all of it", True),
            ("Why.\n\nBREAKING CHANGE:\nall of it", True),
            ("breaking change: all of it", False),
            ("This is no BREAKING CHANGE: really", False),
            ("", False),
        ],
    )
    def test_a_footer_marks_a_breaking_change(self, body: str, *, breaks: bool) -> None:
        assert messages.have_breaking_footer(column(body)).tolist() == [breaks]


class TestReleases:
    @pytest.mark.parametrize(
        "description",
        [
            "release 1.2.3",
            "v2.0.0-rc.1",
            "1.0.0 [skip ci]",
            "bump version to 3.1",
            "prepare for next development iteration",
            "publish @scope/a@1.2.0, @scope/b@1.3.0",
            "release main",
            "Thing 2.44",
            "update changelog for v1.2.3 (#12)",
            "Publish",
            "Version Packages (beta)",
            "RELEASING: Releasing 2 package(s)",
        ],
    )
    def test_words_of_releases_alone_are_a_release(self, description: str) -> None:
        assert messages.are_releases(column(description), column("thing")).tolist() == [True]

    @pytest.mark.parametrize(
        "description",
        ["release the lock", "bump django to 4.2", "version the cache", "Other 2.44", "fix release 1.2.3", "set all"],
    )
    def test_a_release_that_does_more_is_work(self, description: str) -> None:
        assert messages.are_releases(column(description), column("thing")).tolist() == [False]


class TestAutomatic:
    @pytest.mark.parametrize(
        ("subject", "automatic"),
        [
            ("Deploying to gh-pages from @ ann/site@1234567890abcdef 🚀", True),
            ("Deployed 1a2b3c4 with MkDocs version: 1.6.1", True),
            ("deploy: 1234567890abcdef1234567890abcdef12345678", True),
            ("vault backup: 2026-01-01 10:00:00", True),
            ("Auto-commit 2026-01-01T10:20:00", True),
            ("[automated] Update plugin list", True),
            ("[maven-release-plugin] prepare release x-1.2", True),
            ("Setting version to 1.2.3-SNAPSHOT", True),
            ("Deployed 1a2b3c4 to 2.0 with MkDocs 1.6.1 and mike 2.1.3", True),
            ("Deploy website - based on 1234567890abcdef1234567890abcdef12345678", True),
            ("build based on 1a2b3c4", True),
            ("jekyll build from Action 1234567890abcdef1234567890abcdef12345678", True),
            ("Site updated: 2026-01-01 10:00:00", True),
            ("rebuilding site Mon Jan  5 10:00:00 CET 2026", True),
            ("Applying package updates.", True),
            ("New Crowdin updates (#12)", True),
            ("New translations en.json (German)", True),
            ("Build based on the new parser", False),
            ("New translations of the manual", False),
            ("Update index.html", False),
            ("Deploy the search to production", False),
            ("deploy: roll back on failure", False),
            ("Auto-save drafts", False),
            ("Setting versions by tags", False),
        ],
    )
    def test_commits_by_tools_and_timers_are_recognised(self, subject: str, *, automatic: bool) -> None:
        assert messages.are_automatic(column(subject)).tolist() == [automatic]


class TestNumbers:
    def test_a_squash_merge_puts_its_number_at_the_end(self) -> None:
        subjects = column("feat: a (#12)", "feat: a (see #12)", "Merge pull request #7 from ada/x", "feat: a")
        assert messages.squash_numbers(subjects).dropna().to_dict() == {10: "12"}
        assert messages.merged_numbers(subjects).dropna().to_dict() == {10: "12", 12: "7"}
        assert messages.without_squash_number(subjects).tolist()[0] == "feat: a"

    @pytest.mark.parametrize(
        ("subject", "folds"),
        [("fixup! a", True), ("squash! a", True), ("amend! a", True), ("fixup the rest", False), ("a fixup! b", False)],
    )
    def test_autosquash_commits_are_recognised(self, subject: str, *, folds: bool) -> None:
        assert messages.are_autosquash(column(subject)).tolist() == [folds]

    def test_picks_name_where_they_come_from_each_in_a_line(self) -> None:
        line = "(cherry picked from commit {})"
        body = f"Why.\n\n{line.format('a' * 40)}\n{line.format('b' * 40)}"
        quoted = f"He wrote {line.format('c' * 40)}"
        assert messages.cherry_picked_from(column(body, quoted)).tolist() == ["a" * 40, "b" * 40]


class TestReverts:
    @pytest.mark.parametrize(
        ("subject", "body", "expected"),
        [
            ("Undo", "This reverts commit 1234567.", [(RevertTarget.SHA, "1234567")]),
            (
                "Undo",
                "This reverts commits 1234567 and 89ABCDE.",
                [(RevertTarget.SHA, "1234567"), (RevertTarget.SHA, "89abcde")],
            ),
            ("Undo", "Reverts owner/name#12", [(RevertTarget.NUMBER, "12")]),
            ('Revert "feat: a (#3)" (#4)', "", [(RevertTarget.SUBJECT, "feat: a (#3)")]),
            ('Reapply "feat: a"', "", [(RevertTarget.SUBJECT, 'Revert "feat: a"')]),
            ("revert: feat: a", "", [(RevertTarget.SUBJECT, "feat: a")]),
            (
                "revert: let us never again speak of it",
                "Refs: 676104e, a215868",
                [
                    (RevertTarget.SHA, "676104e"),
                    (RevertTarget.SHA, "a215868"),
                    (RevertTarget.SUBJECT, "let us never again speak of it"),
                ],
            ),
        ],
    )
    def test_each_form_names_what_it_reverts(self, subject: str, body: str, expected: list[tuple[str, str]]) -> None:
        assert targets(subject, body) == expected

    @pytest.mark.parametrize(
        ("subject", "body"),
        [
            ("Add a revert button", ""),
            ("feat: a", "Refs: 1234567"),
            ("feat: a", "Whoever wrote this reverts commit by commit."),
            ("", ""),
        ],
    )
    def test_who_speaks_of_reverting_reverts_nothing(self, subject: str, body: str) -> None:
        assert targets(subject, body) == []

    def test_a_subject_may_mention_a_revert_in_other_words(self) -> None:
        subjects = column("Backed out a", "Re-land b", "undo c", "introvert", "backing up")
        assert messages.mention_revert(subjects).tolist() == [True, True, True, False, False]


_LINES = st.lists(
    st.sampled_from(["", "text", "Refs: 1234567", "Closes #1", "BREAKING CHANGE: x", "This reverts commit 1234567."])
)


@settings(deadline=None, max_examples=examples(40))
@given(_LINES)
def test_no_word_of_a_body_is_lost(lines: list[str]) -> None:
    body = "\n".join(lines)
    text, footers = messages.split_body(body)
    kept = " ".join([text, *(f"{footer.token} {footer.value}" for footer in footers)])
    kept, body = (words.replace(":", "").replace("#", "") for words in (kept, body))
    assert sorted(kept.split()) == sorted(body.split())


@settings(deadline=None, max_examples=examples(40))
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), min_size=1, max_size=5))
def test_each_message_is_read_as_it_would_be_alone(written: list[tuple[str, str]]) -> None:
    together = messages.revert_targets(column(*(s for s, _ in written)), column(*(b for _, b in written)))
    alone = sorted(target for subject, body in written for target in targets(subject, body))
    assert sorted(together[["way", "target"]].itertuples(index=False, name=None)) == alone
