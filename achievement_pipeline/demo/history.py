"""Histories of git repositories, written down in Python and stored by one ``git fast-import``."""

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from achievement_pipeline.demo.servers import github
from achievement_pipeline.demo.servers.loopback import Node

Change = str | Callable[[str], str] | None
"""A file's new content, a function from its content before, or None to delete it."""

OWNER: Final = "harborline-example"


@dataclass(frozen=True)
class Person:
    """Somebody who works on a repository; `number` is the id of their GitHub account."""

    name: str
    email: str
    login: str
    number: int
    is_bot: bool = False

    @property
    def account(self) -> Node:
        """The account at GitHub."""
        return github.account(self.login, "Bot" if self.is_bot else "User", self.number)

    @property
    def signature(self) -> str:
        """Name and address, as git writes them."""
        return f"{self.name} <{self.email}>"


_GITHUB: Final = Person("GitHub", "noreply@github.com", "web-flow", 19864447)


@dataclass(frozen=True)
class Review:
    """A review of a pull request."""

    by: Person
    body: str = ""
    state: str = "APPROVED"


@dataclass(frozen=True)
class PullRequest:
    """A merged pull request. What it changed is in the history."""

    number: int
    title: str
    body: str = ""
    labels: tuple[str, ...] = ()
    reviews: tuple[Review, ...] = ()
    branch: str = ""


@dataclass(frozen=True)
class Commit:
    """A commit. A branch that has none yet begins at ``main``."""

    at: str
    """Date and time in UTC: ``2026-03-02 09:30``."""
    by: Person
    message: str
    changes: Mapping[str, Change] = field(default_factory=dict)
    branch: str = "main"
    merges: str = ""
    """The branch that it merges."""
    pull: PullRequest | None = None
    """The pull request that it merged or squashed."""
    tag: str = ""

    @property
    def moment(self) -> datetime:
        """When it was made."""
        return datetime.strptime(self.at, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def squash(at: str, by: Person, pull: PullRequest, changes: Mapping[str, Change]) -> Commit:
    """Return the commit that GitHub makes of a pull request when it is squashed."""
    return Commit(at, by, f"{pull.title} (#{pull.number})\n\n{pull.body}", changes, pull=pull)


def merge(at: str, by: Person, pull: PullRequest) -> Commit:
    """Return the merge commit that GitHub makes of a pull request."""
    message = f"Merge pull request #{pull.number} from {OWNER}/{pull.branch}\n\n{pull.title}"
    return Commit(at, by, message, merges=pull.branch, pull=pull)


def append(text: str) -> Change:
    """Return the change that adds text at the end."""
    return lambda before: before + text


def replace(old: str, new: str) -> Change:
    """Return the change of a passage."""

    def change(before: str) -> str:
        if old not in before:
            raise ValueError(f"{old!r} is not in the file")
        return before.replace(old, new)

    return change


def announce(section: str, entry: str) -> Change:
    """Return the change of a changelog that announces something in a section of what is unreleased."""

    def change(before: str) -> str:
        head, unreleased, rest = before.partition("## Unreleased\n")
        mine, next_release, older = rest.partition("\n## ")
        title = f"\n### {section}\n\n"
        if title in mine:
            mine = mine.replace(title, f"{title}- {entry}\n")
        else:
            mine += f"{title}- {entry}\n"
        return head + unreleased + mine + next_release + older

    return change


def release(at: str, by: Person, version: str) -> Commit:
    """Return the commit that releases what the changelog announces, with its tag."""
    heading = f"## Unreleased\n\n## {version} - {at.partition(' ')[0]}\n"
    changes = {"CHANGELOG.md": replace("## Unreleased\n", heading), "VERSION": f"{version}\n"}
    return Commit(at, by, f"Release {version}", changes, tag=f"v{version}")


@dataclass(frozen=True)
class History:
    """A repository at GitHub."""

    name: str
    commits: Sequence[Commit]
    private: bool = False

    @property
    def digest(self) -> str:
        """Return what differs where two histories do."""
        return hashlib.sha256("".join(self._stream()).encode()).hexdigest()

    def store(self, git_dir: Path) -> None:
        """Make the bare repository, with the address at GitHub as its origin."""
        _git(git_dir.parent, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", git_dir.name)
        _git(git_dir, "fast-import", "--quiet", "--export-marks=marks", stdin="".join(self._stream()).encode())
        _git(git_dir, "config", "remote.origin.url", f"https://github.com/{OWNER}/{self.name}.git")

    def object_names(self, git_dir: Path) -> list[str]:
        """Return the object names of the commits of the stored repository, in the order of the history."""
        marks = dict(line.split() for line in (git_dir / "marks").read_text().splitlines())
        return [marks[f":{number}"] for number in range(1, len(self.commits) + 1)]

    def at_github(self, git_dir: Path) -> github.Repository:
        """Return what GitHub knows of the stored repository: its merged pull requests."""
        repository = github.Repository(OWNER, self.name, self.private)
        names = self.object_names(git_dir)
        changed = _read_changes(git_dir)
        for sha, commit in zip(names, self.commits, strict=True):
            if pull := commit.pull:
                files = changed[sha]
                on_branch = [
                    (each, name) for each, name in zip(self.commits, names, strict=True) if each.branch == commit.merges
                ] or [(commit, hashlib.sha1(pull.title.encode(), usedforsecurity=False).hexdigest())]
                repository.add(
                    pull.number,
                    pull.title,
                    body=pull.body,
                    labels=list(pull.labels),
                    createdAt=_text(commit.moment - timedelta(days=2)),
                    mergedAt=_text(commit.moment),
                    updatedAt=_text(commit.moment),
                    additions=sum(each["additions"] for each in files),
                    deletions=sum(each["deletions"] for each in files),
                    headRefName=pull.branch or f"branch-{pull.number}",
                    author=on_branch[0][0].by.account,
                    mergedBy=commit.by.account,
                    mergeCommit={"oid": sha},
                    commits=[
                        github.commit(name, each.by.email, each.by.login, each.message, _text(each.moment))
                        for each, name in on_branch
                    ],
                    files=files,
                    reviews=[
                        {
                            "url": f"{repository.url(pull.number)}#pullrequestreview-{position}",
                            "id": f"R_{self.name}_{pull.number}_{position}",
                            "author": review.by.account,
                            "state": review.state,
                            "body": review.body,
                            "submittedAt": _text(commit.moment - timedelta(hours=3)),
                        }
                        for position, review in enumerate(pull.reviews)
                    ],
                )
        return repository

    def _stream(self) -> Iterator[str]:
        trees: dict[str, dict[str, str]] = {"main": {}}
        bases: dict[str, dict[str, str]] = {}
        tips: dict[str, int] = {}
        for mark, commit in enumerate(self.commits, start=1):
            branch = commit.branch
            parent = tips.get(branch, tips.get("main"))
            bases.setdefault(branch, dict(trees["main"]))
            tree = trees.setdefault(branch, dict(trees["main"]))
            changes = {path: _apply(change, tree.get(path, "")) for path, change in commit.changes.items()}
            if commit.merges:
                changes |= _difference(bases[commit.merges], trees[commit.merges])
            when = f"{int(commit.moment.timestamp())} +0000"
            committer = _GITHUB if commit.pull else commit.by
            yield f"commit refs/heads/{branch}\nmark :{mark}\n"
            yield f"author {commit.by.signature} {when}\ncommitter {committer.signature} {when}\n"
            yield _data(commit.message.strip() + "\n")
            yield f"from :{parent}\n" if parent else ""
            yield f"merge :{tips[commit.merges]}\n" if commit.merges else ""
            for path, content in changes.items():
                yield f"D {path}\n" if content is None else f"M 100644 inline {path}\n{_data(content)}"
                tree.pop(path, None)
                tree |= {} if content is None else {path: content}
            yield f"tag {commit.tag}\nfrom :{mark}\ntagger {commit.by.signature} {when}\n{_data(commit.tag)}" * bool(
                commit.tag
            )
            tips[branch] = mark
            if commit.merges:
                # as GitHub does, so that a later branch of the same name begins at main
                yield f"reset refs/heads/{commit.merges}\nfrom {'0' * 40}\n\n"


def _apply(change: Change, before: str) -> str | None:
    return change(before) if callable(change) else change


def _difference(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    """Return the changes that lead from one tree to another."""
    return {path: after.get(path) for path in {**before, **after} if before.get(path) != after.get(path)}


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_changes(git_dir: Path) -> dict[str, list[Node]]:
    """Return the files that each commit of ``main`` changed, against its first parent."""
    output = _git(
        git_dir, "log", "-m", "--first-parent", "--no-renames", "--raw", "--numstat", "--format=%x00%H", "main"
    )
    kinds = {"A": "ADDED", "D": "DELETED"}
    changed = {}
    for sha, _, lines in (part.partition("\n") for part in output.split("\0")[1:]):
        rows = [line.split("\t") for line in lines.splitlines() if line]
        status = {row[1]: row[0][-1] for row in rows if row[0].startswith(":")}
        changed[sha] = [
            github.changed_file(path, kinds.get(status[path], "MODIFIED"), int(added), int(deleted))
            for added, deleted, path in (row for row in rows if not row[0].startswith(":"))
        ]
    return changed


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git without any configuration of the user's or the system's, and return its output."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    isolated = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    words = ["git", *arguments]
    return subprocess.run(
        words, cwd=folder, env=inherited | isolated, input=stdin, capture_output=True, check=True
    ).stdout.decode()
