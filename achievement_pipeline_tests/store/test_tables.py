import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from achievement_pipeline.store.postgres.database import VERSION_TABLE
from achievement_pipeline.store.tables import Base


@pytest.mark.e2e
def test_the_migrations_make_the_tables_that_the_code_describes(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


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
