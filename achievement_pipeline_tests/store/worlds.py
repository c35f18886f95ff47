"""Small worlds: what was done in a repository, on GitHub, in Linear and on MLflow, as it is at one moment.

Names and links are read as the pipeline reads them, from raw frames; scores are given.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from hypothesis import strategies as st

from achievement_pipeline.frames import (
    RawCommits,
    RawLinearIssues,
    RawLinearProjects,
    RawMlflowRuns,
    RawPullRequestCommits,
    RawPullRequests,
)
from achievement_pipeline.judging.lanes.linear import link_issues, link_projects, name_issues
from achievement_pipeline.judging.lanes.mlflow import link_runs
from achievement_pipeline.judging.links import references
from achievement_pipeline.lanes import ActivityKind
from achievement_pipeline_tests.raw_frames import Row, after, raw_frame
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY, Piece, Pieces

Method = Literal["merge", "squash", "rebase"]
METHODS: tuple[Method, ...] = ("merge", "squash", "rebase")
LANES = ("git", "github", "linear", "mlflow")

_IMPACTS = {
    ActivityKind.COMMIT: 40,
    ActivityKind.PULL_REQUEST: 60,
    ActivityKind.LINEAR_ISSUE: 50,
    ActivityKind.LINEAR_PROJECT: 80,
    ActivityKind.MLFLOW_RUN: 75,
}


@dataclass(frozen=True)
class Pull:
    """A pull request: what it says, how many commits it has, how it was merged, and whether it was reverted.

    As long as it is not merged, its commits are there, on their branch, and it is not.
    """

    number: int
    title: str
    body: str
    branch: str
    commits: int
    method: Method
    reverted: bool
    merged: bool = True

    def own(self) -> list[Row]:
        """Return the commits of its branch."""
        return [self._commit("own", place) for place in range(self.commits)]

    def left(self) -> list[Row]:
        """Return the commits that it left on the main branch, the last one being its merge commit, or on its own."""
        subject = f"{self.title} (#{self.number})"
        if not self.merged:
            return self.own()
        if self.method == "squash":
            return [self._commit("squash", 0) | {"subject": subject, "body": self.body, "authored_at": after(99)}]
        if self.method == "rebase":
            return [self._commit("rebased", place) for place in range(self.commits)]
        merge = {"subject": f"Merge pull request #{self.number} from acme/{self.branch}", "authored_at": after(99)}
        return [*self.own(), self._commit("merge", 0) | merge | {"diff": "merge"}]

    def _commit(self, what: str, place: int) -> dict[str, object]:
        return {
            "repository": REPOSITORY,
            "sha": _sha(self.number, what, place),
            "subject": f"Step {place} of {self.number}" if place == 0 else "ENG-3: The rest",
            "body": "Fixes ENG-2" if place == 0 else "Skip ENG-1",
            "authored_at": after(self.number + place / 10),
        }


@dataclass(frozen=True)
class World:
    """What there is at one moment."""

    pulls: tuple[Pull, ...] = ()
    direct: tuple[str, ...] = ()
    """Messages of the commits that no pull request brought."""
    issues: frozenset[int] = frozenset()
    """Numbers of the issues that are completed now."""
    attached: tuple[tuple[int, int], ...] = ()
    """Issues, and the pull requests that are attached to them."""
    in_project: frozenset[int] = field(default_factory=frozenset)
    """Issues of the one project."""
    runs: tuple[tuple[int, int], ...] = ()
    """Pull requests, and the place of the commit of their branch that a run logged."""

    def merged_by(self, method: Method) -> "World":
        """Return the same world with all pull requests merged in one way."""
        return replace(self, pulls=tuple(replace(pull, method=method) for pull in self.pulls))

    def before_merging(self) -> "World":
        """Return the same world before any pull request was merged."""
        return replace(self, pulls=tuple(replace(pull, merged=False, reverted=False) for pull in self.pulls))

    def merged_pulls(self) -> tuple[Pull, ...]:
        """Return the pull requests that GitHub's lane has."""
        return tuple(pull for pull in self.pulls if pull.merged)

    def slices(self) -> dict[str, Pieces]:
        """Return what the lanes have of it."""
        lanes = (self._git(), self._github(), self._linear(), self._mlflow())
        return {lane: tuple(pieces) for lane, pieces in zip(LANES, lanes, strict=True)}

    def _git(self) -> Iterator[Piece]:
        rows: list[Row] = []
        reverts: dict[object, str] = {}
        for pull in self.pulls:
            rows += pull.left()
            if pull.reverted:
                reverts |= {row["sha"]: _key(_sha(pull.number, "revert")) for row in pull.left()}
        for place, message in enumerate(self.direct):
            subject, _, body = message.partition("\n\n")
            sha = _sha("direct", place)
            rows.append({"repository": REPOSITORY, "sha": sha, "subject": subject, "body": body})
        commits = raw_frame(RawCommits, *rows)
        names, links = references.name_commits(commits), references.link_commits(commits)
        for row, name, link in zip(rows, names, links, strict=True):
            is_merge = row.get("diff") == "merge"
            reverted = reverts.get(row["sha"])
            reasons = ",".join([*["merge"] * is_merge, *["reverted"] * (reverted is not None)]) or "type"
            columns = {"reasons": reasons, "retracted_by": reverted, "title": row["subject"]}
            commit = _piece(_key(row["sha"]), ActivityKind.COMMIT, name, link, **columns)
            yield replace(commit, significant=not is_merge)

    def _github(self) -> Iterator[Piece]:
        pulls = raw_frame(
            RawPullRequests,
            *(
                {
                    "repository": REPOSITORY,
                    "number": pull.number,
                    "title": pull.title,
                    "body": pull.body,
                    "branch": pull.branch,
                    "merge_commit": pull.left()[-1]["sha"],
                }
                for pull in self.merged_pulls()
            ),
        )
        own = raw_frame(
            RawPullRequestCommits,
            *(
                {**row, "number": pull.number, "position": place}
                for pull in self.merged_pulls()
                for place, row in enumerate(pull.own())
            ),
        )
        names, links = references.name_pull_requests(pulls, own), references.link_pull_requests(pulls, own)
        for pull, name, link in zip(self.merged_pulls(), names, links, strict=True):
            columns = {"title": pull.title, "completed_at": after(pull.number)}
            yield _piece(f"github:acme/engine#{pull.number}", ActivityKind.PULL_REQUEST, name, link, **columns)

    def _linear(self) -> Iterator[Piece]:
        numbers = sorted(self.issues)
        attached: dict[int, list[Row]] = {number: [] for number in numbers}
        for number, pull in self.attached:
            attached.get(number, []).append({"url": f"https://{REPOSITORY}/pull/{pull}", "title": "", "source": None})
        issues = raw_frame(
            RawLinearIssues,
            *(
                {
                    "id": f"issue-{number}",
                    "identifier": f"ENG-{number}",
                    "attachments": json.dumps(attached[number]),
                    "project_id": "project" if number in self.in_project else None,
                }
                for number in numbers
            ),
        )
        names, links = name_issues(issues), link_issues(issues)
        for number, name, link in zip(numbers, names, links, strict=True):
            yield _piece(f"linear:issue-{number}", ActivityKind.LINEAR_ISSUE, name, link, completed_at=after(number))
        projects = raw_frame(RawLinearProjects, *[{"id": "project"}] * bool(self.in_project))
        for link in link_projects(projects, issues):
            yield _piece("linear:project", ActivityKind.LINEAR_PROJECT, "[]", link)

    def _mlflow(self) -> Iterator[Piece]:
        pulls = {pull.number: pull for pull in self.pulls}
        logged = [pulls[number].own()[place]["sha"] if number in pulls else _sha() for number, place in self.runs]
        runs = raw_frame(RawMlflowRuns, *({"run_id": str(n), "source_commit": sha} for n, sha in enumerate(logged)))
        for run, link in enumerate(link_runs(runs)):
            yield _piece(f"mlflow:ml.example.com/{run}", ActivityKind.MLFLOW_RUN, "[]", link)


@st.composite
def pulls(draw: st.DrawFn, number: int) -> Pull:
    """Pull requests of a number."""
    return Pull(
        number,
        title=draw(st.sampled_from(["Do it", "ENG-1: Do it", "ENG-2 and eng-1", "Encode as UTF-8"])),
        body=draw(st.sampled_from(["", "Fixes ENG-1", "Closes ENG-3, ENG-2", "Related to ENG-2", "Ignore ENG-1"])),
        branch=draw(st.sampled_from(["work", "ann/eng-1-do-it", "eng-3"])),
        commits=draw(st.integers(1, 2)),
        method=draw(st.sampled_from(METHODS)),
        reverted=draw(st.sampled_from([False, False, True])),
        merged=draw(st.sampled_from([True, True, False])),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Worlds of up to three pull requests, three issues, a project, two commits besides and two runs."""
    numbers = st.sets(st.integers(1, 3))
    return World(
        pulls=tuple(draw(pulls(number)) for number in sorted(draw(numbers))),
        direct=tuple(draw(st.lists(st.sampled_from(["Tidy", "ENG-1: Tidy", "Tidy\n\nRefs ENG-2"]), max_size=2))),
        issues=frozenset(draw(numbers)),
        attached=tuple(draw(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), max_size=2))),
        in_project=frozenset(draw(numbers)),
        runs=tuple(draw(st.lists(st.tuples(st.integers(1, 3), st.just(0)), max_size=2))),
    )


def _piece(key: str, kind: ActivityKind, names: str, links: str, **others: object) -> Piece:
    """Return an activity with the impact of its kind, and with other values of some columns."""
    columns = {"kind": kind.value, "names": names, "links": links, **others}
    return Piece(key, impact=_IMPACTS[kind], skills=(kind.value,), columns=columns)


def _key(sha: object) -> str:
    return f"git:{REPOSITORY}@{sha}"


def _sha(*parts: object) -> str:
    return hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()
