"""How values are shown."""

import pytest

from achievement_pipeline.web.filters import code


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Add `a <b>` & `c`", "Add <code>a &lt;b&gt;</code> &amp; <code>c</code>"),
        ("`<script>`", "<code>&lt;script&gt;</code>"),
        ("One ` <b> alone", "One ` &lt;b&gt; alone"),
        ("", ""),
    ],
)
def test_text_between_backticks_is_code_and_all_of_it_is_escaped(title: str, shown: str) -> None:
    assert code(title) == shown
