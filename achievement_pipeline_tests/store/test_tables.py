import pytest
import sqlalchemy as sa

from achievement_pipeline.store.postgres.database import VERSION_TABLE, upgrade
from achievement_pipeline.store.tables import Base

_DESCRIPTION = sa.text("""
    SELECT 'column', table_name, column_name, data_type, collation_name, is_nullable, column_default,
           is_identity, col_description(format('%I.%I', table_schema, table_name)::regclass, ordinal_position)
    FROM information_schema.columns WHERE table_schema = :schema
    UNION ALL
    SELECT 'table', relname, obj_description(oid), NULL, NULL, NULL, NULL, NULL, NULL
    FROM pg_class WHERE relnamespace = CAST(:schema AS regnamespace) AND relkind = 'r'
    UNION ALL
    SELECT 'constraint', conname, pg_get_constraintdef(oid), NULL, NULL, NULL, NULL, NULL, NULL
    FROM pg_constraint WHERE connamespace = CAST(:schema AS regnamespace)
    UNION ALL
    SELECT 'index', indexname, replace(indexdef, schemaname || '.', ''), NULL, NULL, NULL, NULL, NULL, NULL
    FROM pg_indexes WHERE schemaname = :schema
""")
"""All that PostgreSQL knows of the tables in a schema, whatever the order of their columns."""


@pytest.mark.e2e
def test_the_migrations_make_the_same_tables_as_the_code_does_in_an_empty_database(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        created = set(connection.execute(_DESCRIPTION, {"schema": "public"}))
        connection.execute(sa.text("CREATE SCHEMA migrated"))
        connection.execute(sa.text("SET LOCAL search_path = migrated"))
        upgrade(connection)
        migrated = set(connection.execute(_DESCRIPTION, {"schema": "migrated"}))
        connection.rollback()
    assert len(created) > 100
    assert migrated == created


@pytest.mark.e2e
def test_the_constraints_in_the_database_bear_the_names_that_the_code_gives(engine: sa.Engine) -> None:
    described = {str(constraint.name) for table in Base.metadata.tables.values() for constraint in table.constraints}

    with engine.connect() as connection:
        # contype n: PostgreSQL 18 lists NOT NULL among them
        found = connection.scalars(
            sa.text(
                "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' "
                "AND conrelid <> CAST(:versions AS regclass)"
            ),
            {"versions": VERSION_TABLE},
        )
        assert set(found) == described
