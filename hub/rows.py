"""Many rows in one statement and many values in one parameter, by a statement whose text never changes.

PostgreSQL's driver takes rows one by one, which costs the hub 20 to 35 µs each, and every other length of a list makes
another statement, which nobody prepares. As one JSON document a row costs a third of that. SQLite's driver takes rows
in a loop of its own without asking a server, so there they stay rows.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final, Self

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType

__all__ = ["add_rows", "among", "as_list", "insert_if_absent"]

Row = Mapping[str, object]

_ROWS: Final = "rows"
_BASE64: Final = literal_column("'base64'", Text())
_written = partial(json.dumps, separators=(",", ":"))


def add_rows(connection: Connection, table: Table, rows: Sequence[Row], *, absent: bool = False) -> None:
    """Adds rows, in this order, which all have the columns of the first.

    Args:
        connection: open; nothing is committed.
        table: where they go.
        rows: values by column.
        absent: a row whose key is there already stays as it is.
    """
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        connection.execute(insert_if_absent(connection, table) if absent else insert(table), rows)
        return
    octets = _octets(table, names)
    given = [{**row, **{name: _readable(row[name]) for name in octets}} for row in rows] if octets else rows
    connection.execute(_together(table, names, absent), {_ROWS: _written(given)})


def insert_if_absent(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that leaves a row with the same key as it is."""
    return _insert_if_absent(connection.dialect.name, table)


@cache
def _insert_if_absent(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


@cache
def _together(table: Table, names: tuple[str, ...], absent: bool) -> postgresql.Insert:  # noqa: FBT001 - a key of the cache
    octets = _octets(table, names)
    typed = [column(name, Text() if name in octets else table.c[name].type) for name in names]
    document = cast(bindparam(_ROWS, type_=Text()), JSON)
    given = func.json_to_recordset(document).table_valued(*typed).render_derived(with_types=True)
    columns = [func.decode(one, _BASE64) if one.name in octets else one for one in given.c]
    statement = postgresql.insert(table).from_select(names, select(*columns))
    return statement.on_conflict_do_nothing() if absent else statement


@cache
def _octets(table: Table, names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that a JSON document holds as text, since it has no octets."""
    return tuple(name for name in names if isinstance(table.c[name].type, LargeBinary))


def _readable(octets: Any) -> str:  # noqa: ANN401 - what a column of octets takes
    return b64encode(octets).decode("ascii")


class _Elements(FunctionElement[str]):
    """A row for every string of a JSON array."""

    name = "elements"
    inherit_cache = True


@compiles(_Elements, "postgresql")
def _on_postgresql(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    return f"json_array_elements_text(CAST({compiler.process(element.clause_expr, **options)} AS JSON))"


@compiles(_Elements, "sqlite")
def _on_sqlite(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    return f"json_each({compiler.process(element.clause_expr, **options)})"


class _Among(FunctionElement[bool]):
    """Whether a value is one that a query finds."""

    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> Self:  # noqa: ARG002 - as SQLAlchemy calls it
        """Stays as it is: SQLite would be asked for `… = 1`, and would use no index for that."""
        return self


@compiles(_Among, "postgresql")
def _by_index(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    """As an array, which an index serves for every column of its key; a query would be joined, by its first column."""
    one, query = (compiler.process(part, **options) for part in element.clauses)
    return f"{one} = ANY (ARRAY{query})"


@compiles(_Among, "sqlite")
def _in_query(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    one, query = (compiler.process(part, **options) for part in element.clauses)
    return f"{one} IN {query}"


def among(one: ColumnElement[str], wanted: str | Select[tuple[str]]) -> ColumnElement[bool]:
    """Whether a column is one of those that `as_list` made a parameter by this name of, or that a query finds."""
    if isinstance(wanted, str):
        elements = _Elements(bindparam(wanted, type_=Text())).table_valued(column("value", Text()))
        wanted = select(elements.c.value)
    return _Among(one, wanted.scalar_subquery())


def as_list(strings: Iterable[str]) -> str:
    """Strings as the one parameter that `among` reads."""
    return _written(list(strings))
