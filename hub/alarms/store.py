"""Starts and clears alarms, each once; says which stand and which are still to be told.

Every function takes an open connection and never commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Row, delete, insert, or_, select, update

from hub.alarms.kinds import Alarm, AlarmKind, Subject
from hub.alarms.tables import ALARM, UNTOLD, WINDOW
from hub.clock import named_id
from hub.database import Place, beyond, instant, moment
from hub.rows import insert_if_absent

Standing = Mapping[tuple[AlarmKind, str], Subject]


class Channel(StrEnum):
    """How people outside the console are told."""

    MAIL = "mail"
    WEBHOOK = "webhook"


_START: Final[Mapping[Channel, Column[Any]]] = {
    Channel.MAIL: ALARM.c.start_mailed,
    Channel.WEBHOOK: ALARM.c.start_posted,
}
_CLEAR: Final[Mapping[Channel, Column[Any]]] = {
    Channel.MAIL: ALARM.c.clear_mailed,
    Channel.WEBHOOK: ALARM.c.clear_posted,
}


@dataclass(frozen=True, slots=True)
class Changes:
    """What a look came to."""

    started: list[Alarm]
    cleared: list[Alarm]


@dataclass(frozen=True, slots=True)
class Window:
    """When a partner said that it will be away."""

    id: str
    oin: str
    begins: datetime
    ends: datetime
    note: str | None


# — start and clear ———————————————————————————————————————————————————————————————————————————————————————————————————


def settle(
    connection: Connection,
    kinds: Collection[AlarmKind],
    present: Standing,
    now: datetime,
    *,
    silenced: Collection[str] = (),
) -> Changes:
    """Makes the alarms of these kinds stand as `present` says: starts what is new, clears what is gone.

    Args:
        connection: the hub's database.
        kinds: those that the caller looks after.
        present: what is wrong now.
        now: the present instant.
        silenced: OINs about which no new alarm starts; one that stands goes on to stand.
    """
    standing = {(alarm.kind, alarm.subject.name): alarm for alarm in stands(connection, kinds)}
    started, cleared = [], []
    for key, subject in present.items():
        if key not in standing and subject.oin not in silenced and start(connection, key[0], subject, now):
            started.append(Alarm(_id(key[0], subject, now), key[0], subject, now, None))
    for key, alarm in standing.items():
        if key not in present and alarm.subject.oin not in silenced:
            clear(connection, alarm, now)
            cleared.append(alarm)
    return Changes(started, cleared)


def start(connection: Connection, kind: AlarmKind, subject: Subject, now: datetime) -> bool:
    """Starts an alarm; False where one of this kind and subject stands already."""
    row = {
        "id": _id(kind, subject, now),
        "kind": kind.value,
        "subject": subject.name,
        "oin": subject.oin,
        "case_id": subject.case,
        "started": instant(now),
        "seen": instant(now),
    }
    added = insert_if_absent(connection, ALARM).values(row).returning(ALARM.c.id)
    return connection.execute(added).first() is not None


def clear(connection: Connection, alarm: Alarm, now: datetime) -> None:
    """Clears an alarm that stands."""
    mine = (ALARM.c.id == alarm.id, ALARM.c.cleared.is_(None))
    connection.execute(update(ALARM).where(*mine).values(cleared=instant(now)))


def seen(connection: Connection, kind: AlarmKind, subject: Subject, now: datetime) -> bool:
    """Something happened that is an alarm by itself and clears when it did not for a while; True when it starts."""
    mine = (ALARM.c.kind == kind.value, ALARM.c.subject == subject.name, ALARM.c.cleared.is_(None))
    if connection.execute(update(ALARM).where(*mine).values(seen=instant(now))).rowcount:
        return False
    return start(connection, kind, subject, now)


def clear_unseen(connection: Connection, kinds: Collection[AlarmKind], before: datetime, now: datetime) -> list[Alarm]:
    """Clears the alarms of these kinds that were not seen since `before`."""
    gone = _alarms(connection, _of(kinds), ALARM.c.cleared.is_(None), ALARM.c.seen < instant(before))
    for alarm in gone:
        clear(connection, alarm, now)
    return gone


def record(connection: Connection, alarm: Alarm) -> None:
    """Writes down an alarm that was raised and told without the database; the same one again only moves its end."""
    told = instant(alarm.started)
    row = {
        "id": alarm.id,
        "kind": alarm.kind.value,
        "subject": alarm.subject.name,
        "oin": alarm.subject.oin,
        "started": told,
        "seen": told,
        "start_mailed": told,
        "start_posted": told,
        "clear_mailed": told,
        "clear_posted": told,
    }
    connection.execute(insert_if_absent(connection, ALARM), row)
    if alarm.cleared is not None:
        connection.execute(update(ALARM).where(ALARM.c.id == alarm.id).values(cleared=instant(alarm.cleared)))


def _id(kind: AlarmKind, subject: Subject, now: datetime) -> str:
    return named_id("alarm", kind.value, subject.name, str(instant(now)))


# — what stands ———————————————————————————————————————————————————————————————————————————————————————————————————————


def stands(connection: Connection, kinds: Collection[AlarmKind] | None = None) -> list[Alarm]:
    """The alarms that stand, the oldest first."""
    mine = [] if kinds is None else [_of(kinds)]
    return _alarms(connection, ALARM.c.cleared.is_(None), *mine)


def latest(connection: Connection, most: int, *, standing: bool = False, after: Place | None = None) -> list[Alarm]:
    """The newest alarms, those that are over too unless `standing`; from a place on."""
    query = select(ALARM).order_by(ALARM.c.started.desc(), ALARM.c.id).limit(most)
    if standing:
        query = query.where(ALARM.c.cleared.is_(None))
    if after is not None:
        query = query.where(beyond(ALARM.c.started, ALARM.c.id, after))
    return [_alarm(row) for row in connection.execute(query)]


def _alarms(connection: Connection, *where: ColumnElement[bool]) -> list[Alarm]:
    rows = connection.execute(select(ALARM).where(*where).order_by(ALARM.c.started, ALARM.c.id))
    return [_alarm(row) for row in rows]


def _of(kinds: Collection[AlarmKind]) -> ColumnElement[bool]:
    return ALARM.c.kind.in_(sorted(kind.value for kind in kinds))


def _alarm(row: Row[Any]) -> Alarm:
    subject = Subject(row.subject, row.oin, row.case_id)
    cleared = None if row.cleared is None else moment(row.cleared)
    return Alarm(row.id, AlarmKind(row.kind), subject, moment(row.started), cleared)


# — what is to be told ————————————————————————————————————————————————————————————————————————————————————————————————


def untold(connection: Connection, channel: Channel, most: int) -> tuple[list[Alarm], list[Alarm]]:
    """Whose start, and whose end, were not told by this channel; oldest first."""
    ended = ALARM.c.cleared.is_not(None) & _CLEAR[channel].is_(None)
    query = select(ALARM).where(UNTOLD, or_(_START[channel].is_(None), ended)).order_by(ALARM.c.started).limit(most)
    rows = connection.execute(query).all()
    starts = [_alarm(row) for row in rows if row._mapping[_START[channel].name] is None]  # noqa: SLF001 - SQLAlchemy's
    ends = [_alarm(row) for row in rows if row.cleared is not None and row._mapping[_CLEAR[channel].name] is None]  # noqa: SLF001
    return starts, ends


def mark_told(
    connection: Connection, channel: Channel, starts: Sequence[Alarm], ends: Sequence[Alarm], now: datetime
) -> None:
    """These were told by this channel."""
    for told, columns in ((starts, _START), (ends, _CLEAR)):
        if told:
            values = {columns[channel].name: instant(now)}
            connection.execute(update(ALARM).where(ALARM.c.id.in_([one.id for one in told])).values(values))


# — planned windows ———————————————————————————————————————————————————————————————————————————————————————————————————


def add_window(connection: Connection, window: Window) -> None:
    """A partner will be away: no alarm says that it is unreachable meanwhile; terms go on."""
    row = {"id": window.id, "oin": window.oin, "begins": instant(window.begins), "ends": instant(window.ends)}
    connection.execute(insert(WINDOW), {**row, "note": window.note})


def remove_window(connection: Connection, window_id: str) -> bool:
    """Takes a window back; False where there is none."""
    return bool(connection.execute(delete(WINDOW).where(WINDOW.c.id == window_id)).rowcount)


def windows(connection: Connection, now: datetime) -> list[Window]:
    """The windows that are not over, the first to begin in front."""
    rows = connection.execute(select(WINDOW).where(WINDOW.c.ends > instant(now)).order_by(WINDOW.c.begins))
    return [Window(row.id, row.oin, moment(row.begins), moment(row.ends), row.note) for row in rows]


def away_now(found: Iterable[Window], now: datetime) -> set[str]:
    """The OINs of partners that said to be away now."""
    return {window.oin for window in found if window.begins <= now < window.ends}
