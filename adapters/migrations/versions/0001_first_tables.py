"""The tables as they were when steps began; those that a ledger from before that has stay as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes every table that is not there yet."""
    op.create_table(
        "conversation",
        sa.Column("correlationid", sa.String(length=36), nullable=False),
        sa.Column("counterpart", sa.String(length=20), nullable=False),
        sa.Column("last_sent", sa.BigInteger(), nullable=False),
        sa.Column("last_applied", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("correlationid", "counterpart"),
        if_not_exists=True,
    )
    op.create_table(
        "edge_access",
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("command", sa.String(length=16), nullable=False),
        sa.Column("source_oin", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("row_id"),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("edge_access_message", "edge_access", ["id"], if_not_exists=True)
    op.create_table(
        "edge_decision",
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("source_oin", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("was", sa.SmallInteger(), nullable=False),
        sa.Column("decision", sa.String(length=4), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("row_id"),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("edge_decision_message", "edge_decision", ["id"], if_not_exists=True)
    op.create_table(
        "evidence",
        sa.Column("refhash", sa.String(length=72), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("refhash"),
        if_not_exists=True,
    )
    op.create_table(
        "held",
        sa.Column("refhash", sa.String(length=72), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("refhash"),
        if_not_exists=True,
    )
    op.create_table(
        "inbox",
        sa.Column("source_oin", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("signing_hash", sa.String(length=64), nullable=False),
        sa.Column("refhash", sa.String(length=72), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("correlationid", sa.String(length=36), nullable=False),
        sa.Column("causationid", sa.String(length=36), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("expirytime", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("crashes", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_attempt", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(length=8), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("receipt_due", sa.Boolean(), nullable=False),
        sa.Column("acted_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("source_oin", "id"),
        if_not_exists=True,
    )
    op.create_index("inbox_correlation", "inbox", ["correlationid", "sequence"], if_not_exists=True)
    op.create_index(
        "inbox_receipt_due",
        "inbox",
        ["receipt_due"],
        postgresql_where=sa.text("receipt_due"),
        sqlite_where=sa.text("receipt_due"),
        if_not_exists=True,
    )
    op.create_index("inbox_state", "inbox", ["state", "next_attempt"], if_not_exists=True)
    op.create_table(
        "log_head",
        sa.Column("origin", sa.String(length=220), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("extends", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("origin", "size"),
        if_not_exists=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("correlationid", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("refhash", sa.String(length=72), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expirytime", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("next_attempt", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("outcome_code", sa.String(length=32), nullable=True),
        sa.Column("outcome_by", sa.String(length=9), nullable=True),
        sa.Column("outcome_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("outbox_correlation", "outbox", ["correlationid"], if_not_exists=True)
    op.create_index("outbox_due", "outbox", ["next_attempt"], if_not_exists=True)
