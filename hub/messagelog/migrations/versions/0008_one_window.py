"""Planned windows stand in one table, that of the alarms."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Takes over what was planned, and drops the other table."""
    op.execute(
        "INSERT INTO planned_window (id, oin, begins, ends) "
        "SELECT act_id, oin, begins, ends FROM partner_window WHERE withdrawn IS NULL"
    )
    op.drop_table("partner_window")
