"""Texts of people inside of Markdown."""

import pytest

from achievement_pipeline.publishing.documents.parts.markdown import escaped, fenced, link


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


@pytest.mark.parametrize("text", ["plain", "![](https://spy.example)", "```\n![](https://spy.example)\n```", "`````"])
def test_nothing_gets_out_of_a_block_of_code(text: str) -> None:
    first, *inside, last = fenced(text).split("\n")
    assert "\n".join(inside) == text
    assert first == f"{last}text"
    assert last not in inside
