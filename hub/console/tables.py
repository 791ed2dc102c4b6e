"""The console's own tables: who signs in, who is signed in, and who looked at what.

They hold names of operators, never anything about a resident.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from hub.web.sessions.tables import SUBJECT, SessionTables

METADATA = MetaData()
ROW_ID = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite

SESSIONS: Final = SessionTables(METADATA, "console")

AUDIT = Table(
    "console_audit",
    METADATA,
    Column("row_id", ROW_ID, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("subject", SUBJECT),
    Column("name", String(255)),
    Column("act", String(24), nullable=False),
    Column("page", String(40), nullable=False),
    Column("target", String(80)),
    Column("detail", Text),
    Index("console_audit_subject", "subject", "row_id"),
    Index("console_audit_at", "at"),
    sqlite_autoincrement=True,
)

LAST_VISIT = Table(
    "console_last_visit",
    METADATA,
    Column("subject", SUBJECT, primary_key=True),
    Column("began", BigInteger, nullable=False),  # the session that he is in
    Column("seen", BigInteger, nullable=False),
    Column("seen_index", BigInteger, nullable=False),
    Column("before_seen", BigInteger),  # where the session before that one ended
    Column("before_index", BigInteger),
)

AUDIT_HOUR = Table(
    "console_audit_hour",
    METADATA,
    Column("begins", BigInteger, primary_key=True, autoincrement=False),
    Column("lines", Integer, nullable=False),
    Column("hash", String(72), nullable=False),
)
