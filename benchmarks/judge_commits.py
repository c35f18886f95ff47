"""How much judging costs, with everything on: noise, reverts, copies, categories, scores, skills.

::

    python benchmarks/judge_commits.py [--commits 100000] [--files 10]

The history is made, of messages and paths as real ones have them: Conventional Commits and free text, reverts,
backports, bots, lock files, manifests. Judged is what the assets of the git lane judge, in the same order, first that
many commits, then twice as many, each in a process of its own, so that one does not warm the other. CPU is what says
something on a machine with other work to do.
"""

import argparse
import hashlib
import itertools
import random
import resource
import subprocess
import sys
import time

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitContents, DependencyChanges, RawCommitFiles, RawCommits
from achievement_pipeline.judging import find_skills, judge_commits, noise_reasons, score_commits, with_source_lines
from achievement_pipeline.judging.rules import Rules

REPOSITORY = "github.com/acme/engine"
TYPES = ("feat", "fix", "docs", "chore", "refactor", "test", "ci", "build", "perf", "style")
WORDS = ("parser", "cache", "index", "request", "session", "worker", "build", "deploy", "config", "token", "release")
ENDINGS = (".py", ".py", ".py", ".ts", ".go", ".md", ".yaml", ".json", ".lock", ".snap", "_test.go", ".min.js")


def name(number: int) -> str:
    """Return the object name of a commit."""
    return hashlib.sha1(str(number).encode()).hexdigest()


def commits(number: int, chance: random.Random) -> DataFrame[RawCommits]:
    """Return commits of 300 people, one a quarter of an hour."""
    at = pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(pd.RangeIndex(number) * 15, unit="m")
    rows = [message(place, chance) for place in range(number)]
    people = [chance.randrange(300) for _ in range(number)]
    frame = pd.DataFrame(
        {
            "repository": REPOSITORY,
            "sha": [name(place) for place in range(number)],
            "parents": ["", *(name(place) for place in range(number - 1))],
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
            "diff": "read",
        }
    )
    return RawCommits.validate(typed(frame, RawCommits))


def message(place: int, chance: random.Random) -> tuple[str, str]:
    """Return a subject and a body."""
    said = " ".join(chance.choices(WORDS, k=4))
    kind = chance.random()
    before = name(chance.randrange(place)) if place else ""
    if kind < 0.01:
        return f'Revert "{said}"', f"This reverts commit {before}."
    if kind < 0.02:
        return f"[stable] {said} (#{place})", f"(cherry picked from commit {before})"
    body = "Co-authored-by: Eve <eve@example.com>\nSigned-off-by: Ann <ann@example.com>" if kind > 0.8 else said * 5
    return (f"{chance.choice(TYPES)}(core): {said} (#{place})" if kind < 0.6 else said.capitalize()), body


def files(number: int, each: int, chance: random.Random) -> DataFrame[RawCommitFiles]:
    """Return the files that commits changed, of 20,000 paths."""
    paths = [
        f"{chance.choice(WORDS)}/{chance.choice(WORDS)}/part{place}{chance.choice(ENDINGS)}" for place in range(20_000)
    ]
    rows = number * each
    frame = pd.DataFrame(
        {
            "repository": REPOSITORY,
            "sha": [name(place) for place in range(number) for _ in range(each)],
            "path": chance.choices(paths, k=rows),
            "old_path": None,
            "status": "M",
            "old_mode": "100644",
            "new_mode": "100644",
            "old_blob": [f"{place:040x}" for place in range(rows)],
            "new_blob": [f"{place + 1:040x}" for place in range(rows)],
            "insertions": [chance.randrange(20) for _ in range(rows)],
            "deletions": [chance.randrange(9) for _ in range(rows)],
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
    read = changed.iloc[::20][["repository", "sha", "path"]].assign(noise=None, insertions=None, deletions=None)
    read.loc[read.index[::5], "noise"] = "reformat"
    added = changed.iloc[::100][["repository", "sha", "path"]].assign(
        ecosystem="pypi", package="pandas", change="added"
    )
    return CommitContents.validate(typed(read, CommitContents)), DependencyChanges.validate(added)


def judge(number: int, each: int) -> None:
    """Judge so many commits, and print what each part costs."""
    chance = random.Random(1)
    history, changed = commits(number, chance), files(number, each, chance)
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
    scores = score_commits(activities, rules.commits)
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
    parser.add_argument("--files", type=int, default=10, help="of each commit")
    parser.add_argument("--once", action="store_true", help="this size only, in this process")
    options = parser.parse_args()
    if options.once:
        judge(options.commits, options.files)
        return
    for number in (options.commits, 2 * options.commits):
        sizes = ["--commits", str(number), "--files", str(options.files)]
        subprocess.run([sys.executable, __file__, *sizes, "--once"], check=True)


if __name__ == "__main__":
    main()
