"""Which skills commits show, how strongly, and by what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitActivities, DependencyChanges, RawCommitFiles, Skills
from achievement_pipeline.judging.noise.files import noise_reasons
from achievement_pipeline.judging.rules import SkillRules
from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.find import find_skills
from achievement_pipeline.judging.skills.vocabulary import Technology
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.judging.file_rows import (
    REPOSITORY,
    attributes,
    changed,
    commits,
    contents,
    dependencies,
)


def find(
    files: DataFrame[RawCommitFiles],
    activities: DataFrame[CommitActivities] | None = None,
    changes: DataFrame[DependencyChanges] | None = None,
    rules: SkillRules | None = None,
) -> DataFrame[Skills]:
    return find_skills(commits() if activities is None else activities, files, noise_reasons(files), changes, rules)


def weights(skills: DataFrame[Skills], kind: str | None = None) -> dict[str, float]:
    chosen = skills if kind is None else skills[skills["kind"] == kind]
    return dict(zip(chosen["skill"], chosen["weight"], strict=True))


def lines(path: str, insertions: int, deletions: int = 0, **more: object) -> dict[str, object]:
    return {"path": path, "insertions": insertions, "deletions": deletions, **more}


def shown_by(package: str, ecosystem: str, change: str = "added") -> dict[str, float]:
    changes = dependencies({"package": package, "ecosystem": ecosystem, "change": change, "path": "manifest.in"})
    return weights(find(changed("manifest.in"), changes=changes), "technology")


def of_each(number: int) -> dict[str, object]:
    """Return the object name and key of one of many commits."""
    return {"sha": f"{number:040x}", "key": str(number)}


def find_each(
    files: Sequence[Mapping[str, object]], changes: DataFrame[DependencyChanges] | None = None
) -> list[DataFrame[Skills]]:
    """Return the skills of many commits with one file each: to find those of one takes as long."""
    each = [of_each(number) for number in range(len(files))]
    rows = [{**file, "sha": one["sha"]} for file, one in zip(files, each, strict=True)]
    skills = find(changed(*rows), commits(*each), changes)
    return [DataFrame(skills[skills["key"] == one["key"]]) for one in each]


_TECHNOLOGY_OF = {
    ("django", "pypi"): "Django",
    ("react", "npm"): "React",
    ("@babel/core", "npm"): "Babel",
    ("github.com/spf13/cobra", "go"): "Cobra",
    ("github.com/aws/aws-sdk-go-v2/service/s3", "go"): "AWS",
    ("tokio", "cargo"): "Tokio",
    ("org.springframework.boot:spring-boot-starter", "maven"): "Spring Boot",
    ("sidekiq", "rubygems"): "Sidekiq",
    ("laravel/framework", "packagist"): "Laravel",
    ("microsoft.entityframeworkcore.sqlserver", "nuget"): "Entity Framework Core",
    ("postgres", "docker"): "PostgreSQL",
    ("kube-prometheus-stack", "helm"): "Prometheus",
    ("apps/Deployment", "kubernetes"): "Kubernetes",
    ("hashicorp/aws", "terraform"): "AWS",
    ("docker/build-push-action", "actions"): "Docker",
}
_OTHER_PACKAGES = (
    ("html5lib", "pypi"), ("reactive", "npm"), ("django", "npm"), ("my-react", "npm"), ("@babeled/core", "npm"),
)  # fmt: skip
_PRACTICE_OF = {
    "tests/test_a.py": "Automated testing",
    "pkg/a_test.go": "Automated testing",
    "src/a.spec.ts": "Automated testing",
    ".github/workflows/ci.yml": "Continuous integration",
    "app/migrations/0001_initial.py": "Database migrations",
    "SECURITY.md": "Security",
    "benchmarks/read.py": "Performance engineering",
    "docs/guide.md": "Technical documentation",
    "deploy/grafana/board.json": "Observability",
    "infra/main.tf": "Infrastructure as code",
}
_NO_PRACTICE = ("src/latest.py", "contest/a.py", "src/testament.go", "docstring.py", "cli.py")
_NO_DOCUMENTATION = ("resources/mdtest/call.md", "tests/data/a.rst", "docs/conf.py", "CHANGELOG.md", ".changeset/a.md")


@cache
def technologies_of() -> Mapping[tuple[str, str], dict[str, float]]:
    """The technologies of commits that add one package, by package and ecosystem."""
    packages = [*_TECHNOLOGY_OF, *_OTHER_PACKAGES]
    path = "manifest.in"
    changes = dependencies(
        *(
            {"package": package, "ecosystem": ecosystem, "path": path, "sha": of_each(number)["sha"]}
            for number, (package, ecosystem) in enumerate(packages)
        )
    )
    found = find_each([{"path": path}] * len(packages), changes)
    return {package: weights(skills, "technology") for package, skills in zip(packages, found, strict=True)}


@cache
def practices_of() -> Mapping[str, dict[str, float]]:
    """The practices of commits that change one file, by its path."""
    paths = [*_PRACTICE_OF, *_NO_PRACTICE, *_NO_DOCUMENTATION]
    found = find_each([{"path": path} for path in paths])
    return {path: weights(skills, "practice") for path, skills in zip(paths, found, strict=True)}


class TestLanguages:
    def test_a_language_weighs_by_its_share_of_the_lines(self) -> None:
        skills = find(changed(lines("a.py", 60, 15), lines("b.ts", 20, 5)))
        assert weights(skills) == {"Python": 0.75, "TypeScript": 0.25}
        assert skills["evidence"].tolist() == ["1 file, +60 -15 lines", "1 file, +20 -5 lines"]

    def test_data_and_prose_have_a_share_and_no_skill(self) -> None:
        assert weights(find(changed(lines("a.py", 50), lines("b.yaml", 50))), "language") == {"Python": 0.5}

    def test_a_side_effect_is_no_skill_unless_it_is_large(self) -> None:
        assert weights(find(changed(lines("a.py", 970), lines("b.sh", 19)))) == {"Python": 0.9808}
        assert "Shell" in weights(find(changed(lines("a.py", 970), lines("b.sh", 20))))

    def test_who_only_deletes_a_language_shows_nothing_of_it(self) -> None:
        assert "COBOL" not in weights(find(changed(lines("a.cob", 0, 500), lines("a.py", 100))))

    def test_a_lock_file_and_a_vendored_tree_change_nothing(self) -> None:
        own = [lines("a.py", 60), lines("b.ts", 20)]
        more = [lines("yarn.lock", 9000), lines("vendor/x/y.go", 9000), lines("dist/a.min.js", 1)]
        assert find(changed(*own)).equals(find(changed(*own, *more)))

    def test_a_commit_that_is_not_significant_shows_nothing(self) -> None:
        assert find(changed("a.py"), commits({"significant": False})).empty

    def test_the_same_sha_in_a_fork_is_another_commit(self) -> None:
        fork = {"repository": "github.com/o/fork", "key": "git:fork"}
        files = changed("a.py", {"path": "a.rs", "repository": "github.com/o/fork"})
        skills = find(files, commits({}, fork))
        assert dict(zip(skills["repository"], skills["skill"], strict=True)) == {
            REPOSITORY: "Python",
            "github.com/o/fork": "Rust",
        }


class TestTechnologies:
    @pytest.mark.parametrize(("package", "ecosystem"), _TECHNOLOGY_OF)
    def test_an_added_package_is_strong_evidence(self, package: str, ecosystem: str) -> None:
        assert technologies_of()[package, ecosystem] == {_TECHNOLOGY_OF[package, ecosystem]: 1.0}

    @pytest.mark.parametrize(("package", "ecosystem"), _OTHER_PACKAGES)
    def test_part_of_a_name_shows_nothing(self, package: str, ecosystem: str) -> None:
        assert technologies_of()[package, ecosystem] == {}

    def test_an_upgrade_is_strong_and_one_of_many_is_weak(self) -> None:
        assert shown_by("django", "pypi", "upgraded") == {"Django": 0.8}
        many = [{"package": name, "change": "upgraded"} for name in ("django", "celery", "flask", "numpy")]
        found = weights(find(changed("pyproject.toml"), changes=dependencies(*many)), "technology")
        assert found == {"Celery": 0.3, "Django": 0.3, "Flask": 0.3, "NumPy": 0.3}

    def test_a_removed_package_shows_nothing(self) -> None:
        assert shown_by("django", "pypi", "removed") == {}

    def test_a_package_that_moves_between_manifests_was_not_chosen(self) -> None:
        moved = dependencies(
            {"package": "django"}, {"package": "django", "path": "requirements.txt", "change": "removed"}
        )
        assert "Django" not in weights(find(changed("pyproject.toml", "requirements.txt"), changes=moved))

    def test_a_vendored_manifest_shows_nothing(self) -> None:
        changes = dependencies({"package": "django", "path": "vendor/a/pyproject.toml"})
        assert find(changed("vendor/a/pyproject.toml"), changes=changes).empty

    def test_a_touched_file_is_weak_evidence_and_its_share_where_that_is_more(self) -> None:
        little = find(changed(lines("Dockerfile", 2), lines("a.py", 98)))
        assert weights(little, "technology") == {"Docker": 0.3}
        assert weights(find(changed(lines("compose.yaml", 60), lines("a.py", 40))), "technology") == {
            "Docker Compose": 0.6
        }

    def test_the_evidence_names_package_and_manifest(self) -> None:
        changes = dependencies({"package": "psycopg2-binary"}, {"package": "asyncpg", "path": "setup.cfg"})
        skills = find(changed("pyproject.toml", "setup.cfg"), changes=changes).set_index("skill")
        assert skills.loc["PostgreSQL", "evidence"] == (
            "added asyncpg in setup.cfg, added psycopg2-binary in pyproject.toml"
        )


class TestPractices:
    @pytest.mark.parametrize(("path", "practice"), _PRACTICE_OF.items())
    def test_a_path_shows_a_practice(self, path: str, practice: str) -> None:
        assert practices_of()[path].get(practice) == 1.0

    @pytest.mark.parametrize("path", _NO_PRACTICE)
    def test_part_of_a_word_shows_no_practice(self, path: str) -> None:
        assert practices_of()[path] == {}

    def test_the_type_of_a_commit_shows_a_practice(self) -> None:
        skills = find(changed("a.py"), commits({"type": "perf", "category": "performance"})).set_index("skill")
        assert skills.loc["Performance engineering", "weight"] == 1.0
        assert skills.loc["Performance engineering", "evidence"] == "category performance; type perf"

    @pytest.mark.parametrize(("rule", "shown"), [("word:faster", True), ("learnt:word:cache", False)])
    def test_a_category_that_was_only_learnt_shows_no_practice(self, rule: str, shown: bool) -> None:
        skills = find(changed("a.py"), commits({"category": "performance", "category_rule": rule}))
        assert ("Performance engineering" in set(skills["skill"])) == shown

    @pytest.mark.parametrize("path", [".github/workflows/a.yml", "tests/test_a.py", "Dockerfile", "docs/a.md"])
    def test_who_only_deletes_shows_neither_technology_nor_practice(self, path: str) -> None:
        assert find(changed(lines(path, 0, 60))).empty

    def test_what_attributes_call_documentation_shows_that_and_no_language(self) -> None:
        files = changed(lines("site/page.py", 30), lines("src/app.py", 10))
        declared = attributes({"path": "site/page.py", "documentation": True})
        shown = weights(find_skills(commits(), files, noise_reasons(files, declared), attributes=declared))
        assert shown == {"Technical documentation": 0.75, "Python": 0.25}

    def test_what_attributes_call_no_documentation_shows_none(self) -> None:
        files = changed(lines("docs/build.py", 10))
        declared = attributes({"path": "docs/build.py", "documentation": False})
        shown = weights(find_skills(commits(), files, noise_reasons(files, declared), attributes=declared))
        assert shown == {"Python": 1.0}

    def test_a_practice_weighs_by_its_share_of_the_lines(self) -> None:
        skills = find(changed(lines("a.py", 75), lines("test_a.py", 25)))
        assert weights(skills, "practice") == {"Automated testing": 0.25}

    def test_adding_a_technology_shows_its_practice(self) -> None:
        added = find(changed("pyproject.toml"), changes=dependencies({"package": "opentelemetry-sdk"}))
        assert weights(added, "practice") == {"Observability": 1.0}


class TestRules:
    def test_a_hidden_skill_is_not_shown(self) -> None:
        assert weights(find(changed("a.py", "b.ts"), rules=SkillRules(hide=("py",)))) == {"TypeScript": 0.5}

    def test_skills_of_one_name_are_one_skill(self) -> None:
        skills = find(changed("a.js", "b.ts"), rules=SkillRules(rename={"TypeScript": "JavaScript"}))
        assert weights(skills) == {"JavaScript": 1.0}

    def test_skills_of_two_kinds_that_get_one_name_are_one_skill(self) -> None:
        skills = find(changed(lines("Dockerfile", 10)), rules=SkillRules(rename={"Dockerfile": "Docker"}))
        assert skills["skill"].tolist() == ["Docker"]
        assert skills["kind"].tolist() == ["language"]

    def test_a_renamed_technology_still_shows_its_practice(self) -> None:
        added = dependencies({"package": "sentry-sdk"})
        skills = find(changed("pyproject.toml"), changes=added, rules=SkillRules(rename={"Sentry": "Sentry.io"}))
        assert weights(skills) == {"Observability": 1.0, "Sentry.io": 1.0}

    def test_a_users_technology_is_found(self) -> None:
        own = Technology(name="Inhouse SDK", packages={Ecosystem.PYPI: ("inhouse-sdk",)}, files=("*.inhouse",))
        skills = find(changed(lines("a.inhouse", 5)), rules=SkillRules(technology=(own,)))
        assert weights(skills) == {"Inhouse SDK": 1.0}


def test_a_commit_without_files_shows_its_type_alone() -> None:
    assert weights(find(changed(), commits({"type": "docs"}))) == {"Technical documentation": 1.0}
    assert find(changed()).empty


some_changes = st.lists(
    st.builds(
        lines,
        st.sampled_from(
            ["a.py", "b.ts", "test_a.py", "Dockerfile", "docs/x.md", "c.h", "c.cpp", ".github/workflows/x.yml"]
        ),
        st.integers(0, 300),
        st.integers(0, 300),
        sha=st.sampled_from(["a" * 40, "b" * 40, "c" * 40]),
    ),
    max_size=10,
    unique_by=lambda change: (change["path"], change["sha"]),
)
THREE_COMMITS = [{"sha": sha * 40, "key": f"git:{sha}"} for sha in "abc"]


@settings(deadline=None, max_examples=examples(8))
@given(some_changes, st.randoms())
def test_order_changes_nothing(given_changes: list[Mapping[str, object]], random: Random) -> None:
    files, activities = changed(*given_changes), commits(*THREE_COMMITS)
    straight = find(files, activities)
    shuffled_files, shuffled_commits = list(files.index), list(activities.index)
    random.shuffle(shuffled_files)
    random.shuffle(shuffled_commits)
    assert find(files.loc[shuffled_files], activities.loc[shuffled_commits]).equals(straight)


@settings(deadline=None, max_examples=examples(8))
@given(some_changes)
def test_every_weight_is_a_share_and_the_languages_of_a_commit_are_at_most_all_of_it(
    given_changes: list[Mapping[str, object]],
) -> None:
    skills = find(changed(*given_changes), commits(*THREE_COMMITS))
    assert skills["weight"].between(0, 1, inclusive="right").all()
    languages = skills[skills["kind"] == "language"].groupby("key")["weight"].sum()
    assert (languages <= 1 + 1e-3).all()
    assert not skills.duplicated(["key", "skill"]).any()
    assert skills["evidence"].ne("").all()


@settings(deadline=None, max_examples=examples(5))
@given(some_changes)
def test_a_commit_is_judged_alike_alone_and_among_others(given_changes: list[Mapping[str, object]]) -> None:
    files = changed(*given_changes)
    together = find(files, commits(*THREE_COMMITS))
    alone = [find(files, commits(commit)) for commit in THREE_COMMITS]
    assert pd.concat(alone, ignore_index=True).equals(together)


@pytest.mark.parametrize(("kernel", "language"), [("python", "Python"), ("r", "R"), ("julia", "Julia")])
def test_a_notebook_shows_the_language_of_its_kernel_and_packages_of_its_cells(kernel: str, language: str) -> None:
    imports = dependencies(
        {"package": kernel, "ecosystem": "kernel", "change": "imported", "path": "a.ipynb"},
        {"package": "pandas", "ecosystem": "pypi", "change": "imported", "path": "a.ipynb"},
    )
    files = changed(lines("a.ipynb", 90))
    reasons = noise_reasons(files, contents=contents({"path": "a.ipynb", "insertions": 90, "deletions": 0}))

    shown = find_skills(commits(), files, reasons, imports)

    assert {language, "pandas", "Jupyter"} <= set(shown["skill"])
    assert set(shown.loc[shown["kind"] == "language", "skill"]) == {language}


def test_a_file_that_imports_a_package_shows_its_technology_by_its_share() -> None:
    imports = dependencies(
        *({"package": "torch", "ecosystem": "pypi", "change": "imported", "path": path} for path in ("a.py", "b.py")),
        {"package": "unheard-of", "ecosystem": "pypi", "change": "imported", "path": "a.py"},
    )
    files = changed(lines("a.py", 40), lines("b.py", 50), lines("c.py", 10))
    shown = find_skills(commits(), files, noise_reasons(files), imports).set_index("skill")
    assert shown["weight"]["PyTorch"] == 0.9
    assert shown["evidence"]["PyTorch"] == "imported in 2 files, +90 -0 lines"


def test_an_import_in_deleted_or_generated_code_shows_nothing() -> None:
    imports = dependencies({"package": "torch", "ecosystem": "pypi", "change": "imported", "path": "a_pb2.py"})
    files = changed(lines("a_pb2.py", 40), lines("c.py", 10))
    assert "PyTorch" not in set(find_skills(commits(), files, noise_reasons(files), imports)["skill"])


@pytest.mark.parametrize("path", _NO_DOCUMENTATION)
def test_prose_among_test_data_and_code_among_documentation_is_no_documentation(path: str) -> None:
    assert "Technical documentation" not in practices_of()[path]
