"""The database's schema over time: upgraded by a command, checked at every start, never changed in passing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from hub.database import Database
from hub.errors import Code, RefusedError
from hub.messagelog.store import schema_revision

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - see `upgrade`

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def upgrade(database: Database) -> str:
    """Brings the schema to this release; returns its revision. Safe to call twice, and by two at once on PostgreSQL."""
    from alembic import command  # noqa: PLC0415 - a relay looks at the schema only, and does not carry 11 MB for it

    config = _config()
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return newest()


def newest() -> str:
    """The revision that this release needs: the last of its scripts, which bear their revision in their names."""
    return max(script.name.partition("_")[0] for script in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def present(database: Database) -> str | None:
    """The revision of the database, or None for one without our tables."""
    with database.reading() as connection:
        return schema_revision(connection)


def check_schema(database: Database) -> None:
    """RefusedError(settings_invalid) unless the database is of this release."""
    if present(database) != newest():
        raise RefusedError(Code.SETTINGS_INVALID, "database (run: schuldhub db upgrade)")
