"""How values are shown."""

import pytest

from achievement_pipeline.web.filters import FILTERS, code


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


@pytest.mark.parametrize(
    ("repository", "shown"),
    [("github.com/pallets/flask", "pallets/flask"), ("local/engine-37ea909f", "engine"), (None, "")],
)
def test_a_repository_without_a_remote_is_called_by_its_folder(repository: str | None, shown: str) -> None:
    assert FILTERS["short"](repository) == shown
