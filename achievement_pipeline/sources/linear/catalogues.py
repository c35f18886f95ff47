"""What issues refer to: people, labels, teams and projects.

They are read anew each time: renaming one of them changes what an issue shows without touching the issue.
"""

import json
from collections.abc import Mapping

import pandas as pd

from achievement_pipeline.sources.graphql import Page
from achievement_pipeline.sources.linear import documents
from achievement_pipeline.sources.linear.client import LinearClient
from achievement_pipeline.sources.records import Record, parse_records

_JOINED = {
    "assignee_email": ("users", "assignee_id", "email"),
    "assignee_name": ("users", "assignee_id", "name"),
    "creator_email": ("users", "creator_id", "email"),
    "creator_name": ("users", "creator_id", "name"),
    "team_key": ("teams", "team_id", "key"),
    "team": ("teams", "team_id", "name"),
    "estimation": ("teams", "team_id", "issue_estimation_type"),
    "project": ("projects", "project_id", "name"),
}
"""Column: the catalogue, the column that refers to it, the property that is joined on."""


class _Named(Record):
    id: str
    name: str


class _User(_Named):
    email: str


class _Team(_Named):
    key: str
    issue_estimation_type: str


_MODELS: Mapping[str, type[_Named]] = {"users": _User, "issueLabels": _Named, "teams": _Team, "projects": _Named}


def read_catalogues(client: LinearClient, warnings: list[str]) -> dict[str, pd.DataFrame]:
    """Read all catalogues, each a frame of text indexed by id: one request, and one for each further page.

    Raises:
        SourceError: Linear can't be read.
    """
    data = client.run(documents.catalogues(*_MODELS), {"first": client.page, "after": None})
    return {name: _read_on(client, name, client.find_page(data, [name]), warnings) for name in _MODELS}


def join_catalogues(issues: pd.DataFrame, catalogues: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the issues with the columns that stem from catalogues; what a catalogue does not show is missing."""
    columns = {
        column: issues[reference].map(catalogues[name][field]).astype("str")
        for column, (name, reference, field) in _JOINED.items()
    }
    labels = catalogues["issueLabels"]["name"].to_dict()
    names = issues["label_ids"].map(lambda ids: json.dumps([labels[key] for key in json.loads(ids) if key in labels]))
    return issues.assign(**columns, labels=names.astype("str"))


def _read_on(client: LinearClient, name: str, page: Page, warnings: list[str]) -> pd.DataFrame:
    nodes, info = list(page.nodes), page.page_info
    if info.has_next_page:
        pages = client.pages(documents.catalogues(name), {}, [name], client.page, after=info.end_cursor)
        nodes.extend(node for page in pages for node in page.nodes)
    model = _MODELS[name]
    records = parse_records(model, nodes, f"One of Linear's {name}:", by="name", warnings=warnings)
    rows = {record.id: record.model_dump() for record in records}
    return pd.DataFrame(list(rows.values()), columns=list(model.model_fields), dtype="str").set_index("id")
