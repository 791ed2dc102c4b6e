"""The tables as they were when steps began; those that a ledger from before that has stay as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes every table that is not there yet."""
    op.create_table(
        "tax_approval",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("case", sa.String(length=36), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("tax_approval_state", "tax_approval", ["state", "sequence"], if_not_exists=True)
    op.create_table(
        "tax_decision",
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("resume", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("row_id"),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("tax_decision_conversation", "tax_decision", ["conversation"], if_not_exists=True)
    op.create_table(
        "tax_dossier",
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("dossier", sa.String(length=64), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("conversation", "dossier"),
        if_not_exists=True,
    )
    op.create_index("tax_dossier_dossier", "tax_dossier", ["dossier"], if_not_exists=True)
    op.create_table(
        "tax_moratorium",
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("conversation"),
        if_not_exists=True,
    )
    op.create_table(
        "tax_pause",
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("case", sa.String(length=36), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("taxpayer", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("lift_due", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("conversation"),
        if_not_exists=True,
    )
    op.create_index("tax_pause_due", "tax_pause", ["lift_due"], if_not_exists=True)
    op.create_table(
        "tax_placement",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("message", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("placement", sa.Text(), nullable=True),
        sa.Column("carried_out", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        if_not_exists=True,
    )
    op.create_index("tax_placement_conversation", "tax_placement", ["conversation"], if_not_exists=True)
    op.create_index("tax_placement_message", "tax_placement", ["message"], if_not_exists=True)
    op.create_table(
        "tax_settlement",
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("case", sa.String(length=36), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("taxpayer", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("proposal", sa.String(length=36), nullable=True),
        sa.Column("offer", sa.Text(), nullable=True),
        sa.Column("decision", sa.String(length=30), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conversation"),
        if_not_exists=True,
    )
    op.create_index("tax_settlement_state", "tax_settlement", ["state"], if_not_exists=True)
    op.create_table(
        "tax_uitstel",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("dossier", sa.String(length=64), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        if_not_exists=True,
    )
    op.create_index("tax_uitstel_dossier", "tax_uitstel", ["dossier"], if_not_exists=True)
