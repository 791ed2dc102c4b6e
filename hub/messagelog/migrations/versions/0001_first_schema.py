"""The first schema: messages and their sealed bytes, receipts, log entries, edge reports, quarantine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes every table."""
    op.create_table(
        "edge_status",
        sa.Column("oin", sa.String(length=20), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.Column("oldest_waiting", sa.BigInteger(), nullable=True),
        sa.Column("uncertain", sa.BigInteger(), nullable=False),
        sa.Column("circuit", sa.String(length=9), nullable=False),
        sa.Column("software", sa.Text(), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("register_version", sa.BigInteger(), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("oin"),
    )
    op.create_table(
        "entry",
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=True),
        sa.Column("ref", sa.String(length=36), nullable=True),
        sa.Column("type", sa.String(length=120), nullable=True),
        sa.Column("src", sa.String(length=20), nullable=True),
        sa.Column("rcpt", sa.String(length=20), nullable=True),
        sa.Column("kid", sa.String(length=42), nullable=True),
        sa.Column("refhash", sa.String(length=72), nullable=True),
        sa.Column("result", sa.String(length=8), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("subj", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("row_id"),
        sa.UniqueConstraint("leaf_index"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "entry_pending",
        "entry",
        ["row_id"],
        unique=False,
        postgresql_where=sa.text("leaf_index IS NULL"),
        sqlite_where=sa.text("leaf_index IS NULL"),
    )
    op.create_index("entry_ref", "entry", ["ref"], unique=False)
    op.create_index("entry_id", "entry", ["id"], unique=False)
    op.create_table(
        "message",
        sa.Column("source_oin", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("signing_hash", sa.String(length=64), nullable=False),
        sa.Column("refhash", sa.String(length=72), nullable=False),
        sa.Column("kid", sa.String(length=42), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("recipient_oin", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("dataschema", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("correlationid", sa.String(length=36), nullable=False),
        sa.Column("causationid", sa.String(length=36), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("expirytime", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("forwarded_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("next_attempt", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("outcome_code", sa.String(length=32), nullable=True),
        sa.Column("outcome_at", sa.BigInteger(), nullable=True),
        sa.Column("receipt_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("source_oin", "id"),
    )
    op.create_index("message_correlation", "message", ["correlationid", "received"], unique=False)
    op.create_index("message_due", "message", ["state", "next_attempt"], unique=False)
    op.create_index("message_expiry", "message", ["state", "expirytime"], unique=False)
    op.create_index("message_subject", "message", ["subject", "received"], unique=False)
    op.create_table(
        "notice",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "quarantine",
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("refhash", sa.String(length=72), nullable=False),
        sa.Column("oin", sa.String(length=20), nullable=True),
        sa.Column("queue", sa.String(length=80), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("row_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "receipt",
        sa.Column("source_oin", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("recipient_oin", sa.String(length=20), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source_oin", "id"),
    )
    op.create_table(
        "register_version",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("loaded", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "salt",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_table(
        "sealed",
        sa.Column("source_oin", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source_oin", "id"),
    )
