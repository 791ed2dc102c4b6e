"""The portal's tables.

Those of an office stand in the ledger of its own edge: whom it knows, what it was sent and sent, what it writes at, who
read what. Those of the portal stand in the portal's own database, and hold nothing about a resident.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text

from adapters.migrations import Schema
from hub.web.sessions.tables import HASH, SUBJECT, SessionTables

METADATA = MetaData()
SCHEMA = Schema("portal_office", METADATA, Path(__file__).parent / "migrations")
PORTAL = MetaData()
PORTAL_SCHEMA = Schema("portal", PORTAL, Path(__file__).parent / "access" / "migrations")
_ROW: Final = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite

# — of an office ——————————————————————————————————————————————————————————————————————————————————————————————————————

CLIENT = Table(
    "portal_client",
    METADATA,
    Column("case", String(36), primary_key=True),
    Column("counterpart", String(20), nullable=False),
    Column("person", Text, nullable=False),  # mapping.Person as JSON
    Column("since", BigInteger, nullable=False),
    Column("ended", BigInteger),
)

LETTER = Table(
    "portal_letter",
    METADATA,
    Column("number", _ROW, primary_key=True, autoincrement=True),  # in the order in which they came and went
    Column("id", String(36), nullable=False, unique=True),
    Column("case", String(36), nullable=False),
    Column("conversation", String(36), nullable=False),
    Column("counterpart", String(20), nullable=False),
    Column("ours", Boolean, nullable=False),
    Column("type", String(120), nullable=False),
    Column("data", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answers", String(36)),  # the letter that this one of ours answers
    Column("by", String(255)),  # who wrote it, or opened it first
    Column("opened", BigInteger),
    Column("answered", BigInteger),
    Column("outcome", String(12)),  # of ours: what the hub or the recipient said
    Column("code", String(32)),
    Index("portal_letter_case", "case", "number"),
)

#: One line of a description of somebody's estate that is being written.
ESTATE = Table(
    "portal_estate",
    METADATA,
    Column("id", _ROW, primary_key=True, autoincrement=True),
    Column("case", String(36), nullable=False),
    Column("part", String(12), nullable=False),
    Column("what", String(100), nullable=False),
    Column("amount", String(16), nullable=False),
    Index("portal_estate_case", "case"),
)
PLAN = Table(
    "portal_plan",
    METADATA,
    Column("case", String(36), primary_key=True),
    Column("text", Text, nullable=False),
)

#: A form that was sent: the same form again does nothing again.
FILED = Table(
    "portal_filed",
    METADATA,
    Column("key", String(80), primary_key=True),
    Column("letter", String(36), nullable=False),
    Column("at", BigInteger, nullable=False),
)

ACCESS = Table(
    "portal_access",
    METADATA,
    Column("row_id", _ROW, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("subject", SUBJECT, nullable=False),
    Column("name", String(255), nullable=False),
    Column("act", String(24), nullable=False),
    Column("page", String(40), nullable=False),
    Column("target", String(80)),
    sqlite_autoincrement=True,
)
#: The office does not read; told: whoever runs the portal was told of how it stands.
SILENCE = Table(
    "portal_silence",
    METADATA,
    Column("since", BigInteger, primary_key=True),
    Column("over", Boolean, nullable=False),
    Column("told", Boolean, nullable=False),
)

MAILED = Table("portal_mailed", METADATA, Column("up_to", BigInteger, primary_key=True), Column("at", BigInteger))

# — of the portal —————————————————————————————————————————————————————————————————————————————————————————————————————

SESSIONS: Final = SessionTables(PORTAL, "portal")

VISIT = Table(
    "portal_visit",
    PORTAL,
    Column("row_id", _ROW, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("subject", SUBJECT),
    Column("act", String(24), nullable=False),
    Column("page", String(40), nullable=False),
    Column("detail", Text),
    sqlite_autoincrement=True,
)
TOKEN = Table(
    "portal_token",
    PORTAL,
    Column("id", String(36), primary_key=True),
    Column("office", String(32), nullable=False),
    Column("name", String(80), nullable=False),
    Column("digest", HASH, nullable=False, unique=True),
    Column("scopes", String(120), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", SUBJECT, nullable=False),
    Column("revoked_at", BigInteger),
)
