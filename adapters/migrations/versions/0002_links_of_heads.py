"""A head that came before the one it follows keeps its proof until that one is here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the column; heads that wait without a proof are linked by a later letter, as before."""
    op.add_column("log_head", sa.Column("links", sa.Text(), nullable=True))
