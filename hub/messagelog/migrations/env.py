"""Alembic's entry: runs on the connection that `hub.messagelog.schema` opened, in its transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from hub.messagelog.tables import METADATA

LOCK = 0x5C41D  # any number that only we use: two upgrades at once wait for each other


def run() -> None:
    """Runs the migrations that are missing."""
    connection: Connection = context.config.attributes["connection"]
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, transactional_ddl=False)
    context.run_migrations()


run()
