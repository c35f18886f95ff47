"""Read the objects that issues refer to: users, labels, teams and projects.

They are read each time, because renaming one of them does not update the issues that refer to it.
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
"""Column: its catalogue, the column with the id, and the joined property."""


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
    """Read all catalogues as frames of text indexed by id, in one request plus one per further page.

    Raises:
        SourceError: Linear can't be read.
    """
    data = client.run(documents.catalogues(*_MODELS), {"first": client.page, "after": None})
    return {name: _read_on(client, name, client.find_page(data, [name]), warnings) for name in _MODELS}


def join_catalogues(issues: pd.DataFrame, catalogues: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the issues with the columns from the catalogues. Unknown ids give missing values."""
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
