"""The tables of a creditor's adapter in the ledger of its edge: pauses, orders, batches, and what a person must see."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
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
SCHEMA = Schema("creditor", METADATA, Path(__file__).parent / "migrations")

#: One conversation about the pause of one customer.
PAUSE = Table(
    "creditor_pause",
    METADATA,
    Column("conversation", String(36), primary_key=True),
    Column("case", String(36), nullable=False),
    Column("sender", String(20), nullable=False),
    Column("person", Text),  # to refuse another person in the conversation; blanked when it was all a mistake
    Column("customer", String(64)),  # number at the creditor, once it said so
    Column("state", String(12), nullable=False),
    Column("start", Date, nullable=False),
    Column("until", Date, nullable=False),  # last day of rest, without the margin
    Column("given_until", Date),  # as the creditor's system was told; null: until further notice
    Column("message", String(36), nullable=False),  # the last message that was acted on
    Column("turn", Integer, nullable=False),  # of the last order
    Column("lift_due", BigInteger),  # Unix microseconds; null when nothing is to be lifted
    Index("creditor_pause_due", "lift_due"),
)

#: A cooling-off period that a court granted: the later end of it and the pause holds.
MORATORIUM = Table(
    "creditor_moratorium",
    METADATA,
    Column("conversation", String(36), primary_key=True),
    Column("until", Date, nullable=False),
)

#: Each order, written down before it is given: a second attempt asks exactly the same.
ORDER = Table(
    "creditor_order",
    METADATA,
    Column("key", String(80), primary_key=True),
    Column("conversation", String(36), nullable=False),
    Column("message", String(36)),  # id of the message that it carries out; null for our own lifting
    Column("act", String(12), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("end", Date, nullable=False),  # last day of rest that an answer to it confirms
    Column("urgent", Boolean, nullable=False),
    Column("content", Text),  # orders.Order as JSON; blanked when it has its last answer
    Column("state", String(12), nullable=False),
    Column("answered", Integer, nullable=False),  # number of the last answer that was taken in
    Column("batch", String(36)),
    Column("created", BigInteger, nullable=False),  # Unix microseconds
    Column("attempts", SmallInteger, nullable=False),
    Column("next_attempt", BigInteger),  # only of our own orders: those of messages the edge tries again
    Index("creditor_order_conversation", "conversation"),
    Index("creditor_order_state", "state", "next_attempt"),
    Index("creditor_order_batch", "batch"),
)

#: Who told of an incident in a conversation of its own, of a case with a pause here: the answer is theirs.
REPORT = Table(
    "creditor_report",
    METADATA,
    Column("key", String(80), primary_key=True),  # of the order
    Column("sender", String(20), nullable=False),
    Column("case", String(36), nullable=False),
    Column("conversation", String(36), nullable=False),
)

#: A batch file, kept as it was made until it was fetched.
BATCH = Table(
    "creditor_batch",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("content", LargeBinary),  # blanked when it was fetched
    Column("made", BigInteger, nullable=False),
    Column("supplied", BigInteger),
    Column("fetched", BigInteger),
    Column("alarmed", Boolean, nullable=False),
)
