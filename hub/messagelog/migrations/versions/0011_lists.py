"""Indexes for lists of messages of something rare: a party, a type, a time, what was refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_LISTED = "kind IN ('accepted', 'refused')"


def upgrade() -> None:
    """Makes six indexes, each of the rows that it is for alone."""
    _partial("entry_sent", "entry", ["src", "type"], _LISTED)
    _partial("entry_got", "entry", ["rcpt", "type"], _LISTED)
    _partial("entry_type", "entry", ["type"], _LISTED)
    _partial("entry_ts", "entry", ["ts"], _LISTED)
    _partial("entry_refused", "entry", ["leaf_index"], "kind = 'refused'")
    _partial("message_refused", "message", ["received"], "outcome = 'refused'")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=False, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
