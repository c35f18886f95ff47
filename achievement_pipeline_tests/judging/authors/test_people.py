"""A person is a set of addresses. Equal names do not make two people one."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.judging.authors.people import (
    are_selected,
    canonical,
    display_names,
    read_coauthors,
    read_sign_offs,
)
from achievement_pipeline.judging.authors.work_filter import WorkFilter
from achievement_pipeline.judging.rules import BotRules, Person
from achievement_pipeline_tests.examples import examples

ADA = Person(name="Ada L.", emails=("Ada@Example.org", "ada@old.example"))


def column(*texts: str) -> pd.Series[str]:
    return pd.Series(texts, dtype="str")


def activities(*rows: tuple[str, str], day: int = 5) -> pd.DataFrame:
    moment = pd.Timestamp(2024, 5, day, tz="UTC")
    people = [
        {"key": person, "person": person, "coauthors": coauthors, "completed_at": moment} for person, coauthors in rows
    ]
    return pd.DataFrame(people).astype({"person": "str", "coauthors": "str"})


class TestAddresses:
    def test_case_and_blanks_make_no_other_person(self) -> None:
        assert canonical(column(" ADA@example.org ")).tolist() == ["ada@example.org"]

    def test_both_private_addresses_of_a_login_are_one(self) -> None:
        forms = column("1815+Ada@users.noreply.github.com", "ada@users.noreply.github.com")
        assert canonical(forms).unique().tolist() == ["ada@users.noreply.github.com"]

    def test_a_plus_elsewhere_belongs_to_the_address(self) -> None:
        assert canonical(column("1815+ada@example.org")).tolist() == ["1815+ada@example.org"]

    def test_addresses_that_the_user_groups_are_one_person(self) -> None:
        found = canonical(column("ada@OLD.example", "ada@example.org", "bob@example.org"), [ADA])
        assert found.tolist() == ["ada@example.org", "ada@example.org", "bob@example.org"]

    def test_an_address_of_two_people_is_refused_by_name(self) -> None:
        with pytest.raises(SettingsError, match=r"ada@old\.example belongs to two people"):
            canonical(column("a@b.example"), [ADA, Person(emails=("eve@example.org", "ada@old.example"))])

    def test_what_is_no_address_is_a_key_like_any_other(self) -> None:
        assert canonical(column("", "root@(none)")).tolist() == ["", "root@(none)"]

    @settings(deadline=None, max_examples=examples(40))
    @given(st.lists(st.text(max_size=20)))
    def test_a_canonical_address_is_its_own_canonical_address(self, emails: list[str]) -> None:
        once = canonical(column(*emails), [ADA])
        assert canonical(once, [ADA]).equals(once)


class TestNames:
    def test_the_newest_name_is_shown_and_the_users_wins(self) -> None:
        persons = column("bob@example.org", "ada@example.org", "bob@example.org", "bob@example.org")
        names = column("bob", "ada", "Bob B.", " ")
        assert display_names(persons, names, [ADA]).tolist() == ["Bob B.", "Ada L.", "Bob B.", "Bob B."]

    def test_two_people_of_one_name_stay_two(self) -> None:
        persons = canonical(column("kim@a.example", "kim@b.example"))
        assert display_names(persons, column("Kim", "Kim")).tolist() == ["Kim", "Kim"]
        assert persons.nunique() == 2

    def test_nobody_without_a_name_gets_one(self) -> None:
        assert display_names(column("a@b.example"), column("")).tolist() == [""]


class TestTrailers:
    def coauthors(self, body: str) -> list[str]:
        return read_coauthors(column(body), [ADA], BotRules()).tolist()

    def test_coauthors_are_read_in_any_line_and_any_case(self) -> None:
        body = "* one\nco-authored-by: Ada <ada@old.example>\n\n* two\n\nCo-Authored-By: Bob <BOB@example.org>\nEnd."
        assert self.coauthors(body) == ["ada@example.org", "bob@example.org"]

    def test_codevelopers_are_coauthors(self) -> None:
        assert self.coauthors("Co-developed-by: Bob <bob@example.org>") == ["bob@example.org"]

    def test_a_machine_is_no_coauthor(self) -> None:
        assert self.coauthors("Co-authored-by: renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>") == []

    @pytest.mark.parametrize(
        "body", ["Co-authored-by: Bob", "Co-authored-by: Bob <bob>", "They co-authored-by: the way <a@b.example>", ""]
    )
    def test_a_line_without_an_address_or_within_a_sentence_names_nobody(self, body: str) -> None:
        assert self.coauthors(body) == []

    def test_a_lost_bracket_is_forgiven(self) -> None:
        assert self.coauthors("Co-authored-by: Bob <bob@example.org") == ["bob@example.org"]

    def test_sign_offs_are_read_and_make_nobody_a_coauthor(self) -> None:
        body = "Signed-off-by: Eve <eve@example.org>\nSigned-off-by: Ada <ada@old.example>"
        assert read_sign_offs(column(body), [ADA]).tolist() == ["eve@example.org", "ada@example.org"]
        assert self.coauthors(body) == []


class TestAsking:
    def selected(self, work: pd.DataFrame, work_filter: WorkFilter) -> list[bool]:
        return are_selected(work, work_filter, [ADA]).tolist()

    def test_without_authors_everyone_is_selected(self) -> None:
        assert self.selected(activities(("ada@example.org", ""), ("bob@example.org", "")), WorkFilter()) == [True, True]

    def test_an_author_is_found_by_any_of_their_addresses(self) -> None:
        work = activities(("ada@example.org", ""), ("bob@example.org", ""))
        assert self.selected(work, WorkFilter(authors=("ada@old.example",))) == [True, False]

    def test_shared_work_is_each_of_theirs(self) -> None:
        work = activities(("bob@example.org", "ada@example.org,eve@example.org"), ("bob@example.org", ""))
        assert self.selected(work, WorkFilter(authors=("ada@example.org",))) == [True, False]

    def test_an_empty_list_of_authors_selects_nothing(self) -> None:
        assert self.selected(activities(("ada@example.org", "")), WorkFilter(authors=())) == [False]

    def test_what_was_collected_stays_selected(self) -> None:
        work = activities(("bob@example.org", ""), ("bob@example.org", "")).assign(key=["old", "new"])
        wanted = WorkFilter(("ada@example.org",), dt.date(2030, 1, 1), collected=frozenset({"old"}))
        assert self.selected(work, wanted) == [True, False]

    def test_the_first_day_is_selected_and_the_day_before_is_not(self) -> None:
        work = pd.concat([activities(("a@b.example", ""), day=day) for day in (4, 5)], ignore_index=True)
        assert self.selected(work, WorkFilter(since=dt.date(2024, 5, 5))) == [False, True]
