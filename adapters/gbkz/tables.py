"""The tables of a local tax office in the ledger of its edge: pauses, who holds which dossier, what we placed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, MetaData, SmallInteger, String, Table, Text

from adapters.migrations import Schema

METADATA = MetaData()
SCHEMA = Schema("tax", METADATA, Path(__file__).parent / "migrations")

#: One conversation about the pause of one taxpayer.
PAUSE = Table(
    "tax_pause",
    METADATA,
    Column("conversation", String(36), primary_key=True),
    Column("case", String(36), nullable=False),
    Column("sender", String(20), nullable=False),
    Column("taxpayer", String(64)),  # blanked when the pause was registered by mistake
    Column("state", String(12), nullable=False),
    Column("start", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("message", String(36), nullable=False),  # the last message that was acted on
    Column("lift_due", BigInteger),  # Unix microseconds; null when nothing is to be lifted
    Column("attempts", SmallInteger, nullable=False),
    Index("tax_pause_due", "lift_due"),
)

#: A cooling-off period that a court granted: the later end of it and the pause holds.
MORATORIUM = Table(
    "tax_moratorium",
    METADATA,
    Column("conversation", String(36), primary_key=True),
    Column("until", Date, nullable=False),
)

#: What one conversation wants of one dossier, and what the tax system said of it.
DOSSIER = Table(
    "tax_dossier",
    METADATA,
    Column("conversation", String(36), primary_key=True),
    Column("dossier", String(64), primary_key=True),
    Column("held", Boolean, nullable=False),  # false where no uitstel could be put on it
    Column("until", Date),
    Column("reason", String(24), nullable=False),
    Column("said", Text),  # records.Placed as JSON
    Index("tax_dossier_dossier", "dossier"),
)

#: Uitstel that this adapter placed.
UITSTEL = Table(
    "tax_uitstel",
    METADATA,
    Column("number", String(64), primary_key=True),
    Column("dossier", String(64), nullable=False),
    Column("until", Date),
    Column("reason", String(24), nullable=False),
    Column("running", Boolean, nullable=False),
    Index("tax_uitstel_dossier", "dossier"),
)

#: Each placement of a message, written down before it is carried out: a second attempt must ask exactly the same.
PLACEMENT = Table(
    "tax_placement",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("message", String(64), nullable=False),
    Column("conversation", String(36), nullable=False),
    Column("placement", Text),  # records.Placement as JSON
    Column("carried_out", Boolean, nullable=False),
    Index("tax_placement_message", "message"),
    Index("tax_placement_conversation", "conversation"),
)
