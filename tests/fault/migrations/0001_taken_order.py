"""Which orders of the case system were taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "taken_order",
        sa.Column("ord", sa.Integer(), primary_key=True),
        sa.Column("message_id", sa.String(length=36), nullable=False),
    )
