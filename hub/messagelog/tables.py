"""The hub's tables: what was accepted, its sealed bytes while they are needed, and the log entries that prove it.

No column holds anything about a person. Instants are integers (Unix microseconds), because SQLite gives back naive
datetimes; ids, OINs and codes are validated before they get here.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

METADATA = MetaData()
OIN = String(20)
UUID = String(36)
HASH = String(72)  # "sha-256:" and 64 hexadecimal digits
ROW_ID = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite


class State(IntEnum):
    """Where a message is; a row only ever moves up (`… WHERE state < new`), whatever order the news comes in."""

    ACCEPTED = 1  # its bytes are kept here; its sender may hold a receipt
    FORWARDED = 2  # the broker confirmed it in the recipient's inbox
    EXPIRED = 3  # the hub gave up hope (wire.md 8, T1); a late receipt still replaces it once (T2)
    ANSWERED = 4  # the recipient's receipt is here: `outcome` says accepted or refused


MESSAGE = Table(
    "message",
    METADATA,
    Column("source_oin", OIN, primary_key=True),
    Column("id", UUID, primary_key=True),
    Column("signing_hash", String(64), nullable=False),
    Column("refhash", HASH, nullable=False),
    Column("kid", String(42), nullable=False),
    Column("source", String(80), nullable=False),
    Column("recipient_oin", OIN, nullable=False),
    Column("type", String(120), nullable=False),
    Column("dataschema", String(120), nullable=False),
    Column("subject", UUID, nullable=False),
    Column("correlationid", UUID, nullable=False),
    Column("causationid", UUID),
    Column("sequence", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("expirytime", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("forwarded_at", BigInteger),
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("next_attempt", BigInteger),
    Column("outcome", String(8)),
    Column("outcome_code", String(32)),
    Column("outcome_at", BigInteger),
    Column("receipt_id", UUID),
    Index("message_correlation", "correlationid", "received"),
    Index("message_subject", "subject", "received"),
    Index("message_due", "state", "next_attempt"),
    Index("message_expiry", "state", "expirytime"),
)
#: Its recipient's receipt says so. Written out, as all below, because an index is used by its very words.
REFUSED_BY_RECIPIENT: Final = MESSAGE.c.outcome == literal_column("'refused'")
Index(
    "message_refused",
    MESSAGE.c.received,
    postgresql_where=REFUSED_BY_RECIPIENT,
    sqlite_where=REFUSED_BY_RECIPIENT,
)

SEALED = Table(
    "sealed",
    METADATA,
    Column("source_oin", OIN, primary_key=True),
    Column("id", UUID, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

RECEIPT = Table(
    "receipt",
    METADATA,
    Column("source_oin", OIN, primary_key=True),
    Column("id", UUID, primary_key=True),
    Column("recipient_oin", OIN, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received", BigInteger, nullable=False),
)

ENTRY = Table(
    "entry",
    METADATA,
    Column("row_id", ROW_ID, primary_key=True, autoincrement=True),
    Column("leaf_index", BigInteger),
    Column("kind", String(10), nullable=False),
    Column("ts", BigInteger, nullable=False),
    Column("id", UUID),
    Column("ref", UUID),
    Column("type", String(120)),
    Column("src", OIN),
    Column("rcpt", OIN),
    Column("kid", String(42)),
    Column("refhash", HASH),
    Column("result", String(8)),
    Column("code", String(32)),
    Column("subj", String(64)),
    UniqueConstraint("leaf_index"),
    Index("entry_ref", "ref"),
    Index("entry_id", "id"),
    sqlite_autoincrement=True,
)
Index(
    "entry_pending",
    ENTRY.c.row_id,
    postgresql_where=ENTRY.c.leaf_index.is_(None),
    sqlite_where=ENTRY.c.leaf_index.is_(None),
)
#: What lists of messages show: what was accepted, and what was refused at the door.
LISTED_KINDS: Final = ENTRY.c.kind.in_([literal_column("'accepted'"), literal_column("'refused'")])
ACCEPTED_KIND: Final = ENTRY.c.kind == literal_column("'accepted'")
REFUSED_KIND: Final = ENTRY.c.kind == literal_column("'refused'")
Index("entry_sent", ENTRY.c.src, ENTRY.c.type, postgresql_where=LISTED_KINDS, sqlite_where=LISTED_KINDS)
Index("entry_got", ENTRY.c.rcpt, ENTRY.c.type, postgresql_where=LISTED_KINDS, sqlite_where=LISTED_KINDS)
Index("entry_type", ENTRY.c.type, postgresql_where=LISTED_KINDS, sqlite_where=LISTED_KINDS)
Index("entry_ts", ENTRY.c.ts, postgresql_where=LISTED_KINDS, sqlite_where=LISTED_KINDS)
Index("entry_refused", ENTRY.c.leaf_index, postgresql_where=REFUSED_KIND, sqlite_where=REFUSED_KIND)

SALT = Table(
    "salt",
    METADATA,
    Column("subject", UUID, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
)

TREE = Table(
    "tree",
    METADATA,
    Column("tree_id", ROW_ID, primary_key=True, autoincrement=True),
    Column("origin", String(220), nullable=False),
    Column("first", BigInteger, nullable=False),  # `leaf_index` of its first leaf: indexes count through all trees
    Column("size", BigInteger, nullable=False),
    UniqueConstraint("origin"),
    sqlite_autoincrement=True,
)

TILE = Table(
    "tile",
    METADATA,
    Column("tree_id", BigInteger, primary_key=True),
    Column("level", SmallInteger, primary_key=True),
    Column("place", BigInteger, primary_key=True),
    Column("hashes", LargeBinary, nullable=False),  # up to 256 hashes of complete subtrees, 32 bytes each
)

CHECKPOINT = Table(
    "checkpoint",
    METADATA,
    Column("tree_id", BigInteger, primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("published", BigInteger),
)

COSIGNATURE = Table(
    "cosignature",
    METADATA,
    Column("tree_id", BigInteger, primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("oin", OIN, primary_key=True),
    Column("kid", String(42), nullable=False),
    Column("line", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
)

CHECKPOINT_SENT = Table(
    "checkpoint_sent",
    METADATA,
    Column("oin", OIN, primary_key=True),
    Column("tree_id", BigInteger, primary_key=True),
    Column("size", BigInteger, nullable=False),  # of the last that the partner's inbox took
    Column("offered", BigInteger, nullable=False),  # of the last that it may have taken
    Column("sent", BigInteger, nullable=False),
)

VERIFICATION = Table(
    "verification",
    METADATA,
    Column("row_id", ROW_ID, primary_key=True, autoincrement=True),
    Column("begun", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),  # when it last said how far it is
    Column("ended", BigInteger),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("problems", Text),  # one a line: a code and a place, never a value; null while it runs
    sqlite_autoincrement=True,
)

EDGE_STATUS = Table(
    "edge_status",
    METADATA,
    Column("oin", OIN, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("waiting", BigInteger, nullable=False),
    Column("oldest_waiting", BigInteger),
    Column("uncertain", BigInteger, nullable=False),
    Column("circuit", String(9), nullable=False),
    Column("software", Text, nullable=False),
    Column("types", Text, nullable=False),
    Column("register_version", BigInteger, nullable=False),
    Column("clock_offset_ms", BigInteger, nullable=False),
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("row_id", ROW_ID, primary_key=True, autoincrement=True),
    Column("cause", String(24), nullable=False),
    Column("code", String(32)),
    Column("received", BigInteger, nullable=False),
    Column("refhash", HASH, nullable=False),
    Column("oin", OIN),
    Column("queue", String(80)),
    Column("body", LargeBinary),
    Column("settled", BigInteger),
    Column("settled_how", String(8)),
    Column("settled_act", UUID),
    Column("claimed_by", UUID),  # the recovery that is going to offer it
    Index("quarantine_open", "settled", "cause", "received"),
    sqlite_autoincrement=True,
)

PARTNER_PAUSE = Table(
    "partner_pause",
    METADATA,
    Column("oin", OIN, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("act_id", UUID, nullable=False),
)

REGISTER_VERSION = Table(
    "register_version",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("loaded", BigInteger, nullable=False),
    Column("body", LargeBinary),  # as the governance signed it: what was agreed on a day stays known
)

NOTICE = Table(
    "notice",
    METADATA,
    Column("name", String(80), primary_key=True),  # what was said once, as `key:<kid>:<days>`
    Column("sent", BigInteger, nullable=False),
)

FOLLOWED = Table(
    "followed",
    METADATA,
    Column("name", String(20), primary_key=True),
    Column("leaf_index", BigInteger, nullable=False),  # of the message log, up to which was followed
)
