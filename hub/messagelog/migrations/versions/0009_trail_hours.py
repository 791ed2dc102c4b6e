"""Which hours of the audit trail stand in the message log as the hash of their lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "console_audit_hour",
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=72), nullable=False),
        sa.PrimaryKeyConstraint("begins"),
    )
    op.create_index("console_audit_at", "console_audit", ["at"], unique=False)
