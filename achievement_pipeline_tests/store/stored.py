"""What the tests of upserts store and look up."""

from typing import Any

import sqlalchemy as sa

from achievement_pipeline_tests.store.sample_pieces import (
    Piece,
)

COMMIT = Piece("git:github.com/acme/engine@1111")
OTHER = Piece("git:github.com/acme/engine@2222", skills=("Rust", "Go"))
PULL = Piece("github:github.com/acme/engine#7", impact=80)


def rows(engine: sa.Engine, table: str, columns: str = "*") -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found = connection.execute(sa.text(f"SELECT {columns} FROM {table} ORDER BY 1"))
        return [dict(row) for row in found.mappings()]


def row(engine: sa.Engine, key: str) -> dict[str, Any]:
    return next(row for row in rows(engine, "achievements") if row["key"] == key)


def impacts(engine: sa.Engine) -> dict[str, float]:
    return {row["key"]: row["impact_score"] for row in rows(engine, "achievements") if row["retracted_at"] is None}


def counted(engine: sa.Engine) -> list[str]:
    return list(impacts(engine))


def retracted(engine: sa.Engine) -> dict[str, str]:
    return {row["key"]: row["retracted_reason"] for row in rows(engine, "achievements") if row["retracted_at"]}


def everything(engine: sa.Engine) -> dict[str, Any]:
    """Return the whole content, with the transaction that wrote each row and its position."""
    return {
        table: rows(engine, table, f"{table}.*, xmin::text AS written_by, ctid::text AS place")
        for table in ("achievements", "activities", "skills", "slices", "edits")
    }
