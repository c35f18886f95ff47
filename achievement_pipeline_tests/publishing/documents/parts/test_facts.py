"""What of an achievement can be said in words."""

import random
from dataclasses import replace

import pytest

from achievement_pipeline.channels import JSON
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.gate.policy import Visibility
from achievement_pipeline.publishing.gate.privacy import PublicEvidence
from achievement_pipeline_tests.publishing.views import ME, NOON, PRIVATE, evidence, ledger_line, public, view


def test_results_are_the_facts_of_the_ledger_without_how_points_are_counted() -> None:
    lines = [
        ledger_line("impact", "base", 30, "every significant commit", "git:x@1"),
        ledger_line("impact", "lines", 89.3, "1,786 effective lines, 1 point per 20, capped at 90", "git:x@1"),
        ledger_line("impact", "cut", -29.3, "capped at 90", "git:x@1"),
        ledger_line("complexity", "lines", 1, "1,786 effective lines, 5 points each", "git:x@1"),
        ledger_line("complexity", "labels", 5, "bug, breaking", "git:x@1"),
        ledger_line("complexity", "edit", 5, "edited by the user", "git:x@1"),
    ]
    (shown,) = public(JSON, view(score_ledger=lines))
    assert facts.results(shown) == ["1,786 effective lines", "bug, breaking"]


@pytest.mark.parametrize(
    ("kind", "url", "words"),
    [
        ("github_pull_request", "https://github.com/o/n/pull/7", "pull request #7"),
        ("git_commit", "https://github.com/o/n/commit/c2705ffd9ce1dc8476cb", "commit c2705ffd9c"),
        ("git_commit", "https://gitlab.com/o/n/-/commit/c2705ffd9ce1dc8476cb", "commit c2705ffd9c"),
        ("linear_issue", "https://linear.app/acme/issue/ENG-12/make-it-fast", "issue ENG-12"),
        ("mlflow_run", "https://track.example/#/experiments/1/runs/abc", "MLflow run"),
        ("git_commit", None, "commit"),
        ("talk", "https://example.org/talk", "talk"),
    ],
)
def test_evidence_is_named_as_people_name_it(kind: str, url: str | None, words: str) -> None:
    assert facts.evidence_words(PublicEvidence(Visibility.PUBLIC, kind, "x", url, NOON)) == words


@pytest.mark.parametrize("result", ["Registered model churn 3", "Best val_auc of churn: 0.8"])
def test_a_run_is_named_by_what_it_gave(result: str) -> None:
    run = PublicEvidence(Visibility.PUBLIC, "mlflow_run", result, "https://track.example/#/runs/abc", NOON)
    assert facts.evidence_words(run) == result[0].lower() + result[1:]


def test_a_persons_own_word_is_no_evidence_unless_it_can_be_looked_at() -> None:
    said = view(key="manual:1", source_type="manual", source_url=None, evidence=[evidence("manual:1", kind="manual")])
    talk = view(evidence=[evidence("talk:1", kind="talk", url="https://example.org/talk")])
    assert [len(facts.shown_by(each)) for each in public(JSON, said, talk)] == [0, 1]


@pytest.mark.parametrize(
    ("description", "summary"),
    [
        ("", ""),
        ("Because it was slow.\nAnd big.\n\nMore.", "Because it was slow. And big."),
        ("It is kept in a\ncache.\n", "It is kept in a cache."),
        ("It was slow. It is now as fast as this:\n\n```\ncode\n```", "It was slow."),
        ("It has the following format:\n\n```\ncode\n```", ""),
        ("Blocks:\n```\nold new\n\n10 5\n```\nIt was slow.", "It was slow."),
        ("It does two things:\n- one thing\n- another", "One thing; another"),
        ("Small:  12 -> 8 MB\nLarge: 90 -> 40 MB", "Small:  12 -> 8 MB; Large: 90 -> 40 MB"),
        ("Close #3\n\nIt was slow.", "It was slow."),
        ("Fix #3 Close #4\n\nIt was slow.", "It was slow."),
        ("Fixed #3 . Close #4\nSee #5 for PRs\n\nIt was slow.", "It was slow."),
        ("GitHub issue 3.\n\nFrom Ann Lee, thanks!\n\nIt was slow.", "It was slow."),
        ("From Ann Lee in GitHub issue 3.\n\nFrom now on it is fast.", "From now on it is fast."),
        ("From https://example.org/why\n\nIt was slow.", "It was slow."),
        ("<!-- describe\n\nyour change -->\n\n## Why\n\nIt was slow.", "It was slow."),
        ("- [ ] tests\n- [x] docs\n\nIt was slow.", "It was slow."),
        ("* one thing\n* another", "One thing; another"),
        (
            "- Adds a cache, which\n  readers share.\n- Drops another",
            "Adds a cache, which readers share; Drops another",
        ),
        ("Co-authored-by: Bob <bob@example.com>", ""),
        ("feat(cache): add a cache\n\nIt was slow.", "It was slow."),
        ("* feat: Add a cache\n* fix(io)!: read less", ""),
        ("* Add a cache, closes #3\n* Tests for it, refs #3\n\nIt was slow, refs #3", "It was slow"),
        ("https://example.org/why", ""),
        ("```\ncode\n```", ""),
        ("It was slow.\nSigned-off-by: Bob <bob@example.com>", "It was slow."),
        ("Fixes #12, #13.\n\nIt was slow.", "It was slow."),
        ("Closes https://github.com/o/n/issues/3", ""),
        ("* Add a lock\n\n* fix lint\n\n* wip", ""),
        ("* Add a lock\n\nHopefully this fixes it.\n\n* wip", ""),
        ("Readers wait less.\n\n* Add a lock\n\nHopefully this fixes it.", "Readers wait less."),
        ("It was slow.\n\nSquashed commit of the following:\n\ncommit 1a2b3c4d\nAuthor: Bob\n\nOops.", "It was slow."),
        ("Thank you for contributing!\n\nPlease make sure that tests pass.\n\nIt was slow.", "It was slow."),
        ("Reviewed-on: https://review.example/1\nChange-Id: I0123456789012345678901234567890123456789", ""),
        ("(cherry picked from commit 1a2b3c4d)", ""),
    ],
)
def test_the_summary_is_the_first_paragraph_of_prose(description: str, summary: str) -> None:
    (shown,) = public(JSON, view(description=description))
    assert facts.summary(shown) == summary


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, ""),
        ({"description": "It was slow.\n\nStartup goes from 3 s to 1 s now."}, "Startup goes from 3 s to 1 s now."),
        ({"outcome": "Users wait less.", "description": "It is 2x faster."}, "Users wait less."),
        (
            {"description": f"Where {'a reader ' * 35} waits it is 2x faster. Builds take 30% less."},
            "Builds take 30% less.",
        ),
        ({"title": "Make it 2x faster", "description": "Make it 2x faster."}, ""),
        ({"description": "<!-- was it 2x faster? -->"}, ""),
        ({"description": "* Add a lock\n\nIt is 10x better than what we had before.\n\n* fix lint"}, ""),
        ({"description": "latency 1 s -> 300 calls"}, ""),
    ],
)
def test_the_outcome_is_the_users_else_what_the_author_stated_in_numbers(changes: dict[str, str], outcome: str) -> None:
    (shown,) = public(JSON, view(**changes))
    assert facts.outcome(shown) == outcome


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        (
            "82% of its 340 lines are still in use after two years",
            "82% of its 340 lines are still in use after two years.",
        ),
        ("82% of its 340 lines are in use", ""),
        ("50% of its 1,340 lines are still in use after two years", ""),
    ],
)
def test_where_no_outcome_is_known_it_is_that_most_of_it_is_still_in_use(words: str, outcome: str) -> None:
    line = ledger_line("impact", "in use", 0.0, words, "git:github.com/octo/hello@1")
    (shown,) = public(JSON, view(score_ledger=[line]))
    assert facts.outcome(shown) == outcome


def test_of_a_long_summary_whole_sentences_stay() -> None:
    (shown,) = public(
        JSON, view(description=f"It takes no time at all to read. It {'reads ' * 15}much. It {'is ' * 90}.")
    )
    assert facts.summary(shown).endswith("reads much.")


def test_a_long_summary_is_cut_after_a_word() -> None:
    (shown,) = public(JSON, view(description="word, " * 100))
    assert len(facts.summary(shown)) <= 281
    assert facts.summary(shown).endswith("word…")


@pytest.mark.parametrize("order", [facts.newest_first, facts.best_first])
def test_an_order_does_not_depend_on_how_achievements_come(order: object) -> None:
    views = [view(number=1), view(number=2), view(number=3, completed_at=None), view(number=4, pinned=True)]
    shown = list(public(JSON, *views))
    assert callable(order)
    expected = order(shown)
    random.Random(1).shuffle(shown)
    assert order(shown) == expected


def test_what_is_pinned_comes_first_and_what_has_no_date_last() -> None:
    views = [view("old", number=1, completed_at=None), view("pinned", number=2, pinned=True, impact_score=10.0)]
    shown = public(JSON, *views)
    assert [each.title for each in facts.best_first(shown)] == ["pinned", "old"]
    assert [each.title for each in facts.newest_first(shown)] == ["pinned", "old"]


def test_complexity_decides_where_the_shown_impact_is_the_same() -> None:
    shallow, deep = view("shallow", number=1, impact_score=90.4), view("deep", number=2, impact_score=89.6)
    shown = public(JSON, replace(shallow, complexity_score=30.0), replace(deep, complexity_score=80.0))
    assert [each.title for each in facts.best_first(shown)] == ["deep", "shallow"]


def test_work_that_somebody_else_did_most_of_comes_after_ones_own() -> None:
    theirs = view("theirs", number=1, author="bob@example.com", coauthors=[ME], impact_score=90.0)
    mine = view("mine", number=2, impact_score=50.0)
    assert [each.title for each in facts.best_first(public(JSON, theirs, mine))] == ["mine", "theirs"]
    of_all = public(JSON, theirs, mine, everybody=True)
    assert [each.title for each in facts.best_first(of_all)] == ["theirs", "mine"]


def test_a_title_of_one_word_tells_too_little_unless_it_is_of_the_user() -> None:
    shown = public(JSON, view("v3", number=1), view("Nurseries", number=2, edited_at=NOON), view("Add it", number=3))
    assert [each.title for each in facts.telling(shown, 3)] == ["Nurseries", "Add it"]
    assert facts.telling(shown[:1], 3) == []


def test_what_is_named_without_more_has_a_meaning_and_a_title_of_its_own() -> None:
    titles = ("Fix code", "Add test", "Add it", "Add it", "Prepare 5.3.0", "\u4fee\u590d\u6f0f\u6d1e")
    shown = public(JSON, *(view(title, number=number) for number, title in enumerate(titles)))
    assert [each.title for each in facts.telling(shown, 6)] == ["Add it", titles[-1]]


@pytest.mark.parametrize(
    ("description", "summary"),
    [
        ("Add a hook, and use it.", "Added a hook, and used it."),
        ("Add a hook. Use it.", "Add a hook. Use it."),
        ("Add a hook. It is used. Make the old one fast.", "Added a hook. It is used. Made the old one fast."),
        ("Allow hooks.a. Allow hooks.b", "Allowed hooks.a. Allowed hooks.b"),
        ("Allow hooks.a\nRemove hooks.b", "Allowed hooks.a; Removed hooks.b"),
        ("It hooks in (#12, @ann). It is fast (see #13), too.", "It hooks in. It is fast, too."),
        ("- Add a hook\n- Rename another", "Added a hook; Renamed another"),
        ("- Add a hook\n- It is fast", "Add a hook; It is fast"),
        ("This adds a hook. It is fast.", "Added a hook. It is fast."),
        ("- Silence errors\n- Update the docs", "Silenced errors; Updated the docs"),
        ("- Run it\n- Check its output", "Run it; Check its output"),
        ("Use --fast to skip tests.", "Use --fast to skip tests."),
        ("Add it to your settings.", "Add it to your settings."),
        ("Add a hook that shows you more.", "Added a hook that shows you more."),
        (":sparkles: Add a hook", "Added a hook"),
        (":warning: Add a cache", ""),
        ("\u26a0\ufe0f Add a hook", "Added a hook"),
    ],
)
def test_a_summary_names_what_was_done_as_titles_do_unless_it_instructs(description: str, summary: str) -> None:
    assert facts.summary(public(JSON, view(description=description))[0]) == summary


def test_a_sentence_in_han_or_kana_has_its_own_stop_and_a_scope_before_it_comes_off() -> None:
    note = {"version": "5", "date": "", "section": "", "highlight": False, "path": "C"}
    sentence = "\u3010core \u3011 \u589e\u52a0isBase64\u65b9\u6cd5"
    (shown,) = public(JSON, view("Add it", announced={**note, "sentence": sentence}))
    assert facts.summary(shown) == "\u589e\u52a0isBase64\u65b9\u6cd5\u3002"


def test_a_text_without_blanks_is_cut_anywhere() -> None:
    assert facts.cut("a " + "\u4fee" * 300, 100) == "a " + "\u4fee" * 98 + "\u2026"


def test_of_much_evidence_the_first_is_linked_and_the_rest_is_counted() -> None:
    commits = [evidence(f"c{number}", url=f"https://example.org/commit/{number:040}") for number in range(5)]
    pull = evidence("p", url="https://example.org/pull/7", kind="github_pull_request")
    alone, merged = (public(JSON, view(evidence=each))[0] for each in (commits, [pull, *commits]))
    assert [facts.evidence_words(each) for each in facts.main_evidence(merged)[0]] == ["pull request #7"]
    assert facts.main_evidence(merged)[1] == ["5 commits"]
    linked, counted = facts.main_evidence(alone)
    assert (len(linked), len(counted)) == (3, 1)


def test_a_repository_is_linked_only_where_evidence_tells_its_address() -> None:
    told, untold = public(JSON, view(), view(repository=PRIVATE, source_url=None))
    assert facts.repository_url(told) == "https://github.com/ann/loom"
    assert facts.repository_url(untold) is None
    assert (facts.place(told), facts.place(untold)) == ("ann/loom", "acme-corp/zephyr")


def test_a_sentence_that_has_one_other_word_than_the_title_is_no_summary() -> None:
    def summary(description: str) -> str:
        return facts.summary(public(JSON, view("Add a lifetime bound on the Tile trait", description=description))[0])

    assert summary("Add a lifetime parameter on the `Tile` trait.") == ""
    assert summary("Add a lifetime bound on the Tile trait of `bars`.") != ""
    assert summary("Add a lifetime bound on the Tile trait in 12 places.") != ""


def test_a_reference_behind_the_last_sentence_that_stays_comes_off() -> None:
    (shown,) = public(
        JSON, view("Add it", description=f"{'A word of it. ' * 16}It fails no more #12. {'And so on ' * 10}")
    )
    assert facts.summary(shown).endswith("It fails no more.")


def test_the_items_of_a_chinese_list_lose_their_kinds_and_stops() -> None:
    items = "- 1\u3001\u3010\u65b0\u589e\u3011\u62a5\u8868\uff1b\n- 2\u3001\u3010\u4f18\u5316\u3011\u65e5\u5fd7\uff1b"
    (shown,) = public(JSON, view("Add it", description=items))
    assert facts.summary(shown) == "\u62a5\u8868; \u65e5\u5fd7"


def test_a_headline_in_chinese_ends_with_its_first_clause() -> None:
    title = "1\u3001\u65b0\u589e\u65e5\u5fd7\u62a5\u8868\uff1b\u6027\u80fd\u63d0\u5347\uff1b"
    assert facts.headline(public(JSON, view(title))[0]) == "\u65b0\u589e\u65e5\u5fd7\u62a5\u8868"


def test_a_headline_is_the_title_as_what_was_done_without_a_stop() -> None:
    titles = ("Add a cache.", "Add x.destroy -", "Loom: support bars:", "Wait...")
    shown = public(JSON, *(view(title, number=number) for number, title in enumerate(titles)))
    done = ["Added a cache", "Added x.destroy", "Added support for bars", "Wait..."]
    two = "A loom has 0. This is now as others have it"
    assert facts.headline(public(JSON, view(two))[0]) == "A loom has 0"
    assert facts.headline(public(JSON, view("Add bars e.g. Windows ones"))[0]) == "Added bars e.g. Windows ones"
    assert facts.headline(public(JSON, view("Add support for loom.bar.Tile as x"))[0]).endswith(
        "for loom.bar.Tile as x"
    )
    long = "Add bars to the loom.Add bars to the loom."
    assert facts.headline(public(JSON, view(long))[0]) == "Added bars to the loom"
    assert facts.headline(public(JSON, view("don't add bars"))[0]) == "Don't add bars"
    assert facts.headline(public(JSON, view("project-aware global bars"))[0]) == "Project-aware global bars"
    assert facts.headline(public(JSON, view("loom-utils with bars"))[0]) == "loom-utils with bars"
    assert len(facts.headline(public(JSON, view("add bars " * 40))[0])) <= 121
    assert [facts.headline(each) for each in shown] == done


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("The parser fails on tabs", "Fixed: The parser fails on tabs"),
        ("CHAR_LENGTH is not recognised", "Fixed: CHAR_LENGTH is not recognised"),
        ("Raise an error that is not hidden", "Raised an error that is not hidden"),
        ("Don't hang if it is not there", "Don't hang if it is not there"),
        ("Added what is not there", "Added what is not there"),
        ("Threw what is not there", "Threw what is not there"),
        ("Plug some resource leaks", "Plug some resource leaks"),
        ("Ensures that it isn't lost", "Ensures that it isn't lost"),
        ("The parser leaks handles", "Fixed: The parser leaks handles"),
        ("Upstream: fixed what is not there", "Upstream: fixed what is not there"),
        ("Wrong order of tiles when one is missing", "Wrong order of tiles when one is missing"),
    ],
)
def test_a_fix_that_is_called_after_the_problem_is_no_problem_of_its_author(title: str, headline: str) -> None:
    fix, other = public(JSON, view(title, category="bugfix"), view(title, number=8))
    assert facts.headline(fix) == headline
    assert not facts.headline(other).startswith("Fixed: ")


def test_the_end_of_a_folded_title_is_no_summary() -> None:
    folded = "Replaces the server that was started by the old, unmaintained CGI"
    (done,) = public(JSON, view(folded, description="hack.  If you have problems, tell us."))
    assert facts.summary(done) == "If you have problems, tell us."


def test_a_title_of_the_user_stays() -> None:
    assert facts.headline(public(JSON, view("Add ``x``", edited_at=NOON))[0]) == "Add ``x``"


def test_what_repeats_the_title_or_has_one_word_is_no_summary() -> None:
    def announced(sentence: str, section: str = "") -> str:
        note = {"version": "2.1", "date": "", "section": section, "highlight": False, "sentence": sentence, "path": "C"}
        return facts.summary(public(JSON, view("Add Response.is_error", announced=note))[0])

    assert announced("Added `response.is_error` API.") == ""
    assert announced("client: add Response.is_error") == ""
    assert announced("PR") == ""
    assert announced("Errors are found by a property.") == "Errors are found by a property."
    assert announced("PHP 8.0 Added it (#7), and more. Use it.") == "Added it, and more. Use it."
    assert announced("New: it is found there.", "New") == "It is found there."
    assert announced("FEATURE It is found there #12. See the docs.") == "It is found there."
    assert announced("See the demo.") == ""
    assert announced("setup_suite and more") == "setup_suite and more."
    assert announced("a suite and more") == "A suite and more."
    assert announced("It is found. See docs. It is fast.") == "It is found. It is fast."
    assert (
        announced("Add a loom Add Response.is_error for bad answers Fix a typo")
        == "Added Response.is_error for bad answers."
    )
    assert announced("Click the Add button twice.") == "Click the Add button twice."
    assert announced("HTML It is found there.") == "HTML It is found there."
    assert announced("New ways to find it.", "New") == "New ways to find it."
    assert announced("`loom(1)` and `bar(7)`.") == announced("`%w`: the `--jobs` option.") == ""
    assert announced("`loom(1)` weaves `bar(7)`.") == "`loom(1)` weaves `bar(7)`."
    assert announced("Loom.Bar Support bars with errors.") == "Added support for bars with errors."
    assert announced("Fixed #12 - errors are found by a property.") == "Errors are found by a property."
    assert announced("`96a90be` - client: add Response.is_error (commit by @ann)") == ""
    assert announced("Due to `96a90be` - add bars to it (PR #6 by @ann): add bars to it.") == "Added bars to it."
    assert announced("See doc/loom.txt. It is found there.") == "It is found there."
    assert announced("(It is found by a property.)") == "(It is found by a property.)"
