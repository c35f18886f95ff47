"""Credits behind a title or a sentence name people, not what was done."""

import pytest

from achievement_pipeline.channels import BRAG, CSV, RESUME
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.gate.credits import without_credits
from achievement_pipeline_tests.publishing.views import NOON, public, view

PEOPLE = {"Ann Lee", "Jos\u00e9 de Souza", "\u00d8yvind Aas"}


@pytest.mark.parametrize(
    ("credit", "names"),
    [
        (" (Ann Lee)", ["Ann Lee"]),
        (" (by Ann Lee and Jos\u00e9 de Souza).", ["Ann Lee", "Jos\u00e9 de Souza"]),
        (" [\u00d8yvind Aas]", ["\u00d8yvind Aas"]),
        (" (thanks to Ann Lee!)", ["Ann Lee"]),
        (", thanks to Ann Lee", ["Ann Lee"]),
        (" - contributed by Ann Lee", ["Ann Lee"]),
        (" (Ann Lee) by @bob in #12", ["Ann Lee"]),
        (" (thanks Ann!)", []),
        (" (@ann)", []),
        (" #12 @ann.", []),
        (" #12, ann-lee.", []),
        (" (@ann-lee, @bob and @cy, #12)", []),
        (" by @ann in #12", []),
        (" by @dependabot[bot] in https://github.com/ann/loom/pull/12", []),
        (" (by @ann)", []),
        (", by @ann", []),
        (" \u2014 thanks @ann and @bob!", []),
        (". Thanks to @ann.", []),
    ],
)
def test_a_credit_comes_off(credit: str, names: list[str]) -> None:
    credited = without_credits(f"Add tiles{credit}", PEOPLE.__contains__)
    assert (credited.text, list(credited.names)) == ("Add tiles", names)


@pytest.mark.parametrize(
    "title",
    [
        "Add tiles (Internet Explorer)",
        "Add tiles (Ann Lee, Internet Explorer)",
        "Sort tiles by @id",
        "Add tiles, thanks to Redis",
        "Read tiles from @types/node",
        "Mend what @ann found",
        "Add tiles (HTTP)",
    ],
)
def test_what_is_no_credit_stays(title: str) -> None:
    assert without_credits(title, PEOPLE.__contains__).text == title


def test_who_a_title_names_shares_in_the_work() -> None:
    note = {
        "version": "2",
        "date": "",
        "section": "",
        "highlight": False,
        "path": "C",
        "sentence": "Walls have tiles (Ann Kh\u0101n)",
    }
    tiles = view("Add tiles (Ann Dimiduk)", announced=note)
    names = {"ann@example.com": "Ann Lee"}
    (brag,) = public(BRAG, tiles, names_of=names)
    assert (brag.title, brag.coauthors, facts.summary(brag)) == ("Add tiles", ("Ann Dimiduk",), "Walls have tiles.")
    assert [each.coauthors for each in public(RESUME, tiles, names_of=names)] == [("[person]",)]
    assert [each.coauthors for each in public(CSV, tiles, names_of=names)] == [()]


def test_a_title_of_the_user_keeps_its_credit() -> None:
    (shown,) = public(BRAG, view("Add tiles (@ann)", edited_at=NOON))
    assert shown.title == "Add tiles (@ann)"
