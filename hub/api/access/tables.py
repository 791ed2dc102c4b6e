"""Tokens, as hashes, and the trail of calls; nothing about a resident."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, SmallInteger, String, Table

METADATA = MetaData()
ROW_ID = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite

TOKEN = Table(
    "api_token",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", String(80), nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("revoked", BigInteger),
)

CALL = Table(
    "api_call",
    METADATA,
    Column("row_id", ROW_ID, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("token_id", String(36)),
    Column("operation", String(40), nullable=False),
    Column("target", String(80)),
    Column("status", SmallInteger, nullable=False),
    sqlite_autoincrement=True,
)
