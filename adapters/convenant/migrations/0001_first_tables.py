"""The tables as they were when steps began; those that a ledger from before that has stay as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes every table that is not there yet."""
    op.create_table(
        "creditor_batch",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("supplied", sa.BigInteger(), nullable=True),
        sa.Column("fetched", sa.BigInteger(), nullable=True),
        sa.Column("alarmed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_table(
        "creditor_item",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_table(
        "creditor_moratorium",
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("conversation"),
        if_not_exists=True,
    )
    op.create_table(
        "creditor_order",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("message", sa.String(length=36), nullable=True),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(length=36), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("next_attempt", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
        if_not_exists=True,
    )
    op.create_index("creditor_order_batch", "creditor_order", ["batch"], if_not_exists=True)
    op.create_index("creditor_order_conversation", "creditor_order", ["conversation"], if_not_exists=True)
    op.create_index("creditor_order_state", "creditor_order", ["state", "next_attempt"], if_not_exists=True)
    op.create_table(
        "creditor_pause",
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("case", sa.String(length=36), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("customer", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("given_until", sa.Date(), nullable=True),
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("lift_due", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("conversation"),
        if_not_exists=True,
    )
    op.create_index("creditor_pause_due", "creditor_pause", ["lift_due"], if_not_exists=True)
    op.create_table(
        "creditor_settlement",
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("case", sa.String(length=36), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("impeded", sa.Boolean(), nullable=False),
        sa.Column("proposal", sa.String(length=36), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("silent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("conversation"),
        if_not_exists=True,
    )
    op.create_index("creditor_settlement_silent", "creditor_settlement", ["silent_at"], if_not_exists=True)
