"""The questions of all conversations, the rungs that they reached, and how far the log was followed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the three tables; the keeper fills them from the log."""
    op.create_table(
        "question",
        sa.Column("source_oin", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("recipient_oin", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("correlationid", sa.String(length=36), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("rest", sa.SmallInteger(), nullable=False),
        sa.Column("reply_types", sa.Text(), nullable=False),
        sa.Column("working_days", sa.SmallInteger(), nullable=True),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("answer", sa.String(length=36), nullable=True),
        sa.Column("warn_at", sa.BigInteger(), nullable=True),
        sa.Column("attend_at", sa.BigInteger(), nullable=False),
        sa.Column("rung", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source_oin", "id"),
    )
    op.create_index("question_conversation", "question", ["correlationid"], unique=False)
    _partial("question_open", ["attend_at", "id"], "stage <= 4")
    _partial("question_rest", ["attend_at", "id"], "stage <= 4 AND rest = 1")
    _partial("question_stage", ["stage", "rest", "attend_at"], "stage <= 4")
    _partial("question_next", ["next_at"], "next_at IS NOT NULL")
    op.create_table(
        "rung",
        sa.Column("source_oin", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("rung", sa.SmallInteger(), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source_oin", "id", "rung"),
    )
    _partial("rung_untold", ["rung"], "told IS NULL", "rung")
    op.create_table(
        "followed",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _partial(name: str, columns: list[str], where: str, table: str = "question") -> None:
    op.create_index(name, table, columns, unique=False, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
