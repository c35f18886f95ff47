"""Merge, squash and rebase of one branch show the same skills and the same net lines.

A rebase leaves several commits, so a language with few lines of the whole may show in one of them.
"""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline_tests.builders import Files, GitRepository
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.judging_repository import judge

pytestmark = pytest.mark.e2e  # reads and judges whole repositories

BASE: Files = {
    "requirements.txt": "requests==2.0\n",
    "src/app.py": "".join(f"app_{line} = {line}\n" for line in range(40)),
    "web/package.json": '{"dependencies": {"vue": "3.0.0"}}',
}
STEPS: Mapping[str, Files] = {
    "python": {"src/model.py": "import torch\n" + "".join(f"model_{line} = {line}\n" for line in range(70))},
    "docker": {"Dockerfile": "FROM python:3.12\nRUN pip install .\n"},
    "tests": {"tests/test_model.py": "import pytest\n\n\ndef test_it() -> None:\n    assert True\n"},
    "go": {"cmd/main.go": "package main\n" + "".join(f"var v{line} = {line}\n" for line in range(30))},
    "packages": {"requirements.txt": "requests==2.0\nflask==3.0\n"},
    "upgrade": {"web/package.json": '{"dependencies": {"vue": "3.5.0"}}'},
    "docs": {"README.md": "How to use it, in a few words.\n" * 3},
    "fix": {"src/app.py": "".join(f"app_{line} = {line + (line % 7 == 0)}\n" for line in range(40))},
    "workflow": {".github/workflows/test.yml": "on: push\njobs: {}\n"},
}
TITLE = "feat: add models"


def branch(repository: GitRepository, steps: list[Files], parent: str, name: str) -> str:
    for number, files in enumerate(steps):
        parent = repository.commit(f"feat: step {number} of {name}", files, branch=name, parents=[parent])
    return parent


def judged(factory: pytest.TempPathFactory, method: str, steps: list[Files]) -> tuple[set[str], int]:
    """Bring a branch into a repository, and return the skills and net lines of the commits that stand for it."""
    repository = GitRepository.create(factory.mktemp(method) / "repository")
    base = repository.commit("note", BASE)
    whole = {path: text for files in steps for path, text in files.items()}
    if method == "squash":
        own = [repository.commit(f"{TITLE} (#7)", whole)]
    elif method == "merge":
        topic = branch(repository, steps, base, "topic")
        message = f"Merge pull request #7 from ann/topic\n\n{TITLE}"
        own = [repository.commit(message, whole, parents=[base, topic])]
    else:
        tip = branch(repository, steps, base, "main")
        own = repository.git("rev-list", f"{base}..{tip}").decode().split()
    found = judge(repository)
    return found.skills_of(*own), sum(map(found.lines, own))


@given(st.lists(st.sampled_from(sorted(STEPS)), min_size=2, max_size=5, unique=True))
@settings(max_examples=examples(3), deadline=None)
def test_the_method_of_merging_changes_neither_skills_nor_net_lines(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    steps = [STEPS[name] for name in names]
    merge, squash, rebase = (judged(tmp_path_factory, method, steps) for method in ("merge", "squash", "rebase"))
    assert merge == squash
    assert squash[0] <= rebase[0]
    assert squash[1] == rebase[1]


@pytest.mark.parametrize(
    "steps",
    [
        # added and removed again on the branch
        [{"requirements.txt": "requests==2.0\nflask==3.0\n"}, {"requirements.txt": "requests==2.0\n"}, STEPS["docker"]],
        # added, then upgraded
        [{"requirements.txt": "requests==2.0\nflask==2.0\n"}, {"requirements.txt": "requests==2.0\nflask==3.0\n"}],
        # written in two steps
        [{"a.py": "import torch\n" + "a = 1\n" * 30}, {"a.py": "import torch\n" + "a = 1\n" * 30 + "b = 2\n" * 30}],
    ],
)
def test_what_a_branch_did_in_several_steps_is_shown_as_by_its_squash(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Files]
) -> None:
    (merge, _), (squash, _) = (judged(tmp_path_factory, method, steps) for method in ("merge", "squash"))
    assert merge == squash


def test_a_merge_of_a_bots_branch_is_no_work_and_one_with_a_persons_commit_is(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    repository = GitRepository.create(tmp_path_factory.mktemp("bot") / "repository")
    base = repository.commit("note", BASE)
    bot = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
    merges = []
    for number, author in enumerate((bot, "Ada Lovelace <ada@example.org>")):
        one, other = STEPS[("workflow", "docker")[number]], STEPS[("fix", "python")[number]]
        own = repository.commit("build: x", one, author=bot, branch=f"b{number}", parents=[base])
        tip = repository.commit("fix: y", other, author=author, branch=f"b{number}", parents=[own])
        text = f"Merge pull request #{number + 1} from ann/b{number}\n\nbuild: bump it"
        merges.append(repository.commit(text, {**one, **other}, parents=[base, tip]))
        base = merges[-1]
    found = judge(repository)
    assert [found.reasons(sha).split(",")[0] for sha in merges] == ["bot", "type:build"]
