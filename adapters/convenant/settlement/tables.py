"""The table of settlements in the ledger of a creditor's edge."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from adapters.convenant.tables import METADATA

#: One conversation about settling what one customer owes.
SETTLEMENT = Table(
    "creditor_settlement",
    METADATA,
    Column("conversation", String(36), primary_key=True),
    Column("case", String(36), nullable=False),
    Column("sender", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("impeded", Boolean, nullable=False),  # an impediment was reported: silence is no consent
    Column("proposal", String(36)),  # id of the message that is to be decided on
    Column("turn", Integer, nullable=False),  # of the last order
    Column("silent_at", BigInteger),  # Unix microseconds; when silence becomes consent
    Index("creditor_settlement_silent", "silent_at"),
)
