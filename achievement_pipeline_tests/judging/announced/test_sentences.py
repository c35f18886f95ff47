"""The text of an entry, without its markup and references."""

import time

import pytest

from achievement_pipeline.judging.announced.references import Reference, find_references
from achievement_pipeline.judging.announced.sentences import as_sentence


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        *[(role, "pull") for role in ("pr", "pull", "pull-request", "pull_request", "ghpull", "ghpr", "mr")],
        *[(role, "issue") for role in ("issue", "issues", "ghissue", "user-issue")],
        *[(role, "number") for role in ("gh", "bug", "feature", "support")],
    ],
)
def test_a_role_with_numbers_is_a_reference_and_no_part_of_the_sentence(role: str, kind: str) -> None:
    for text in (f"Pistons are faster :{role}:`12`", f"Pistons are faster {{{role}}}`12`"):
        assert find_references(text) == (Reference(kind, "12"),)
        assert as_sentence(text) == "Pistons are faster"


def test_an_attribute_with_a_number_is_a_reference_and_no_part_of_the_sentence() -> None:
    text = "Pistons are faster {pull}12[#12]"
    assert Reference("pull", "12") in find_references(text)
    assert as_sentence(text) == "Pistons are faster"


@pytest.mark.parametrize(
    "text",
    [
        "Pistons are faster (Pull #12)",
        f"Pistons are faster ({', '.join(f'#{number}' for number in range(2887, 2900))})",
        "Pistons are faster \uff08issue#I1I4HC@Gitee\uff09",
        "Pistons are faster. (Pulls #12, #13)",
        "Pistons are faster, see https://example.org/12 (#12)",
        "Pistons are faster. For more information, see https://example.org/12",
        "Pistons are faster, see #453, #346 and #12 (@ann and @bob)",
        "Pistons are faster. Fixes #12, closes #13",
        "Pistons are faster - by ann-lee.",
        "\u2728 Pistons are faster <https://example.org> .",
        "Pistons are faster (https://example.org/issues/12 and https://example.org/pull/13).",
        "Pistons are faster (https://example.org/issues/12, https://example.org/wiki/A_(B)): ",
        "#### Pistons are faster",
        "Pistons are faster. See https://example.org/12 for more information.",
        "Pistons are faster. See [pistons](https://example.org/p) for details.",
        "Pistons are faster. For details, see: :ref:`pistons`.",
        "Pistons are faster. The list can be found [here](https://example.org/p).",
        "Pistons are faster  \n  [Ann Lee](https://github.com/ann)\n  [#12](https://github.com/acme/engine/issues/12)",
        "Pistons are faster\n  [Ann](https://github.com/ann)\n  [Bob](https://github.com/bob)\n  [engine#12](https://a.b)",
        "Pistons are faster (thanks [Ann Lee](https://github.com/ann)) [#12](https://github.com/acme/engine/pull/12)",
        "Pistons are faster ([@ann](https://github.com/ann) in [#12](https://github.com/acme/engine/pull/12))",
        "Pistons are faster (#12, #13) [Ann Lee, Bob]",
        "Pistons are faster.\n\n    *Ann Lee*",
        "[#12](https://a.b/c/pull/12) and\n  [#13](https://a.b/c/pull/13) Pistons are faster",
        "[FEATURE] Pistons are faster",
        ":tada: Pistons are faster :bug:",
        "Pistons are faster -- by ann.\n\n*Related issues and pull requests on GitHub:* :issue:`12`.",
    ],
)
def test_references_in_words_credits_and_emoji_are_no_part_of_the_sentence(text: str) -> None:
    assert as_sentence(text).rstrip(".") == "Pistons are faster"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("[Ann](https://github.com/ann) gave us a horn", "Ann gave us a horn"),
        ("Written by [Ann](https://github.com/ann) in a day", "Written by Ann in a day"),
        ("The crank is now the *Main Crank*", "The crank is now the Main Crank"),
        ("[new-rule][`no-smoke`](https://example.org/rules)", "new-rule `no-smoke`"),
        ("Read `engine::start` at 10:30:00", "Read `engine::start` at 10:30:00"),
    ],
)
def test_names_tags_and_colons_within_a_sentence_stay(text: str, plain: str) -> None:
    assert as_sentence(text) == plain


@pytest.mark.parametrize("text", ["Mend what broke in #12", "Mend what broke in #12 and #13", "Revert #12"])
def test_a_number_that_the_sentence_needs_stays(text: str) -> None:
    assert as_sentence(text) == text


@pytest.mark.parametrize(
    "block", ["``` sh\nrun\n```", "~~~\nrun\n~~~", ".. code-block:: sh\n\n   run", "[source,sh]\n----\nrun"]
)
def test_a_block_of_code_ends_the_sentence(block: str) -> None:
    assert as_sentence(f"Pistons are faster:\n\n{block}\n\nMore.") == "Pistons are faster"


def test_a_heading_of_an_entry_is_a_sentence_of_its_own() -> None:
    text = (
        "Count pistons ([#12](https://example.org/12))\n\n    Pistons are counted\n    now. Like this:\n\n```\n1\n```"
    )
    assert as_sentence(text) == "Count pistons. Pistons are counted now."


def test_stars_in_code_are_no_emphasis() -> None:
    assert as_sentence("*All* text after `*` counts, before the `*` it does not") == (
        "All text after `*` counts, before the `*` it does not"
    )


@pytest.mark.parametrize("role", [":class:", ":py:meth:", ":external+python:py:exc:"])
def test_a_role_for_code_is_code(role: str) -> None:
    assert as_sentence(f"Piston {role}`~engine.Piston` is counted") == "Piston `engine.Piston` is counted"


@pytest.mark.parametrize("role", [":ref:`{}`", ":doc:`{}`", "{{ref}}`{}`", "`{}`_"])
def test_of_a_role_with_a_target_the_text_stays(role: str) -> None:
    text = f"New {role.format('pistons that count <pistons>')} are there"
    assert as_sentence(text) == "New pistons that count are there"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("`uvicorn app` replaces `serve` (#12).", True),
        ("Fix slow logins, a regression of 2.0 (#12)", True),
        ("This replaces #12", False),
        ("Slow again: reverts (#12)", False),
        ("Fix a loud regression (#12)", True),
        ("Fit a `LinearRegressor` (#12)", True),
        ("Mend what was broken (#12)", True),
        ("Slow again: broken by #12", False),
        ("Mend a [regression](https://github.com/acme/engine/pull/12)", False),
    ],
)
def test_a_number_in_parentheses_of_its_own_is_that_of_the_entry(text: str, own: bool) -> None:
    assert bool(find_references(text)) is own


@pytest.mark.parametrize(
    "form", ["[#{0}](https://github.com/{1}/pull/{0})", "(`#{0} <https://github.com/{1}/issues/{0}>`_)"]
)
def test_the_text_of_a_link_to_another_repository_is_no_number_of_this_one(form: str) -> None:
    for repository, found in (("acme/engine", True), ("acme/pump", False)):
        assert bool(find_references(f"Turns {form.format(12, repository)}", ["acme/engine"])) is found


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Pistons count (#12-#14, #20)", "12 13 14 20"),
        ("Pistons count (#12\u2013#14)", "12 13 14"),
        ("Pistons count (#12 to #14)", "12 13 14"),
        ("Pistons count (#12-#900)", "12"),
        ("Pistons count (#14-#12)", "14"),
        ("Pistons count (#12-3)", "12"),
    ],
)
def test_a_short_range_of_numbers_is_each_of_them(text: str, numbers: str) -> None:
    assert " ".join(reference.name for reference in find_references(text)) == numbers


@pytest.mark.parametrize("number", ["#4790", "47901234", "a1b2c3d", "1234567"])
def test_many_numbers_within_a_sentence_take_no_time(number: str) -> None:
    text = f"Fix it ({', '.join([number] * 40)}) and {number} more"
    times = []
    for _ in range(3):  # another process may take the cache: what is not linear fails each time
        start = time.process_time()
        as_sentence(text)
        times.append(time.process_time() - start)
    assert min(times) < 0.1


@pytest.mark.parametrize(
    "text",
    [
        "Queries such as `bar...`, `{folder}` and paths, `[since]` changes and `a[0]`",
        "Tiles are `tile[x][y]`",
    ],
)
def test_brackets_in_code_are_no_links_and_roles(text: str) -> None:
    assert as_sentence(text) == text


def test_a_reference_of_restructuredtext_before_a_sentence_comes_off() -> None:
    assert as_sentence("2142_ - pistons are lost") == "pistons are lost"
    assert as_sentence("12 pistons are lost") == "12 pistons are lost"


def test_links_between_code_are_links() -> None:
    assert as_sentence("Use `f()` and [g](https://example.org) of `h[0]`") == "Use `f()` and g of `h[0]`"
