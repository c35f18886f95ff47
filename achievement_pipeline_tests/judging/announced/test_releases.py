"""The first release that contains a commit, as git itself finds it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from achievement_pipeline.judging.announced.releases import first_releases, version_tags
from achievement_pipeline.sources.git import list_commits, open_repository
from achievement_pipeline.sources.git.reading.releases import read_tags
from achievement_pipeline_tests.builders import GitRepository


def releases(repository: GitRepository) -> dict[str, str]:
    """The first release of each commit, empty for none, by the object name."""
    opened = open_repository(repository.path, cache=repository.path)
    commits = list_commits(opened).commits
    found = first_releases(commits, read_tags(opened, commits))
    return dict(zip(commits["sha"], found.fillna(""), strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_first_tag_that_contains_it(tmp_path: Path, seed: int) -> None:
    """Tags lie on the main line and on release branches that were never merged."""
    chance = Random(seed)
    repository = GitRepository.create(tmp_path / "engine")
    line = [repository.commit("start")]
    for number in range(1, 25):
        branch = chance.choice(["main", "main", "release"])
        parents = [repository.tip(branch) or chance.choice(line)]
        if branch == "main" and chance.random() < 0.2:
            parents.append(repository.commit("side", parents=[chance.choice(line)], branch="side"))
        line.append(repository.commit(f"work {number}", {f"{number}": "x"}, parents=parents, branch=branch))
        if chance.random() < 0.4:
            repository.git("tag", *chance.choice([[], ["-am", "notes"]]), f"v1.{number}", line[-1])
    dates = "%(refname:short) %(committerdate:unix)%(*committerdate:unix)"
    dated = repository.git("for-each-ref", f"--format={dates}", "refs/tags").decode().splitlines()
    first: dict[str, str] = {}
    for tag, _ in sorted(map(str.split, dated), key=lambda words: int(words[1])):
        for sha in repository.git("rev-list", tag).decode().split():
            first.setdefault(sha, tag)
    found = releases(repository)
    assert found == {sha: first.get(sha, "") for sha in found}


def test_a_tag_that_contains_another_comes_later_whatever_its_date(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path / "engine")
    first = repository.commit("one", committed="1704103200 +0000")
    repository.git("tag", "v1.0", first)
    second = repository.commit("two", committed="1604103200 +0000")
    repository.git("tag", "v2.0", second)
    assert releases(repository) == {first: "v1.0", second: "v2.0"}


def test_only_versions_are_releases(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path / "engine")
    repository.commit("one")
    versions = [
        "v1.0",
        "1.2.3-rc.1",
        "engine-2.0",
        "@acme/engine@3.1.0",
        "pkg/v0.1.0",
        "v4",
        "REL_9_1",
        "release-20240102",
        "2024-01-02",
        "2024-01-02.1",
    ]
    for tag in [*versions, "nightly-2024.01.02", "latest", "backup-2024-01-02", "issue-12", "before-the-rewrite"]:
        repository.git("tag", tag, "main")
    opened = open_repository(repository.path, cache=repository.path)
    tags = read_tags(opened, list_commits(opened).commits)
    assert sorted(version_tags(tags)["name"]) == sorted(versions)


def test_tags_of_tags_and_of_other_things(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path / "engine")
    sha = repository.commit("one", {"a": "a"})
    repository.git("tag", "-am", "inner", "v1.0", sha)
    repository.git("tag", "-am", "outer", "v1.0.0", "v1.0")
    repository.git("tag", "v2.0", f"{sha}:a")
    repository.git("tag", "v3.0", f"{sha}^{{tree}}")
    assert releases(repository) == {sha: "v1.0"}
