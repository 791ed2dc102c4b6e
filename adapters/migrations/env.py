"""Alembic's entry for the steps of one part: on the connection that `upgrade` opened, in its transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from adapters.migrations import Schema

LOCK = 0x5C421  # any number that only we use


def run() -> None:
    """Carries out the steps that are missing."""
    connection: Connection = context.config.attributes["connection"]
    schema: Schema = context.config.attributes["schema"]
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    context.configure(
        connection=connection,
        target_metadata=schema.metadata,
        version_table=schema.revision_table,
        render_as_batch=True,
        transactional_ddl=False,
    )
    context.run_migrations()


run()
