"""Read a repository's releases: its tags, and the release notes on its default branch."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import pandas as pd
from git.exc import GitCommandError
from pandera.typing.pandas import DataFrame

from achievement_pipeline.frames import RawCommits, RawTags, typed
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.sources.git.processes import IsolatedGit, run_read_only
from achievement_pipeline.sources.git.reading.blobs import blobs
from achievement_pipeline.sources.git.repositories import Repository

_TAGS: Final = "refs/tags/"
_MOST_BESIDE: Final = 50_000
"""Commits of release branches that are looked at: more are another history."""
_NESTED: Final = 3
"""Tags of tags that are followed."""
_LARGEST_FILE: Final = 8 << 20
_MOST_FILES: Final = 2_000
_TAGGER: Final = compile_pattern(r"(?m)^tagger (?P<name>[^<\n]*)<(?P<email>[^>\n]*)> (?P<at>\d{1,12}) [+-]\d{4}$")
_SIGNATURE: Final = "-----BEGIN "

Choose = Callable[["pd.Series[str]"], "pd.Series[bool]"]
"""Returns which paths are wanted, with their index."""


class NotesFile(NamedTuple):
    """A file of release notes."""

    path: str
    object: str
    text: str


def read_tags(repository: Repository, commits: DataFrame[RawCommits]) -> DataFrame[RawTags]:
    """Read the tags, and which commits they have beside those that were listed: those of release branches."""
    objects = _tags(repository)
    with repository.isolated_git() as git:
        opened = _opened(git, objects.values())
        if repository.mailmap:
            opened = _through_mailmap(git, opened)
        tags = [(name, object_, opened[object_]) for name, object_ in objects.items() if object_ in opened]
        listed = set(commits["sha"])
        sides = _sides(git, [tag.commit for *_, tag in tags], listed, repository.tips)
    frame = pd.DataFrame(
        {
            "repository": pd.Series(repository.key, index=range(len(tags)), dtype="str"),
            "name": pd.array([name for name, *_ in tags], dtype="str"),
            "object": pd.array([object_ for _, object_, _ in tags], dtype="str"),
            "commit": pd.array([tag.commit for *_, tag in tags], dtype="str"),
            "tagged_at": pd.to_datetime(pd.Series([tag.at for *_, tag in tags], dtype="float64"), unit="s", utc=True),
            "tagger_name": pd.array([tag.tagger_name for *_, tag in tags], dtype="str"),
            "tagger_email": pd.array([tag.tagger_email for *_, tag in tags], dtype="str"),
            "message": pd.array([tag.message for *_, tag in tags], dtype="str"),
            "side": pd.array(sides, dtype="str"),
        }
    ).astype({"tagged_at": "datetime64[us, UTC]"})
    return typed(RawTags, frame)


def read_notes(
    repository: Repository, choose: Choose, known: Collection[str] = ()
) -> tuple[list[str], list[NotesFile]]:
    """Read the files of the default branch that are release notes.

    Args:
        repository: As it is now.
        choose: Returns which paths are wanted.
        known: Object names of texts that need not be read again.

    Returns:
        ``path`` and object name of all that are wanted, joined by a blank; and the texts of those that are not known.
    """
    if repository.main is None:
        return [], []
    with repository.isolated_git() as git:
        listed = git.output("ls-tree", "-r", "-z", "--full-tree", repository.main).decode(errors="backslashreplace")
        files = dict(_files(listed))
        chosen = choose(pd.Series(list(files), dtype="str"))
        wanted = [path for path, is_wanted in zip(files, chosen, strict=True) if is_wanted][:_MOST_FILES]
        names = {files[path] for path in wanted} - set(known)
        texts = dict(blobs(git, _small(git, sorted(names))))
    read = [
        NotesFile(path, files[path], texts[files[path]].decode(errors="replace"))
        for path in wanted
        if files[path] in texts
    ]
    return [f"{files[path]} {path}" for path in wanted], read


def _files(listed: str) -> Iterator[tuple[str, str]]:
    for entry in listed.split("\0"):
        mode, _, rest = entry.partition(" ")
        if mode.startswith("100"):
            name, _, path = rest.partition(" ")[2].partition("\t")
            yield path, name


def _small(git: IsolatedGit, names: list[str]) -> list[str]:
    if not names:
        return []
    sizes = (line.split() for line in git.output("cat-file", "--batch-check", stdin=names).decode().splitlines())
    return [words[0] for words in sizes if len(words) == 3 and int(words[2]) <= _LARGEST_FILE]  # noqa: PLR2004


def _tags(repository: Repository) -> dict[str, str]:
    """The object names that tags hold, by their names; no object is opened."""
    found: dict[str, str] = {}
    for part in repository.parts:
        output = run_read_only(f"--git-dir={part.git_dir}", "for-each-ref", "--format=%(objectname) %(refname)", _TAGS)
        for line in os.fsdecode(output).splitlines():
            name, _, ref = line.partition(" ")
            found.setdefault(ref.removeprefix(_TAGS).encode(errors="replace").decode(), name)
    return found


class _Tag(NamedTuple):
    """What a tag holds; of one that is not annotated its commit alone."""

    commit: str
    at: float | None = None
    tagger_name: str = ""
    tagger_email: str = ""
    message: str = ""


def _opened(git: IsolatedGit, objects: Iterable[str]) -> dict[str, _Tag]:
    """Return what each tag holds; tags of anything but commits are left out."""
    found: dict[str, _Tag] = {}
    targets = {name: name for name in objects}
    for _ in range(_NESTED + 1):
        contents = dict(blobs(git, sorted(set(targets.values()))))
        further: dict[str, str] = {}
        for name, target in targets.items():
            content = contents.get(target, b"")
            if content.startswith(b"tree "):
                found[name] = found[name]._replace(commit=target) if name in found else _Tag(target)
            elif content.startswith(b"object "):
                head, _, message = content.decode(errors="replace").partition("\n\n")
                found.setdefault(name, _annotated(head, message))
                further[name] = head.split(maxsplit=2)[1]
        targets = further
        if not targets:
            break
    return {name: tag for name, tag in found.items() if tag.commit}


def _annotated(head: str, message: str) -> _Tag:
    """Return what an annotated tag holds, without its commit."""
    tag = _Tag("", message=message.partition(_SIGNATURE)[0])
    tagger = _TAGGER.search(head)
    if tagger is None:
        return tag
    name, email = (tagger[part].strip().replace("\0", "") for part in ("name", "email"))
    return tag._replace(at=float(tagger["at"]), tagger_name=name, tagger_email=email)


def _through_mailmap(git: IsolatedGit, tags: Mapping[str, _Tag]) -> dict[str, _Tag]:
    """Replace names and addresses of taggers as the repository's mailmap does."""
    contact = {name: f"{tag.tagger_name} <{tag.tagger_email}>" for name, tag in tags.items() if tag.tagger_email}
    contacts = list(dict.fromkeys(contact.values()))
    if not contacts:
        return dict(tags)
    lines = git.output("check-mailmap", "--stdin", stdin=contacts).decode(errors="replace").splitlines()
    known = {one: line.removesuffix(">").rpartition("<")[::2] for one, line in zip(contacts, lines, strict=True)}
    return {
        name: tag._replace(tagger_name=known[contact[name]][0].strip(), tagger_email=known[contact[name]][1])
        if name in contact
        else tag
        for name, tag in tags.items()
    }


def _sides(git: IsolatedGit, commits: list[str], listed: Collection[str], tips: Iterable[str]) -> list[str]:
    """Return, for each commit, the lines of those that it reaches and neither the tips nor one before it does."""
    beside = [sha for sha in commits if sha not in listed]
    lines = _lines_beside(git, beside, tips) if beside else {}
    sides = []
    for sha in commits:
        own, left = [], [sha]
        while left:
            line = lines.pop(left.pop(), None)
            if line is not None:
                own.append(line)
                left += line.split()[2:]
        sides.append("\n".join(own))
    return sides


def _lines_beside(git: IsolatedGit, commits: Iterable[str], tips: Iterable[str]) -> dict[str, str]:
    arguments = ("rev-list", "--parents", "--timestamp", f"--max-count={_MOST_BESIDE}", "--ignore-missing", "--stdin")
    try:
        output = git.output(*arguments, stdin=[*dict.fromkeys(commits), *(f"^{tip}" for tip in tips)]).decode()
    except GitCommandError:  # the history of a release branch is not all there
        return {}
    return {line.split(maxsplit=2)[1]: line for line in output.splitlines()}
