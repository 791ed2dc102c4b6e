"""The tables of a ledger: outbox, inbox, what is held, evidence, conversations. Instants are Unix microseconds."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

from adapters.migrations import Schema

METADATA = MetaData()
SCHEMA = Schema("ledger", METADATA, Path(__file__).parent / "migrations" / "versions")


class Sent(IntEnum):
    """Where an outgoing message is; only ever moves up."""

    QUEUED = 1  # in this ledger, not confirmed by the broker yet
    PUBLISHED = 2  # at the broker; the hub has not answered yet
    REFUSED = 3  # by the hub, which does not remember it: another copy that is under way may still be accepted
    ACCEPTED = 4  # the hub keeps it
    EXPIRED = 5  # the hub gave up hope; a late receipt still replaces this once
    SETTLED = 6  # answered by the recipient


class Taken(IntEnum):
    """Where an incoming message is."""

    WAITING = 1  # for an earlier message of its conversation; its receipt is withheld
    READY = 2  # receipted; to be acted on at `next_attempt`
    ACTING = 3  # the intent is recorded; a crash here may have come after the act
    UNCERTAIN = 4  # the act may or may not have happened and the outside system cannot tell: a person decides
    FAILED = 5  # the outside system refuses: a person decides
    DONE = 6
    OVERTAKEN = 7  # a newer state-setting message was applied first: never acted on
    REFUSED = 8  # refused with a receipt


OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("type", String(120), nullable=False),
    Column("recipient", String(20), nullable=False),
    Column("subject", String(36), nullable=False),
    Column("correlationid", String(36), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("refhash", String(72), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expirytime", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("next_attempt", BigInteger),
    Column("outcome", String(8)),
    Column("outcome_code", String(32)),
    Column("outcome_by", String(9)),
    Column("outcome_at", BigInteger),
    Index("outbox_due", "next_attempt"),
    Index("outbox_correlation", "correlationid"),
)

INBOX = Table(
    "inbox",
    METADATA,
    Column("source_oin", String(20), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("signing_hash", String(64), nullable=False),
    Column("refhash", String(72), nullable=False),
    Column("type", String(120), nullable=False),
    Column("subject", String(36), nullable=False),
    Column("correlationid", String(36), nullable=False),
    Column("causationid", String(36)),
    Column("sequence", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("expirytime", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("data", Text),  # the payload as JSON: plaintext, this party's own copy
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("crashes", SmallInteger, nullable=False, default=0, server_default="0"),  # ends of the process in this act
    Column("next_attempt", BigInteger),
    Column("result", String(8)),  # of the receipt; null while it is withheld
    Column("code", String(32)),
    Column("receipt_due", Boolean, nullable=False),
    Column("acted_at", BigInteger),
    Column("note", String(64)),  # why a person must look: a code and place, never a value
    Index("inbox_correlation", "correlationid", "sequence"),
    Index("inbox_state", "state", "next_attempt"),
)
Index(
    "inbox_receipt_due",
    INBOX.c.receipt_due,
    postgresql_where=INBOX.c.receipt_due,
    sqlite_where=INBOX.c.receipt_due,
)

HELD = Table(
    "held",
    METADATA,
    Column("refhash", String(72), primary_key=True),
    Column("code", String(32), nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("refhash", String(72), primary_key=True),
    Column("code", String(32), nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

CONVERSATION = Table(
    "conversation",
    METADATA,
    Column("correlationid", String(36), primary_key=True),
    Column("counterpart", String(20), primary_key=True),
    Column("last_sent", BigInteger, nullable=False, default=0),
    Column("last_applied", BigInteger, nullable=False, default=0),
)
