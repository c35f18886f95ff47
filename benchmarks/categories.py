"""Measure how well the kind of work is inferred where its authors did not write it, and learn the weights again.

Histories that use Conventional Commits are read, the type and scope are hidden, and what is inferred is compared with
the type. Merges and releases are left out, and bots, with whom it is measured once more; of each repository a random
sample counts, so that none outweighs the others. What a repository was learnt from says nothing about others: measure
on different ones.

    python benchmarks/categories.py measure REPOSITORY...
    python benchmarks/categories.py annotated TABLE [REPOSITORY...]
    python benchmarks/categories.py sections REPOSITORY...
    python benchmarks/categories.py learn REPOSITORY... > achievement_pipeline/judging/categories/clue_weights.csv

``annotated`` measures on commits whose types were read and agreed on by people, as a table (CSV) with the columns
``annotated_type``, ``masked_commit_message``, ``git_diff`` and ``sha``: that of Zeng et al., "A First Look at
Conventional Commits Classification", ICSE 2025, and what was sampled from it. Commits that the repositories have, those
that the weights were learnt from, are left out.

``sections`` compares the category of pull requests with the section of hand-written release notes that names them.

Learning takes SciPy too (``pip install scipy``), which the package does not need.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from impact_notes import sections_of
from impact_units import raw_commits, read_units

from achievement_pipeline.frames import DiffState, RawPullRequestFiles
from achievement_pipeline.judging.authors.bots import are_bots
from achievement_pipeline.judging.categories import messages
from achievement_pipeline.judging.categories.categorise import categorise, infer_types
from achievement_pipeline.judging.categories.clues import file_clues, word_clues
from achievement_pipeline.judging.categories.peel import peel
from achievement_pipeline.judging.lanes.commits import judge_commits, work_files
from achievement_pipeline.judging.lanes.pull_requests import changed_files
from achievement_pipeline.judging.links.commit_names import positions_of
from achievement_pipeline.judging.noise.files import noise_reasons
from achievement_pipeline.judging.rules import BotRules, Rules
from achievement_pipeline.sources.git import list_commits, open_repository, read_changes

CLASSES = ("feat", "fix", "refactor", "test", "docs", "build", "ci")
"""What is measured: the types that most projects write."""
LEARNT = (*CLASSES, "perf")
SPELLINGS = {"feature": "feat", "bugfix": "fix", "tests": "test", "doc": "docs", "performance": "perf"}
SECTIONS = {
    "feature": r"(?i)\bfeat|\badded|\badditions?\b|\bnew\b|\benhancements?\b",
    "bugfix": r"(?i)\bfix|\bbug",
    "performance": r"(?i)\bperf(?:ormance)?\b|\boptimi[sz]",
    "documentation": r"(?i)\bdoc(?:s|umentation)?\b",
}
"""Headings of release notes that mean one category. Other sections are mixed: changes, internals, breaking."""
COMMITS = 2000
"""Of a repository."""
LEVEL = 100
"""Of each class of a repository, where classes shall weigh more alike than they occur."""
LEARNT_COMMITS = 300
"""Of each class of a repository, when learning."""
RARITY = {"perf": -0.5}
"""Added to what a type starts from: projects that write ``perf`` do so more often than others work on speed. Chosen on
the sections of the projects that the impact model is learnt from."""
REPOSITORIES = 4
"""So many have to write a word for it to have a weight: names of projects have none."""
OCCURRENCES = 12
WITHOUT_FILES = 0.15
"""How much a commit counts once more, as if nothing were known of its files."""
PENALTY = 20.0
"""Of the squares of the weights."""
RESAMPLES = 2000
"""How often a small test set is drawn anew from itself, for the range of what is measured on it."""


def read_sample(location: str, *, of_each: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read commits that have one of the types, and what they changed.

    Args:
        location: A clone.
        of_each: So many of each of the types `LEARNT` by people; None: `COMMITS` of people as they come, of `CLASSES`,
            and the bots' among them.
    """
    with tempfile.TemporaryDirectory() as cache:
        repository = open_repository(location, cache=Path(cache))
    commits = list_commits(repository).commits
    headers = peel(commits["subject"], commits["body"])
    commits = commits.assign(type=headers["type"].replace(SPELLINGS), title=headers["description"])
    projects = commits["repository"].str.rpartition("/")[2]
    commits["bot"] = are_bots(commits["author_name"], commits["author_email"], BotRules())
    left_out = (commits["diff"] == DiffState.MERGE) | messages.are_releases(commits["title"], projects)
    types = CLASSES if of_each is None else LEARNT
    commits = commits[commits["type"].isin(types) & ~left_out].sample(frac=1, random_state=1)
    people = commits[~commits["bot"]]
    as_they_come = commits[(~commits["bot"]).cumsum() <= COMMITS]
    commits = as_they_come if of_each is None else people.groupby("type").head(of_each)
    changes = read_changes(repository, commits["sha"].to_list(), None)
    commits = commits[~commits["sha"].isin(list(changes.unread))].reset_index(drop=True)
    files = changes.files
    return commits, work_files(positions_of(files, commits), files, noise_reasons(files))


def read_samples(locations: Sequence[str], *, of_each: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the samples of several repositories as one."""
    samples, files, total = [], [], 0
    for location in locations:
        commits, changed = read_sample(location, of_each=of_each)
        print(f"{commits['repository'].iloc[0]}: {len(commits)} commits", file=sys.stderr)
        samples.append(commits)
        files.append(changed.assign(position=changed["position"] + total))
        total += len(commits)
    return pd.concat(samples, ignore_index=True), pd.concat(files, ignore_index=True)


def measure(locations: Sequence[str]) -> None:
    """Print the confusion table, precision, recall and F1 of each class, and macro-F1 of each repository."""
    everybody, files = read_samples(locations, of_each=None)
    inferred = infer_types(everybody["title"], files)["type"]
    commits = everybody[~everybody["bot"]]
    print(
        pd.crosstab(commits["type"], inferred[commits.index])
        .reindex(index=CLASSES, columns=LEARNT, fill_value=0)
        .to_markdown()
    )
    scores = f1_scores(commits["type"], inferred[commits.index])
    print(f"\n{scores.round(2).to_markdown()}\n\nmacro-F1 {scores['f1'].mean():.3f}, ", end="")
    print(f"right {(commits['type'] == inferred[commits.index]).mean():.3f}, {len(commits)} commits\n")
    for name, rows in commits.groupby("repository"):
        own = f1_scores(rows["type"], inferred[rows.index])
        own = own[own["commits"] > 0]
        print(f"{name}: macro-F1 {own['f1'].mean():.3f} of {len(own)} classes, {len(rows)} commits")
    level = commits.groupby(["repository", "type"]).head(LEVEL)
    scores = f1_scores(level["type"], inferred[level.index])
    print(f"\nat most {LEVEL} of each class of a repository: macro-F1 {scores['f1'].mean():.3f}, {len(level)} commits")
    print(scores["f1"].round(2).to_dict())
    with_bots = everybody.groupby("repository").head(COMMITS)
    scores = f1_scores(with_bots["type"], inferred[with_bots.index])
    print(f"\nwith bots: macro-F1 {scores['f1'].mean():.3f}, {len(with_bots)} commits\n{scores.round(2).to_markdown()}")
    hidden = categorise(pd.Series(pd.NA, index=everybody.index, dtype="str"), everybody["title"], files)
    known = categorise(everybody["type"], everybody["title"], files)
    right = (hidden["category"] == known["category"])[commits.index]
    print(f"\ncategories right {right.mean():.3f}")


def measure_annotated(table: str, learnt_from: Sequence[str]) -> None:
    """Print the same of commits whose types people agreed on, those of some repositories left out."""
    commits = pd.read_csv(table, dtype="str")
    shas = "\n".join(commits["sha"])
    known: set[str] = set()
    for location in learnt_from:
        asked = ["git", "-C", location, "cat-file", "--batch-check=%(objectname)"]
        answer = subprocess.run(asked, input=shas, capture_output=True, text=True, check=True).stdout
        known |= set(answer.splitlines())
    commits = commits[~commits["sha"].isin(known) & commits["annotated_type"].isin(CLASSES)].reset_index(drop=True)
    commits = commits.assign(repository="", sha="#" + pd.Series(range(len(commits))).astype("str"))
    files = changed_files(
        RawPullRequestFiles.validate(
            pd.DataFrame(
                [row for position, diff in enumerate(commits["git_diff"]) for row in _files_of(position, diff)]
            ).astype({"additions": "Int32", "deletions": "Int32"})
        )
    )
    titles = messages.without_squash_number(commits["masked_commit_message"].str.partition("\n")[0].str.strip())
    inferred = infer_types(titles, work_files(positions_of(files, commits), files, noise_reasons(files)))["type"]
    true = commits["annotated_type"]
    print(pd.crosstab(true, inferred).reindex(index=CLASSES, columns=LEARNT, fill_value=0).to_markdown())
    scores = f1_scores(true, inferred)
    drawn = [true.sample(frac=1, replace=True, random_state=seed) for seed in range(RESAMPLES)]
    low, high = np.quantile([f1_scores(one, inferred[one.index])["f1"].mean() for one in drawn], [0.025, 0.975])
    print(
        f"\n{scores.round(2).to_markdown()}\n\nmacro-F1 {scores['f1'].mean():.3f} (95 %: {low:.2f} to {high:.2f}), ",
        end="",
    )
    print(f"right {(true == inferred).mean():.3f}, {len(commits)} commits")


def measure_sections(locations: Sequence[str]) -> None:
    """Print the confusion table, and precision, recall and F1 of each category that has a section of its own."""
    found = []
    for location in locations:
        clone = read_units(location)
        commits = raw_commits(clone.commits)
        judged = judge_commits(commits, clone.files, noise_reasons(clone.files), Rules()).head(len(commits))
        sections = sections_of(clone.notes.entries)
        true = [_category_of(sections.get(number, ())) for number in clone.commits["number"]]
        found.append(pd.DataFrame({"true": true, "inferred": judged["category"].array}).dropna())
        print(f"{clone.name}: {len(found[-1])} pull requests", file=sys.stderr)
    pulls = pd.concat(found, ignore_index=True)
    print(pd.crosstab(pulls["true"], pulls["inferred"]).to_markdown())
    scores = f1_scores(pulls["true"], pulls["inferred"], tuple(SECTIONS))
    print(f"\n{scores.round(2).to_markdown()}\n\nmacro-F1 {scores['f1'].mean():.3f}")


def _category_of(headings: Iterable[str]) -> str | None:
    """Return the category that all of some headings mean, or None."""
    meant = {
        tuple(category for category, pattern in SECTIONS.items() if re.search(pattern, heading)) for heading in headings
    }
    return next(iter(meant))[0] if len(meant) == 1 and len(next(iter(meant))) == 1 else None


def _files_of(number: int, diff: str) -> Iterator[dict[str, object]]:
    """The files of a diff as GitHub tells of them; git itself reads it."""
    read = ["git", "apply", "--numstat", "--summary", "-"]
    lines = subprocess.run(read, input=f"{diff}\n", capture_output=True, text=True, check=True).stdout.splitlines()
    changes = {"create": "added", "delete": "deleted"}
    modes = [line.split(maxsplit=3) for line in lines if line.startswith(" ")]
    kinds = {words[-1]: changes[words[0]] for words in modes if words[0] in changes}
    for line in lines:
        if not line.startswith(" "):
            additions, deletions, path = line.split("\t")
            amounts = {"additions": int(additions.replace("-", "0")), "deletions": int(deletions.replace("-", "0"))}
            yield {"repository": "", "number": number, "path": path, "change": kinds.get(path, "modified"), **amounts}


def f1_scores(true: "pd.Series[str]", inferred: "pd.Series[str]", classes: tuple[str, ...] = CLASSES) -> pd.DataFrame:
    """Precision, recall and F1 of each class."""
    right = true[true == inferred].value_counts().reindex(classes, fill_value=0)
    said = inferred.value_counts().reindex(classes, fill_value=0)
    commits = true.value_counts().reindex(classes, fill_value=0)
    return pd.DataFrame(
        {
            "precision": right / said.clip(lower=1),
            "recall": right / commits.clip(lower=1),
            "f1": 2 * right / (said + commits).clip(lower=1),
            "commits": commits,
        }
    )


def learn(locations: Sequence[str]) -> None:
    """Print the weights, a line a clue; the first line has what each type starts from."""
    from scipy import optimize, sparse  # noqa: PLC0415 - only for learning

    commits, files = read_samples(locations, of_each=LEARNT_COMMITS)
    said = _common_words(commits)
    numbers, clues = pd.factorize(said["clue"])
    cells = (said["position"].to_numpy(), numbers)
    words = sparse.csr_matrix((np.ones(len(said), "float32"), cells), shape=(len(commits), len(clues)))
    clues_of_files = dict(file_clues(files, len(commits)))
    held = sparse.csr_matrix(np.column_stack(list(clues_of_files.values())).astype("float32"))
    # once more without their files: titles of what has none, of issues and merges, are categorised by the same weights
    features = sparse.vstack([sparse.hstack([words, held]), sparse.hstack([words, 0 * held])]).tocsr()
    true = np.tile(commits["type"].map(LEARNT.index), 2)
    importance = np.concatenate([_importance(commits), WITHOUT_FILES * _importance(commits)])[:, np.newaxis]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(-1, len(LEARNT)).astype("float32")
        sums = features @ weights[1:] + weights[0]
        sums -= sums.max(axis=1, keepdims=True)
        likely = np.exp(sums) / np.exp(sums).sum(axis=1, keepdims=True)
        wrong = importance * (likely - np.eye(len(LEARNT), dtype="float32")[true])
        slope = np.vstack([wrong.sum(axis=0, keepdims=True), features.T @ wrong + PENALTY * weights[1:]])
        of_true = likely[np.arange(len(true)), true]
        value = -(importance[:, 0] * np.log(of_true + 1e-12)).sum() + PENALTY / 2 * (weights[1:] ** 2).sum()
        return float(value), slope.ravel().astype("float64")

    start = np.zeros((1 + features.shape[1]) * len(LEARNT))
    best = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    index = pd.Index(["", *clues, *clues_of_files], name="clue")
    table = pd.DataFrame(best.reshape(-1, len(LEARNT)), index=index, columns=LEARNT)
    table.loc["", list(RARITY)] += list(RARITY.values())
    table = table.round(2)
    speaking = (table.abs() >= 0.05).any(axis=1) | (table.index == "")
    sys.stdout.write(table[speaking].to_csv(float_format="%g"))


def _common_words(commits: pd.DataFrame) -> pd.DataFrame:
    """The words of the commits that several projects use, as clues: ``place`` of the commit, ``clue``."""
    found = pd.concat(
        pd.DataFrame({"position": positions, "clue": prefix + pd.Series(words, dtype="str")})
        for prefix, positions, words in word_clues(commits["title"])
    )
    in_repository = found["position"].map(commits["repository"]).groupby(found["clue"])
    common = (in_repository.transform("nunique") >= REPOSITORIES) & (in_repository.transform("size") >= OCCURRENCES)
    return found[common]


def _importance(commits: pd.DataFrame) -> np.ndarray:
    """How much each commit counts: a repository's and a class's many commits less than proportionally."""
    alike = commits.groupby(["repository", "type"])["type"].transform("size")
    share = 1 / alike**0.5
    importance = share / share.groupby(commits["type"]).transform("sum") ** 0.6
    return (importance / importance.mean()).to_numpy(dtype="float32")


def main() -> None:
    """Measure or learn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("do", choices=["measure", "annotated", "sections", "learn"])
    parser.add_argument("repositories", nargs="+", help="clones; for annotated, the table first")
    arguments = parser.parse_args()
    first, *others = arguments.repositories
    if arguments.do == "annotated":
        measure_annotated(first, others)
    else:
        {"measure": measure, "sections": measure_sections, "learn": learn}[arguments.do]([first, *others])


if __name__ == "__main__":
    main()
