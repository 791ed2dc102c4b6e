"""Whether the hub keeps up with itself, as its database shows it; read by the doctor, changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, func, select

from hub.database import instant, moment
from hub.messagelog.pauses.store import FOR_PAUSED
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
    late = and_(MESSAGE.c.state <= State.FORWARDED, MESSAGE.c.next_attempt <= instant(offered_by))
    overdue = and_(late, ~FOR_PAUSED)  # what waits on purpose does not wait for the keeper
    entries, oldest_entry = connection.execute(select(func.count(), func.min(ENTRY.c.ts)).where(unsequenced)).one()
    counted = select(func.count(), func.min(MESSAGE.c.next_attempt)).where(overdue)
    offers, oldest_offer = connection.execute(counted).one()
    undecided = select(func.count()).select_from(QUARANTINE).where(QUARANTINE.c.settled.is_(None))
    quarantined = connection.execute(undecided).scalar() or 0
    return Backlog(entries, _moment(oldest_entry), offers, _moment(oldest_offer), quarantined)


def open_messages(connection: Connection) -> dict[State, tuple[int, datetime]]:
    """What has no outcome yet: how many in each state, and since when the oldest of them is here."""
    query = select(MESSAGE.c.state, func.count(), func.min(MESSAGE.c.received))
    rows = connection.execute(query.where(MESSAGE.c.state <= State.FORWARDED).group_by(MESSAGE.c.state))
    return {State(state): (count, moment(oldest)) for state, count, oldest in rows}


def entry_counts(connection: Connection, index: int, most: int | None = None) -> dict[tuple[str, str | None], int]:
    """How many entries the log has after an index, by kind and, for receipts, result; counted to `most`."""
    some = select(ENTRY.c.kind, ENTRY.c.result).where(ENTRY.c.leaf_index > index).limit(most).subquery()
    query = select(some.c.kind, some.c.result, func.count()).group_by(some.c.kind, some.c.result)
    return {(kind, result): count for kind, result, count in connection.execute(query)}


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
