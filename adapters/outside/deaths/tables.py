"""The table of decisions, under a name of its own in the ledger of an edge."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text

_ROW_ID = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite


def decision_table(name: str, metadata: MetaData) -> Table:
    """Who decided what about a pause after a death; never changed."""
    return Table(
        f"{name}_decision",
        metadata,
        Column("row_id", _ROW_ID, primary_key=True, autoincrement=True),
        Column("conversation", String(36), nullable=False),
        Column("resume", Boolean, nullable=False),
        Column("reason", Text, nullable=False),  # in somebody's own words
        Column("decided_by", String(64), nullable=False),
        Column("decided_at", BigInteger, nullable=False),
        Index(f"{name}_decision_conversation", "conversation"),
        sqlite_autoincrement=True,
    )
