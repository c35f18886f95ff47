"""How much judging costs, with everything on: noise, reverts, copies, categories, scores, skills.

::

    python benchmarks/judge_commits.py [--commits 100000] [--files 10] [--all-count]

The history is made. Its mix is that of sympy (62,658 commits): a fifth are merges, a fifteenth has a type of
Conventional Commits, two thirds have no body, half of the others change at most 14 lines, a tenth more than 125, so
that a fifth counts; most change one file or two, few change hundreds. ``--files`` is the mean: sympy's own is two, ten
is the harder case that is asked for. ``--all-count`` makes the hardest one: no merges, every commit large enough to
count.

Judged is what the assets of the git lane judge, in the same order, first that many commits, then twice as many, each
in a process of its own, so that one does not warm the other, and with memory settled as for the commands. CPU is what
says something on a machine with other work to do.
"""

import argparse
import hashlib
import itertools
import resource
import subprocess
import sys
import time
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitContents, DependencyChanges, RawCommitFiles, RawCommits
from achievement_pipeline.judging import find_skills, judge_commits, noise_reasons, score_commits, with_source_lines
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.system.memory import spare_memory_work

REPOSITORY = "github.com/acme/engine"
TYPES = ("feat", "fix", "docs", "chore", "refactor", "test", "ci", "build", "perf", "style")
WORDS = ("parser", "cache", "index", "request", "session", "worker", "schema", "buffer", "config", "token", "release")
ENDINGS = (".py", ".py", ".py", ".ts", ".go", ".md", ".yaml", ".json", ".lock", ".snap", "_test.go", ".min.js")


class Mix(NamedTuple):
    """What a history is made of: shares of its commits, and how much they change."""

    merges: float
    typed: float
    """With a type of Conventional Commits."""
    squashed: float
    """With the number of a pull request."""
    with_body: float
    with_people: float
    """With trailers that name co-authors and sign-offs."""
    reverts: float
    picks: float
    spread: float
    """Of the logarithm of how many files a commit changes."""
    lines: float
    """Of a file, at the median."""


LIKE_SYMPY = Mix(
    merges=0.19,
    typed=0.075,
    squashed=0.01,
    with_body=0.34,
    with_people=0.02,
    reverts=0.007,
    picks=0.003,
    spread=2.0,
    lines=5.0,
)
ALL_COUNT = Mix(
    merges=0.0,
    typed=0.6,
    squashed=0.6,
    with_body=1.0,
    with_people=0.2,
    reverts=0.01,
    picks=0.01,
    spread=0.0,
    lines=12.0,
)


def name(number: int) -> str:
    """Return the object name of a commit."""
    return hashlib.sha1(str(number).encode()).hexdigest()


def commits(number: int, mix: Mix, chance: np.random.Generator) -> DataFrame[RawCommits]:
    """Return commits of 1,500 people, one a quarter of an hour."""
    at = pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(pd.RangeIndex(number) * 15, unit="m")
    names = [name(place) for place in range(number)]
    merges = chance.random(number) < mix.merges
    rows = [message(place, bool(merged), mix, chance) for place, merged in enumerate(merges)]
    people = chance.integers(1500, size=number)
    before = ["", *names[:-1]]
    frame = pd.DataFrame(
        {
            "repository": REPOSITORY,
            "sha": names,
            "parents": [f"{sha} {sha}" if merged else sha for sha, merged in zip(before, merges, strict=True)],
            "author_name": [f"Dev {person}" if person else "renovate[bot]" for person in people],
            "author_email": [f"dev{person}@example.com" for person in people],
            "committer_name": "GitHub",
            "committer_email": "noreply@github.com",
            "authored_at": at,
            "authored_offset": 0,
            "committed_at": at,
            "committed_offset": 0,
            "subject": [subject for subject, _ in rows],
            "body": [body for _, body in rows],
            "trailers": "",
            "replaces": "",
            "diff": np.where(merges, "merge", "read"),
        }
    )
    return RawCommits.validate(typed(frame, RawCommits))


def message(place: int, merged: bool, mix: Mix, chance: np.random.Generator) -> tuple[str, str]:
    """Return a subject and a body."""
    said = " ".join(chance.choice(WORDS, size=6))
    if merged:
        return f"Merge pull request #{place} from dev{place}/{said.replace(' ', '-')}", said.capitalize()
    kind = chance.random()
    before = name(int(chance.integers(place))) if place else ""
    if kind < mix.reverts:
        return f'Revert "{said}"', f"This reverts commit {before}."
    if kind < mix.reverts + mix.picks:
        return f"[stable] {said} (#{place})", f"(cherry picked from commit {before})"
    subject = f"{chance.choice(TYPES)}(core): {said}" if chance.random() < mix.typed else said.capitalize()
    if chance.random() < mix.squashed:
        subject += f" (#{place})"
    if chance.random() < mix.with_people:
        return subject, "Co-authored-by: Eve <eve@example.com>\nSigned-off-by: Ann <ann@example.com>"
    return subject, said * 4 if chance.random() < mix.with_body else ""


def files(
    history: DataFrame[RawCommits], each: int, mix: Mix, chance: np.random.Generator
) -> DataFrame[RawCommitFiles]:
    """Return the files that commits changed, of 20,000 paths; so many each on average over all commits."""
    folders, parts, endings = (chance.choice(of, size=20_000) for of in (WORDS, WORDS, ENDINGS))
    paths = np.array(
        [f"{a}/{b}/part{place}{c}" for place, (a, b, c) in enumerate(zip(folders, parts, endings, strict=True))],
        dtype=object,
    )
    read = history.loc[history["diff"] == "read", "sha"].to_numpy(dtype=object)
    shares = chance.lognormal(0, mix.spread, size=len(read))
    numbers = np.clip(np.rint(shares * each * len(history) / shares.sum()), 1, 5_000).astype("int64")
    rows = int(numbers.sum())
    insertions = np.rint(chance.lognormal(np.log(mix.lines), 1.0, size=rows)).astype("int64")
    frame = pd.DataFrame(
        {
            "repository": REPOSITORY,
            "sha": np.repeat(read, numbers),
            "path": paths[chance.integers(len(paths), size=rows)],
            "old_path": None,
            "status": chance.choice(["M", "A", "D"], size=rows, p=[0.94, 0.045, 0.015]),
            "old_mode": "100644",
            "new_mode": "100644",
            "old_blob": [f"{place:040x}" for place in range(rows)],
            "new_blob": [f"{place + 1:040x}" for place in range(rows)],
            "insertions": insertions,
            "deletions": insertions // 3,
            "binary": False,
        }
    )
    return RawCommitFiles.validate(typed(frame.drop_duplicates(["sha", "path"], ignore_index=True), RawCommitFiles))


def typed(frame: pd.DataFrame, schema: type[RawCommits] | type[RawCommitFiles] | type[CommitContents]) -> pd.DataFrame:
    """Return the frame with the types of its schema."""
    columns = {name: column.dtype.type for name, column in schema.to_schema().columns.items()}
    return frame.astype(columns)[list(columns)]


def read_again(changed: DataFrame[RawCommitFiles]) -> tuple[DataFrame[CommitContents], DataFrame[DependencyChanges]]:
    """Return verdicts by contents on every twentieth change, and a dependency for every hundredth."""
    read = changed.iloc[::20][["repository", "sha", "path"]].assign(
        noise=None, insertions=None, deletions=None, lines_noise=None, holder=None
    )
    read.loc[read.index[::5], "noise"] = "reformat"
    added = changed.iloc[::100][["repository", "sha", "path"]].assign(
        ecosystem="pypi", package="pandas", change="added"
    )
    return CommitContents.validate(typed(read, CommitContents)), DependencyChanges.validate(added)


def judge(number: int, each: int, mix: Mix) -> None:
    """Judge so many commits, and print what each part costs."""
    chance = np.random.default_rng(1)
    history = commits(number, mix, chance)
    changed = files(history, each, mix, chance)
    contents, dependencies = read_again(changed)
    rules = Rules()
    rules.skills.vocabulary  # noqa: B018 - read once a process, whatever there is to judge
    marks = [("", time.process_time())]

    def mark(part: str) -> None:
        marks.append((part, time.process_time()))

    reasons = noise_reasons(changed, None, contents)
    mark("noise")
    activities = judge_commits(history, changed, reasons, rules, contents=contents)
    mark("activities")
    scores = score_commits(activities, rules.commits, rules.impact)
    mark("scores")
    reasons = noise_reasons(changed, None, contents)
    skills = find_skills(activities, with_source_lines(changed, contents), reasons, dependencies, rules.skills)
    mark("skills")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    parts = ", ".join(f"{part} {end - start:.2f}" for (_, start), (part, end) in itertools.pairwise(marks))
    total = marks[-1][1] - marks[0][1]
    print(f"{number:,} commits, {len(changed):,} files: {total:.2f} s of CPU ({parts}), at most {peak:.2f} GiB")
    print(f"  {len(scores):,} scores, {len(skills):,} skills")


def main() -> None:
    """Judge in a process for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=10, help="of each commit, on average")
    parser.add_argument("--all-count", action="store_true", help="no merges, every commit large enough to count")
    parser.add_argument("--once", action="store_true", help="this size only, in this process")
    options = parser.parse_args()
    if options.once:
        judge(options.commits, options.files, ALL_COUNT if options.all_count else LIKE_SYMPY)
        return
    spare_memory_work()
    for number in (options.commits, 2 * options.commits):
        sizes = ["--commits", str(number), "--files", str(options.files), *["--all-count"] * options.all_count]
        subprocess.run([sys.executable, __file__, *sizes, "--once"], check=True)


if __name__ == "__main__":
    main()
