"""The tables of the adapter of the index in the ledger of its edge: registrations, rows, batches, and what is odd."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

from adapters.migrations import Schema

METADATA = MetaData()
SCHEMA = Schema("vish", METADATA, Path(__file__).parent / "migrations")

#: One conversation about the registration of one person.
REGISTRATION = Table(
    "vish_registration",
    METADATA,
    Column("conversation", String(36), primary_key=True),
    Column("case", String(36), nullable=False),
    Column("sender", String(20), nullable=False),
    Column("bsn", String(9)),  # to refuse another person in the conversation; blanked when the registration is over
    Column("connection_code", String(64), nullable=False),
    Column("current", String(36), nullable=False),  # key of the row that asked for the registration
    Column("number", String(64)),
    Column("state", String(12), nullable=False),
    Index("vish_registration_number", "number"),
)

#: One row for the index; its key is the message id.
ROW = Table(
    "vish_row",
    METADATA,
    Column("key", String(36), primary_key=True),
    Column("conversation", String(36), nullable=False),
    Column("act", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("cells", Text),  # batch.Cells as JSON; blanked when there is a result
    Column("answers", Text, nullable=False),  # ids of the messages that the result answers, JSON
    Column("waits_for", String(36)),  # key of the row whose number this one needs
    Column("batch", String(36)),
    Column("created", BigInteger, nullable=False),  # Unix microseconds
    Column("result", String(200)),
    Index("vish_row_state", "state"),
    Index("vish_row_conversation", "conversation"),
    Index("vish_row_batch", "batch"),
)

#: A batch file, kept as it was made until every row has its result.
BATCH = Table(
    "vish_batch",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("content", LargeBinary),  # blanked when every row has its result
    Column("made", BigInteger, nullable=False),
    Column("supplied", BigInteger),
    Column("attempts", SmallInteger, nullable=False),
    Column("next_attempt", BigInteger),  # null when every row has its result
    Index("vish_batch_due", "next_attempt"),
)

#: What came back and fits nothing: for a person to look at.
ITEM = Table(
    "vish_item",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("file", String(200), nullable=False),
    Column("line", Text, nullable=False),
    Column("key", String(36)),  # of the row that it is about, where it is about one of ours
    Column("found", BigInteger, nullable=False),
    Column("resolved", Boolean, nullable=False),
    Column("resolved_by", String(64)),
    Column("resolved_at", BigInteger),
    Column("reason", Text),  # in somebody's own words
)
