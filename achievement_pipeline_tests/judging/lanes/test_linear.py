"""Linear issues and projects: author, significance, scores and skills."""

import datetime as dt
import json
from functools import cache
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.frames import LinkTo, RawLinearIssues, RawLinearProjects
from achievement_pipeline.judging import WorkFilter
from achievement_pipeline.judging.lanes.linear import find_linear_skills, judge_linear, score_linear
from achievement_pipeline.judging.rules import BotRules, Person, Rules, SkillRules
from achievement_pipeline.judging.rules.linear import LinearRules
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.raw_frames import Row, after, raw_frame

ANN = "ann@example.com"
RULES = Rules()
LINEAR_RULES = LinearRules()


def issue(number: int = 1, **fields: Any) -> Row:
    ordinary = {"title": "Say hello", "assignee_email": ANN, "assignee_name": "Ann", "estimation": "fibonacci"}
    return {"id": f"issue-{number}", "identifier": f"ENG-{number}", **ordinary, **fields}


def project(**fields: object) -> Row:
    return {"id": "project", "name": "Greetings", "lead_email": ANN, "lead_name": "Ann", **fields}


def judge(*issues: Row, projects: tuple[Row, ...] = (), rules: Rules = RULES, **keywords: Any) -> Any:
    frames = raw_frame(RawLinearIssues, *issues), raw_frame(RawLinearProjects, *projects)
    return judge_linear(*frames, rules, **keywords)


def score(*issues: Row, projects: tuple[Row, ...] = (), rules: LinearRules = LINEAR_RULES) -> Any:
    judged = judge(*issues, projects=projects, rules=Rules.model_validate({"linear": rules}))
    return score_linear(judged, rules).set_index("key")


def lines(scores: Any, key: str) -> dict[tuple[str, str], tuple[float, str]]:
    return {
        (line["score"], line["rule"]): (line["points"], line["evidence"])
        for line in json.loads(scores.loc[key, "ledger"])
    }


def test_a_completed_issue_counts_and_keeps_the_fields_of_its_source() -> None:
    (row,) = judge(issue(description="Why", team_key="ENG", project="Greetings")).to_dict("records")
    assert (row["key"], row["kind"], row["title"]) == ("linear:issue-1", "linear_issue", "Say hello")
    assert (row["significant"], row["reasons"]) == (True, "completed")
    assert (row["person"], row["person_name"], row["team"], row["project"]) == (ANN, "Ann", "ENG", "Greetings")


def test_an_issue_without_a_title_is_called_by_its_identifier() -> None:
    assert list(judge(issue(title=" "))["title"]) == ["ENG-1"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"assignee_email": None, "assignee_name": None}, "unassigned"),
        ({"assignee_email": "renovate[bot]@example.com", "assignee_name": "renovate[bot]"}, "bot"),
    ],
)
def test_what_speaks_against_an_issue_is_kept(fields: dict[str, Any], reason: str) -> None:
    judged = judge(issue(**fields))
    assert (list(judged["reasons"]), list(judged["significant"])) == ([reason], [False])


def test_a_bot_that_the_user_allows_is_a_person() -> None:
    rules = Rules(bots=BotRules(allow=("jess[bot]",)))
    assert judge(issue(assignee_name="jess[bot]"), rules=rules)["significant"].all()


def test_an_assignee_is_the_person_of_whom_this_is_one_address() -> None:
    mine = [Person(emails=("ann@home.example", ANN))]
    assert list(judge(issue(assignee_email="Ann@Example.com"), people=mine)["person"]) == ["ann@home.example"]


def test_only_work_that_passes_the_filter_counts() -> None:
    both = [issue(), issue(2, assignee_email="bo@example.com", assignee_name="Bo")]
    assert list(judge(*both, work_filter=WorkFilter(authors=(ANN,)))["reasons"]) == ["completed", "not-asked"]
    early = judge(issue(completed_at=after(0)), work_filter=WorkFilter(since=dt.date(2024, 3, 2)))
    assert list(early["reasons"]) == ["not-asked"]


@pytest.mark.parametrize(
    ("labels", "title", "category", "rule"),
    [
        (["Bug"], "Say hello", "bugfix", "label:Bug"),
        (["Feature", "kind/performance"], "Say hello", "performance", "label:kind/performance"),
        (["Q3", "Documentation"], "fix: say hello", "documentation", "label:Documentation"),
        (["Q3"], "fix: say hello", "bugfix", "type"),
    ],
)
def test_the_category_is_that_of_a_label_else_of_the_title(
    labels: list[str], title: str, category: str, rule: str
) -> None:
    (row,) = judge(issue(labels=json.dumps(labels), title=title)).to_dict("records")
    assert (row["category"], row["category_rule"].partition(":fix")[0]) == (category, rule)


_PRIORITIES = [(1, 90, "Urgent"), (2, 75, "High"), (3, 60, "Medium"), (4, 45, "Low"), (0, 30, "No priority")]
_ESTIMATES = [
    (1, "fibonacci", 40, "estimate 1 (fibonacci), 10 points each"),
    (5, "tShirt", 80, "estimate L (5), 10 points each"),
    (8, "exponential", 90, "estimate 8 (exponential), 10 points each"),
    (0, "linear", 30, None),
    (None, "linear", 60, "no estimate, assumed 3, 10 points each"),
    (8, "notUsed", 60, "no estimate, assumed 3, 10 points each"),
]


@cache
def scored() -> Any:
    """The scores of an issue for each priority and each estimate; its identifier names them."""
    by_priority = [issue(priority=priority, id=f"priority-{priority}") for priority, *_ in _PRIORITIES]
    by_estimate = [
        issue(estimate=estimate, estimation=estimation, id=f"{estimation}-{estimate}")
        for estimate, estimation, *_ in _ESTIMATES
    ]
    return score(*by_priority, *by_estimate)


@pytest.mark.parametrize(("priority", "points", "evidence"), _PRIORITIES)
def test_the_impact_of_an_issue_is_that_of_its_priority(priority: int, points: float, evidence: str) -> None:
    key = f"linear:priority-{priority}"
    assert scored().loc[key, "impact"] == points
    assert lines(scored(), key)["impact", "base"] == (points, evidence)


@pytest.mark.parametrize(("estimate", "estimation", "complexity", "evidence"), _ESTIMATES)
def test_the_complexity_of_an_issue_grows_with_its_estimate(
    estimate: float | None, estimation: str, complexity: float, evidence: str | None
) -> None:
    key = f"linear:{estimation}-{estimate}"
    assert scored().loc[key, "complexity"] == complexity
    assert lines(scored(), key).get(("complexity", "estimate"), (0, None))[1] == evidence


def test_what_is_above_the_maximum_is_a_line_of_its_own() -> None:
    assert lines(score(issue(estimate=8)), "linear:issue-1")["complexity", "cut"] == (-20, "capped at 90")


def test_the_points_are_those_of_the_settings() -> None:
    rules = LinearRules(impact_high=70, missing_estimate=1, complexity_points_per_estimate=5)
    scores = score(issue(priority=2), rules=rules)
    assert (scores.loc["linear:issue-1", "impact"], scores.loc["linear:issue-1", "complexity"]) == (70, 35)


def test_an_issue_that_does_not_count_has_no_score() -> None:
    assert score(issue(assignee_email=None, assignee_name=None)).empty


def test_a_project_is_its_leads_and_its_members_share_it() -> None:
    members = ["zoe@example.com", "Bo@example.com", ANN]
    (row,) = judge(projects=(project(members=json.dumps(members), content="All of it"),)).to_dict("records")
    assert (row["key"], row["kind"], row["category"]) == ("linear:project", "linear_project", "project")
    assert (row["person"], row["coauthors"]) == (ANN, "bo@example.com,zoe@example.com")
    assert (row["significant"], row["description"]) == (True, "All of it")


def test_a_project_scores_by_its_completed_issues_and_their_estimates() -> None:
    issues = [issue(1, project_id="project", estimate=5), issue(2, project_id="project"), issue(3, estimate=8)]
    scores = score(*issues, projects=(project(),))
    assert (scores.loc["linear:project", "impact"], scores.loc["linear:project", "complexity"]) == (74, 68)
    assert lines(scores, "linear:project")["complexity", "estimates"][1].startswith("estimates of 2 issues: 8")


def test_a_project_of_many_issues_is_cut_at_its_maximum() -> None:
    scores = score(*(issue(number, project_id="project", estimate=8) for number in range(20)), projects=(project(),))
    assert (scores.loc["linear:project", "impact"], scores.loc["linear:project", "complexity"]) == (95, 90)


def test_a_project_lists_its_issues_which_stay_achievements_of_their_own() -> None:
    judged = judge(issue(project_id="project"), projects=(project(),)).set_index("key")
    assert json.loads(judged.loc["linear:project", "links"])[0]["to"] == LinkTo.LISTED
    assert not any(link["to"] == LinkTo.PARENT for link in json.loads(judged.loc["linear:issue-1", "links"]))


def test_skills_come_from_labels_and_texts() -> None:
    judged = judge(issue(title="Cache greetings in Redis", description="With PostgreSQL", labels='["python"]'))
    skills = find_linear_skills(judged, RULES.skills)
    shown = dict(zip(skills["skill"], skills["weight"], strict=True))
    assert (shown["Python"], shown["Redis"], shown["PostgreSQL"]) == (0.5, 0.2, 0.2)


def test_the_category_shows_the_practice_that_it_is() -> None:
    skills = find_linear_skills(judge(issue(labels='["Documentation"]')), RULES.skills)
    assert "Technical documentation" in set(skills["skill"])


def test_a_skill_that_the_user_hides_is_not_shown() -> None:
    rules = SkillRules(hide=("Redis",))
    assert "Redis" not in set(find_linear_skills(judge(issue(title="Redis")), rules)["skill"])


def test_what_does_not_count_shows_no_skill() -> None:
    judged = judge(issue(title="Redis", assignee_email=None, assignee_name=None))
    assert find_linear_skills(judged, RULES.skills).empty


def test_nothing_is_judged_where_there_is_nothing() -> None:
    judged = judge()
    assert judged.empty
    assert score_linear(judged, LINEAR_RULES).empty
    assert find_linear_skills(judged, RULES.skills).empty


_estimates = st.none() | st.floats(0, 1000, allow_nan=False)


@settings(max_examples=examples(5), deadline=None)
@given(issues=st.lists(st.tuples(st.integers(0, 4), _estimates, st.booleans()), max_size=30))
def test_scores_are_in_range_the_sum_of_their_ledger_and_free_of_the_order(
    issues: list[tuple[int, float | None, bool]],
) -> None:
    rows = [
        issue(number, priority=priority, estimate=estimate, project_id="project" if inside else None)
        for number, (priority, estimate, inside) in enumerate(issues)
    ]
    scores = score(*rows, projects=(project(),))
    for row in scores.itertuples():
        for name in ("impact", "complexity"):
            points = [line["points"] for line in json.loads(str(row.ledger)) if line["score"] == name]
            assert 0 <= getattr(row, name) <= 100
            assert round(sum(points), 2) == getattr(row, name)
    pd.testing.assert_frame_equal(scores.sort_index(), score(*rows[::-1], projects=(project(),)).sort_index())
