"""When each operator was in the console last, so that its first screen says what changed since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "console_last_visit",
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("seen_index", sa.BigInteger(), nullable=False),
        sa.Column("before_seen", sa.BigInteger(), nullable=True),
        sa.Column("before_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("subject"),
    )
