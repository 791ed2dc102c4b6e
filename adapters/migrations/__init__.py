"""The tables of a party's databases over time: each part has steps of its own, carried out when the database is opened.

A ledger is shared: the edge has tables in it, and so has the adapter. A part counts its steps in a table of its own, so
that who writes an adapter adds one without waiting for anybody, and an edge is upgraded under every adapter.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, MetaData, column, inspect, select, table

from hub.database import Database
from hub.errors import Code, RefusedError

HERE: Final = Path(__file__).parent
_ALONE: Final = threading.Lock()  # Alembic has one `op` in a process


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of one part, and the folder with the steps that made them so.

    A step is a script of Alembic, `0001_first_tables.py`, with `revision`, `down_revision` and `upgrade()`. One that
    was released never changes.
    """

    name: str
    metadata: MetaData
    steps: Path

    @property
    def revision_table(self) -> str:
        """Where the database keeps the last step that it has."""
        return f"{self.name}_revision"

    def revisions(self) -> list[str]:
        """The revisions that this release knows, the oldest first: scripts bear them in their names."""
        return sorted(script.name.partition("_")[0] for script in self.steps.glob("[0-9]*.py"))


def upgrade(database: Database, schema: Schema, to: str = "head") -> None:
    """Carries out the steps that are missing, in one transaction; two at once wait for each other.

    Raises:
        RefusedError: `settings_invalid` for a database of a newer release, which we might write wrongly.
    """
    known = schema.revisions()
    with database.reading() as connection:
        has = present(connection, schema)
    if has == known[-1]:
        return
    if has is not None and has not in known:
        raise RefusedError(Code.SETTINGS_INVALID, f"{schema.name}: database of a newer release")
    from alembic import command  # noqa: PLC0415 - an adapter whose ledger is up to date does not carry 11 MB for it
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(schema.steps).replace("%", "%%"))
    with _ALONE, database.begin() as connection:
        config.attributes.update(connection=connection, schema=schema)
        command.upgrade(config, to)


def present(connection: Connection, schema: Schema) -> str | None:
    """The last step that the database has of this part, or None."""
    if not inspect(connection).has_table(schema.revision_table):
        return None
    revision: str | None = connection.execute(
        select(column("version_num")).select_from(table(schema.revision_table))
    ).scalar()
    return revision
