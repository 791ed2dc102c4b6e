"""Keeps who resolved an item, when and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Keeps who resolved an item, when and why."""
    with op.batch_alter_table("kbn_item") as item:
        item.add_column(sa.Column("resolved_by", sa.String(length=64), nullable=True))
        item.add_column(sa.Column("resolved_at", sa.BigInteger(), nullable=True))
        item.add_column(sa.Column("reason", sa.Text(), nullable=True))
