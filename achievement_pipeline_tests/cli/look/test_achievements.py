"""`achievements list`, `show`, `explain` and `doctor`: looking at what was collected."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from achievement_pipeline.cli.look import achievements as look
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cli.conftest import Run
from achievement_pipeline_tests.publishing.views import NOON, view

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ((), ["Count things", "Count one more"]),
        (("--category", "bugfix"), ["Count one more"]),
        (("--min-impact", "60"), ["Count things"]),
        (("--skill", "Python", "--limit", "1"), ["Count things"]),
        (("--author", "me"), ["Count things", "Count one more"]),
        (("--author", "Ada Lovelace"), ["Count things", "Count one more"]),
        (("--portfolio",), ["Count things"]),
        (("--since", "2999-01-01"), []),
    ],
)
def test_filters_choose_what_is_listed(collected: Run, words: tuple[str, ...], titles: list[str]) -> None:
    assert [one["title"] for one in json.loads(collected("list", "--json", *words).stdout)] == titles


@pytest.mark.usefixtures("database")
def test_a_folder_chooses_the_work_in_it_and_below(run: Run, repository: GitRepository) -> None:
    for title, folder in (("one", "packages/api"), ("two", "packages/api/v2"), ("three", "packages/api-docs")):
        repository.commit(f"feat: {title}", {f"{folder}/part.py": f"{title} = 1\n" * 60})
    run("collect", "--repo", str(repository.path))

    def chosen(path: str) -> set[str]:
        return {one["title"] for one in json.loads(run("list", "--json", "--path", path).stdout)}

    assert chosen("packages/api") == chosen("./packages/api/") == {"One", "Two"}
    assert chosen("packages/api/v2") == {"Two"}
    assert chosen("packages/ap_") == chosen("api") == set()
    assert len(chosen(".")) == 5
    assert "Three" in (table := run("export", "csv", "--path", "packages/api-docs").stdout)
    assert "Two" not in table


def test_a_typo_in_the_author_is_an_error_with_a_suggestion(collected: Run) -> None:
    answer = collected("list", "--author", "ada@exmaple.org")

    assert answer.exit_code == 1
    assert "There is no work by ada@exmaple.org. Did you mean ada@example.org?" in answer.stderr


def test_a_list_for_people_names_the_keys_to_go_on_with(collected: Run, collected_project: GitRepository) -> None:
    sha = collected_project.git("rev-parse", "HEAD~2").decode()

    assert sha[:8] in collected("list").output


def test_an_achievement_is_found_by_the_beginning_of_its_commit(
    collected: Run, collected_project: GitRepository
) -> None:
    sha = collected_project.git("rev-parse", "HEAD~2").decode()

    answer = collected("show", sha[:10])

    assert answer.exit_code == 0
    assert "Count things" in answer.output
    assert "impact 75.45, complexity 45" in answer.output


def test_skills_are_listed_with_how_often_and_since_when_they_were_shown(collected: Run) -> None:
    rows = json.loads(collected("skills", "--author", "ada@example.org", "--json").stdout)
    assert [(row["skill"], row["kind"], row["achievements"]) for row in rows] == [("Python", "language", 2)]
    assert rows[0]["first_seen"] <= rows[0]["last_seen"]
    assert rows[0]["trend"] in {"new", "idle"}
    assert "Python" in collected("skills", "--kind", "language").output
    assert json.loads(collected("skills", "--kind", "practice", "--json").stdout) == []


def test_an_explanation_has_every_line_of_the_ledger(collected: Run, collected_project: GitRepository) -> None:
    sha = collected_project.git("rev-parse", "HEAD~2").decode()

    answer = collected("explain", sha[:10])

    for said in ("counts: yes (type:feat", "+26.12  base", "+17.44  kind               feature", "Python (language)"):
        assert said in answer.output, answer.output


def test_an_achievement_that_became_a_part_of_another_one_leads_to_it_by_its_short_name() -> None:
    whole = f"git:github.com/ada/engine@{'1234567890' * 4}"
    part = view(absorbed_by=whole, retracted_at=NOON, retracted_reason=f"absorbed by {whole}")
    assert look._state(part).endswith("it is part of another one. See it: achievements explain 12345678")


@pytest.mark.usefixtures("database")
def test_coauthors_are_called_by_name_or_login(run: Run, repository: GitRepository) -> None:
    body = "Co-authored-by: G <grace@example.org>\nCo-authored-by: Hopper <12+hopper@users.noreply.github.com>"
    sha = repository.commit(f"feat: shared\n\n{body}", {"shared.py": "a = 1\n" * 60})
    repository.commit("fix: hers", {"hers.py": "b = 1\n"}, author="Grace Hopper <grace@example.org>")
    run("collect", "--repo", str(repository.path), "--author", "all")

    assert "author       Ada Lovelace · with Grace Hopper · with hopper\n" in run("show", sha[:10]).output


@pytest.mark.usefixtures("database")
def test_coding_agents_are_shown_apart_from_authors(run: Run, repository: GitRepository) -> None:
    base = repository.commit("feat: first", {"first.py": "a = 1\n" * 60})
    agent = "Cursor Agent <cursoragent@cursor.com>"
    trailer = "Co-authored-by: Claude <noreply@anthropic.com>"
    own = repository.commit(f"feat: x\n\n{trailer}", {"x.py": "x = 1\n" * 60}, branch="topic", parents=[base])
    topic = repository.commit("feat: y", {"y.py": "y = 1\n" * 60}, author=agent, branch="topic", parents=[own])
    repository.commit("Merge pull request #7 from ada/topic\n\nAdd x and y", parents=[base, topic])
    run("collect", "--repo", str(repository.path), "--author", "all")

    shown = {each["title"]: each for each in json.loads(run("list", "--author", "all", "--json").stdout)}
    assert shown["Add x and y"]["assisted_by"] == ["Claude", "Cursor"]
    assert shown["Add x and y"]["coauthors"] == []
    assert "shared" not in shown["Add x and y"]["tags"]
    assert "assisted by  Claude, Cursor\n" in run("show", shown["Add x and y"]["key"]).output
    assert "assisted by" not in run("show", base[:10]).output


def test_what_does_not_count_is_explained(collected: Run, collected_project: GitRepository) -> None:
    sha = collected_project.git("rev-parse", "HEAD").decode()

    answer = collected("explain", sha[:10])

    assert answer.exit_code == 0
    assert "counts: no (no-work)" in answer.output
    assert "It makes no achievement" in answer.output


def test_a_commit_that_was_not_collected_is_found_in_its_repository(
    collected: Run, collected_project: GitRepository
) -> None:
    sha = collected_project.commit("feat: later", {"later.py": "a = 1\n"}, branch="topic")
    answer = collected("explain", sha[:10])
    assert answer.exit_code == 1
    assert f"is in {collected_project.path}, and was not collected" in answer.stderr
    assert "--all-branches" in answer.stderr


@pytest.mark.usefixtures("database")
def test_each_commit_that_does_not_count_has_its_reason_in_words(run: Run, repository: GitRepository) -> None:
    feature = repository.git("rev-parse", "HEAD~2").decode()
    later = repository.commit("feat: horn", {"horn.py": "h = 1\n" * 70})
    expected = {
        repository.commit("tune", {"tune.py": "b = 1\n"}): "There is no reason for it to count",
        repository.commit("fixup! feat: count", {"fix.py": "c = 1\n" * 70}): "It is a fixup",
        repository.commit("vendored", {"vendor/lib.py": "d = 1\n" * 70}): "None of its files is work",
        repository.commit(
            "feat: theirs", {"theirs.py": "e = 1\n" * 70}, author="Bob <bob@example.org>"
        ): "by bob@example.org, whose work is not collected",
        repository.commit(
            "feat: bump", {"bump.py": "f = 1\n" * 70}, author="dependabot[bot] <support@github.com>"
        ): "is a bot",
        repository.commit(f'Revert "feat: horn"\n\nThis reverts commit {later}.', {"horn.py": None}): "takes back",
        later: "It was taken back by",
    }
    run("collect", "--repo", str(repository.path))

    for sha, words in expected.items():
        assert words in " ".join(run("explain", sha[:12]).stdout.split()), words
    run("hide", feature[:12])
    assert "To show it again: achievements unhide" in run("explain", feature[:12]).stdout


@pytest.mark.parametrize(
    ("option", "typo", "meant"), [("category", "featur", "feature"), ("skill", "pyhton", "Python")]
)
def test_a_typo_in_a_category_or_skill_is_no_silence(collected: Run, option: str, typo: str, meant: str) -> None:
    hint = f"No achievement has the {option} '{typo}'. Did you mean {meant}?"
    assert hint in collected("list", f"--{option}", typo).stderr
    assert hint in collected("export", "brag", f"--{option}", typo).stderr
    assert "No achievement has" not in collected("list", f"--{option}", meant).stderr


def test_the_words_of_a_title_lead_to_its_id(collected: Run, collected_project: GitRepository) -> None:
    sha = collected_project.git("rev-parse", "HEAD~2").decode()
    assert f"  {sha[:8]}  Count things" in collected("show", "things count").stderr


@pytest.mark.parametrize("words", [("list",), ("skills",), ("repos", "list")])
def test_what_is_listed_is_a_table_that_fits(
    collected: Run, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    header, *rows = collected(*words).stdout.splitlines()
    assert header.isupper()
    assert rows
    assert all(len(line) <= 80 for line in (header, *rows))


def test_every_line_is_broken_to_fit_the_terminal(
    collected: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = json.loads(collected("list", "--json").stdout)[0]["key"]
    monkeypatch.setenv("COLUMNS", "60")
    for words in (
        ("show", key), ("explain", key), ("status",), ("doctor",), ("projects",), ("history",), ("login", "linkedin"),
        ("export", "portfolio", "--output", str(tmp_path / "p")), ("backup", str(tmp_path / "b")), ("show", "nothing"),
    ):  # fmt: skip
        too_long = [line for line in collected(*words).output.splitlines() if cell_len(line) > 60]
        # a path or an address stays whole
        assert not [line for line in too_long if " " in line.strip().removeprefix("→ ")], words


@pytest.mark.usefixtures("database")
def test_an_empty_list_names_the_next_step(run: Run) -> None:
    assert "0 achievements\nNo repository is known yet. Next: achievements init" in run("list").output


def test_a_key_that_is_none_is_named(collected: Run) -> None:
    answer = collected("show", "feedfeed")

    assert answer.exit_code == 1
    assert "feedfeed" in answer.stderr
