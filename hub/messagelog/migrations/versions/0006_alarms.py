"""Alarms, and the windows in which partners said to be away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Makes both tables."""
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("oin", sa.String(length=20), nullable=True),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("cleared", sa.BigInteger(), nullable=True),
        *(
            sa.Column(name, sa.BigInteger(), nullable=True)
            for name in ("start_mailed", "start_posted", "clear_mailed", "clear_posted")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alarm_started", "alarm", ["started"], unique=False)
    _partial("alarm_stands", ["kind", "subject"], "cleared IS NULL", unique=True)
    untold = "start_mailed IS NULL OR start_posted IS NULL OR clear_mailed IS NULL OR clear_posted IS NULL"
    _partial("alarm_untold", ["started"], untold, unique=False)
    op.create_table(
        "planned_window",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("oin", sa.String(length=20), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("planned_window_ends", "planned_window", ["ends"], unique=False)


def _partial(name: str, columns: list[str], where: str, *, unique: bool) -> None:
    op.create_index(name, "alarm", columns, unique=unique, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
