"""Events for who polls and calls for case workers, inside the caller's transaction; nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.haarlem.tables import CALL, COUNTER, EVENT
from hub.database import instant, moment


@dataclass(frozen=True, slots=True)
class CallItem:
    """Something that a person must look after by telephone (*belpunt*); `key` makes it fire once."""

    id: str
    key: str
    case_id: str
    person_id: str
    party_id: str
    reason: str
    opened_at: datetime
    exchange_id: str | None = None
    due: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    closed_by: str | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """Something that happened in a case, for whoever polls; no content."""

    number: int
    at: datetime
    kind: str
    case_id: str
    person_id: str | None
    party_id: str | None
    state: str | None


def open_call(tx: Connection, item: CallItem) -> bool:
    """Opens an item unless one with its key ever was; whether it is new."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    values = {
        "id": item.id,
        "key": item.key,
        "case_id": item.case_id,
        "person_id": item.person_id,
        "party_id": item.party_id,
        "exchange_id": item.exchange_id,
        "reason": item.reason,
        "opened_at": instant(item.opened_at),
        "due": None if item.due is None else instant(item.due),
    }
    opened = dialect.insert(CALL).values(**values).on_conflict_do_nothing(index_elements=["key"])
    return tx.execute(opened.returning(CALL.c.id)).first() is not None  # PostgreSQL's driver counts no rows here


def close_call(tx: Connection, item: CallItem) -> None:
    """Writes how an item was closed."""
    closed = None if item.closed_at is None else instant(item.closed_at)
    end = None if item.end is None else item.end.isoformat()
    values = {"closed_at": closed, "outcome": item.outcome, "closed_by": item.closed_by, "end": end}
    tx.execute(update(CALL).where(CALL.c.id == item.id).values(**values))


def calls(tx: Connection, case_id: str | None = None, *, only_open: bool = False, most: int = 500) -> list[CallItem]:
    """Items of a case or of all, oldest first."""
    query = select(CALL).order_by(CALL.c.opened_at, CALL.c.id).limit(most)
    if case_id is not None:
        query = query.where(CALL.c.case_id == case_id)
    if only_open:
        query = query.where(CALL.c.closed_at.is_(None))
    return [_call(row) for row in tx.execute(query)]


def calls_of_exchange(tx: Connection, exchange_id: str) -> list[CallItem]:
    """The open items of a conversation."""
    query = select(CALL).where(CALL.c.exchange_id == exchange_id, CALL.c.closed_at.is_(None))
    return [_call(row) for row in tx.execute(query)]


def call_keys(tx: Connection, exchange_id: str) -> tuple[set[str], set[str]]:
    """The keys of every item that a conversation ever had, and of those that are open."""
    rows = tx.execute(select(CALL.c.key, CALL.c.closed_at).where(CALL.c.exchange_id == exchange_id)).all()
    return {row.key for row in rows}, {row.key for row in rows if row.closed_at is None}


def move_calls(tx: Connection, exchange_id: str, *, case_id: str, person_id: str, party_id: str) -> None:
    """Puts the open items of a conversation under another case, person and party."""
    owner = {"case_id": case_id, "person_id": person_id, "party_id": party_id}
    tx.execute(update(CALL).where(CALL.c.exchange_id == exchange_id, CALL.c.closed_at.is_(None)).values(**owner))


def find_call(tx: Connection, call_id: str) -> CallItem | None:
    """One item."""
    row = tx.execute(select(CALL).where(CALL.c.id == call_id)).first()
    return None if row is None else _call(row)


def _call(row: Row[Any]) -> CallItem:
    return CallItem(
        id=row.id,
        key=row.key,
        case_id=row.case_id,
        person_id=row.person_id,
        party_id=row.party_id,
        reason=row.reason,
        opened_at=moment(row.opened_at),
        exchange_id=row.exchange_id,
        due=None if row.due is None else moment(row.due),
        closed_at=None if row.closed_at is None else moment(row.closed_at),
        outcome=row.outcome,
        closed_by=row.closed_by,
        end=None if row.end is None else date.fromisoformat(row.end),
    )


def count_up(tx: Connection, name: str) -> int:
    """The next number of this name; whoever asks later waits until this transaction has ended."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    first = dialect.insert(COUNTER).values(name=name, value=1)
    following = first.on_conflict_do_update(index_elements=["name"], set_={"value": COUNTER.c.value + 1})
    value: int = tx.execute(following.returning(COUNTER.c.value)).scalar_one()
    return value


def add_event(
    tx: Connection,
    at: datetime,
    kind: str,
    case_id: str,
    *,
    person_id: str | None = None,
    party_id: str | None = None,
    state: str | None = None,
) -> None:
    """One more event; its number is the next one, without a later number ever being visible before it."""
    number = count_up(tx, "event")
    values = {"number": number, "at": instant(at), "kind": kind, "case_id": case_id}
    tx.execute(insert(EVENT).values(**values, person_id=person_id, party_id=party_id, state=state))


def events_after(tx: Connection, number: int, most: int, case_id: str | None = None) -> Sequence[CaseEvent]:
    """Events with a higher number, oldest first."""
    query = select(EVENT).where(EVENT.c.number > number).order_by(EVENT.c.number).limit(most)
    if case_id is not None:
        query = query.where(EVENT.c.case_id == case_id)
    return [
        CaseEvent(row.number, moment(row.at), row.kind, row.case_id, row.person_id, row.party_id, row.state)
        for row in tx.execute(query)
    ]
