"""Tokens, as hashes; nothing about a resident. Who calls is in the operators' trail."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, String, Table

METADATA = MetaData()

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
