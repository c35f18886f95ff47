"""Find the skills that commits show, with weights and evidence.

Only work counts: files without noise, in significant commits. The weight of a language is its share of the commit's
lines. A technology is shown by adding or upgrading one of its packages (strong), or by changing code that imports it or
one of its files (weak, or the share of lines if higher). A practice is shown by the commit's type or category, by
paths, or by an added technology. ``docs/skills.md`` lists the weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import are_among, join_by_key, rows_among
from achievement_pipeline.frames import (
    CommitActivities,
    DependencyChanges,
    PathAttributes,
    RawCommitFiles,
    Skills,
    typed,
)
from achievement_pipeline.judging.announced.paths import are_notes
from achievement_pipeline.judging.categories.categorise import Category, are_learnt
from achievement_pipeline.judging.paths import matches
from achievement_pipeline.judging.rules import SkillRules
from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.languages import languages_of
from achievement_pipeline.judging.skills.path_patterns import path_expression
from achievement_pipeline.judging.skills.vocabulary import Language, Skill, Vocabulary
from achievement_pipeline.parsing.patterns import compile_pattern

_SEPARATOR = compile_pattern(r"[/:.@-]")
ADDED = 1.0
"""Weight of a technology whose package was added: a decision of the author."""
UPGRADED = 0.8
"""Weight of a technology whose package was upgraded: the author made the new version work."""
TOUCHED = 0.3
"""Weight of a technology shown only by files, or by one of many upgrades, which tools make."""
MANY_UPGRADES = 3
"""A commit that upgrades more packages than this is a bulk upgrade."""
DECLARED = 1.0
"""Weight of a practice that is the commit's type or category."""
IMPLIED = 0.1
"""Minimum weight of a practice shown only by paths."""
MIN_SHARE = 0.05
"""Languages with less than this share of a commit's lines are ignored ..."""
MIN_LINES = 20
"""... unless this many of their lines were added."""

_TEST_DATA = r"(?:^|/)(?:tests?|testing|test[-_]?data|__tests__|specs?|fixtures?|mdtests?|snapshots?|corpus|golden)/"
"""Folders in which prose is test input."""

_LEAST = 0.0001
_COMMIT = ["repository", "sha"]
_NO_EVIDENCE = pd.DataFrame({"key": [], "skill": [], "weight": [], "evidence": []}, dtype="str").astype(
    {"weight": "float64"}
)
_MAX_EVIDENCE = 4


def find_skills(  # noqa: PLR0913 - one argument per input
    activities: DataFrame[CommitActivities] | pd.DataFrame,
    files: DataFrame[RawCommitFiles],
    reasons: pd.Series[str],
    dependencies: DataFrame[DependencyChanges] | None = None,
    rules: SkillRules | None = None,
    *,
    attributes: DataFrame[PathAttributes] | None = None,
    named: pd.DataFrame | None = None,
) -> DataFrame[Skills]:
    """Find the skills that significant commits show.

    Args:
        activities: Commits, or other rows with ``key``, ``repository``, ``sha``, ``type``, ``category``,
            ``category_rule`` and ``significant``. Rows that are not significant show nothing.
        files: Changed files of these and the other commits of the repositories.
        reasons: Why a file is not work, with the index of ``files`` (`achievement_pipeline.judging.noise.files`).
        dependencies: Changes of dependencies in manifests. Manifests that are not work are ignored.
        rules: The user's additions to the vocabulary, and display names.
        attributes: Attributes of paths in ``.gitattributes``. Files marked as documentation show that and no language;
            if unset, the path does not show documentation.
        named: Skills mentioned in texts (`achievement_pipeline.judging.skills.mentions`).

    Returns:
        The skills of each activity, strongest first. The order of input rows does not matter.
    """
    rules = rules or SkillRules()
    dependencies = DependencyChanges.empty() if dependencies is None else dependencies
    vocabulary = rules.vocabulary
    commits = activities.loc[activities["significant"], [*_COMMIT, "key", "type", "category", "category_rule"]]
    work = _work(commits, files, reasons, PathAttributes.empty() if attributes is None else attributes)

    languages = _of_notebooks(work, languages_of(files, vocabulary, attributes), dependencies, vocabulary)
    technologies = _technologies_of_dependencies(work, dependencies, vocabulary)
    shown = _shown(
        [
            _languages(work, languages),
            technologies,
            _technologies_of_imports(work, dependencies, vocabulary),
            _technologies_of_files(work, vocabulary),
            _declared_practices(commits, vocabulary),
            _practices_of_files(work, vocabulary, languages),
            _practices_of_technologies(technologies, vocabulary),
            *([] if named is None else [named]),
        ],
        rules,
    )
    return _with_repositories(shown, activities)


def find_named_skills(activities: pd.DataFrame, named: pd.DataFrame, rules: SkillRules) -> DataFrame[Skills]:
    """Find the skills of significant activities without changed files, by category and texts.

    Args:
        activities: ``key``, ``repository``, ``category``, ``category_rule`` and ``significant``.
        named: Skills mentioned in texts (`achievement_pipeline.judging.skills.mentions`).
        rules: The user's additions to the vocabulary, and display names.
    """
    counting = activities.loc[activities["significant"], ["key", "category", "category_rule"]]
    texts = _declared_practices(counting.assign(type=pd.Series(pd.NA, counting.index, dtype="str")), rules.vocabulary)
    return _with_repositories(_shown([texts, named[named["key"].isin(counting["key"])]], rules), activities)


def _with_repositories(shown: pd.DataFrame, activities: pd.DataFrame) -> DataFrame[Skills]:
    repositories = shown["key"].map(activities.set_index("key")["repository"]).astype("str")
    return typed(Skills, shown.assign(repository=repositories)[list(Skills.to_schema().columns)])


def _work(
    commits: pd.DataFrame,
    files: DataFrame[RawCommitFiles],
    reasons: pd.Series[str],
    attributes: DataFrame[PathAttributes],
) -> pd.DataFrame:
    """Return the commits' files that are work, with their lines and the total lines of the commit.

    ``documentation`` is the attribute of each file: set, unset or missing.
    """
    # filter before the slow merge: most files belong to commits that are not significant
    is_work = reasons.isna().to_numpy() & are_among(files["sha"], commits["sha"])
    work = pd.DataFrame(
        {
            **{name: files.loc[is_work, name] for name in (*_COMMIT, "path")},
            "insertions": files.loc[is_work, "insertions"].fillna(0).astype("int64"),
            "deletions": files.loc[is_work, "deletions"].fillna(0).astype("int64"),
        }
    )
    work["row"] = work.index
    texts = attributes[["repository", "path", "documentation"]]
    work = work.merge(commits[[*_COMMIT, "key"]], on=_COMMIT).merge(texts, on=["repository", "path"], how="left")
    work = work.set_index("row")
    work["lines"] = work["insertions"] + work["deletions"]
    work["all_lines"] = work.groupby("key")["lines"].transform("sum")
    return work


def _languages(work: pd.DataFrame, languages: pd.Series[str]) -> pd.DataFrame:
    is_documentation = work["documentation"].fillna(value=False)
    languages = languages.reindex(work.index).where(~is_documentation)
    shown = _summed(work.assign(skill=languages).dropna(subset="skill"))
    shown = shown[(shown["share"] >= MIN_SHARE) | (shown["insertions"] >= MIN_LINES)]
    return _evidence(shown, weight=shown["share"], evidence=_lines(shown))


def _of_notebooks(
    work: pd.DataFrame, languages: pd.Series[str], dependencies: DataFrame[DependencyChanges], vocabulary: Vocabulary
) -> pd.Series[str]:
    """Set the language of notebooks to that of their kernel."""
    kernels = dependencies[dependencies["ecosystem"] == Ecosystem.KERNEL]
    named = {name: skill.name for name in kernels["package"].unique() if (skill := _language(name, vocabulary))}
    rows = rows_among(work, kernels, [*_COMMIT, "path"])
    notebooks = work.index[rows >= 0]
    shown = kernels["package"].iloc[rows[rows >= 0]].map(named).set_axis(notebooks).dropna()
    return languages.mask(languages.index.isin(shown.index), shown.reindex(languages.index))


def _language(name: str, vocabulary: Vocabulary) -> Skill | None:
    skill = vocabulary.named(name)
    return skill if skill is not None and skill.kind == Language.kind else None


def _technologies_of_imports(
    work: pd.DataFrame, dependencies: DataFrame[DependencyChanges], vocabulary: Vocabulary
) -> pd.DataFrame:
    """Return the technologies that changed source files import."""
    imports = dependencies[dependencies["change"] == "imported"]
    if imports.empty:
        return _NO_EVIDENCE
    known = _technologies_of_packages(imports[["ecosystem", "package"]].drop_duplicates(), vocabulary)
    imports = imports.merge(known, on=["ecosystem", "package"]).drop_duplicates([*_COMMIT, "path", "skill"])
    shown = _summed(work[work["lines"] > 0].merge(imports[[*_COMMIT, "path", "skill"]], on=[*_COMMIT, "path"]))
    return _evidence(shown, shown["share"].clip(lower=TOUCHED), "imported in " + _lines(shown))


def _technologies_of_files(work: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    shown = _summed(_belonging(work, [(each.name, each.files) for each in vocabulary.technology]))
    return _evidence(shown, weight=shown["share"].clip(lower=TOUCHED), evidence=_lines(shown))


def _practices_of_files(work: pd.DataFrame, vocabulary: Vocabulary, languages: pd.Series[str]) -> pd.DataFrame:
    code = work[languages.reindex(work.index).notna()]
    by_path = pd.concat(
        [
            _belonging(work, [(each.name, each.files) for each in vocabulary.practice]),
            _belonging(code, [(each.name, each.folders) for each in vocabulary.practice]),
        ]
    ).drop_duplicates(["key", "path", "skill"])
    documentation = [each.name for each in vocabulary.practice if Category.DOCUMENTATION in each.categories]
    decided = by_path["skill"].isin(documentation) & (
        by_path["documentation"].notna() | matches(by_path["path"], _TEST_DATA) | are_notes(by_path["path"])
    )
    declared = work[work["documentation"].fillna(value=False)].merge(
        pd.DataFrame({"skill": documentation}, dtype="str"), how="cross"
    )
    shown = _summed(pd.concat([by_path[~decided], declared]))
    return _evidence(shown, weight=shown["share"].clip(lower=IMPLIED), evidence=_lines(shown))


def _declared_practices(commits: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    words = pd.DataFrame(
        [
            (declared_by, word, practice.name)
            for practice in vocabulary.practice
            for declared_by, words in (("type", practice.types), ("category", practice.categories))
            for word in words
        ],
        columns=["declared_by", "word", "skill"],
        dtype="str",
    )
    commits = commits.assign(category=commits["category"].where(~are_learnt(commits["category_rule"])))
    texts = commits.melt(id_vars="key", value_vars=["type", "category"], var_name="declared_by", value_name="word")
    shown = texts.merge(words, on=["declared_by", "word"])
    return _evidence(shown, weight=DECLARED, evidence=shown["declared_by"] + " " + shown["word"])


def _practices_of_technologies(technologies: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    practices = pd.DataFrame(
        [(technology, practice.name) for practice in vocabulary.practice for technology in practice.technologies],
        columns=["skill", "practice"],
        dtype="str",
    )
    shown = technologies[technologies["weight"] == ADDED].merge(practices, on="skill")
    return shown.assign(skill=shown["practice"])[["key", "skill", "weight", "evidence"]]


def _technologies_of_dependencies(
    work: pd.DataFrame, dependencies: DataFrame[DependencyChanges], vocabulary: Vocabulary
) -> pd.DataFrame:
    """Return the technologies whose packages were added to or upgraded in manifests."""
    dependencies = DataFrame(dependencies[dependencies["change"] != "imported"])
    if dependencies.empty:
        return _NO_EVIDENCE
    perhaps = work.loc[are_among(work["sha"], dependencies["sha"]), [*_COMMIT, "path", "key"]]
    changes = dependencies.merge(perhaps, on=[*_COMMIT, "path"])
    # a dependency that moved between manifests was not chosen
    left = (changes["change"] == "removed").groupby([changes[name] for name in ("key", "ecosystem", "package")])
    changes = changes[~left.transform("any").to_numpy(dtype=bool)]
    upgrades = (changes["change"] == "upgraded").groupby(changes["key"]).transform("sum")
    weight = np.select([changes["change"] == "added", upgrades <= MANY_UPGRADES], [ADDED, UPGRADED], default=TOUCHED)
    changes = changes.assign(weight=weight)
    packages = changes[["ecosystem", "package"]].drop_duplicates()
    changes = changes.merge(_technologies_of_packages(packages, vocabulary), on=["ecosystem", "package"])
    texts = changes["change"] + " " + changes["package"] + " in " + changes["path"]
    return _joined(_evidence(changes, changes["weight"], texts), between=", ")


def _technologies_of_packages(packages: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Return the technologies of each package: rows of ecosystem, package and skill."""
    known: dict[tuple[str, str], list[str]] = {}
    for technology in vocabulary.technology:
        for ecosystem, names in technology.packages.items():
            for name in names:
                known.setdefault((ecosystem.value, name.lower()), []).append(technology.name)
    found = [
        (ecosystem, package, skill)
        for ecosystem, package in packages.itertuples(index=False)
        for name in _names_that_cover(package.lower())
        for skill in known.get((ecosystem, name), ())
    ]
    return pd.DataFrame(found, columns=["ecosystem", "package", "skill"], dtype="str").drop_duplicates()


def _names_that_cover(package: str) -> Iterator[str]:
    """Yield the package name, and the wildcards that match it: ``@babel/core`` and ``@babel/*``."""
    yield package
    yield from (package[: separator.end()] + "*" for separator in _SEPARATOR.finditer(package))


def _belonging(work: pd.DataFrame, recognised: Sequence[tuple[str, tuple[str, ...]]]) -> pd.DataFrame:
    """Return the work files of each skill: ``work`` with a column ``skill``, one row per file and skill.

    Args:
        work: As returned by `_work`.
        recognised: Names of skills with the patterns of their files.
    """
    number, paths = pd.factorize(work["path"])
    distinct = pd.Series(paths, dtype="str")
    # few paths belong to any skill: find these first, and try only them with each skill
    candidates = np.flatnonzero(matches(distinct, path_expression(file for _, files in recognised for file in files)))
    tried = distinct.iloc[candidates]
    belongs = [
        (path_number, skill)
        for skill, files in recognised
        if files and len(candidates)
        for path_number in candidates[matches(tried, path_expression(files))]
    ]
    pairs = pd.DataFrame(belongs, columns=["path_number", "skill"]).astype({"path_number": "int64", "skill": "str"})
    return work.assign(path_number=number).merge(pairs, on="path_number")


def _summed(files: pd.DataFrame) -> pd.DataFrame:
    """Sum the files and lines of each skill per activity, and its share of all lines. Deletions alone show nothing."""
    grouped = files.groupby(["key", "skill"], sort=False)
    summed = grouped[["insertions", "deletions"]].sum()
    summed = summed.assign(files=grouped.size(), all_lines=grouped["all_lines"].first()).reset_index()
    summed = summed[summed["insertions"] > 0]
    return summed.assign(share=(summed["insertions"] + summed["deletions"]) / summed["all_lines"].clip(lower=1))


def _lines(shown: pd.DataFrame) -> pd.Series[str]:
    noun = pd.Series(np.where(shown["files"] == 1, " file, +", " files, +"), index=shown.index, dtype="str")
    lines = shown["insertions"].astype("str") + " -" + shown["deletions"].astype("str") + " lines"
    return shown["files"].astype("str") + noun + lines


def _evidence(shown: pd.DataFrame, weight: pd.Series[float] | float, evidence: pd.Series[str]) -> pd.DataFrame:
    return pd.DataFrame({"key": shown["key"], "skill": shown["skill"], "weight": weight, "evidence": evidence})


def _joined(evidence: pd.DataFrame, between: str) -> pd.DataFrame:
    """Merge evidence into one row per activity and skill: the maximum weight, and the evidence, strongest first."""
    evidence = evidence.sort_values(["key", "skill", "weight", "evidence"], ascending=[True, True, False, True])
    distinct = evidence.drop_duplicates(["key", "skill", "evidence"])
    number = distinct.groupby(["key", "skill"], sort=False).ngroup()
    texts = number.groupby(number).cumcount() < _MAX_EVIDENCE
    joined = join_by_key(distinct.loc[texts, "evidence"], number[texts], between)
    more = pd.Series(np.bincount(number) - _MAX_EVIDENCE)
    joined = joined.where(more <= 0, joined + between + more.astype("str") + " more")
    return distinct.drop_duplicates(["key", "skill"]).assign(evidence=joined.array)


def _shown(evidence: Sequence[pd.DataFrame], rules: SkillRules) -> pd.DataFrame:
    """Merge all evidence into skills: one row per activity and skill, strongest first."""
    shown = _joined(pd.concat(evidence, ignore_index=True), between="; ")
    shown = shown[~shown["skill"].isin(rules.hidden)]
    kinds = {skill.name: skill.kind for skill in reversed(rules.vocabulary.skills)}
    shown = shown.assign(
        kind=shown["skill"].map(kinds).astype("str"), weight=shown["weight"].round(4).clip(lower=_LEAST)
    )
    return shown.sort_values(["key", "weight", "skill"], ascending=[True, False, True], ignore_index=True)
