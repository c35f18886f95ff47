"""The dataframes that pass from step to step: every column, its dtype, its unit and its meaning, written once.

A function that takes or returns one says so by its schema, ``DataFrame[CommitActivities]``, and compares columns and
dtypes (`typed`); the assets check the values at their borders (`pandera`). Conventions:

* Text is pandas' ``str``; what is not known is missing, never a magic value.
* Moments are ``datetime64[us, UTC]``; offsets from UTC are minutes east.
* A *key* names one activity or achievement and means the same on every machine (``git:github.com/o/n@<sha>``).
* A *person* is the canonical, lower-case e-mail address that all addresses of that person were mapped to.
"""

import functools
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, TypeVar, cast

import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame

from achievement_pipeline.errors import FrameError
from achievement_pipeline.lanes import ActivityKind, kinds

Moment = Annotated[pd.DatetimeTZDtype, "us", "UTC"]

SchemaT = TypeVar("SchemaT", bound=pa.DataFrameModel)


class Frame(pa.DataFrameModel):
    """A frame that has the columns of its schema, and no others."""

    class Config:
        """What holds for all of them."""

        strict = True


def typed(schema: type[SchemaT], frame: pd.DataFrame) -> DataFrame[SchemaT]:
    """Return a frame as one of a schema, once its columns and their dtypes are those of it, in whatever order.

    Values are checked once, where an asset is made (``defs/assets/checks.py``): pandera takes 1.5 ms a column however
    few rows there are, and a frame goes through many hands.

    Raises:
        FrameError: It has other columns or dtypes.
    """
    wanted, found = _dtypes(schema), frame.dtypes.to_dict()
    if found == wanted:
        return cast("DataFrame[SchemaT]", frame)
    missing = [f"no {name}" for name in wanted.keys() - found.keys()]
    others = [f"{name} of {dtype}" for name, dtype in found.items() if wanted.get(name) != dtype]
    raise FrameError(
        f"A frame of {schema.__name__} has {', '.join(sorted(missing) + others)}, which is not what frames.py says. "
        "If it was stored by another version of this program, materialize its asset anew."
    )


def checked(schema: type[SchemaT], frame: pd.DataFrame) -> DataFrame[SchemaT]:
    """Return a frame that comes from outside, from an API or a file, as one of a schema, once its values are too.

    Raises:
        FrameError: It has other columns or dtypes, or values that may not be there.
    """
    try:
        return schema.validate(typed(schema, frame), lazy=True)
    except pa.errors.SchemaErrors as errors:
        raise FrameError(f"A frame of {schema.__name__} has values that may not be there: {errors}") from errors


@functools.cache
def _dtypes(schema: type[pa.DataFrameModel]) -> Mapping[Any, Any]:
    return schema.empty().dtypes.to_dict()


class DiffState(StrEnum):
    """What is known about the files of a commit."""

    READ = "read"
    """Its file rows are complete (there may be none: an empty commit)."""
    MERGE = "merge"
    """A merge: it has no file rows, by rule."""
    SKIPPED = "skipped"
    """Not asked for (another author, before ``since``, a bot); read when it is."""
    PENDING = "pending"
    """Can't be read yet: the boundary of a shallow clone, or contents that a partial clone lacks."""
    FAILED = "failed"
    """Could not be read: a corrupt or missing object."""


class Relation(StrEnum):
    """What a piece of evidence is to its achievement."""

    MEMBER = "member"
    """An activity of this piece of work: it may give the score."""
    LISTED = "listed"
    """Named by a member, but a piece of work of its own: an issue of a project, another issue of a pull request."""


class LinkTo(StrEnum):
    """What the activity that a link names is to the one that the link stands with."""

    PARENT = "parent"
    """It belongs to the named one; of several, to the first. Those that it does not belong to are listed."""
    CHILD = "child"
    """The named one belongs to it."""
    LISTED = "listed"
    """It lists the named one as evidence, which stays a piece of work of its own."""


class RawRepositories(Frame):
    """One row a repository, as it was when its history was read."""

    repository: str = pa.Field(unique=True, description="Stable key of the repository: host/owner/name, or its folder")
    branch: str = pa.Field(nullable=True, description="Branch that HEAD is on; missing where it is on none")
    commit_url: str = pa.Field(nullable=True, description="What a commit's name is put behind to see it on the web")
    shallow: bool = pa.Field(description="Whether its history was cut when it was cloned")
    partial: bool = pa.Field(description="Whether it has contents only where they were needed")
    authors: str = pa.Field(description="Whose commits were read, for people")
    remarks: str = pa.Field(description="What a reader should know of it, a sentence a line")
    state: str = pa.Field(description="JSON of what the history was read from, which saves reading it again")
    examined_by: str = pa.Field(description="By which rules it was decided whose contents are read")
    ignored: str = pa.Field(description="Names of the commits that .git-blame-ignore-revs lists, a line each")


class RawCommits(Frame):
    """One row a commit that is reachable now from the chosen refs of a repository."""

    repository: str = pa.Field(description="Stable key of the repository: host/owner/name, or its folder")
    sha: str = pa.Field(str_matches=r"^[0-9a-f]{40,64}$", description="Full object name")
    parents: str = pa.Field(description="Object names of the parents, separated by blanks; empty for a root")
    author_name: str = pa.Field(description="Through mailmap")
    author_email: str = pa.Field(description="Through mailmap, as written; an opaque key, may be empty or no address")
    committer_name: str = pa.Field(description="Through mailmap")
    committer_email: str = pa.Field(description="Through mailmap, as written")
    authored_at: Moment = pa.Field(nullable=True, description="Missing where git's number is no representable date")
    authored_offset: pd.Int16Dtype = pa.Field(nullable=True, description="Minutes east of UTC; missing where nonsense")
    committed_at: Moment = pa.Field(nullable=True, description="Missing where git's number is no representable date")
    committed_offset: pd.Int16Dtype = pa.Field(nullable=True, description="Minutes east of UTC; missing where nonsense")
    subject: str = pa.Field(description="First line of the message, as hosts show it")
    body: str = pa.Field(description="The message after its first line, without carriage returns")
    trailers: str = pa.Field(description="Trailers of the last paragraph as git reads them, unfolded, one a line")
    diff: str = pa.Field(isin=[state.value for state in DiffState], description="What is known about its files")
    replaces: str = pa.Field(
        description="Object names of commits that are gone and that it took the place of, separated by blanks"
    )

    class Config:
        """Keys are unique."""

        unique = ["repository", "sha"]  # noqa: RUF012 - pandera's own form


class RawCommitFiles(Frame):
    """One row a file that a non-merge commit changed: the numbers of ``git log --numstat -M``."""

    repository: str = pa.Field(description="Key of the repository")
    sha: str = pa.Field(description="Object name of the commit")
    path: str = pa.Field(description="Path after the change; bytes that are not UTF-8 stand as \\xNN")
    old_path: str = pa.Field(nullable=True, description="Path before the change, where it was renamed or copied")
    status: str = pa.Field(isin=list("AMDRTC"), description="Added, modified, deleted, renamed, type changed, copied")
    old_mode: str = pa.Field(description="Six octal digits; 000000 when added, 160000 for a submodule")
    new_mode: str = pa.Field(description="Six octal digits; 000000 when deleted, 160000 for a submodule")
    old_blob: str = pa.Field(description="Object name of the content before; zeros when added")
    new_blob: str = pa.Field(description="Object name of the content after; zeros when deleted")
    insertions: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines; missing when binary")
    deletions: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines; missing when binary")
    binary: bool = pa.Field(description="Whether git calls it binary")


class PathAttributes(Frame):
    """One row a path of which the repository's ``.gitattributes`` says something that matters here.

    True is set, false is unset (``-linguist-generated``), missing is not said.
    """

    repository: str = pa.Field(description="Key of the repository")
    path: str = pa.Field(description="As in the frame of changed files")
    generated: pd.BooleanDtype = pa.Field(nullable=True, description="linguist-generated")
    vendored: pd.BooleanDtype = pa.Field(nullable=True, description="linguist-vendored")
    documentation: pd.BooleanDtype = pa.Field(nullable=True, description="linguist-documentation")
    pointer: pd.BooleanDtype = pa.Field(nullable=True, description="filter=lfs: the content is kept elsewhere")
    detectable: pd.BooleanDtype = pa.Field(nullable=True, description="linguist-detectable")
    language: str = pa.Field(nullable=True, description="linguist-language")

    class Config:
        """A path stands once."""

        unique = ["repository", "path"]  # noqa: RUF012 - pandera's own form


class CommitContents(Frame):
    """One row a changed file whose contents before and after were read, and what they tell of it."""

    repository: str = pa.Field(description="Key of the repository")
    sha: str = pa.Field(description="Object name of the commit")
    path: str = pa.Field(description="Path after the change")
    noise: str = pa.Field(nullable=True, description="One of judging.noise.Noise; missing where it is work")
    insertions: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines of source, where git's count misleads")
    deletions: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines of source, where git's count misleads")
    lines_noise: str = pa.Field(nullable=True, description="One of judging.noise.Noise: why git's count misleads")

    class Config:
        """A changed file stands once."""

        unique = ["repository", "sha", "path"]  # noqa: RUF012 - pandera's own form


class DependencyChanges(Frame):
    """One row a dependency that a commit added to a manifest, upgraded there or removed from it."""

    repository: str = pa.Field(description="Key of the repository")
    sha: str = pa.Field(description="Object name of the commit")
    path: str = pa.Field(description="Path of the manifest after the change")
    ecosystem: str = pa.Field(description="One of judging.manifests.Ecosystem")
    package: str = pa.Field(description="Its name in that ecosystem, in the ecosystem's normal form")
    change: str = pa.Field(isin=["added", "upgraded", "removed"], description="What became of it")

    class Config:
        """A manifest names a package once."""

        unique = ["repository", "sha", "path", "ecosystem", "package"]  # noqa: RUF012 - pandera's own form


class RawPullRequests(Frame):
    """One row a merged pull request of a repository."""

    repository: str = pa.Field(description="Key of the repository: host/owner/name")
    number: int = pa.Field(ge=1, description="The key is github:<owner>/<name>#<number>")
    title: str = pa.Field(description="One line")
    body: str = pa.Field(description="Markdown; may be empty")
    url: str = pa.Field(description="Where it can be seen")
    author: str = pa.Field(nullable=True, description="Login, a bot's with [bot]; missing when the account is gone")
    author_id: pd.Int64Dtype = pa.Field(nullable=True, description="Number of the account, as in its noreply address")
    author_kind: str = pa.Field(nullable=True, description="User, Bot, Mannequin, ...; missing with the account")
    merged_by: str = pa.Field(nullable=True, description="Login")
    base: str = pa.Field(description="Branch that it was merged into")
    branch: str = pa.Field(description="Branch that it came from")
    head_repository: str = pa.Field(nullable=True, description="owner/name of the branch; missing for a deleted fork")
    merge_commit: str = pa.Field(nullable=True, description="Merge, squash or last rebased commit on the base branch")
    labels: str = pa.Field(description="JSON list of names")
    closes: str = pa.Field(
        description="JSON list of owner/name#number: issues that its merge closed, as GitHub linked them"
    )
    created_at: Moment = pa.Field(description="When it was opened")
    merged_at: Moment = pa.Field(description="When it was merged")
    updated_at: Moment = pa.Field(description="When it last changed")
    detail: str = pa.Field(
        isin=["read", "pending"],
        description="Pending: the columns below, its commits, files and reviews are not, or not newly, read yet",
    )
    additions: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines")
    deletions: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines")
    changed_files: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="All of them")
    commit_count: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="All of them; GitHub lists 250 at most")

    class Config:
        """Keys are unique."""

        unique = ["repository", "number"]  # noqa: RUF012 - pandera's own form


class RawPullRequestCommits(Frame):
    """One row a commit of a merged pull request's branch: its own sha even where it was squashed or rebased."""

    repository: str = pa.Field(description="Key of the repository")
    number: int = pa.Field(description="Number of the pull request")
    position: int = pa.Field(ge=0, description="Place among the commits, the oldest is 0")
    sha: str = pa.Field(description="Full object name")
    author_email: str = pa.Field(nullable=True, description="As written in the commit")
    author_login: str = pa.Field(nullable=True, description="Account that GitHub knows by the address")
    authored_at: Moment = pa.Field(nullable=True, description="Stays when it is rebased, as does the subject")
    subject: str = pa.Field(description="First paragraph of the message on one line")
    body: str = pa.Field(description="The rest of the message; may be empty")

    class Config:
        """Keys are unique."""

        unique = ["repository", "number", "position"]  # noqa: RUF012


class RawPullRequestFiles(Frame):
    """One row a file that a merged pull request changed."""

    repository: str = pa.Field(description="Key of the repository")
    number: int = pa.Field(description="Number of the pull request")
    path: str = pa.Field(description="Path after the change")
    change: str = pa.Field(description="added, modified, deleted, renamed, copied or changed")
    additions: pd.Int32Dtype = pa.Field(ge=0, description="Lines")
    deletions: pd.Int32Dtype = pa.Field(ge=0, description="Lines")


class RawReviews(Frame):
    """One row a submitted review of a merged pull request, the author's own answers included."""

    repository: str = pa.Field(description="Key of the repository")
    number: int = pa.Field(description="Number of the pull request")
    url: str = pa.Field(unique=True, description="Where it can be seen; ends with its number, unique on its server")
    reviewer: str = pa.Field(nullable=True, description="Login, a bot's with [bot]; missing when the account is gone")
    reviewer_id: pd.Int64Dtype = pa.Field(nullable=True, description="Number of the account")
    reviewer_kind: str = pa.Field(nullable=True, description="User, Bot, Mannequin, ...; missing with the account")
    state: str = pa.Field(
        isin=["approved", "changes_requested", "commented", "dismissed"], description="What it said, or that it fell"
    )
    body: str = pa.Field(description="Markdown; may be empty: the comments on lines are not read")
    submitted_at: Moment = pa.Field(description="When it was given")


class RawMlflowRuns(Frame):
    """One row a run of an MLflow server that is not deleted, in an experiment that is not, whatever its status."""

    run_id: str = pa.Field(unique=True, description="32 hexadecimal digits")
    server: str = pa.Field(description="host[:port][/path]; the key is mlflow:<server>/<run_id>")
    experiment_id: str = pa.Field(description="Unique on its server")
    experiment: str = pa.Field(description="Name")
    name: str = pa.Field(description="May be empty")
    description: str = pa.Field(description="The run's note, Markdown; may be empty")
    url: str = pa.Field(description="Where it can be seen")
    user: str = pa.Field(nullable=True, description="Login on the machine that ran it: no address")
    status: str = pa.Field(isin=["running", "scheduled", "finished", "failed", "killed"], description="As it is now")
    started_at: Moment = pa.Field(nullable=True, description="Missing where the client gave none")
    ended_at: Moment = pa.Field(nullable=True, description="Missing while it runs")
    parent_run_id: str = pa.Field(nullable=True, description="The run that it is nested in")
    source_name: str = pa.Field(nullable=True, description="Script, notebook or project that ran")
    source_commit: str = pa.Field(nullable=True, description="Commit that its working directory was at, full sha")
    source_repository: str = pa.Field(nullable=True, description="Clone URL, where the client logged one")
    params: str = pa.Field(description="JSON object: parameter to its value, text")
    tags: str = pa.Field(description="JSON object: tag to its value, without MLflow's own")
    model_versions: str = pa.Field(description='JSON list of {"name", "version"} that were registered from it')


class RawMlflowMetrics(Frame):
    """One row a metric of a run: the value that was logged last."""

    run_id: str = pa.Field(description="The run")
    name: str = pa.Field(description="The metric")
    value: float = pa.Field(nullable=True, description="As logged: NaN and infinities are values too")
    step: pd.Int64Dtype = pa.Field(description="Step that it was logged at")
    logged_at: Moment = pa.Field(nullable=True, description="When it was logged")

    class Config:
        """A metric stands once for a run."""

        unique = ["run_id", "name"]  # noqa: RUF012 - pandera's own form


class RawLinearIssues(Frame):
    """One row an issue that is completed now and not in the bin; archived ones are among them."""

    id: str = pa.Field(unique=True, description="UUID; the key is linear:<id>")
    identifier: str = pa.Field(description="ENG-123, as it is now: it changes with the team")
    previous_identifiers: str = pa.Field(description="JSON list of the identifiers that it had in other teams")
    title: str = pa.Field(description="One line")
    description: str = pa.Field(description="Markdown; may be empty")
    url: str = pa.Field(description="Where it can be seen")
    branch: str = pa.Field(description="The branch name that Linear suggests for it")
    priority: int = pa.Field(ge=0, le=4, description="0 none, 1 urgent, 2 high, 3 medium, 4 low")
    estimate: float = pa.Field(nullable=True, ge=0, description="In the team's scale; missing when not estimated")
    estimation: str = pa.Field(nullable=True, description="The team's scale: notUsed, exponential, fibonacci, ...")
    label_ids: str = pa.Field(description="JSON list of UUIDs")
    labels: str = pa.Field(description="JSON list of names, in the order of label_ids")
    team_id: str = pa.Field(description="UUID")
    team_key: str = pa.Field(nullable=True, description="ENG; missing when the team may not be seen")
    team: str = pa.Field(nullable=True, description="Name")
    project_id: str = pa.Field(nullable=True, description="UUID; missing when it belongs to none")
    project: str = pa.Field(nullable=True, description="Name")
    cycle: pd.Int32Dtype = pa.Field(nullable=True, description="Number of the cycle within its team")
    assignee_id: str = pa.Field(nullable=True, description="UUID")
    assignee_email: str = pa.Field(nullable=True, description="As written")
    assignee_name: str = pa.Field(nullable=True, description="As written")
    creator_id: str = pa.Field(nullable=True, description="UUID; missing when an integration made it")
    creator_email: str = pa.Field(nullable=True, description="As written")
    creator_name: str = pa.Field(nullable=True, description="As written")
    parent_id: str = pa.Field(nullable=True, description="UUID of the issue that it is a part of")
    attachments: str = pa.Field(
        description='JSON list of {"url", "title", "source"}: linked pull requests are among them'
    )
    attached_at: Moment = pa.Field(nullable=True, description="When an attachment last changed; missing without any")
    created_at: Moment = pa.Field(description="Never changes")
    started_at: Moment = pa.Field(nullable=True, description="Missing when it was completed without being started")
    completed_at: Moment = pa.Field(nullable=True, description="When it last became completed")
    updated_at: Moment = pa.Field(description="Archiving does not change it")
    archived_at: Moment = pa.Field(nullable=True, description="Missing unless archived")


class RawLinearProjects(Frame):
    """One row a project that is completed now and not in the bin; archived ones are among them."""

    id: str = pa.Field(unique=True, description="UUID; the key is linear:<id>")
    name: str = pa.Field(description="One line")
    description: str = pa.Field(description="Summary; may be empty")
    content: str = pa.Field(description="The project's document, Markdown; may be empty")
    url: str = pa.Field(description="Where it can be seen")
    priority: int = pa.Field(ge=0, le=4, description="0 none, 1 urgent, 2 high, 3 medium, 4 low")
    labels: str = pa.Field(description="JSON list of names")
    teams: str = pa.Field(description="JSON list of team keys")
    lead_email: str = pa.Field(nullable=True, description="As written")
    lead_name: str = pa.Field(nullable=True, description="As written")
    creator_email: str = pa.Field(nullable=True, description="As written")
    creator_name: str = pa.Field(nullable=True, description="As written")
    members: str = pa.Field(description="JSON list of the members' e-mail addresses, as written")
    created_at: Moment = pa.Field(description="Never changes")
    started_at: Moment = pa.Field(nullable=True, description="Missing when it was completed without being started")
    completed_at: Moment = pa.Field(nullable=True, description="When it last became completed")
    updated_at: Moment = pa.Field(description="As Linear gives it")
    archived_at: Moment = pa.Field(nullable=True, description="Missing unless archived")


class _JudgedActivities(Frame):
    """One row an activity: what it has in common with all others after normalising and gating."""

    key: str = pa.Field(unique=True, description="Stable name of the activity")
    kind: str = pa.Field(isin=[*kinds(), ActivityKind.MANUAL.value], description="What it is in its source")
    source_id: str = pa.Field(description="Its name within its source, unique there: the key without its prefix")
    repository: str = pa.Field(nullable=True, description="Key of the repository; missing for other sources")
    title: str = pa.Field(description="One line for people")
    description: str = pa.Field(description="The rest of what its author wrote; may be empty")
    url: str = pa.Field(nullable=True, description="Where it can be seen; missing for a local repository")
    person: str = pa.Field(description="Whose it is: canonical e-mail address, lower case")
    person_name: str = pa.Field(description="The name to show for the person")
    coauthors: str = pa.Field(description="Canonical addresses of others it belongs to, separated by commas")
    started_at: Moment = pa.Field(nullable=True, description="Missing when no evidence gives it")
    completed_at: Moment = pa.Field(nullable=True, description="When it was done")
    category: str = pa.Field(description="One of judging.categories.Category")
    category_rule: str = pa.Field(description="Which rule gave the category")
    significant: bool = pa.Field(description="Whether it may make an achievement")
    reasons: str = pa.Field(description="Reason codes that decided it, separated by commas")
    retracted_by: str = pa.Field(nullable=True, description="Key of the activity that reverted it or that it repeats")


class Activities(_JudgedActivities):
    """One row an activity, as every lane hands it over."""

    names: str = pa.Field(description="JSON list of the names that links call it by: commit:<sha>, issue:eng-1, ...")
    links: str = pa.Field(
        description='JSON list of {"rank", "to", "name"}: to is one of LinkTo, rank one of judging.references.Rank'
    )


class CommitActivities(Activities):
    """One row a commit, normalised and gated."""

    signed_off_by: str = pa.Field(description="Canonical addresses in Signed-off-by lines, separated by commas")
    sha: str = pa.Field(description="Full object name")
    signs: str = pa.Field(description="Signs of impact (judging/impact/signs.toml), separated by commas")
    type: str = pa.Field(nullable=True, description="Conventional Commits type, lower case; missing if not conforming")
    scope: str = pa.Field(nullable=True, description="Conventional Commits scope")
    breaking: bool = pa.Field(description="Marked by ! or a BREAKING CHANGE footer")
    files: int = pa.Field(ge=0, description="Files changed, all of them")
    insertions: int = pa.Field(ge=0, description="Lines, all files")
    deletions: int = pa.Field(ge=0, description="Lines, all files")
    effective_files: int = pa.Field(ge=0, description="Files that are work")
    effective_insertions: int = pa.Field(ge=0, description="Lines in files that are work")
    effective_deletions: int = pa.Field(ge=0, description="Lines in files that are work and stay")
    left_out: str = pa.Field(
        description='JSON: {"<reason>": {"files": n, "lines": n}} of files, or their lines, that are no work'
    )
    commits: int = pa.Field(ge=0, description="Commits that it brought as a merge of a piece of work; else 0")


class PullRequestActivities(Activities):
    """One row a merged pull request, or what one person reviewed of somebody else's."""

    number: int = pa.Field(ge=1, description="Number of the pull request")
    signs: str = pa.Field(description="Signs of impact, separated by commas; of a review empty")
    type: str = pa.Field(nullable=True, description="Conventional Commits type of its title; missing for a review")
    scope: str = pa.Field(nullable=True, description="Conventional Commits scope of its title")
    breaking: bool = pa.Field(description="Marked by ! or a BREAKING CHANGE footer")
    labels: str = pa.Field(description="JSON list of names")
    files: int = pa.Field(ge=0, description="Files changed, all of them")
    insertions: int = pa.Field(ge=0, description="Lines, all files")
    deletions: int = pa.Field(ge=0, description="Lines, all files")
    effective_files: int = pa.Field(ge=0, description="Files that are work")
    effective_insertions: int = pa.Field(ge=0, description="Lines in files that are work")
    effective_deletions: int = pa.Field(ge=0, description="Lines in files that are work and stay")
    left_out: str = pa.Field(
        description='JSON: {"<reason>": {"files": n, "lines": n}} of files, or their lines, that are no work'
    )
    commits: int = pa.Field(ge=0, description="Commits of its branch")
    reviewers: int = pa.Field(ge=0, description="People other than its author who reviewed it")
    verdict: str = pa.Field(
        nullable=True, description="Of a review: changes_requested once they were, else the last state; else missing"
    )
    words: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Of a review: words written; else missing")


class LinearActivities(Activities):
    """One row a completed issue or project of Linear."""

    identifier: str = pa.Field(nullable=True, description="ENG-123; missing for a project")
    team: str = pa.Field(nullable=True, description="Key of the team, or of teams, separated by commas")
    project: str = pa.Field(nullable=True, description="Name of the project that an issue is part of")
    labels: str = pa.Field(description="JSON list of names")
    priority: int = pa.Field(ge=0, le=4, description="0 none, 1 urgent, 2 high, 3 medium, 4 low")
    estimate: float = pa.Field(nullable=True, ge=0, description="Of an issue; missing where the team does not estimate")
    estimation: str = pa.Field(nullable=True, description="The team's scale: exponential, fibonacci, linear, tShirt")
    issues: int = pa.Field(ge=0, description="Of a project: its completed issues; else 0")
    points: float = pa.Field(ge=0, description="Of a project: the sum of their estimates; else 0")


class MlflowActivities(Activities):
    """One row a run of an MLflow server."""

    experiment: str = pa.Field(description="Name")
    status: str = pa.Field(description="finished, failed, killed, running or scheduled")
    nested: bool = pa.Field(description="Whether it is a part of another run")
    models: str = pa.Field(description='JSON list of "name version": the model versions that it registered')
    params: int = pa.Field(ge=0, description="Parameters logged")
    metrics: int = pa.Field(ge=0, description="Metrics logged")
    metric: str = pa.Field(nullable=True, description="What runs of the experiment are compared by; missing for none")
    value: float = pa.Field(nullable=True, description="Its value; missing where it was not logged or is no number")
    best_before: float = pa.Field(nullable=True, description="Best value of earlier runs; missing where there was none")


class StoredActivities(_JudgedActivities):
    """One row an activity of any lane, as the store gives it back."""

    parent: str = pa.Field(nullable=True, description="Key of the activity that it belongs to, found by the links")
    details: str = pa.Field(description="JSON object of the columns that only its lane has")


class RelatedActivities(Frame):
    """One row an activity that another one lists, whether they belong together or not."""

    lister: str = pa.Field(description="Key of the activity that lists it")
    key: str = pa.Field(description="Key of the listed activity")
    kind: str = pa.Field(description="What it is in its source")
    title: str = pa.Field(description="One line for people")
    url: str = pa.Field(nullable=True, description="Where it can be seen")
    person: str = pa.Field(description="Whose it is")
    at: Moment = pa.Field(nullable=True, description="When it was done")

    class Config:
        """It is listed once."""

        unique = ["lister", "key"]  # noqa: RUF012 - pandera's own form


class Scores(Frame):
    """One row a scored activity."""

    key: str = pa.Field(unique=True, description="Key of the activity")
    repository: str = pa.Field(nullable=True, description="Key of the repository, as of the activity")
    impact: float = pa.Field(ge=0, le=100, description="Points")
    complexity: float = pa.Field(ge=0, le=100, description="Points")
    ledger: str = pa.Field(
        description='JSON list of {"score", "rule", "points", "evidence"}; the points of a score sum to it exactly'
    )
    version: str = pa.Field(description="Version of the rules that gave the score")


class Skills(Frame):
    """One row a skill that an activity shows."""

    key: str = pa.Field(description="Key of the activity")
    repository: str = pa.Field(nullable=True, description="Key of the repository, as of the activity")
    skill: str = pa.Field(description="Name as in the vocabulary")
    kind: str = pa.Field(isin=["language", "technology", "practice"], description="Kind of skill")
    weight: float = pa.Field(gt=0, le=1, description="Share or strength of the evidence")
    evidence: str = pa.Field(description="What shows it, for people: 12 files, +340 -20 lines")

    class Config:
        """A skill stands once for an activity."""

        unique = ["key", "skill"]  # noqa: RUF012 - pandera's own form


class ActivityFrames(NamedTuple):
    """Activities with all that was judged about them; every key of the other two stands in the first."""

    activities: DataFrame[Any]
    """`Activities` with its lane's own columns: `CommitActivities`, ..."""
    scores: DataFrame[Scores]
    skills: DataFrame[Skills]


class PiecesOfWork(NamedTuple):
    """All activities of some pieces of work, as the store gives them back, with all that was judged about them."""

    activities: DataFrame[StoredActivities]
    scores: DataFrame[Scores]
    skills: DataFrame[Skills]
    related: DataFrame[RelatedActivities]


class Achievements(Frame):
    """One row an achievement: a root activity and all activities that belong to it, ready to be stored."""

    key: str = pa.Field(unique=True, description="Key of the root activity")
    title: str = pa.Field(description="One line for people")
    category: str = pa.Field(description="One of judging.categories.Category")
    description: str = pa.Field(description="What its author wrote")
    source_type: str = pa.Field(description="Kind of the root activity")
    source_id: str = pa.Field(description="Name of the root activity within its source")
    source_url: str = pa.Field(nullable=True, description="Where the root can be seen")
    repository: str = pa.Field(nullable=True, description="Key of the repository")
    author: str = pa.Field(description="Canonical e-mail address of the person")
    coauthors: str = pa.Field(description="JSON list of canonical addresses it is shared with")
    started_at: Moment = pa.Field(nullable=True, description="Missing when no evidence gives it")
    completed_at: Moment = pa.Field(nullable=True, description="When the piece of work was done")
    impact_score: float = pa.Field(ge=0, le=100, description="Maximum over its activities, points")
    complexity_score: float = pa.Field(ge=0, le=100, description="Maximum over its activities, points")
    score_ledger: str = pa.Field(description="JSON list of ledger lines, each naming the activity that gave it")
    score_version: str = pa.Field(description="Version of the rules")
    skills_demonstrated: str = pa.Field(description="JSON list of skills, the strongest first")
    skills: str = pa.Field(description='JSON list of {"skill", "kind", "weight", "evidence"}')
    tags: str = pa.Field(description="JSON list: source, type, scope, breaking, shared")
    evidence: str = pa.Field(
        description='JSON list of {"key", "kind", "title", "url", "person", "at", "relation"}: the root, the other '
        "members, then what is listed; a relation is one of Relation"
    )
    portfolio_ready: bool = pa.Field(description="Impact reaches the portfolio threshold")
    retracted_reason: str = pa.Field(nullable=True, description="Why it no longer counts; missing while it does")
