"""Alembic's environment. `achievement_pipeline.store.postgres.database.migrate` passes the connection.

Developers run Alembic in the project's root on a scratch database (``[tool.alembic]`` in ``pyproject.toml`` names this
folder)::

    alembic -x url=postgresql://localhost/scratch upgrade head
    alembic -x url=postgresql://localhost/scratch revision --autogenerate --rev-id 0002 -m "what it does"
    ruff format achievement_pipeline/store/migrations

Revisions have four-digit numbers, and the largest is the newest, so that `migrate` needs no Alembic to find it.
"""

import sqlalchemy as sa
from alembic import context

from achievement_pipeline.store.postgres.database import VERSION_TABLE, create_engine
from achievement_pipeline.store.tables import Base


def _run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=VERSION_TABLE,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_given: sa.Connection | None = context.config.attributes.get("connection")
if _given is not None:
    _run(_given)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as _own:
        _run(_own)
