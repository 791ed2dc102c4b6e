"""The table of an adapter's items, under a name of its own in the ledger of its edge."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, String, Table, Text


def item_table(name: str, metadata: MetaData) -> Table:
    """One row for each thing that a person must look at, and who did."""
    return Table(
        f"{name}_item",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("kind", String(20), nullable=False),
        Column("place", String(200), nullable=False),  # the conversation, or the name of a file
        Column("line", Text, nullable=False),
        Column("found", BigInteger, nullable=False),  # Unix microseconds
        Column("resolved", Boolean, nullable=False),
        Column("resolved_by", String(64)),
        Column("resolved_at", BigInteger),
        Column("reason", Text),  # in somebody's own words
    )
