"""What a database holds against what the models say, and rows in every table of one of which nothing else is known."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import date
from types import ModuleType
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Boolean, Column, Connection, Date, Integer, LargeBinary, MetaData, func, insert, select

from hub.database import Database


def tables_of(package: ModuleType) -> list[ModuleType]:
    """Every module of a package that may have tables: a model is complete once all of them are imported."""
    names = (module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))
    return [importlib.import_module(name) for name in names if name.rpartition(".")[2] in ("tables", "store")]


def differences(database: Database, metadata: MetaData, revision_table: str = "alembic_version") -> list[Any]:
    """What would have to change for the database to be as the models are; types, defaults and indexes too."""
    with database.reading() as connection:
        options: dict[str, Any] = {
            "version_table": revision_table,
            "compare_server_default": True,
            "include_name": lambda name, kind, _parents: kind != "table" or name in metadata.tables,
        }
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def fill(connection: Connection) -> dict[str, int]:
    """One row in every table that is there and empty; how many rows each table has after that."""
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if not connection.execute(select(func.count()).select_from(table)).scalar():
            connection.execute(insert(table).values({column.name: _value(column) for column in table.columns}))
    return counts(connection)


def counts(connection: Connection) -> dict[str, int]:
    """Rows by table."""
    found = MetaData()
    found.reflect(connection)
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar() or 0
        for name, table in found.tables.items()
    }


def _value(column: Column[Any]) -> object:
    match column.type:
        case Boolean():
            return True
        case Integer():
            return 1
        case LargeBinary():
            return b"1"
        case Date():
            return date(2026, 1, 1)
        case _:
            return "1"
