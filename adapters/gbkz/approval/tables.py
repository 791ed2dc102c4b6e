"""The table of what waits for a person, in the ledger of the edge."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from adapters.gbkz.tables import METADATA

#: Messages that a person must let through first (mode `ter-goedkeuring`).
APPROVAL = Table(
    "tax_approval",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("conversation", String(36), nullable=False),
    Column("case", String(36), nullable=False),
    Column("sender", String(20), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("type", String(120), nullable=False),
    Column("data", Text),  # blanked once decided and done
    Column("state", String(12), nullable=False),
    Column("decided_by", String(64)),
    Column("decided_at", BigInteger),
    Column("note", String(64)),
    Column("reason", Text),  # of closing it by hand, in somebody's own words
    Index("tax_approval_state", "state", "sequence"),
)
