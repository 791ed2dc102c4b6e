"""The table of settlements in the ledger of a local tax office's edge."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from adapters.gbkz.tables import METADATA

#: One conversation about settling what one taxpayer owes.
SETTLEMENT = Table(
    "tax_settlement",
    METADATA,
    Column("conversation", String(36), primary_key=True),
    Column("case", String(36), nullable=False),
    Column("sender", String(20), nullable=False),
    Column("taxpayer", String(64)),
    Column("state", String(12), nullable=False),
    Column("proposal", String(36)),  # id of the message that is to be decided on
    Column("offer", Text),  # what it offers, as it came; blanked when it was decided
    Column("decision", String(30)),  # what a person decided and is not answered yet
    Column("decided_by", String(64)),  # opaque id of the employee
    Column("changed", BigInteger, nullable=False),  # Unix microseconds
    Column("turn", Integer, nullable=False),  # how many proposals and pleas came
    Index("tax_settlement_state", "state"),
)
