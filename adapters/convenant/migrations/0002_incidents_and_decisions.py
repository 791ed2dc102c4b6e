"""Keeps who told of an incident, who decided after a death, and who resolved an item."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Keeps who told of an incident, who decided after a death, and who resolved an item."""
    with op.batch_alter_table("creditor_item") as item:
        item.add_column(sa.Column("resolved_by", sa.String(length=64), nullable=True))
        item.add_column(sa.Column("resolved_at", sa.BigInteger(), nullable=True))
        item.add_column(sa.Column("reason", sa.Text(), nullable=True))
    op.create_table(
        "creditor_report",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("case", sa.String(length=36), nullable=False),
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "creditor_decision",
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("resume", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("row_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("creditor_decision_conversation", "creditor_decision", ["conversation"])
