"""One definition of "me": `[me]`, else git's user.email, of the user and of each repository on this machine."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from achievement_pipeline.app.me import UnknownAuthorError, find_author, me, my_addresses
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.repositories import remember_repository
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY, Piece, by_the_rules, collect

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("home")]


def write_settings(emails: str, name: str = "") -> None:
    Path("achievements.toml").write_text(f'[me]\nname = "{name}"\nemails = [{emails}]\n')


def test_without_settings_i_am_gits_user(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        author = me(connection, load_settings())
    assert (str(author), author.addresses) == ("Ada Lovelace <ada@example.org>", ("ada@example.org",))


def test_the_settings_go_before_git(engine: sa.Engine) -> None:
    write_settings('"Ann@Example.com", "12+ann@users.noreply.github.com"')
    with engine.connect() as connection:
        assert me(connection, load_settings()).addresses == ("ann@example.com", "ann@users.noreply.github.com")


def test_a_repository_may_have_another_address_of_mine(engine: sa.Engine, tmp_path: Path) -> None:
    at_work = GitRepository.create(tmp_path / "work")
    at_work.git("config", "user.email", "ada@work.example")
    remember_repository(engine, "r", str(at_work.path), "default")
    with engine.connect() as connection:
        assert me(connection, load_settings()).addresses == ("ada@example.org", "ada@work.example")


def test_who_is_not_known_is_told_what_to_do(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    assert my_addresses(load_settings()) == ()
    with engine.connect() as connection, pytest.raises(SettingsError, match=r"user\.email.*--author all"):
        find_author(connection, load_settings(), None)


@pytest.mark.parametrize("name", ["eve@example.com", "EVE@example.com", "Eve Else", "eve else"])
def test_others_are_found_by_address_or_name(engine: sa.Engine, name: str) -> None:
    collect(
        engine,
        by_the_rules,
        git=(Piece(f"git:{REPOSITORY}@1", columns={"person": "eve@example.com", "person_name": "Eve Else"}),),
    )
    with engine.connect() as connection:
        assert str(find_author(connection, load_settings(), name)) == "Eve Else <eve@example.com>"


@pytest.mark.parametrize("typo", ["eva@example.com", "Eve Esle", "eve@exmaple.com"])
def test_a_typo_is_an_error_with_suggestions(engine: sa.Engine, typo: str) -> None:
    collect(
        engine,
        by_the_rules,
        git=(Piece(f"git:{REPOSITORY}@1", columns={"person": "eve@example.com", "person_name": "Eve Else"}),),
    )
    with engine.connect() as connection, pytest.raises(UnknownAuthorError, match=r"(?i)Did you mean eve"):
        find_author(connection, load_settings(), typo)
