"""Adding to ``achievements.toml`` keeps what the user wrote."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings.additions import AddedRepository, Additions, with_additions, write_settings

ADA = Additions("Ada", ("ada@example.org",), (AddedRepository("/src/engine", is_public=True),))

WRITTEN = """\
# by hand
[me]                      # who
label = "Engineer"
emails = ["Ada@example.org", # first
  "old@example.org"]

[rules]
portfolio_min_impact = 60
"""

LIKEWISE = [
    "",
    WRITTEN,
    'me.label = "Engineer"\n',
    'me = {label = "Engineer"}\n',
    'repositories = [{location = "/src/loom"}]\n',
    '[[repositories]]\nlocation = "/src/engine"\n\n[collect]\nauthors = ["me"]\n',
]
"""Files that say things in the ways that TOML has."""


@pytest.mark.parametrize("text", LIKEWISE)
def test_what_was_written_stays_and_what_is_new_is_added_once(text: str) -> None:
    after = with_additions(text, ADA)

    before, content = tomllib.loads(text), tomllib.loads(after)
    assert [line for line in text.splitlines() if "#" in line and line not in after] == []
    assert content["me"]["name"] == "Ada"
    assert [one.lower() for one in content["me"]["emails"]].count("ada@example.org") == 1
    locations = [one["location"] for one in content["repositories"]]
    assert sorted(locations) == sorted({*(one["location"] for one in before.get("repositories", ())), "/src/engine"})
    assert next(one for one in content["repositories"] if one["location"] == "/src/engine")["visibility"] == "public"
    assert {name: content[name] for name in before.keys() - {"me", "repositories"}} == {
        name: before[name] for name in before.keys() - {"me", "repositories"}
    }
    assert with_additions(after, ADA) == after


def test_a_name_and_a_visibility_of_the_users_own_stay() -> None:
    text = '[me]\nname = "A. Lovelace"\n[[repositories]]\nlocation = "/src/engine"\nvisibility = "private"\n'
    content = tomllib.loads(with_additions(text, ADA))
    assert content["me"]["name"] == "A. Lovelace"
    assert content["repositories"] == [{"location": "/src/engine", "visibility": "private"}]


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


@given(name=words, email=words, folder=words)
def test_no_text_breaks_out_of_its_value(name: str, email: str, folder: str) -> None:
    added = Additions(name, (email,), (AddedRepository(f"/src/{folder}"),))
    for text in ("", WRITTEN):
        content = tomllib.loads(with_additions(text, added))
        assert content["me"]["name"] == name
        assert email in content["me"]["emails"] or email.lower() == "ada@example.org"
        assert content["repositories"] == [{"location": f"/src/{folder}"}]
        assert content.keys() <= {"me", "repositories", "rules"}


def test_a_home_folder_is_written_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    text = with_additions("", Additions(repositories=(AddedRepository("/home/ada/src/engine"),)))
    assert tomllib.loads(text)["repositories"] == [{"location": "~/src/engine"}]
    assert with_additions(text, Additions(repositories=(AddedRepository("/home/ada/src/engine"),))) == text


def test_nothing_to_add_leaves_the_file_as_it_is() -> None:
    assert with_additions("", Additions()) == ""
    assert with_additions(WRITTEN, Additions()) == WRITTEN


def test_unusual_toml_is_refused_in_words() -> None:
    with pytest.raises(SettingsError, match="can't be added"):
        with_additions("me = 3\n", ADA)


def test_a_link_to_the_file_and_its_mode_stay(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles/achievements.toml"
    real.parent.mkdir()
    real.write_text("# old\n")
    real.chmod(0o640)
    link = tmp_path / "achievements.toml"
    link.symlink_to(real)

    write_settings(link, "# new\n")

    assert link.is_symlink()
    assert real.read_text() == "# new\n"
    assert real.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in real.parent.iterdir()] == ["achievements.toml"]
