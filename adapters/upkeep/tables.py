"""Beside the ledger: who looked at persons, and what somebody decided about a row that software could not."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, String, Table, Text

from adapters.tables import METADATA

_ROW_ID = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite

ACCESS = Table(
    "edge_access",
    METADATA,
    Column("row_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("command", String(16), nullable=False),
    Column("source_oin", String(20), nullable=False),
    Column("id", String(36), nullable=False),
    Index("edge_access_message", "id"),
    sqlite_autoincrement=True,
)

DECISION = Table(
    "edge_decision",
    METADATA,
    Column("row_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("source_oin", String(20), nullable=False),
    Column("id", String(36), nullable=False),
    Column("was", SmallInteger, nullable=False),
    Column("decision", String(4), nullable=False),
    Column("reason", Text, nullable=False),  # in somebody's own words: shown only where persons are
    Index("edge_decision_message", "id"),
    sqlite_autoincrement=True,
)
