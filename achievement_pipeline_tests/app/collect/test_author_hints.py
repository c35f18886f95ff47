"""Who was meant by an author without commits."""

import pytest

from achievement_pipeline.app.collect.author_hints import other_addresses, suggest_author


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("ADA LOVELACE", " To collect, it takes an address: ada@example.org."),
        ("ada@exmple.org", " Did you mean ada@example.org?"),
        ("nobody", ""),
    ],
)
def test_a_name_is_answered_by_its_address_and_a_typo_by_what_is_close(given: str, hint: str) -> None:
    assert suggest_author({("Ada Lovelace", "ada@example.org"): 1}, given) == hint


def test_other_addresses_under_a_full_name_are_the_users_perhaps() -> None:
    authors = {
        ("Ada Lovelace", "ada@example.org"): 5,
        ("ada lovelace ", "Ada@Work.example"): 2,
        ("Ada Lovelace", "7+ada@users.noreply.github.com"): 3,
        ("Ada", "somebody@else.example"): 9,
        ("ada", "ada@home.example"): 1,  # her login
    }
    assert other_addresses(authors, {"ada@example.org"}, ["Ada"]) == {
        "ada@users.noreply.github.com": 3,
        "ada@work.example": 2,
        "ada@home.example": 1,
    }
