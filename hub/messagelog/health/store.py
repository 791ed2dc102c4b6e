"""Whether the hub keeps up with itself, as its database shows it; read by the doctor, changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, func, select

from hub.database import instant, moment
from hub.messagelog.tables import EDGE_STATUS, ENTRY, MESSAGE, QUARANTINE, State

#: An edge reports every five minutes (wire.md 12): after three times that something is wrong.
SILENT_AFTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the hub, and what lies aside."""

    unsequenced: int
    oldest_unsequenced: datetime | None
    overdue: int
    oldest_overdue: datetime | None
    quarantined: int


@dataclass(frozen=True, slots=True)
class EdgeReport:
    """What an edge last said of itself."""

    oin: str
    received: datetime
    waiting: int
    oldest_waiting: datetime | None
    uncertain: int
    circuit: str
    software: str
    types: tuple[str, ...]
    register_version: int
    clock_offset_ms: int

    def silent(self, now: datetime) -> bool:
        """Whether it has said nothing for too long."""
        return now - self.received > SILENT_AFTER

    def unreachable(self, now: datetime) -> bool:
        """Whether it is silent, or says that its own system is away."""
        return self.silent(now) or self.circuit == "open"


def backlog(connection: Connection, sequenced_by: datetime, offered_by: datetime) -> Backlog:
    """What the keeper should have done: entries older than `sequenced_by`, next attempts before `offered_by`."""
    unsequenced = and_(ENTRY.c.leaf_index.is_(None), ENTRY.c.ts <= instant(sequenced_by))
    overdue = and_(MESSAGE.c.state <= State.FORWARDED, MESSAGE.c.next_attempt <= instant(offered_by))
    entries, oldest_entry = connection.execute(select(func.count(), func.min(ENTRY.c.ts)).where(unsequenced)).one()
    late, oldest_late = connection.execute(select(func.count(), func.min(MESSAGE.c.next_attempt)).where(overdue)).one()
    quarantined = connection.execute(select(func.count()).select_from(QUARANTINE)).scalar() or 0
    return Backlog(entries, _moment(oldest_entry), late, _moment(oldest_late), quarantined)


def edge_reports(connection: Connection) -> Sequence[EdgeReport]:
    """What each edge last said of itself, by OIN."""
    rows = connection.execute(select(EDGE_STATUS).order_by(EDGE_STATUS.c.oin))
    return [
        EdgeReport(
            row.oin,
            moment(row.received),
            row.waiting,
            _moment(row.oldest_waiting),
            row.uncertain,
            row.circuit,
            row.software,
            tuple(filter(None, row.types.split(","))),
            row.register_version,
            row.clock_offset_ms,
        )
        for row in rows
    ]


def server_time(connection: Connection) -> datetime | None:
    """What the database server's clock says; None for SQLite, which has none of its own."""
    if connection.dialect.name == "sqlite":
        return None
    found = connection.execute(select(func.clock_timestamp())).scalar()
    return found if isinstance(found, datetime) else None


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else moment(microseconds)
