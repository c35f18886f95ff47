"""The schemas of the dataframes between steps: columns, dtypes, units and meanings.

Functions declare the frames they take and return, as in ``DataFrame[CommitActivities]``, and check columns and dtypes
(`typed`). Asset checks validate the values (`pandera`). Conventions:

* Text is pandas' ``str``. Unknown values are missing, never a placeholder.
* Times are ``datetime64[us, UTC]``; UTC offsets are minutes east.
* A *key* identifies an activity or achievement, the same on every machine (``git:github.com/o/n@<sha>``).
* A *person* is a canonical, lower-case e-mail address; all addresses of a person map to it.
"""

import functools
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, Self, TypeVar, cast

import pandas as pd
import pandera.pandas as pa
from pandera.config import ValidationDepth, config_context
from pandera.typing import DataFrame

from achievement_pipeline.errors import FrameError
from achievement_pipeline.lanes import ActivityKind, kinds
from achievement_pipeline.parsing.public_names import Kind

UtcTimestamp = Annotated[pd.DatetimeTZDtype, "us", "UTC"]

SchemaT = TypeVar("SchemaT", bound=pa.DataFrameModel)


class Frame(pa.DataFrameModel):
    """A frame with exactly the columns of its schema."""

    class Config:
        """Applies to all frames."""

        strict = True

    @classmethod
    def empty(cls, *_args: object) -> DataFrame[Self]:
        """Return a frame without rows. pandera makes one in milliseconds; here it is copied from the first."""
        return cast("DataFrame[Self]", _without_rows(cls).copy())


def typed(schema: type[SchemaT], frame: pd.DataFrame) -> DataFrame[SchemaT]:
    """Check the columns and dtypes of a frame against a schema; column order does not matter.

    Values are checked once, when an asset is materialized (``defs/assets/checks.py``): that takes milliseconds however
    few rows there are, and a frame passes through many functions.

    Raises:
        FrameError: Columns or dtypes differ.
    """
    wanted, found = _dtypes(schema), frame.dtypes.to_dict()
    if found == wanted:
        return cast("DataFrame[SchemaT]", frame)
    missing = [f"no {name}" for name in wanted.keys() - found.keys()]
    others = [f"{name} of {dtype}" for name, dtype in found.items() if wanted.get(name) != dtype]
    raise FrameError(
        f"A frame of {schema.__name__} has {', '.join(sorted(missing) + others)}, which does not match its schema. "
        "If another version of this program stored it, materialize its asset again."
    )


def checked(schema: type[SchemaT], frame: pd.DataFrame) -> DataFrame[SchemaT]:
    """Check an external frame, from an API or a file, against a schema, including its values.

    Raises:
        FrameError: Columns, dtypes or values do not match.
    """
    try:
        return validated(schema, typed(schema, frame))
    except pa.errors.SchemaErrors as errors:
        raise FrameError(f"A frame of {schema.__name__} has invalid values: {errors}") from errors


def validated(schema: type[SchemaT], frame: pd.DataFrame) -> DataFrame[SchemaT]:
    """Check a frame against a schema: columns, dtypes and values.

    pandera finds all that is wrong, but takes 0.5 ms per column to find no wrong dtype and no missing value. Where one
    comparison shows that there is none, it only checks the values of columns with limits: a frame of 15 columns takes
    1 ms instead of 10.

    Raises:
        pandera.errors.SchemaErrors: With every failure.
    """
    if not _is_well_formed(schema, frame):
        with config_context(validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            return schema.validate(frame, lazy=True)
    if len(frame):
        with config_context(validation_depth=ValidationDepth.DATA_ONLY):
            _limits(schema).validate(frame, lazy=True)
    return cast("DataFrame[SchemaT]", frame)


def _is_well_formed(schema: type[pa.DataFrameModel], frame: pd.DataFrame) -> bool:
    """Whether columns and dtypes are those of the schema, and no required value is missing."""
    dtypes = _dtypes(schema)
    if len(frame.columns) != len(dtypes) or frame.dtypes.to_dict() != dtypes:
        return False
    return not any(frame[name].hasnans for name in _required(schema))


@functools.cache
def _limits(schema: type[pa.DataFrameModel]) -> pa.DataFrameSchema:
    """Return a schema without the columns that may have any value."""
    described = schema.to_schema()
    unlimited = [name for name, column in described.columns.items() if not column.checks and not column.unique]
    limits = described.remove_columns(unlimited)
    limits.strict = False
    return limits


@functools.cache
def _without_rows(schema: type[Frame]) -> pd.DataFrame:
    return super(Frame, schema).empty()


@functools.cache
def _dtypes(schema: type[pa.DataFrameModel]) -> Mapping[Any, Any]:
    return schema.empty().dtypes.to_dict()


@functools.cache
def _required(schema: type[pa.DataFrameModel]) -> tuple[str, ...]:
    return tuple(name for name, column in schema.to_schema().columns.items() if not column.nullable)


class DiffState(StrEnum):
    """What is known about the files of a commit."""

    READ = "read"
    """Its file rows are complete. An empty commit has none."""
    MERGE = "merge"
    """A merge, which never has file rows."""
    SKIPPED = "skipped"
    """Outside the filter (another author, before ``since``, a bot). It is read when the filter includes it."""
    PENDING = "pending"
    """Not readable yet: the boundary of a shallow clone, or contents missing from a partial clone."""
    FAILED = "failed"
    """Not readable: a corrupt or missing object."""


class Relation(StrEnum):
    """The relation of evidence to its achievement."""

    MEMBER = "member"
    """An activity of the same piece of work; it may give the score."""
    LISTED = "listed"
    """Another piece of work that a member lists: an issue of a project, another issue of a pull request."""


class LinkTo(StrEnum):
    """The relation of the linked activity to the one that has the link."""

    PARENT = "parent"
    """The parent. If there are several, the first wins and the others are listed."""
    ELSEWHERE = "elsewhere"
    """As PARENT, if it is in another repository."""
    CHILD = "child"
    """A child."""
    LISTED = "listed"
    """Evidence that remains a separate piece of work."""


class RawRepositories(Frame):
    """One row per repository, as of when its history was read."""

    repository: str = pa.Field(unique=True, description="Stable key of the repository: host/owner/name, or its folder")
    branch: str = pa.Field(nullable=True, description="Current branch; missing if HEAD is detached")
    commit_url: str = pa.Field(nullable=True, description="URL prefix of commits")
    shallow: bool = pa.Field(description="Whether it is a shallow clone")
    partial: bool = pa.Field(description="Whether it is a partial clone")
    authors: str = pa.Field(description="Authors whose commits were read, as text")
    remarks: str = pa.Field(description="Remarks for readers, one sentence per line")
    state: str = pa.Field(description="JSON of the state that the history was read from, for incremental reads")
    examined_by: str = pa.Field(description="Fingerprint of the rules that select files for content analysis")
    named_by: str = pa.Field(description="Version that read the public names; empty if they are not complete")
    ignored: str = pa.Field(description="Object names in .git-blame-ignore-revs, one per line")


class RawCommits(Frame):
    """One row per commit that is reachable from the selected refs of a repository."""

    repository: str = pa.Field(description="Stable key of the repository: host/owner/name, or its folder")
    sha: str = pa.Field(str_matches=r"^[0-9a-f]{40,64}$", description="Full object name")
    parents: str = pa.Field(description="Object names of the parents, separated by blanks; empty for a root")
    author_name: str = pa.Field(description="Through mailmap")
    author_email: str = pa.Field(description="Through mailmap, as written; may be empty or invalid")
    committer_name: str = pa.Field(description="Through mailmap")
    committer_email: str = pa.Field(description="Through mailmap, as written")
    authored_at: UtcTimestamp = pa.Field(
        nullable=True, description="Missing if git's number is not a representable date"
    )
    authored_offset: pd.Int16Dtype = pa.Field(nullable=True, description="Minutes east of UTC; missing if implausible")
    committed_at: UtcTimestamp = pa.Field(
        nullable=True, description="Missing if git's number is not a representable date"
    )
    committed_offset: pd.Int16Dtype = pa.Field(nullable=True, description="Minutes east of UTC; missing if implausible")
    subject: str = pa.Field(description="First line of the message, as hosts show it")
    body: str = pa.Field(description="The message after its first line, without carriage returns")
    trailers: str = pa.Field(description="Trailers of the last paragraph as git parses them, unfolded, one per line")
    diff: str = pa.Field(isin=[state.value for state in DiffState], description="What is known about its files")
    replaces: str = pa.Field(description="Object names of vanished commits that it replaced, separated by blanks")

    class Config:
        """Keys are unique."""

        unique = ["repository", "sha"]  # noqa: RUF012 - pandera's own form


class RawCommitFiles(Frame):
    """One row per file changed by a commit that is not a merge: the numbers of ``git log --numstat -M``."""

    repository: str = pa.Field(description="Key of the repository")
    sha: str = pa.Field(description="Object name of the commit")
    path: str = pa.Field(description="Path after the change; bytes that are not UTF-8 are written as \\xNN")
    old_path: str = pa.Field(nullable=True, description="Path before a rename or copy")
    status: str = pa.Field(isin=list("AMDRTC"), description="Added, modified, deleted, renamed, type changed, copied")
    old_mode: str = pa.Field(description="Six octal digits; 000000 when added, 160000 for a submodule")
    new_mode: str = pa.Field(description="Six octal digits; 000000 when deleted, 160000 for a submodule")
    old_blob: str = pa.Field(description="Object name of the content before; zeros when added")
    new_blob: str = pa.Field(description="Object name of the content after; zeros when deleted")
    insertions: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines; missing when binary")
    deletions: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines; missing when binary")
    binary: bool = pa.Field(description="Whether git calls it binary")


class LineUse(Frame):
    """One row per file changed by a commit whose lines reached the default branch: how long they were in use."""

    repository: str = pa.Field(description="Key of the repository")
    sha: str = pa.Field(description="Object name of the commit")
    path: str = pa.Field(description="Path after the change")
    landed_at: UtcTimestamp = pa.Field(nullable=True, description="When they reached it; missing if it has no lines")
    lines: int = pa.Field(ge=0, description="Lines that reached it, without changes of white space")
    alive: int = pa.Field(ge=0, description="Of these, lines that it still has: those that git blame -w shows")
    alive_1y: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines after one year; missing until then")
    alive_2y: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines after two years; missing until then")
    editors: str = pa.Field(
        description="For a file that it created: addresses of all who changed it since, as written, one per line"
    )


class LineOwners(Frame):
    """Who wrote the lines of files of the default branch, to continue from: one row per version of a file."""

    repository: str = pa.Field(description="Key of the repository")
    path: str = pa.Field(description="Path of the file")
    blob: str = pa.Field(description="Object name of its content")
    since: int = pa.Field(ge=0, description="The commit of the default branch that made this version, from 0")
    until: pd.Int64Dtype = pa.Field(nullable=True, description="The commit that replaced it; missing if none did")
    owners: str = pa.Field(description="Ranges of lines, <lines>:<row of line_use>, separated by blanks; -1 is no row")
    created: int = pa.Field(ge=-1, description="The row of line_use that created the file; -1 if none did")
    head: str = pa.Field(description="Object name of the commit of the default branch that was read")
    state: str = pa.Field(description="Digest of the commits whose lines are followed, and of the rows of line_use")


class RawTags(Frame):
    """One row per tag of a repository that leads to a commit."""

    repository: str = pa.Field(description="Key of the repository")
    name: str = pa.Field(description="Without refs/tags/")
    object: str = pa.Field(description="Object name of the tag; of its commit if it is not annotated")
    commit: str = pa.Field(description="Object name of the commit")
    tagged_at: UtcTimestamp = pa.Field(nullable=True, description="When it was created; missing if it is not annotated")
    tagger_name: str = pa.Field(description="Who created it, as written; empty if it is not annotated")
    tagger_email: str = pa.Field(description="As written; empty if it is not annotated")
    message: str = pa.Field(description="Message of an annotated tag, without its signature; else empty")
    side: str = pa.Field(
        description="Commits that it contains and that neither raw_commits nor the tags above do: time in seconds, "
        "object name and parents, one per line"
    )

    class Config:
        """Tags are unique."""

        unique = ["repository", "name"]  # noqa: RUF012 - pandera's own form


class ChangelogEntries(Frame):
    """One row per entry of a repository's release notes: changelogs, pages, fragments, messages of tags."""

    repository: str = pa.Field(description="Key of the repository")
    path: str = pa.Field(description="Path of the file; refs/tags/<name> for a tag")
    object: str = pa.Field(description="Object name of the text")
    position: int = pa.Field(ge=0, description="Position in the text, from 0")
    version: str = pa.Field(nullable=True, description="The release, as the notes call it; missing if unreleased")
    released_on: str = pa.Field(nullable=True, description="Day of the release, YYYY-MM-DD, if the notes give one")
    section: str = pa.Field(description="Headings above it, below the version")
    prominence: str = pa.Field(isin=["highlight", "entry", "minor"], description="How prominent it is")
    sentence: str = pa.Field(description="Its text, on one line")
    references: str = pa.Field(
        description="What it names, separated by blanks: pull:12, issue:12, number:12, commit:<sha>"
    )
    fragment: bool = pa.Field(description="Whether the whole file is this entry")
    parsed_by: str = pa.Field(description="Version of the parser")

    class Config:
        """Positions are unique."""

        unique = ["repository", "path", "position"]  # noqa: RUF012 - pandera's own form


class PathAttributes(Frame):
    """One row per path with relevant attributes in the repository's ``.gitattributes``.

    True means set, False means unset (``-linguist-generated``), missing means unspecified.
    """

    repository: str = pa.Field(description="Key of the repository")
    path: str = pa.Field(description="As in the frame of changed files")
    generated: pd.BooleanDtype = pa.Field(nullable=True, description="linguist-generated")
    vendored: pd.BooleanDtype = pa.Field(nullable=True, description="linguist-vendored")
    documentation: pd.BooleanDtype = pa.Field(nullable=True, description="linguist-documentation")
    pointer: pd.BooleanDtype = pa.Field(nullable=True, description="filter=lfs: the content is stored elsewhere")
    detectable: pd.BooleanDtype = pa.Field(nullable=True, description="linguist-detectable")
    language: str = pa.Field(nullable=True, description="linguist-language")

    class Config:
        """Paths are unique."""

        unique = ["repository", "path"]  # noqa: RUF012 - pandera's own form


class CommitContents(Frame):
    """One row per changed file with analysed contents."""

    repository: str = pa.Field(description="Key of the repository")
    sha: str = pa.Field(description="Object name of the commit")
    path: str = pa.Field(description="Path after the change")
    noise: str = pa.Field(nullable=True, description="One of judging.noise.Noise; missing if it is work")
    insertions: pd.Int32Dtype = pa.Field(
        nullable=True, ge=0, description="Lines of source, if git's count is misleading"
    )
    deletions: pd.Int32Dtype = pa.Field(
        nullable=True, ge=0, description="Lines of source, if git's count is misleading"
    )
    lines_noise: str = pa.Field(nullable=True, description="One of judging.noise.Noise: why git's count is misleading")
    holder: str = pa.Field(nullable=True, description="Copyright holder in the opening comment of an added file")

    class Config:
        """Changed files are unique."""

        unique = ["repository", "sha", "path"]  # noqa: RUF012 - pandera's own form


class DependencyChanges(Frame):
    """One row per dependency that a commit added, upgraded or removed in a manifest, or that its code imports."""

    repository: str = pa.Field(description="Key of the repository")
    sha: str = pa.Field(description="Object name of the commit")
    path: str = pa.Field(description="Path of the manifest or source file after the change")
    ecosystem: str = pa.Field(description="One of judging.manifests.Ecosystem")
    package: str = pa.Field(description="Normalised name in that ecosystem")
    change: str = pa.Field(isin=["added", "upgraded", "removed", "imported"], description="Kind of change")

    class Config:
        """Packages are unique per manifest."""

        unique = ["repository", "sha", "path", "ecosystem", "package"]  # noqa: RUF012 - pandera's own form


class PublicNames(Frame):
    """One row per public name, option or environment variable that a commit added or removed."""

    repository: str = pa.Field(description="Key of the repository")
    sha: str = pa.Field(description="Object name of the commit")
    path: str = pa.Field(description="Path of the source file after the change")
    kind: str = pa.Field(isin=[kind.value for kind in Kind], description="One of parsing.public_names.Kind")
    name: str = pa.Field(description="As others use it: Session.close, --jobs, NO_COLOR")
    change: str = pa.Field(isin=["added", "removed"], description="Kind of change")

    class Config:
        """Names are unique per commit."""

        unique = ["repository", "sha", "kind", "name"]  # noqa: RUF012 - pandera's own form


class RawPullRequests(Frame):
    """One row per merged pull request of a repository."""

    repository: str = pa.Field(description="Key of the repository: host/owner/name")
    number: int = pa.Field(ge=1, description="The key is github:<owner>/<name>#<number>")
    title: str = pa.Field(description="One line")
    body: str = pa.Field(description="Markdown; may be empty")
    url: str = pa.Field(description="URL")
    author: str = pa.Field(nullable=True, description="Login, a bot's with [bot]; missing if the account was deleted")
    author_id: pd.Int64Dtype = pa.Field(nullable=True, description="Number of the account, as in its noreply address")
    author_kind: str = pa.Field(nullable=True, description="User, Bot, Mannequin, ...; missing with the account")
    merged_by: str = pa.Field(nullable=True, description="Login")
    base: str = pa.Field(description="Target branch")
    branch: str = pa.Field(description="Source branch")
    head_repository: str = pa.Field(nullable=True, description="owner/name of the branch; missing for a deleted fork")
    merge_commit: str = pa.Field(nullable=True, description="Merge, squash or last rebased commit on the base branch")
    labels: str = pa.Field(description="JSON list of names")
    closes: str = pa.Field(
        description="JSON list of owner/name#number: issues that its merge closed, according to GitHub"
    )
    milestone: str = pa.Field(nullable=True, description="Title of its milestone, else of that of an issue it closed")
    created_at: UtcTimestamp = pa.Field(description="When it was opened")
    merged_at: UtcTimestamp = pa.Field(description="When it was merged")
    updated_at: UtcTimestamp = pa.Field(description="When it last changed")
    detail: str = pa.Field(
        isin=["read", "pending"],
        description="pending: the columns below, its commits, files and reviews are missing or outdated",
    )
    additions: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines")
    deletions: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="Lines")
    changed_files: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="All of them")
    commit_count: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="All of them; GitHub lists 250 at most")

    class Config:
        """Keys are unique."""

        unique = ["repository", "number"]  # noqa: RUF012 - pandera's own form


class RawPullRequestCommits(Frame):
    """One row per commit on the branch of a merged pull request, with its original sha even if squashed or rebased."""

    repository: str = pa.Field(description="Key of the repository")
    number: int = pa.Field(description="Number of the pull request")
    position: int = pa.Field(ge=0, description="Position among the commits, oldest first, from 0")
    sha: str = pa.Field(description="Full object name")
    author_email: str = pa.Field(nullable=True, description="As written in the commit")
    author_login: str = pa.Field(nullable=True, description="Account to which GitHub attributes the address")
    authored_at: UtcTimestamp = pa.Field(nullable=True, description="Survives a rebase, as does the subject")
    subject: str = pa.Field(description="First paragraph of the message on one line")
    body: str = pa.Field(description="The rest of the message; may be empty")

    class Config:
        """Keys are unique."""

        unique = ["repository", "number", "position"]  # noqa: RUF012


class RawPullRequestFiles(Frame):
    """One row per file changed by a merged pull request."""

    repository: str = pa.Field(description="Key of the repository")
    number: int = pa.Field(description="Number of the pull request")
    path: str = pa.Field(description="Path after the change")
    change: str = pa.Field(description="added, modified, deleted, renamed, copied or changed")
    additions: pd.Int32Dtype = pa.Field(ge=0, description="Lines")
    deletions: pd.Int32Dtype = pa.Field(ge=0, description="Lines")


class RawReviews(Frame):
    """One row per submitted review of a merged pull request, including the author's own replies."""

    repository: str = pa.Field(description="Key of the repository")
    number: int = pa.Field(description="Number of the pull request")
    url: str = pa.Field(unique=True, description="URL; ends with its number, unique on its server")
    reviewer: str = pa.Field(nullable=True, description="Login, a bot's with [bot]; missing if the account was deleted")
    reviewer_id: pd.Int64Dtype = pa.Field(nullable=True, description="Number of the account")
    reviewer_kind: str = pa.Field(nullable=True, description="User, Bot, Mannequin, ...; missing with the account")
    state: str = pa.Field(
        isin=["approved", "changes_requested", "commented", "dismissed"], description="Verdict, or dismissed"
    )
    body: str = pa.Field(description="Markdown; may be empty. Line comments are not read")
    submitted_at: UtcTimestamp = pa.Field(description="When it was submitted")


class RawMlflowRuns(Frame):
    """One row per run of an MLflow server, with any status; deleted runs and experiments are excluded."""

    run_id: str = pa.Field(unique=True, description="32 hexadecimal digits")
    server: str = pa.Field(description="host[:port][/path]; the key is mlflow:<server>/<run_id>")
    experiment_id: str = pa.Field(description="Unique on its server")
    experiment: str = pa.Field(description="Name")
    name: str = pa.Field(description="May be empty")
    description: str = pa.Field(description="The run's note, Markdown; may be empty")
    url: str = pa.Field(description="URL")
    user: str = pa.Field(nullable=True, description="Login on the machine that ran it, not an address")
    status: str = pa.Field(isin=["running", "scheduled", "finished", "failed", "killed"], description="As it is now")
    started_at: UtcTimestamp = pa.Field(nullable=True, description="Missing if the client sent none")
    ended_at: UtcTimestamp = pa.Field(nullable=True, description="Missing while it runs")
    parent_run_id: str = pa.Field(nullable=True, description="Parent run")
    source_name: str = pa.Field(nullable=True, description="Script, notebook or project that ran")
    source_commit: str = pa.Field(nullable=True, description="Commit of its working directory, full sha")
    source_repository: str = pa.Field(nullable=True, description="Clone URL, if the client logged one")
    params: str = pa.Field(description="JSON object of parameters, values as text")
    tags: str = pa.Field(description="JSON object of tags, without MLflow's own")
    model_versions: str = pa.Field(description='JSON list of {"name", "version"} of registered model versions')


class RawMlflowMetrics(Frame):
    """One row per metric of a run: the last logged value."""

    run_id: str = pa.Field(description="The run")
    name: str = pa.Field(description="The metric")
    value: float = pa.Field(nullable=True, description="As logged; may be NaN or infinite")
    step: pd.Int64Dtype = pa.Field(description="Step at which it was logged")
    logged_at: UtcTimestamp = pa.Field(nullable=True, description="When it was logged")

    class Config:
        """Metrics are unique per run."""

        unique = ["run_id", "name"]  # noqa: RUF012 - pandera's own form


class _RawLinearWork(Frame):
    """The columns that Linear's issues and projects share."""

    id: str = pa.Field(unique=True, description="UUID; the key is linear:<id>")
    url: str = pa.Field(description="URL")
    priority: int = pa.Field(ge=0, le=4, description="0 none, 1 urgent, 2 high, 3 medium, 4 low")
    labels: str = pa.Field(description="JSON list of names")
    creator_email: str = pa.Field(nullable=True, description="As written")
    creator_name: str = pa.Field(nullable=True, description="As written")
    created_at: UtcTimestamp = pa.Field(description="Never changes")
    started_at: UtcTimestamp = pa.Field(nullable=True, description="Missing if it was never started")
    completed_at: UtcTimestamp = pa.Field(nullable=True, description="When it was last completed")
    updated_at: UtcTimestamp = pa.Field(description="As in Linear's API; archiving does not change it")
    archived_at: UtcTimestamp = pa.Field(nullable=True, description="Missing unless archived")


class RawLinearIssues(_RawLinearWork):
    """One row per completed issue, including archived ones but not those in the trash."""

    identifier: str = pa.Field(description="Current identifier, ENG-123; changes with the team")
    previous_identifiers: str = pa.Field(description="JSON list of former identifiers")
    title: str = pa.Field(description="One line")
    description: str = pa.Field(description="Markdown; may be empty")
    branch: str = pa.Field(description="The branch name that Linear suggests for it")
    estimate: float = pa.Field(nullable=True, ge=0, description="In the team's scale; missing if not estimated")
    estimation: str = pa.Field(nullable=True, description="The team's scale: notUsed, exponential, fibonacci, ...")
    label_ids: str = pa.Field(description="JSON list of UUIDs")
    team_id: str = pa.Field(description="UUID")
    team_key: str = pa.Field(nullable=True, description="ENG; missing if the team is not accessible")
    team: str = pa.Field(nullable=True, description="Name")
    project_id: str = pa.Field(nullable=True, description="UUID; missing if it has none")
    project: str = pa.Field(nullable=True, description="Name")
    cycle: pd.Int32Dtype = pa.Field(nullable=True, description="Number of the cycle within its team")
    assignee_id: str = pa.Field(nullable=True, description="UUID")
    assignee_email: str = pa.Field(nullable=True, description="As written")
    assignee_name: str = pa.Field(nullable=True, description="As written")
    creator_id: str = pa.Field(nullable=True, description="UUID; missing if an integration created it")
    parent_id: str = pa.Field(nullable=True, description="UUID of the parent issue")
    attachments: str = pa.Field(description='JSON list of {"url", "title", "source"}, including linked pull requests')
    attached_at: UtcTimestamp = pa.Field(
        nullable=True, description="When an attachment last changed; missing if it has none"
    )


class RawLinearProjects(_RawLinearWork):
    """One row per completed project, including archived ones but not those in the trash."""

    name: str = pa.Field(description="One line")
    description: str = pa.Field(description="Summary; may be empty")
    content: str = pa.Field(description="The project's document, Markdown; may be empty")
    teams: str = pa.Field(description="JSON list of team keys")
    lead_email: str = pa.Field(nullable=True, description="As written")
    lead_name: str = pa.Field(nullable=True, description="As written")
    members: str = pa.Field(description="JSON list of the members' e-mail addresses, as written")


class _JudgedActivities(Frame):
    """The columns that all activities share."""

    key: str = pa.Field(unique=True, description="Stable key of the activity")
    kind: str = pa.Field(isin=[*kinds(), ActivityKind.MANUAL.value], description="Kind in its source")
    source_id: str = pa.Field(description="Identifier in its source: the key without its prefix")
    repository: str = pa.Field(nullable=True, description="Key of the repository; missing for other sources")
    title: str = pa.Field(description="One line")
    description: str = pa.Field(description="The rest of the author's text; may be empty")
    url: str = pa.Field(nullable=True, description="URL; missing for a local repository")
    person: str = pa.Field(description="Owner: canonical e-mail address, lower case")
    person_name: str = pa.Field(description="Display name of the person")
    coauthors: str = pa.Field(description="Canonical addresses of co-authors, separated by commas")
    started_at: UtcTimestamp = pa.Field(nullable=True, description="Missing if unknown")
    completed_at: UtcTimestamp = pa.Field(nullable=True, description="Time of completion")
    category: str = pa.Field(description="One of judging.categories.Category")
    category_rule: str = pa.Field(description="The rule that gave the category")
    significant: bool = pa.Field(description="Whether it may become an achievement")
    reasons: str = pa.Field(description="Reason codes, separated by commas")
    retracted_by: str = pa.Field(nullable=True, description="Key of the activity that reverted it, or that it repeats")


class Activities(_JudgedActivities):
    """One row per activity, as each lane returns it."""

    names: str = pa.Field(description="JSON list of names that links refer to: commit:<sha>, issue:eng-1, ...")
    links: str = pa.Field(
        description='JSON list of {"rank", "to", "name"}: to is one of LinkTo, rank one of judging.references.Rank'
    )


class _CodeActivities(Activities):
    """The columns that commits and pull requests share."""

    merged_by: str = pa.Field(
        nullable=True, description="Who merged it: canonical address; missing if unknown, and for plain commits"
    )
    contributions: int = pa.Field(ge=0, description="For a year of merging: contributions of others; else 0")
    contributors: int = pa.Field(ge=0, description="For a year of merging: the people who made them; else 0")
    releases: int = pa.Field(ge=0, description="For a year of releasing: releases cut; else 0")
    assisted_by: str = pa.Field(
        description="Coding agents that its commits or text name (agents.toml), comma-separated"
    )
    signs: str = pa.Field(description="Signs of impact (judging/impact/signs.toml), separated by commas")
    announced: str = pa.Field(
        description='JSON {"version", "date", "section", "highlight", "sentence", "path"} of the entry of the release '
        "notes that announced it; empty if none did"
    )
    first_release: str = pa.Field(nullable=True, description="The first tag that contains it; missing if unreleased")
    in_use: str = pa.Field(
        description='JSON {"lines", "alive", "after_1y", "after_2y", "years", "others"}: how much of it is still in '
        "use (judging/line_use.py); empty if unknown"
    )
    public_names: str = pa.Field(
        description='JSON {"<kind>": {"count", "names"}} of the public names, options and environment variables that '
        "it added (judging/public_names.py); empty if none"
    )
    type: str = pa.Field(nullable=True, description="Conventional Commits type, lower case; missing if not conforming")
    scope: str = pa.Field(nullable=True, description="Conventional Commits scope")
    breaking: bool = pa.Field(description="Marked by ! or a BREAKING CHANGE footer")
    files: int = pa.Field(ge=0, description="Files changed, all of them")
    insertions: int = pa.Field(ge=0, description="Lines, all files")
    deletions: int = pa.Field(ge=0, description="Lines, all files")
    effective_files: int = pa.Field(ge=0, description="Files that are work")
    effective_insertions: int = pa.Field(ge=0, description="Lines in files that are work")
    effective_deletions: int = pa.Field(ge=0, description="Lines in files that are work and were not deleted")
    folders: str = pa.Field(
        description="Folders of the files that are work, one per line, each with a slash at its end; / is the top. At "
        "most 100, those with the most files"
    )
    left_out: str = pa.Field(
        description='JSON: {"<reason>": {"files": n, "lines": n}} of files or lines that are not work'
    )


class CommitActivities(_CodeActivities):
    """One row per commit, pull request found in git, and year of a person's merging or releasing."""

    signed_off_by: str = pa.Field(description="Canonical addresses in Signed-off-by lines, separated by commas")
    sha: str = pa.Field(description="Full object name")
    commits: int = pa.Field(ge=0, description="Commits in this merge of a piece of work; else 0")


class PullRequestActivities(_CodeActivities):
    """One row per merged pull request, per review of another person's, and per year of a person's merging."""

    number: int = pa.Field(ge=0, description="Number of the pull request; 0 for a year of merging")
    labels: str = pa.Field(description="JSON list of names")
    milestone: str = pa.Field(nullable=True, description="Title of its milestone; missing without one")
    commits: int = pa.Field(ge=0, description="Commits on its branch")
    reviewers: int = pa.Field(ge=0, description="Reviewers other than its author")
    verdict: str = pa.Field(
        nullable=True, description="For a review: changes_requested if ever requested, else its last state"
    )
    words: pd.Int32Dtype = pa.Field(nullable=True, ge=0, description="For a review: number of words")


class LinearActivities(Activities):
    """One row per completed Linear issue or project."""

    identifier: str = pa.Field(nullable=True, description="ENG-123; missing for a project")
    team: str = pa.Field(nullable=True, description="Key of the team, or of teams, separated by commas")
    project: str = pa.Field(nullable=True, description="Name of the issue's project")
    labels: str = pa.Field(description="JSON list of names")
    priority: int = pa.Field(ge=0, le=4, description="0 none, 1 urgent, 2 high, 3 medium, 4 low")
    estimate: float = pa.Field(nullable=True, ge=0, description="For an issue; missing if the team does not estimate")
    estimation: str = pa.Field(nullable=True, description="The team's scale: exponential, fibonacci, linear, tShirt")
    issues: int = pa.Field(ge=0, description="For a project: completed issues; else 0")
    points: float = pa.Field(ge=0, description="For a project: sum of their estimates; else 0")


class MlflowActivities(Activities):
    """One row per MLflow run."""

    experiment: str = pa.Field(description="Name")
    status: str = pa.Field(description="finished, failed, killed, running or scheduled")
    nested: bool = pa.Field(description="Whether it has a parent run")
    models: str = pa.Field(description='JSON list of "name version"of registered model versions')
    params: int = pa.Field(ge=0, description="Parameters logged")
    metrics: int = pa.Field(ge=0, description="Metrics logged")
    metric: str = pa.Field(nullable=True, description="Metric by which runs are compared; missing if none")
    value: float = pa.Field(nullable=True, description="Value of the metric; missing if not logged or not a number")
    best_before: float = pa.Field(nullable=True, description="Best value of earlier runs; missing if none")


class StoredActivities(_JudgedActivities):
    """One row per activity of any lane, as read from the store."""

    parent: str = pa.Field(nullable=True, description="Key of the parent activity, from the links")
    details: str = pa.Field(description="JSON object of the lane's own columns")


class RelatedActivities(Frame):
    """One row per activity that another activity lists, whether they belong together or not."""

    lister: str = pa.Field(description="Key of the activity that lists it")
    key: str = pa.Field(description="Key of the listed activity")
    kind: str = pa.Field(description="Kind in its source")
    title: str = pa.Field(description="One line")
    url: str = pa.Field(nullable=True, description="URL")
    person: str = pa.Field(description="Owner")
    at: UtcTimestamp = pa.Field(nullable=True, description="Time of completion")

    class Config:
        """Pairs are unique."""

        unique = ["lister", "key"]  # noqa: RUF012 - pandera's own form


class Scores(Frame):
    """One row per scored activity."""

    key: str = pa.Field(unique=True, description="Key of the activity")
    repository: str = pa.Field(nullable=True, description="Key of the activity's repository")
    impact: float = pa.Field(ge=0, le=100, description="Points")
    complexity: float = pa.Field(ge=0, le=100, description="Points")
    ledger: str = pa.Field(
        description='JSON list of {"score", "rule", "points", "evidence"}; the points of a score sum to it exactly'
    )
    version: str = pa.Field(description="Version of the scoring rules")


class Skills(Frame):
    """One row per skill and activity that shows it."""

    key: str = pa.Field(description="Key of the activity")
    repository: str = pa.Field(nullable=True, description="Key of the activity's repository")
    skill: str = pa.Field(description="Name as in the vocabulary")
    kind: str = pa.Field(isin=["language", "technology", "practice"], description="Kind of skill")
    weight: float = pa.Field(gt=0, le=1, description="Share or strength of the evidence")
    evidence: str = pa.Field(description="Evidence as text: 12 files, +340 -20 lines")

    class Config:
        """Skills are unique per activity."""

        unique = ["key", "skill"]  # noqa: RUF012 - pandera's own form


class ActivityFrames(NamedTuple):
    """Activities with their scores and skills. All keys in the other frames occur in the first."""

    activities: DataFrame[Any]
    """`Activities` with the lane's own columns, for example `CommitActivities`."""
    scores: DataFrame[Scores]
    skills: DataFrame[Skills]


class PiecesOfWork(NamedTuple):
    """All activities of some pieces of work as read from the store, with scores, skills and listed activities."""

    activities: DataFrame[StoredActivities]
    scores: DataFrame[Scores]
    skills: DataFrame[Skills]
    related: DataFrame[RelatedActivities]


class Achievements(Frame):
    """One row per achievement: a root activity and all activities that belong to it, ready to be stored."""

    key: str = pa.Field(unique=True, description="Key of the root activity")
    title: str = pa.Field(description="One line")
    category: str = pa.Field(description="One of judging.categories.Category")
    description: str = pa.Field(description="The author's text: of the root, else of its greatest pull request")
    source_type: str = pa.Field(description="Kind of the root activity")
    source_id: str = pa.Field(description="Identifier of the root activity in its source")
    source_url: str = pa.Field(nullable=True, description="URL of the root activity")
    repository: str = pa.Field(
        nullable=True, description="Key of the repository: of the root, else the only one of its members"
    )
    author: str = pa.Field(description="Canonical e-mail address of the person")
    coauthors: str = pa.Field(description="JSON list of canonical addresses of co-authors")
    assisted_by: str = pa.Field(description="JSON list of coding agents that helped, by name")
    started_at: UtcTimestamp = pa.Field(nullable=True, description="Missing if unknown")
    completed_at: UtcTimestamp = pa.Field(nullable=True, description="Time of completion")
    impact_score: float = pa.Field(ge=0, le=100, description="Maximum over its activities, points")
    complexity_score: float = pa.Field(ge=0, le=100, description="Maximum over its activities, points")
    score_ledger: str = pa.Field(description="JSON list of ledger lines with their activities")
    score_version: str = pa.Field(description="Version of the rules")
    skills_demonstrated: str = pa.Field(description="JSON list of skills, strongest first")
    skills: str = pa.Field(description='JSON list of {"skill", "kind", "weight", "evidence"}')
    tags: str = pa.Field(description="JSON list: source, type, scope, breaking, shared")
    evidence: str = pa.Field(
        description='JSON list of {"key", "kind", "title", "url", "person", "at", "relation"}: the root, other '
        "members, then listed activities; relation is one of Relation"
    )
    announced: str = pa.Field(nullable=True, description="As of its activities; missing if none was announced")
    first_release: str = pa.Field(nullable=True, description="The first tag that contains it; missing if unreleased")
    portfolio_ready: bool = pa.Field(description="Impact reaches the portfolio threshold")
    retracted_reason: str = pa.Field(nullable=True, description="Why it was retracted; missing if it was not")


class ProjectPieces(Frame):
    """One row per achievement that changed code or text, with the user's edits, as projects are found from them."""

    key: str = pa.Field(unique=True, description="Key of the achievement")
    title: str = pa.Field(description="One line")
    repository: str = pa.Field(description="Key of the repository")
    author: str = pa.Field(description="Canonical e-mail address of the person")
    began_at: UtcTimestamp = pa.Field(nullable=True, description="When its first activity was completed")
    completed_at: UtcTimestamp = pa.Field(nullable=True, description="Time of completion")
    impact: float = pa.Field(ge=0, le=100, description="Points")
    activities: int = pa.Field(ge=1, description="Activities that it consists of")
    own_share: float = pa.Field(ge=0, le=1, description="Share of these that are the author's own")
    first_release: str = pa.Field(nullable=True, description="The first tag that contains it; missing if unreleased")
    folders: str = pa.Field(description="Folders of its files that are work, one per line, as in its activities")
    issues: str = pa.Field(description="Numbers that its title and description name, separated by spaces")
    scope: str = pa.Field(nullable=True, description="Conventional Commits scope")
    milestone: str = pa.Field(nullable=True, description="Title of its milestone; missing without one")


class Projects(Frame):
    """One row per project found in a history: a larger effort that several achievements of one person belong to."""

    key: str = pa.Field(unique=True, description="project:<repository>/<anchor>; stays as the project grows")
    title: str = pa.Field(description="The release, or the title of its branch or strongest achievement")
    repository: str = pa.Field(description="Key of the repository")
    author: str = pa.Field(description="Canonical e-mail address of the person")
    reason: str = pa.Field(description="What holds it together, in words")
    began_at: UtcTimestamp = pa.Field(description="When its first activity was completed")
    ended_at: UtcTimestamp = pa.Field(description="When its last achievement was completed")
    members: str = pa.Field(description="JSON list of the keys of its achievements, strongest first")
    impact: float = pa.Field(ge=0, le=100, description="The highest impact of its achievements, points")
