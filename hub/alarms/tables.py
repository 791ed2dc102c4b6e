"""Alarms with when they started, cleared and were told; and the windows in which partners said to be away."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from hub.messagelog.tables import METADATA, OIN, UUID

ALARM = Table(
    "alarm",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("oin", OIN),
    Column("case_id", UUID),
    Column("started", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),  # when it was last found to stand
    Column("cleared", BigInteger),
    Column("start_mailed", BigInteger),
    Column("start_posted", BigInteger),
    Column("clear_mailed", BigInteger),
    Column("clear_posted", BigInteger),
    Index("alarm_started", "started"),
)
_STANDS: Final = ALARM.c.cleared.is_(None)
Index(
    "alarm_stands",
    ALARM.c.kind,
    ALARM.c.subject,
    unique=True,
    postgresql_where=_STANDS,
    sqlite_where=_STANDS,
)
UNTOLD: Final = (
    ALARM.c.start_mailed.is_(None)
    | ALARM.c.start_posted.is_(None)
    | ALARM.c.clear_mailed.is_(None)
    | ALARM.c.clear_posted.is_(None)
)
Index("alarm_untold", ALARM.c.started, postgresql_where=UNTOLD, sqlite_where=UNTOLD)

WINDOW = Table(
    "planned_window",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("oin", OIN, nullable=False),
    Column("begins", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Column("note", Text),
    Index("planned_window_ends", "ends"),
)
