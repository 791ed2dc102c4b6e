"""What a witness remembers: every head of the hub's log that it saw, and which of them it confirmed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, String, Table, Text

from adapters.tables import METADATA

HEAD = Table(
    "log_head",
    METADATA,
    Column("origin", String(220), primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("extends", Boolean, nullable=False),  # proven to extend all heads before it; only such a one is confirmed
    Column("confirmed", BigInteger),
    Column("links", Text),  # of one that is not: proofs by the size that they begin at, {"7": ["<base64>", …]}
)
