"""Titles as what was done."""

import pytest

from achievement_pipeline.publishing.documents.parts.past_tense import past_tense


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
        ("Add copy, move and delete commands", "Added copy, move and delete commands"),
        ("Add an error and support for it", "Added an error and support for it"),
        ("Include statements can be marked", "Include statements can be marked"),
        ("Fix what is broken", "Fixed what is broken"),
        ("Support tabs", "Supported tabs"),
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
    ],
)
def test_a_verb_that_is_known_is_put_into_the_past(title: str, done: str) -> None:
    assert past_tense(title) == done
