"""The tables of DDAS, beside the cases in the same database: facts are only ever added."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from adapters.haarlem.tables import METADATA

FACT = Table(
    "haarlem_ddas_fact",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("case_id", String(36), ForeignKey("haarlem_case.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("value", String(64)),
    Column("end", String(10)),
    Index("haarlem_ddas_fact_case", "case_id", "number"),
)

CLIENT = Table(
    "haarlem_ddas_client",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

ACCESS_TOKEN = Table(
    "haarlem_ddas_token",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("client_id", String(36), ForeignKey("haarlem_ddas_client.id"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("haarlem_ddas_token_expires", "expires_at"),
)
