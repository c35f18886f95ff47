"""The Linear lane: from completed issues and projects to activities and scores.

Issues and projects are both roots; a project lists its issues as evidence. An issue belongs to its assignee, a project
to its lead.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.codes import NOT_ASKED
from achievement_pipeline.columns.text import extract_groups
from achievement_pipeline.frames import (
    LinearActivities,
    LinkTo,
    RawLinearIssues,
    RawLinearProjects,
    Scores,
    Skills,
    typed,
)
from achievement_pipeline.judging.authors.bots import are_bots
from achievement_pipeline.judging.authors.people import are_selected, canonical
from achievement_pipeline.judging.authors.work_filter import WorkFilter
from achievement_pipeline.judging.categories.categorise import Category, categorise
from achievement_pipeline.judging.categories.labels import categorise_labels
from achievement_pipeline.judging.categories.peel import peel
from achievement_pipeline.judging.impact.significance import weigh
from achievement_pipeline.judging.lanes.activities import describe_activity
from achievement_pipeline.judging.ledgers import Measure, add_up, constant, counted, per_unit, points_each, sum_ledger
from achievement_pipeline.judging.links.references import Names, Rank, issue_names, links_column, names_column
from achievement_pipeline.judging.rules import Person, Rules, SkillRules
from achievement_pipeline.judging.rules.linear import LinearRules
from achievement_pipeline.judging.skills.find import find_named_skills
from achievement_pipeline.judging.skills.mentions import find_mentions
from achievement_pipeline.keys import LINEAR
from achievement_pipeline.lanes import ActivityKind

_ON_GITHUB = r"^https?://(?P<repository>[^/]+/[\w.-]+/[\w.-]+)/(?P<kind>issues|pull)/(?P<number>\d+)(?:[/?#].*)?$"
_PRIORITIES = ("No priority", "Urgent", "High", "Medium", "Low")
_NOT_ESTIMATED = "notUsed"
_SHIRTS = {1.0: "XS", 2.0: "S", 3.0: "M", 5.0: "L", 8.0: "XL", 13.0: "XXL", 21.0: "XXXL"}
"""Linear stores T-shirt sizes as these numbers."""


def judge_linear(
    issues: DataFrame[RawLinearIssues],
    projects: DataFrame[RawLinearProjects],
    rules: Rules,
    *,
    people: Sequence[Person] = (),
    work_filter: WorkFilter = WorkFilter(),  # noqa: B008 - it is immutable
) -> DataFrame[LinearActivities]:
    """Turn completed issues and projects into activities: their author, category and significance.

    Args:
        issues: Issues of one workspace.
        projects: Projects of the same workspace.
        rules: Bots, and the estimate to assume for an issue without one.
        people: The known addresses of each person.
        work_filter: Authors and first day to keep, and what to keep besides.

    Returns:
        One row per issue, in their order, then one per project.
    """
    issues = typed(RawLinearIssues, issues.reset_index(drop=True))
    projects = typed(RawLinearProjects, projects.reset_index(drop=True))
    judged = pd.concat(
        [_describe_issues(issues, people), _describe_projects(projects, issues, rules.of_lane(LinearRules), people)],
        ignore_index=True,
    )
    names = pd.concat([issues["assignee_name"], projects["lead_name"]], ignore_index=True).fillna("").astype("str")
    exclusions = pd.DataFrame(
        {
            "unassigned": judged["person"] == "",
            "bot": are_bots(names, judged["person"], rules.bots),
            NOT_ASKED: ~are_selected(judged, work_filter, people),
        }
    )
    completed = pd.Series("completed", index=judged.index, dtype="str")
    return typed(LinearActivities, judged.assign(**weigh(completed, exclusions)))


def score_linear(activities: DataFrame[LinearActivities], rules: LinearRules) -> DataFrame[Scores]:
    """Score significant issues and projects. Others have no row.

    An issue's impact depends on its priority, its complexity on its estimate. A project's impact grows with the number
    of completed issues, its complexity with the sum of their estimates.
    """
    counting = activities.loc[activities["significant"]].set_index("key", drop=False)
    of_projects = counting["kind"] == ActivityKind.LINEAR_PROJECT
    ledger = [*_score_issues(counting[~of_projects], rules), *_score_projects(counting[of_projects], rules)]
    return sum_ledger(pd.concat(ledger), counting["repository"])


def find_linear_skills(activities: DataFrame[LinearActivities], rules: SkillRules) -> DataFrame[Skills]:
    """Find the skills shown by significant issues and projects: by category, labels, title and description."""
    named = find_mentions(activities[activities["significant"]], rules.vocabulary)
    return find_named_skills(activities, named, rules)


def name_issues(issues: DataFrame[RawLinearIssues]) -> pd.Series[str]:
    """Return the names of each Linear issue: its identifiers, and the GitHub issues attached to it."""
    former = issues["previous_identifiers"].map(json.loads).explode().dropna()
    return names_column(
        issues.index, [issue_names(issues["identifier"]), issue_names(former), "issue:" + _attached(issues, "issues")]
    )


def link_issues(issues: DataFrame[RawLinearIssues]) -> pd.Series[str]:
    """Return the links of each Linear issue: to the pull requests attached to it."""
    return links_column(issues.index, [(Rank.ATTACHMENT, LinkTo.CHILD, "pull:" + _attached(issues, "pull"))])


def link_projects(projects: DataFrame[RawLinearProjects], issues: DataFrame[RawLinearIssues]) -> pd.Series[str]:
    """Return the links of each Linear project: it lists its issues, each of which is its own piece of work.

    Args:
        projects: Completed projects.
        issues: Completed issues of these and other projects.
    """
    rows = pd.Series(projects.index, index=projects["id"])
    of_projects = issues[issues["project_id"].isin(projects["id"])].sort_values(["completed_at", "identifier"])
    identifiers = of_projects["identifier"].set_axis(of_projects["project_id"].map(rows).array)
    return links_column(projects.index, [(Rank.LISTED, LinkTo.LISTED, issue_names(identifiers))])


def _describe_issues(issues: DataFrame[RawLinearIssues], people: Sequence[Person]) -> pd.DataFrame:
    headers = peel(issues["title"], pd.Series("", index=issues.index, dtype="str"))
    labelled = categorise_labels(issues["labels"])
    otherwise = categorise(headers["type"], headers["description"])
    return pd.DataFrame(
        {
            **describe_activity(
                LINEAR,
                ActivityKind.LINEAR_ISSUE,
                LINEAR.source_ids("", issues["id"]),
                title=issues["title"].where(issues["title"].str.strip() != "", issues["identifier"]),
                description=issues["description"],
                url=issues["url"],
                person=canonical(issues["assignee_email"].fillna("").astype("str"), people),
                person_name=issues["assignee_name"].fillna("").astype("str"),
                started_at=issues["started_at"],
                completed_at=issues["completed_at"],
                category=labelled["category"].fillna(otherwise["category"]),
                category_rule=labelled["rule"].fillna(otherwise["rule"]),
                names=name_issues(issues),
                links=link_issues(issues),
            ),
            "identifier": issues["identifier"],
            "team": issues["team_key"],
            "project": issues["project"],
            "labels": issues["labels"],
            "priority": issues["priority"],
            "estimate": issues["estimate"].where(issues["estimation"] != _NOT_ESTIMATED),
            "estimation": issues["estimation"],
            "issues": pd.Series(0, index=issues.index, dtype="int64"),
            "points": pd.Series(0.0, index=issues.index, dtype="float64"),
        }
    )


def _describe_projects(
    projects: DataFrame[RawLinearProjects],
    issues: DataFrame[RawLinearIssues],
    rules: LinearRules,
    people: Sequence[Person],
) -> pd.DataFrame:
    leads = canonical(projects["lead_email"].fillna("").astype("str"), people)
    estimates = issues["estimate"].where(issues["estimation"] != _NOT_ESTIMATED).fillna(rules.missing_estimate)
    parts = estimates.groupby(issues["project_id"])
    teams = projects["teams"].map(lambda keys: ",".join(json.loads(keys))).astype("str")
    both = projects["description"] + "\n\n" + projects["content"]
    return pd.DataFrame(
        {
            **describe_activity(
                LINEAR,
                ActivityKind.LINEAR_PROJECT,
                LINEAR.source_ids("", projects["id"]),
                title=projects["name"],
                description=both.str.strip(),
                url=projects["url"],
                person=leads,
                person_name=projects["lead_name"].fillna("").astype("str"),
                coauthors=_members(projects, leads, people),
                started_at=projects["started_at"],
                completed_at=projects["completed_at"],
                category=pd.Series(Category.PROJECT.value, index=projects.index, dtype="str"),
                category_rule=pd.Series("kind:project", index=projects.index, dtype="str"),
                links=link_projects(projects, issues),
            ),
            "identifier": pd.Series(pd.NA, index=projects.index, dtype="str"),
            "team": teams,
            "project": pd.Series(pd.NA, index=projects.index, dtype="str"),
            "labels": projects["labels"],
            "priority": projects["priority"],
            "estimate": pd.Series(np.nan, index=projects.index, dtype="float64"),
            "estimation": pd.Series(pd.NA, index=projects.index, dtype="str"),
            "issues": projects["id"].map(parts.size()).fillna(0).astype("int64"),
            "points": projects["id"].map(parts.sum()).fillna(0).astype("float64"),
        }
    )


def _members(projects: pd.DataFrame, leads: pd.Series[str], people: Sequence[Person]) -> pd.Series[str]:
    """Return the members of each project without its lead, sorted and comma-separated."""
    emails = projects["members"].map(json.loads).explode().dropna().astype("str")
    persons = canonical(emails[~emails.str.contains(",", regex=False)], people)
    others = persons[persons != leads.reindex(persons.index)]
    joined = others.groupby(level=0).agg(lambda addresses: ",".join(sorted(set(addresses))))
    return joined.reindex(projects.index).fillna("").astype("str")


def _score_issues(issues: pd.DataFrame, rules: LinearRules) -> list[pd.DataFrame]:
    points = [rules.impact_none, rules.impact_urgent, rules.impact_high, rules.impact_medium, rules.impact_low]
    priority = issues["priority"].map(dict(enumerate(points))).astype("float64")
    impact = Measure("base", priority, issues["priority"].map(dict(enumerate(_PRIORITIES))).astype("str"))
    estimates = issues["estimate"].fillna(rules.missing_estimate)
    complexity = [
        constant("base", rules.complexity_base, "every significant issue", issues.index),
        Measure("estimate", estimates * rules.complexity_points_per_estimate, _estimate_evidence(issues, rules)),
    ]
    return [add_up("impact", [impact], 100), add_up("complexity", complexity, rules.complexity_max)]


def _estimate_evidence(issues: pd.DataFrame, rules: LinearRules) -> pd.Series[str]:
    """Format each estimate in its team's scale: T-shirt size, or number and scale."""
    per_unit_points = points_each(rules.complexity_points_per_estimate)
    texts = [
        f"no estimate, assumed {rules.missing_estimate:g}{per_unit_points}"
        if pd.isna(estimate)
        else f"estimate {_SHIRTS.get(estimate, '')} ({estimate:g}){per_unit_points}".replace("  ", " ")
        if scale == "tShirt"
        else f"estimate {estimate:g} ({scale}){per_unit_points}"
        for estimate, scale in zip(issues["estimate"], issues["estimation"].fillna("unknown scale"), strict=True)
    ]
    return pd.Series(texts, index=issues.index, dtype="str")


def _score_projects(projects: pd.DataFrame, rules: LinearRules) -> list[pd.DataFrame]:
    why = "every significant project"
    sums = projects["points"]
    impact = [
        constant("base", rules.project_impact_base, why, projects.index),
        per_unit("issues", projects["issues"], "completed issue", rules.project_impact_points_per_issue),
    ]
    estimates = Measure(
        "estimates",
        sums * rules.project_complexity_points_per_estimate,
        "estimates of "
        + counted(projects["issues"], "issue")
        + ": "
        + sums.map("{:g}".format).astype("str")
        + points_each(rules.project_complexity_points_per_estimate),
    )
    complexity = [constant("base", rules.project_complexity_base, why, projects.index), estimates]
    return [
        add_up("impact", impact, rules.project_impact_max),
        add_up("complexity", complexity, rules.project_complexity_max),
    ]


def _attached(issues: pd.DataFrame, what: str) -> Names:
    """Return ``host/owner/name#number`` of the GitHub pull requests or issues attached to each issue."""
    urls = issues["attachments"].map(_urls).explode().dropna().astype("str")
    found = extract_groups(urls, _ON_GITHUB)
    found = found[found["kind"] == what]
    return found["repository"].str.lower() + "#" + found["number"]


def _urls(attachments: str) -> list[str]:
    return [attachment["url"] for attachment in json.loads(attachments)]
