"""The tree over the message log: its tiles, checkpoints, cosignatures, what was sent to whom, and verifications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables; the tree over entries that are there already grows when the keeper runs."""
    op.create_table(
        "tree",
        sa.Column("tree_id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("origin", sa.String(length=220), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tree_id"),
        sa.UniqueConstraint("origin"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tile",
        sa.Column("tree_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tree_id", "level", "place"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("tree_id", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tree_id", "size"),
    )
    op.create_table(
        "cosignature",
        sa.Column("tree_id", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("oin", sa.String(length=20), nullable=False),
        sa.Column("kid", sa.String(length=42), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tree_id", "size", "oin"),
    )
    op.create_table(
        "checkpoint_sent",
        sa.Column("oin", sa.String(length=20), nullable=False),
        sa.Column("tree_id", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("offered", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("oin", "tree_id"),
    )
    op.create_table(
        "verification",
        sa.Column("row_id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("row_id"),
        sqlite_autoincrement=True,
    )
