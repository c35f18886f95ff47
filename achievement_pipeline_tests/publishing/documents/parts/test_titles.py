"""Titles as what was done, whole and without references."""

import pytest

from achievement_pipeline.publishing.documents.parts.titles import as_done, without_folded

LONG = "Skip all templates but those that the user named"
LONG_DONE = LONG.replace("Skip", "Skipped")


@pytest.mark.parametrize(
    ("title", "description", "shown"),
    [
        ("Deprecate :meth:`~Loom.stop` and ``go``", "", "Deprecated `Loom.stop` and `go`"),
        (f"{LONG}, as tags with ``x``", "do.\n\nMore", f"{LONG_DONE}, as tags with `x` do"),
        (f"{LONG} and all of the old", "hack.  See", f"{LONG_DONE} and all of the old hack"),
        (f"{LONG} of old (was: all)", "`all` is gone.", f"{LONG_DONE} of old (was: all)"),
        ("Replace the server of the old CGI hack", "one begins it.", "Replaced the server of the old CGI hack"),
        (f"{LONG} and all of the old", "closes #3", f"{LONG_DONE} and all of the old"),
        ("Add a cache that is based on work by", "Ann Lee.", "Added a cache that is based on work by Ann Lee"),
        (f"{LONG} and all of the old", "and bad\nones", f"{LONG_DONE} and all of the old and bad ones"),
        ("Add a cache for sessions", "p95 latency: 420 → 130 ms.", "Added a cache for sessions"),
        ("Add a cache", "It is fast.", "Added a cache"),
        ("Add a cache", "add a cache\n\nMore.", "Added a cache"),
        ("Handle bad bytes, fixes #34", "", "Handled bad bytes"),
        ("Add --setup (see #3)", "", "Added --setup"),
        ("Document what to look for", "", "Documented what to look for"),
        ("Add a cache", "with much\nmore of it", "Added a cache"),
        ("Add color where NO_COLOR is an empty string", "fix: add it", "Added color where NO_COLOR is an empty string"),
        ("[api-minor] Add a cache", "", "Added a cache"),
        ("[GENERIC viewer]: `stop` ends it", "", "`stop` ends it"),
        ("[x] and [y] are equal", "", "[x] and [y] are equal"),
        ("[secret] is gone", "", "[secret] is gone"),
        ("Allow groups, GitHub issue 4917.", "", "Allowed groups"),
        ("Fix #4158 (wrong order of bars)", "", "Fixed wrong order of bars"),
        ("Add `bars`. Fix #8049. Based on a draft", "", "Added `bars`"),
        ("[secret]: is gone", "", "[secret]: is gone"),
        ("Fix #12, fix #13: add a cache", "", "Added a cache"),
        ("fix for gh-12 and #13: add a cache", "", "Added a cache"),
        ("Fix a/b: add a cache", "", "Fixed a/b: add a cache"),
        ("- Add a cache", "", "Added a cache"),
        ("Feat #12: add a cache", "", "Added a cache"),
        ("Issue#12 Add a cache", "", "Added a cache"),
        ("Fix issue #12 - allow tiles", "", "Allowed tiles"),
        ("Fixed issue #12 (wrong order of bars)", "", "Fixed wrong order of bars"),
        ("[BREAKING] sync all of it", "", "Synced all of it"),
        ("Fixed issue #12 (Tiles.all ignores bars)", "", "Fixed: Tiles.all ignores bars"),
        ("Fix 12: allow tiles", "", "Allowed tiles"),
        ("BREAKING CHANGE Allow tiles", "", "Allowed tiles"),
        ("This commit adds tiles \u2728", "", "Added tiles"),
        ("Feature/bit set copy", "", "Bit set copy"),
        ("Export and merge tiles #12, ann/loom#1", "", "Exported and merged tiles"),
        ("Allow `next`\\ `(cur)` to be `!None`, or !x", "", "Allowed `next(cur)` to be `None`, or !x"),
        ('Fix https://example.org/issues/9, "Allow column aliases"', "", "Allowed column aliases"),
        ("\u4fee\u590d\uff08pr#3659@Github\uff09", "", "\u4fee\u590d"),
        ('Fix https://example.org/issues/9, "Allow more columns".', "", "Allowed more columns"),
        ('Fix #12 "Wrong order of tiles"', "", "Fixed: Wrong order of tiles"),
        ("Provide WAL=off #363", "", "Provided WAL=off"),
        ("Add a cache (#363, #364)", "", "Added a cache"),
        ("Feat!(bars): add tiles", "", "Added tiles"),
        ("Fix: Update the parser", "", "Updated the parser"),
        ("Fix: Wrong order of tiles", "", "Fix: Wrong order of tiles"),
        ("Problem: tiles are lost", "", "Fixed: Tiles are lost"),
        ("[WIP, do not merge] Problem: draw() leaks", "", "Fixed: draw() leaks"),
        ("Add tiles outside of the view\u2026", "\u2026port (#3)\n\nx", "Added tiles outside of the viewport"),
        ("Fix for issue 93 (wrong order of bars)", "", "Fixed wrong order of bars"),
        ("1\u3001\u3010\u65b0\u589e\u3011\u65b0\u589etiles", "", "\u65b0\u589etiles"),
        ("- 2\u3001\u65b0\u589etiles", "", "\u65b0\u589etiles"),
        ("Add it and implement for x, y, and z", "", "Added it and implemented for x, y, and z"),
        ("Add what was lost in #363", "", "Added what was lost in #363"),
        ("Fix #363", "", "Fixed #363"),
        (f"{LONG}, since others run after", "it is gone. " + LONG, f"{LONG_DONE}, since others run after it is gone"),
        (f"{LONG}, since others run after", LONG.lower() * 2, LONG_DONE),
        (f"{LONG} of several, many bins,", LONG.lower() * 2, f"{LONG_DONE} of several, many bins"),
        ("Add a cache. https://example.org/issues/9", "", "Added a cache"),
    ],
)  # fmt: skip
def test_a_title_becomes_what_was_done_whole_and_without_references(title: str, description: str, shown: str) -> None:
    assert as_done(title, description) == shown


def test_a_description_loses_the_words_that_end_the_title() -> None:
    title = f"{LONG} and all of the old"
    assert without_folded(title, "and bad\nones. They go.") == "They go."
    assert without_folded("Add a cache", "It is fast.") == "It is fast."
    assert without_folded(f"{LONG}, since others run after", f"{LONG.lower() * 2}. They go.") == "They go."
