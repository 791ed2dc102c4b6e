"""Operators' acts: evidence settled, recoveries with their items, pauses, notices, windows; bytes of registers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

OIN, UUID, HASH, SUBJECT = sa.String(length=20), sa.String(length=36), sa.String(length=72), sa.String(length=255)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables, and gives evidence its end."""
    _evidence()
    _acts()
    _recoveries()
    _partners()


def _evidence() -> None:
    with op.batch_alter_table("quarantine") as table:
        table.add_column(sa.Column("settled", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("settled_how", sa.String(length=8), nullable=True))
        table.add_column(sa.Column("settled_act", UUID, nullable=True))
        table.add_column(sa.Column("claimed_by", UUID, nullable=True))
    op.create_index("quarantine_open", "quarantine", ["settled", "cause", "received"], unique=False)
    op.create_table(
        "evidence_group",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("note_act", UUID, nullable=True),
        sa.Column("assignee", SUBJECT, nullable=True),
        sa.Column("assignee_name", SUBJECT, nullable=True),
        sa.PrimaryKeyConstraint("slug"),
    )


def _acts() -> None:
    op.create_table(
        "operator_act",
        sa.Column("id", UUID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("subject", SUBJECT, nullable=False),
        sa.Column("name", SUBJECT, nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("blanked", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("operator_act_at", "operator_act", ["at"], unique=False)
    op.create_index("operator_act_target", "operator_act", ["target", "at"], unique=False)
    op.create_table(
        "operator_act_case",
        sa.Column("act_id", UUID, nullable=False),
        sa.Column("subject", UUID, nullable=False),
        sa.PrimaryKeyConstraint("act_id", "subject"),
    )
    op.create_index("operator_act_case_subject", "operator_act_case", ["subject"], unique=False)


def _recoveries() -> None:
    op.create_table(
        "recovery",
        sa.Column("id", UUID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("planned", sa.BigInteger(), nullable=False),
        sa.Column("planned_by", SUBJECT, nullable=False),
        sa.Column("planned_by_name", SUBJECT, nullable=False),
        sa.Column("hash", HASH, nullable=False),
        sa.Column("to_send", sa.Integer(), nullable=False),
        sa.Column("to_skip", sa.Integer(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("confirm_act", UUID, nullable=True),
        sa.Column("approve_act", UUID, nullable=True),
        sa.Column("cancel_act", UUID, nullable=True),
        sa.Column("finished", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("recovery_state", "recovery", ["state", "planned"], unique=False)
    op.create_table(
        "recovery_item",
        sa.Column("recovery_id", UUID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.BigInteger(), nullable=True),
        sa.Column("source_oin", OIN, nullable=True),
        sa.Column("message_id", UUID, nullable=True),
        sa.Column("refhash", HASH, nullable=False),
        sa.Column("skipped", sa.String(length=32), nullable=True),
        sa.Column("begun", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("outcome_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("recovery_id", "position"),
    )


def _partners() -> None:
    op.create_table(
        "partner_pause",
        sa.Column("oin", OIN, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("act_id", UUID, nullable=False),
        sa.PrimaryKeyConstraint("oin"),
    )
    op.create_table(
        "notice_asked",
        sa.Column("row_id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("act_id", UUID, nullable=False),
        sa.Column("oin", OIN, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("ref", UUID, nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("row_id"),
        sa.UniqueConstraint("act_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("notice_asked_oin", "notice_asked", ["oin", "asked"], unique=False)
    op.create_table(
        "partner_window",
        sa.Column("act_id", UUID, nullable=False),
        sa.Column("oin", OIN, nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("act_id"),
    )
    op.create_index("partner_window_oin", "partner_window", ["oin", "ends"], unique=False)
    with op.batch_alter_table("register_version") as table:
        table.add_column(sa.Column("body", sa.LargeBinary(), nullable=True))
