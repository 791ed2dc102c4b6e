"""The console's own tables: who signs in, who is signed in, and who looked at what.

They hold names of operators, never anything about a resident. Secrets stand here only as their SHA-256, so that who
reads the database cannot take over a session.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()
HASH = String(64)  # hexadecimal SHA-256
SUBJECT = String(255)  # as long as OpenID Connect lets `sub` be
ROW_ID = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite

SIGN_IN = Table(
    "console_sign_in",
    METADATA,
    Column("state_hash", HASH, primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("return_to", Text, nullable=False),
    Column("begun", BigInteger, nullable=False),
)

SESSION = Table(
    "console_session",
    METADATA,
    Column("token_hash", HASH, primary_key=True),
    Column("csrf", String(64), nullable=False),
    Column("subject", SUBJECT, nullable=False),
    Column("name", String(255), nullable=False),
    Column("roles", String(120), nullable=False),
    Column("begun", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Column("revoked", BigInteger),
    Index("console_session_subject", "subject"),
)

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
    sqlite_autoincrement=True,
)
