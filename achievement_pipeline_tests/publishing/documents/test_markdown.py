"""Texts of people inside of Markdown."""

import pytest

from achievement_pipeline.publishing.documents.markdown import escaped, link


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Add *args to <b>", r"Add \*args to \<b\>"),
        ("[x](http://y) ![z](w)", r"\[x\](http://y) !\[z\](w)"),
        ("keep snake_case, not _this_", r"keep snake_case, not \_this\_"),
        ("use `a_*b` here", "use `a_*b` here"),
        ("one ` alone", r"one \` alone"),
        ("&lt;b&gt; & co", r"\&lt;b\&gt; & co"),
        ("two\nlines | of\ttext", r"two lines \| of text"),
    ],
)
def test_a_text_shows_as_it_was_written(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_an_address_does_not_end_its_link() -> None:
    assert link("a]b", "https://h.example/x_(y)?q=1#z z") == r"[a\]b](https://h.example/x_%28y%29?q=1#z%20z)"
