"""The database's schema over time: upgraded by a command, checked at every start, never changed in passing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hub.database import Database
from hub.errors import Code, RefusedError

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def upgrade(database: Database) -> str:
    """Brings the schema to this release; returns its revision. Safe to call twice, and by two at once on PostgreSQL."""
    config = _config()
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return newest()


def newest() -> str:
    """The revision that this release needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def present(database: Database) -> str | None:
    """The revision of the database, or None for one without our tables."""
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check_schema(database: Database) -> None:
    """RefusedError(settings_invalid) unless the database is of this release."""
    if present(database) != newest():
        raise RefusedError(Code.SETTINGS_INVALID, "database (run: schuldhub db upgrade)")
