"""The counts of the first screen: each bounded, none over a whole table."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, func, select, true

from hub.console.overview import COUNTED
from hub.database import instant
from hub.messagelog.tables import MESSAGE, QUARANTINE, State


def quarantined(connection: Connection) -> int:
    """How many bodies lie in quarantine and wait for a decision, counted to the limit."""
    return _counted(connection, QUARANTINE, QUARANTINE.c.settled.is_(None))


def waiting_since(connection: Connection, before: datetime) -> int:
    """How many messages were accepted before then and have no receipt yet, counted to the limit."""
    return _counted(connection, MESSAGE, (MESSAGE.c.state <= State.FORWARDED) & (MESSAGE.c.received <= instant(before)))


def _counted(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    some = select(true()).select_from(table).where(where).limit(COUNTED).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())
