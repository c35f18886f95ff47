"""The git lane: from raw commits to activities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.json import json_lists, json_objects
from achievement_pipeline.columns.text import contains, join_by_key, replace
from achievement_pipeline.frames import (
    CommitActivities,
    CommitContents,
    DiffState,
    LineUse,
    PublicNames,
    RawCommitFiles,
    RawCommits,
    typed,
)
from achievement_pipeline.judging.announced.lane import Releases, announce, no_releases
from achievement_pipeline.judging.announced.paths import without_notes
from achievement_pipeline.judging.announced.words import announced_signs
from achievement_pipeline.judging.authors.agents import read_agents
from achievement_pipeline.judging.authors.bots import are_bots
from achievement_pipeline.judging.authors.people import canonical, display_names, read_coauthors, read_sign_offs
from achievement_pipeline.judging.categories import messages
from achievement_pipeline.judging.categories.categorise import categorise
from achievement_pipeline.judging.categories.clues import are_code
from achievement_pipeline.judging.categories.peel import as_titles, peel, plain_bodies
from achievement_pipeline.judging.impact.model import are_likely, write_signs
from achievement_pipeline.judging.impact.significance import (
    are_mechanical,
    are_unread,
    code_where,
    judge_significance,
)
from achievement_pipeline.judging.impact.signs import Flags, Work, find_signs
from achievement_pipeline.judging.lanes.activities import describe_activity
from achievement_pipeline.judging.lanes.automation import are_automated
from achievement_pipeline.judging.lanes.maintenance import find_mergers, git_maintenance
from achievement_pipeline.judging.lanes.pieces import credit_merges, name_pieces, pull_requests_of, title_merges
from achievement_pipeline.judging.line_use import find_use
from achievement_pipeline.judging.links.commit_names import positions_of
from achievement_pipeline.judging.links.foreign_numbers import without_foreign_numbers
from achievement_pipeline.judging.links.history import History
from achievement_pipeline.judging.links.merges import Merges
from achievement_pipeline.judging.links.references import link_commits, name_commits
from achievement_pipeline.judging.links.same_issue import find_same_issue
from achievement_pipeline.judging.links.same_work import (
    Retraction,
    digest_contents,
    digest_work,
    find_retractions,
    find_reverts,
)
from achievement_pipeline.judging.noise.files import are_wide, counted_lines, put_source_lines, with_source_lines
from achievement_pipeline.judging.noise.foreign import are_foreign_copies
from achievement_pipeline.judging.noise.reasons import Noise
from achievement_pipeline.judging.noise.scope import EVERYTHING, Scope
from achievement_pipeline.judging.paths import folders_of
from achievement_pipeline.judging.public_names import find_added_names
from achievement_pipeline.judging.rules import Person, Rules
from achievement_pipeline.keys import GIT
from achievement_pipeline.lanes import ActivityKind

FOREIGN_FILES = 1000
"""Commits with more files, renames aside, import a history or vendor a tree. sympy 9d3fa8b4 has 1,742 files and a fifth
of all lines."""

_REMOVED_LINES = 10
"""Removing this many lines counts as writing one line, ..."""
_MOST_REMOVED = 40
"""... up to this many lines: deleting is quick, however long it took others to write."""

_SUBTREE = r"(?m)^git-subtree-(?:dir|split): "
"""A trailer that ``git subtree`` writes when it merges another repository's history."""


def may_count(
    commits: DataFrame[RawCommits],
    rules: Rules,
    people: Sequence[Person] = (),
    authors: Collection[str] | None = None,
    since: dt.date | None = None,
) -> pd.Series[bool]:
    """Return which commits may be significant, before any diff is read: no merges, no bots, within the filter.

    Args:
        commits: Listed commits.
        rules: Defines who is a bot.
        people: The known addresses of each person.
        authors: Addresses of authors and co-authors to keep; None keeps everyone.
        since: The first day to keep, UTC; None keeps all of history.
    """
    wanted = (commits["diff"] != DiffState.MERGE) & ~are_bots(
        commits["author_name"], commits["author_email"], rules.bots
    )
    if authors is not None:
        persons = canonical(pd.Series(list(authors), dtype="str"), people)
        coauthors = read_coauthors(commits["body"], people, rules.bots)
        shared = coauthors.index[coauthors.isin(persons)]
        wanted &= canonical(commits["author_email"], people).isin(persons) | commits.index.isin(shared)
    if since is not None:
        wanted &= commits["committed_at"] >= pd.Timestamp(since, tz="UTC")
    return wanted


def could_count(
    commits: DataFrame[RawCommits], files: DataFrame[RawCommitFiles], noise: pd.Series[str], rules: Rules
) -> pd.Series[bool]:
    """Return which commits are significant by their messages and paths. Only their contents are read.

    Contents can show that a change is not work. For notebooks and UTF-16 text they can also show that it is, so those
    pass here.
    """
    commits = commits.reset_index(drop=True)
    headers = peel(commits["subject"], commits["body"])
    wide = are_wide(files)
    is_work = (noise.isna() | (noise == Noise.NOTEBOOK_OUTPUT) | wide).to_numpy()
    positions = positions_of(files, commits)
    lines = files.assign(insertions=files["insertions"].mask(wide, rules.commits.min_lines + 1))
    amounts = _count(positions, len(commits), files, is_work, lines)
    releases = _are_releases(commits, headers, count_code_lines(positions, files, noise, len(commits)), rules)
    no_merge = pd.Series(data=False, index=commits.index)
    exclusions = _exclusions(commits, releases, amounts, find_reverts(History(commits), amounts), rules, no_merge)
    exclusions["import"] |= _are_foreign(commits, positions, files)
    effective_lines = written_lines(amounts)
    verdicts = judge_significance(headers["type"], headers["description"], effective_lines, exclusions, rules.commits)
    return verdicts["significant"]


def judge_commits(  # noqa: PLR0913 - one argument per input
    commits: DataFrame[RawCommits],
    files: DataFrame[RawCommitFiles],
    noise: pd.Series[str],
    rules: Rules,
    *,
    merges: Merges | None = None,
    people: Sequence[Person] = (),
    contents: DataFrame[CommitContents] | None = None,
    commit_urls: Mapping[str, str] | None = None,
    mechanical: Collection[str] = (),
    releases: Releases | None = None,
    line_use: DataFrame[LineUse] | None = None,
    names: DataFrame[PublicNames] | None = None,
    scope: Scope = EVERYTHING,
) -> DataFrame[CommitActivities]:
    """Turn commits into activities: their author, category, effective lines and significance.

    Args:
        commits: Commits of any number of repositories.
        files: Changed files of commits with a diff.
        noise: Why a file is not work, with the index of ``files``; missing if it is
            (`achievement_pipeline.judging.noise.files`).
        rules: What makes a commit significant.
        merges: The merges among the commits, if they are known.
        people: The known addresses of each person.
        contents: Line counts from contents, for files where git's count is misleading.
        mechanical: Object names of commits that the repository lists in ``.git-blame-ignore-revs``.
        commit_urls: URL prefix of commits, by repository; other repositories get no URL.
        releases: The tags and release notes of the repositories.
        line_use: How long the lines of changed files were in use, as far as it was read.
        names: The public names that commits added and removed, as far as they were read.
        scope: The commits that the user ignores; which paths count is in ``noise``.

    Returns:
        One row per commit, in the order of ``commits``, then one per pull request found in them, then one per person
        and year of merging and of releasing.
    """
    merges = merges or Merges(commits)
    commits, history = merges.commits, merges.history
    releases = releases or no_releases()
    read = _read_commits(merges, files, noise, contents)
    blobs = files[["path", "old_blob", "new_blob"]].assign(position=read.positions)
    reverts = find_reverts(history, read.amounts, blobs[~read.merged.to_numpy()[read.positions]])
    exclusions = _exclude(commits, files, noise, read, reverts, contents, mechanical, rules)
    exclusions["ignored"] = scope.ignores(commits["sha"])
    likely = are_likely(read.signs, commits["repository"], ~exclusions.any(axis="columns"), rules.impact)
    announced = announce(commits, read.headers, read.merged, read.merged_by, releases, files, read.positions)
    uses = LineUse.empty() if line_use is None else line_use
    in_use = find_use(commits, files, noise, uses, read.merged_by, people, rules.bots)
    signs = {**read.signs, **announced_signs(announced["prominence"])}
    effective_lines = written_lines(read.amounts)
    verdicts = judge_significance(
        read.headers["type"],
        read.headers["description"],
        effective_lines,
        exclusions,
        rules.commits,
        also=[code_where("announced", pd.Series(signs["announced"], index=commits.index))],
        likely=likely,
    )
    of_counting = noise.isna().to_numpy() & verdicts["significant"].to_numpy()[read.positions]
    counting = _with_positions(files, read.positions, of_counting, ["path", "old_blob", "new_blob"])
    retractions = find_retractions(history, counting, reverts, count=verdicts["significant"] & ~read.merged)
    own_contents = counting[~read.merged.to_numpy()[counting["position"]]]
    # a copy in the same repository is retracted, and links to nothing elsewhere
    copies = retractions.index[retractions["reason"] == Retraction.DUPLICATE]
    moved = digest_work(commits, own_contents[~own_contents["position"].isin(copies)])
    alone = ~exclusions.any(axis="columns") & read.headers["number"].isna() & (read.merged_by < 0) & ~read.merged
    same_issue = find_same_issue(
        commits, canonical(commits["author_email"], people), read.categories["category"], alone
    )
    of_activity = {
        "url": commits["repository"].map(commit_urls or {}).astype("str") + commits["sha"],
        "significant": verdicts["significant"],
        "reasons": verdicts["reasons"] + ("," + retractions["reason"]).reindex(commits.index).fillna(""),
        "retracted_by": retractions["by"].map(GIT.keys(_source_ids(commits))).reindex(commits.index).astype("str"),
        "names": name_commits(commits, digest_contents(own_contents), moved),
        "links": link_commits(commits, _merged_shas(commits, read.merged_by), moved, same_issue),
    }
    mergers = find_mergers(commits, read.merged, read.headers["number"], read.merged_by, rules.bots, people)
    own = {
        "signs": write_signs(signs),
        **announced[["announced", "first_release"]],
        "in_use": in_use,
        "public_names": find_added_names(
            history, files, noise, PublicNames.empty() if names is None else names, read.merged_by
        ),
        "merged_by": mergers["merged_by"],
    }
    activities = _describe_commits(commits, read, of_activity, own, people, rules)
    activities = credit_merges(activities, read.merged_by, effective_lines)
    pulls = pull_requests_of(activities, commits, read.headers, read.merged_by, commit_urls or {}, moved)
    called = name_pieces(commits, read.headers, read.merged_by)
    years = git_maintenance(commits, activities, mergers, called, releases.tags, rules, people)
    more = [rows for rows in (pulls, years) if not rows.empty]
    return typed(CommitActivities, pd.concat([activities, *more], ignore_index=True))


@dataclass(frozen=True)
class _ReadCommits:
    """What messages and files of commits show, each with the index of the commits."""

    headers: pd.DataFrame
    merged: pd.Series[bool]
    """Whether it merges a piece of work."""
    merged_by: npt.NDArray[np.int64]
    """Position of the commit that merged it; negative for none."""
    merged_in: pd.Series[int]
    """Number of commits that it merged."""
    positions: npt.NDArray[np.int64]
    """Position of the commit of each file."""
    amounts: pd.DataFrame
    code_lines: npt.NDArray[np.int64]
    categories: pd.DataFrame
    breaking: pd.Series[bool]
    signs: Mapping[str, Flags]


def _read_commits(
    merges: Merges,
    files: DataFrame[RawCommitFiles],
    noise: pd.Series[str],
    contents: DataFrame[CommitContents] | None,
) -> _ReadCommits:
    commits, merged_by = merges.commits, merges.merged_by
    headers = without_foreign_numbers(merges.history, peel(commits["subject"], commits["body"]))
    merged_in = pd.Series(np.bincount(merged_by[merged_by >= 0], minlength=len(commits)), index=commits.index)
    positions = positions_of(files, commits)
    changed = without_notes(work_files(positions, files, noise))
    categories = categorise(headers["type"], headers["description"], changed)
    breaking = headers["marked"] | messages.have_breaking_footer(commits["body"])
    work = Work(
        titles=headers["description"],
        bodies=commits["body"],
        categories=categories["category"],
        likeness=categories,
        breaking=breaking,
        commits=merged_in,
        files=work_files(positions, with_source_lines(files, contents), noise),
    )
    return _ReadCommits(
        headers,
        merges.pieces,
        merged_by,
        merged_in,
        positions,
        count_work(len(commits), positions, files, noise, contents),
        count_code_lines(positions, files, noise, len(commits)),
        categories,
        breaking,
        find_signs(work),
    )


def _exclude(  # noqa: PLR0913, PLR0917 - one argument per input
    commits: DataFrame[RawCommits],
    files: DataFrame[RawCommitFiles],
    noise: pd.Series[str],
    read: _ReadCommits,
    reverts: pd.DataFrame,
    contents: DataFrame[CommitContents] | None,
    mechanical: Collection[str],
    rules: Rules,
) -> pd.DataFrame:
    """Return why commits can't count: a column of flags per reason code, in the order of the codes."""
    only_release = _are_releases(commits, read.headers, read.code_lines, rules)
    exclusions = _exclusions(commits, only_release, read.amounts, reverts, rules, read.merged)
    exclusions["bot"] |= _are_of_bots(read, exclusions["bot"])
    exclusions["unread"] |= _are_of_unread(commits, read)
    exclusions["no-work"] &= ~exclusions["unread"]
    exclusions["import"] |= _are_foreign(commits, read.positions, files)
    exclusions["import"] |= are_foreign_copies(commits, read.positions, files, noise.isna().to_numpy(), contents)
    exclusions["mechanical"] = commits["sha"].isin(mechanical) | are_automated(
        commits, files, read.positions, read.code_lines
    )
    exclusions["mechanical"] |= are_mechanical(read.categories, read.signs)
    return exclusions


def _describe_commits(  # noqa: PLR0913, PLR0917 - one argument per input
    commits: DataFrame[RawCommits],
    read: _ReadCommits,
    of_activity: Mapping[str, pd.Series],
    own: Mapping[str, pd.Series],
    people: Sequence[Person],
    rules: Rules,
) -> pd.DataFrame:
    """Return the columns of commits: those given, and those that depend on no verdict."""
    persons = canonical(commits["author_email"], people)
    return pd.DataFrame(
        {
            **describe_activity(
                GIT,
                ActivityKind.COMMIT,
                _source_ids(commits),
                repository=commits["repository"],
                title=_titles(read, commits),
                description=plain_bodies(commits["body"]),
                person=persons,
                person_name=_names(commits, persons, people),
                coauthors=_coauthors(commits, persons, people, rules),
                started_at=pd.Series(pd.NaT, index=commits.index, dtype=commits["committed_at"].dtype),
                completed_at=_author_days(commits),
                category=read.categories["category"],
                category_rule=read.categories["rule"],
                **of_activity,
            ),
            "signed_off_by": _listed(read_sign_offs(commits["body"], people), commits.index),
            "assisted_by": read_agents(commits["author_name"], commits["author_email"], commits["body"]),
            "sha": commits["sha"],
            **own,
            "type": read.headers["type"],
            "scope": read.headers["scope"],
            "breaking": read.breaking,
            **read.amounts,
            "commits": read.merged_in,
            "contributions": 0,
            "contributors": 0,
            "releases": 0,
        }
    )


def _source_ids(commits: DataFrame[RawCommits]) -> pd.Series[str]:
    return GIT.source_ids(commits["repository"], commits["sha"])


def _are_of_bots(read: _ReadCommits, bots: pd.Series[bool]) -> pd.Series[bool]:
    """Return which merges brought nothing but commits of bots."""
    merged_in = np.flatnonzero(read.merged_by >= 0)
    people = np.bincount(read.merged_by[merged_in], weights=~bots.to_numpy()[merged_in], minlength=len(bots))
    return pd.Series((read.merged_in > 0).to_numpy() & (people == 0), index=bots.index)


def _are_of_unread(commits: pd.DataFrame, read: _ReadCommits) -> pd.Series[bool]:
    """Return which merges brought nothing but commits that were not read, such as other people's."""
    parts = read.merged_by[(commits["diff"] == DiffState.READ).to_numpy() & (read.merged_by >= 0)]
    known = np.bincount(parts, minlength=len(commits))
    no_work = read.amounts["effective_files"] == 0
    unread: pd.Series[bool] = read.merged & (read.merged_in > 0) & (known == 0) & no_work
    return unread


def _merged_shas(commits: pd.DataFrame, merged_by: npt.NDArray[np.int64]) -> pd.Series[str]:
    """Return the object names of merged commits, indexed by the position of their merge."""
    merged_in = np.flatnonzero(merged_by >= 0)
    return pd.Series(commits["sha"].iloc[merged_in].array, index=merged_by[merged_in], dtype="str")


def _exclusions(  # noqa: PLR0913, PLR0917 - one argument per input
    commits: pd.DataFrame,
    releases: pd.Series[bool],
    amounts: pd.DataFrame,
    reverts: pd.DataFrame,
    rules: Rules,
    merged: pd.Series[bool],
) -> pd.DataFrame:
    """Return one boolean column per reason against significance."""
    merges = (commits["diff"] == DiffState.MERGE) & ~merged
    bots = are_bots(commits["author_name"], commits["author_email"], rules.bots)
    unread = are_unread(commits["diff"]) & ~bots
    return pd.DataFrame(
        {
            "merge": merges,
            "bot": bots,
            "revert": commits.index.isin(reverts["revert"]),
            "fixup": messages.are_autosquash(commits["subject"]),
            "release": releases,
            "unread": unread,
            "import": contains(commits["body"], _SUBTREE),
            "no-work": ((commits["diff"] == DiffState.READ) | merged) & (amounts["effective_files"] == 0),
        }
    )


def _are_releases(
    commits: pd.DataFrame, headers: pd.DataFrame, code_lines: npt.NDArray[np.int64], rules: Rules
) -> pd.Series[bool]:
    """Return which commits only make a release, by their words.

    Commits that change code do more, whatever they are called.
    """
    projects = replace(commits["repository"], "^.*/", "")
    return messages.are_releases(headers["written"], projects) & (code_lines <= rules.commits.min_lines)


def count_code_lines(
    positions: npt.NDArray[np.int64], files: pd.DataFrame, noise: pd.Series[str], total: int
) -> npt.NDArray[np.int64]:
    """Count the lines of code in files that are work, per commit."""
    work = np.flatnonzero(noise.isna())
    code = work[are_code(files["path"].iloc[work])]
    return np.bincount(positions[code], weights=_lines(files)[code], minlength=total).astype("int64")


def count_work(
    total: int,
    positions: npt.NDArray[np.int64],
    files: pd.DataFrame,
    noise: pd.Series[str],
    contents: DataFrame[CommitContents] | None,
) -> pd.DataFrame:
    """Count files and lines per commit: all, effective, and left out by reason; and name the folders of the effective.

    Deleted files count, their lines do not. Lines that are not source, or were moved or swept, do not count either.

    Args:
        total: Number of commits.
        positions: The position of each file's commit.
        files: Changed files.
        noise: Why a file is not work, with the index of ``files``; missing if it is.
        contents: As in `judge_commits`.
    """
    is_work = noise.isna().to_numpy()
    lines = _lines(files)
    reasons = noise.mask(is_work & _are_deleted(files), "deleted")
    source = files
    if contents is not None:
        counted = counted_lines(files, contents)
        source = put_source_lines(typed(RawCommitFiles, files), counted)
        if source is not files:
            uncounted = np.where(reasons.isna(), lines - _lines(source), 0)
            lines = np.where(uncounted > 0, uncounted, lines)
            reasons = reasons.mask(uncounted > 0, counted["lines_noise"])
    out = reasons.notna().to_numpy()
    left_out = _left_out(positions[out], reasons[out], lines[out], total)
    folders = folders_of(files["path"][is_work], positions[is_work], total)
    return _count(positions, total, files, is_work, source).assign(left_out=left_out, folders=folders)


def _count(
    positions: npt.NDArray[np.int64],
    total: int,
    files: pd.DataFrame,
    is_work: npt.NDArray[np.bool_],
    source_lines: pd.DataFrame,
) -> pd.DataFrame:
    """Count files and lines per commit: all of them, and the effective ones with their source lines."""
    everything = np.ones(len(files), dtype=bool)
    # deleting a file is quick, however long it took others to write
    is_written = is_work & ~_are_deleted(files)

    def count(rows: npt.NDArray[np.bool_], weights: pd.Series[int] | None = None) -> npt.NDArray[np.int64]:
        chosen = None if weights is None else weights.fillna(0).to_numpy(dtype="int64")[rows]
        return np.bincount(positions[rows], weights=chosen, minlength=total).astype("int64")

    return pd.DataFrame(
        {
            "files": count(everything),
            "insertions": count(everything, files["insertions"]),
            "deletions": count(everything, files["deletions"]),
            "effective_files": count(is_work),
            "effective_insertions": count(is_work, source_lines["insertions"]),
            "effective_deletions": count(is_written, source_lines["deletions"]),
        }
    )


def written_lines(amounts: pd.DataFrame) -> pd.Series[int]:
    """Return the lines written per commit: added lines, removed lines that were replaced, and few of the others."""
    added, removed = amounts["effective_insertions"], amounts["effective_deletions"]
    only_removed = (removed - added).clip(lower=0) // _REMOVED_LINES
    return added + removed.clip(upper=added) + only_removed.clip(upper=_MOST_REMOVED)


def _are_foreign(commits: pd.DataFrame, positions: npt.NDArray[np.int64], files: pd.DataFrame) -> pd.Series[bool]:
    """Return which commits have so many files that others must have written them. Renamed files were there before."""
    stayed = ~files["status"].isin(["R", "C"]).to_numpy()
    return pd.Series(np.bincount(positions[stayed], minlength=len(commits)) > FOREIGN_FILES, index=commits.index)


def _author_days(commits: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """Return commit times, moved by the least amount that puts them on the author's local day.

    Documents and periods use UTC days, but 8:30 on New Year's Day in Tokyo is still the old year in UTC.
    """
    moments = commits["committed_at"]
    local = moments + pd.to_timedelta(commits["authored_offset"].fillna(0).astype("int64"), unit="min")
    begins = local.dt.floor("D")
    ends = begins + pd.Timedelta(days=1) - pd.Timedelta(seconds=1)
    return moments.where(moments >= begins, begins).where(moments <= ends, ends)


def _lines(files: pd.DataFrame) -> npt.NDArray[np.int64]:
    return (files["insertions"].fillna(0) + files["deletions"].fillna(0)).to_numpy(dtype="int64")


def _are_deleted(files: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return (files["status"] == "D").to_numpy()


def _left_out(
    positions: npt.NDArray[np.int64], noise: pd.Series[str], lines: npt.NDArray[np.int64], total: int
) -> pd.Series[str]:
    """Return one JSON object per commit: files and lines that are not work, by reason."""
    if not len(positions):
        return pd.Series("{}", index=range(total), dtype="str")
    left_out = pd.DataFrame({"position": positions, "reason": noise.to_numpy(), "lines": lines})
    by_reason = left_out.groupby(["position", "reason"])["lines"].agg(files="size", lines="sum").reset_index()
    entries = '"' + by_reason["reason"].astype("str") + '":' + json_objects(by_reason[["files", "lines"]])
    lists = json_lists(entries, by_reason["position"])
    objects = "{" + lists.str[1:-1] + "}"
    return objects.reindex(range(total), fill_value="{}").astype("str")


def work_files(positions: npt.NDArray[np.int64], files: pd.DataFrame, noise: pd.Series[str]) -> pd.DataFrame:
    """Return the files that are work: ``position`` of their commit, path, status, insertions, deletions."""
    return _with_positions(files, positions, noise.isna().to_numpy(), ["path", "status", "insertions", "deletions"])


def _with_positions(
    files: pd.DataFrame, positions: npt.NDArray[np.int64], chosen: npt.NDArray[np.bool_], columns: list[str]
) -> pd.DataFrame:
    """Return columns of selected files with the ``position`` of their commit."""
    return files.loc[chosen, columns].reset_index(drop=True).assign(position=positions[chosen])


def _titles(read: _ReadCommits, commits: pd.DataFrame) -> pd.Series[str]:
    """Return display titles. A commit without a message gets its abbreviated object name."""
    titles = title_merges(read.headers, read.categories["category"], read.merged_by, written_lines(read.amounts))
    shown = as_titles(titles, replace(commits["repository"], "^.*/", ""))
    return shown.where(shown != "", "Commit " + commits["sha"].str[:10])


def _names(commits: pd.DataFrame, persons: pd.Series[str], people: Sequence[Person]) -> pd.Series[str]:
    oldest_first = commits.sort_values(["committed_at", "sha"]).index
    names = display_names(persons[oldest_first], commits["author_name"][oldest_first], people)
    return names.reindex(commits.index)


def _coauthors(
    commits: pd.DataFrame, persons: pd.Series[str], people: Sequence[Person], rules: Rules
) -> pd.Series[str]:
    """Return co-author addresses, sorted and comma-separated, without the author."""
    named = read_coauthors(commits["body"], people, rules.bots)
    others = named[named != persons.reindex(named.index)]
    return _listed(others, commits.index)


def _listed(addresses: pd.Series[str], commits: pd.Index) -> pd.Series[str]:
    """Join the addresses of each commit with commas, sorted."""
    if addresses.empty:
        return pd.Series("", index=commits, dtype="str")
    listable = addresses[~addresses.str.contains(",", regex=False)]
    pairs = pd.DataFrame({"commit": listable.index, "address": listable.array}).drop_duplicates()
    pairs = pairs.sort_values(["commit", "address"])
    return join_by_key(pairs["address"], pairs["commit"], ",").reindex(commits, fill_value="").astype("str")
