"""Achievements as data."""

import csv
import io
import json

from achievement_pipeline.channels import CSV, JSON
from achievement_pipeline.publishing.documents.records import write_csv, write_json
from achievement_pipeline_tests.publishing.views import ME, public, view


def test_csv_has_a_row_an_achievement() -> None:
    text = write_csv(public(CSV, view(description='He said "yes",\nthen left.', skills_demonstrated=["Go", "C"])))
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["id"] == "github:ann/loom#7"
    assert (row["completed_at"], row["started_at"]) == ("2026-03-04T12:30:15Z", "")
    assert (row["skills"], row["portfolio_ready"], row["impact_score"]) == ("Go; C", "true", "80.0")
    assert row["evidence"] == "https://github.com/ann/loom/pull/7"
    assert row["result"] == "340 effective lines; 4 effective files"
    assert row["description"] == 'He said "yes",\nthen left.'
    assert text.count("\r\n") == 2


def test_no_cell_is_a_formula() -> None:
    text = write_csv(public(CSV, view('=HYPERLINK("http://evil.example")', description="-1+1", category="@x")))
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["title"][:2], row["description"], row["category"]) == ("'=", "'-1+1", "'@x")


def test_json_has_everything_that_may_be_shown() -> None:
    document = json.loads(write_json(public(JSON, view(coauthors=["bob@example.com"]))))
    assert document["version"] == "1"
    (achievement,) = document["achievements"]
    assert set(achievement) == {
        "id", "visibility", "redacted", "withheld", "title", "category", "description", "outcome", "kind", "url",
            "announced", "first_release",
        "repository", "author", "author_name", "coauthors", "is_led_by_another", "assisted_by", "started_at",
            "completed_at", "edited_at",
        "impact_score", "complexity_score", "ledger", "score_version", "skills", "tags", "evidence", "portfolio_ready",
        "pinned",
    }  # fmt: skip
    assert achievement["completed_at"] == "2026-03-04T12:30:15Z"
    assert achievement["evidence"][0]["at"] == "2026-03-04T12:30:15Z"
    assert achievement["skills"] == [
        {"name": "Python", "kind": "language", "weight": 0.8, "evidence": "3 files, +40 -2 lines"}
    ]
    assert sum(line["points"] for line in achievement["ledger"] if line["score"] == "impact") == 80
    assert (achievement["author"], achievement["coauthors"]) == (ME, ["bob@example.com"])


def test_coding_agents_are_a_field_of_their_own() -> None:
    helped = view(assisted_by=["Claude", "GitHub Copilot"])
    (achievement,) = json.loads(write_json(public(JSON, helped)))["achievements"]
    assert (achievement["assisted_by"], achievement["coauthors"]) == (["Claude", "GitHub Copilot"], [])
    (row,) = csv.DictReader(io.StringIO(write_csv(public(CSV, helped)), newline=""))
    assert (row["assisted_by"], row["coauthors"]) == ("Claude; GitHub Copilot", "")


def test_the_newest_comes_first() -> None:
    older = view("Older", number=1, completed_at=view().completed_at.replace(year=2020))  # type: ignore[union-attr]
    document = json.loads(write_json(public(JSON, older, view("Newer", number=2))))
    assert [each["title"] for each in document["achievements"]] == ["Newer", "Older"]
