"""Titles as what was done."""

import re

import pytest

from achievement_pipeline.publishing.documents.parts import past_tense as table
from achievement_pipeline.publishing.documents.parts.past_tense import past_tense

IRREGULAR = frozenset(
    (  # noqa: SIM905 - a list of words
        "arise awake bear beat become begin bend bet bid bind bite bleed blow break breed bring build burn burst buy"
        " cast catch choose cling come cost creep cut deal dig do draw drink drive eat fall feed feel fight find flee"
        " fly forbid forget forgive freeze get give go grind grow hang have hear hide hit hold hurt keep kneel know"
        " lay lead leave lend let lie light lose make mean meet pay put quit read rid ride ring rise run say see seek"
        " sell send set shake shed shine shoot shrink shut sing sink sit sleep slide speak speed spend spin split"
        " spread spring stand steal stick sting strike strive swear sweep swim swing take teach tear tell think throw"
        " understand undo upset wake wear weave weep win wind withdraw write"
    ).split()
)
"""Irregular verbs, as grammars of English list them."""
STRESSED_AT_THE_END = {"defer", "emit", "infer", "omit", "permit", "prefer", "refer"}
"""These double their last letter although they are longer."""


@pytest.mark.parametrize(
    ("title", "done"),
    [
        ("Add a cache", "Added a cache"),
        ("Rewrite the docs", "Rewrote the docs"),
        ("simplify the parser", "simplified the parser"),
        ("Drop Python 2", "Dropped Python 2"),
        ("Merge app and request context", "Merged app and request context"),
        ("Added a cache", "Added a cache"),
        ("Test client for streams", "Test client for streams"),
        ("Use black, reformat all", "Used black, reformat all"),
        ("Add env to the templates, deprecate **options", "Added env to the templates, deprecated **options"),
        ("Add it, and deprecate a(...)", "Added it, and deprecated a(...)"),
        ("Add copy, move, and delete commands", "Added copy, move, and delete commands"),
        ("Add copy, move and delete commands", "Added copy, move and delete commands"),
        ("Add an error and support for it", "Added an error and support for it"),
        ("Include statements can be marked", "Include statements can be marked"),
        ("Emit throws when it is closed", "Emit throws when it is closed"),
        ("Fix what is broken", "Fixed what is broken"),
        ("Support tabs", "Added support for tabs"),
        ("Fix tabs and support spaces", "Fixed tabs and added support for spaces"),
        ("s2: Add a cache", "s2: Added a cache"),
        ("net/http: http2: fix a leak", "net/http: http2: fixed a leak"),
        ("s2: Dictionary support", "s2: Dictionary support"),
        ("Build the wheels", "Built the wheels"),
        ("Format all files", "Formatted all files"),
        ("Workaround a bug of gcc", "Worked around a bug of gcc"),
        ("Workaround for gcc", "Workaround for gcc"),
        ("Minify symbols", "Minified symbols"),
        ("Support for tabs", "Support for tabs"),
        ("Allow for tabs", "Allowed for tabs"),
        ("Adding a cache", "Added a cache"),
        ("Fixes for SQL", "Fixes for SQL"),
        ("Strip tags", "Stripped tags"),
        ("Make config (e.g., toml, ini) a class", "Made config (e.g., toml, ini) a class"),
        ("Migrate to poetry 2 and follow PEP 621", "Migrated to poetry 2 and followed PEP 621"),
        ("Add docs and tests for it", "Added docs and tests for it"),
        ("emit a warning", "emitted a warning"),
        ("Retry and hide it", "Retried and hid it"),
        ("Optimizes defaults", "Optimized defaults"),
        ("Refactor", "Refactor"),
        ("Utilize writev when possible", "Utilized writev when possible"),
        ("Optimize for one chunk", "Optimized for one chunk"),
        ("Test the client", "Tested the client"),
        ("Copy all of it and log a warning", "Copied all of it and logged a warning"),
        ("Check for dead connections", "Check for dead connections"),
        ("Read the manifest once", "Read the manifest once"),
        ("Find a root", "Found a root"),
        ("Cancel timers", "Canceled timers"),
        ("Fake client: Allow indexes", "Fake client: Allowed indexes"),
        ("Fix a/b: add a cache", "Fixed a/b: add a cache"),
        ("Properly merge props", "Properly merged props"),
        ("Better messages", "Better messages"),
        ("Cleanup the parser", "Cleaned up the parser"),
        ("Cleanup for tests", "Cleanup for tests"),
        ("Add the ability to read keys and respond to them", "Added the ability to read keys and respond to them"),
        ("Move keys to folders and respond to them", "Moved keys to folders and responded to them"),
        ("Avoid text messages and close reasons", "Avoided text messages and close reasons"),
        ("Stop a server and close the socket", "Stopped a server and closed the socket"),
        ("Actually remove the cache", "Actually removed the cache"),
        ("Re-implement the cache", "Re-implemented the cache"),
        ("Add create and delete commands", "Added create and delete commands"),
        ("Rename and update a cache", "Renamed and updated a cache"),
        ("Add a makefile and install instructions", "Added a makefile and install instructions"),
        ("Filter out nulls", "Filtered out nulls"),
        ("Extending the parser", "Extended the parser"),
        ("Caching layer", "Caching layer"),
        ("BW02: run uses flags", "BW02: run uses flags"),
        ("Logging to a file", "Logging to a file"),
        ("Add a way to inspect the keys and respond to them", "Added a way to inspect the keys and respond to them"),
        ("Also, remove the cache", "Also, removed the cache"),
        ("Allow users to name columns and refer to them", "Allowed users to name columns and refer to them"),
        ("Allow keys to be numbers and add a column", "Allowed keys to be numbers and added a column"),
        ("Rehash keys", "Rehashed keys"),
        ("Refactor and fill out tests", "Refactored and filled out tests"),
        ("Match loom's order", "Matched loom's order"),
        ("Cache `gen` of tiles", "Cached `gen` of tiles"),
        ("Report missing tiles", "Reported missing tiles"),
        ("Clean up docs, add examples", "Cleaned up docs, added examples"),
        ("Fix docs, add examples", "Fixed docs, added examples"),
        ("Add create, update commands", "Added create, update commands"),
    ],
)
def test_a_verb_that_is_known_is_put_into_the_past(title: str, done: str) -> None:
    assert past_tense(title) == done


def test_irregular_verbs_are_not_among_the_regular_ones() -> None:
    forms = {f"{prefix}{verb}" for verb in IRREGULAR for prefix in ("", "re", "un", "over", "out")}

    assert not forms & (table._REGULAR | table._ALSO_NOUNS_REGULAR)


def test_short_verbs_double_the_consonant_after_their_vowel() -> None:
    short = re.compile("(?:re|un)?[^aeiou]*(?:(?<=q)u)?[aeiou][^aeiouwxy]")
    expected = {verb for verb in table._REGULAR | table._ALSO_NOUNS_REGULAR if short.fullmatch(verb)} - {"render"}

    assert expected | STRESSED_AT_THE_END <= table._DOUBLED
    assert table._DOUBLED <= table._REGULAR | table._ALSO_NOUNS_REGULAR
