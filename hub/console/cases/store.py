"""What the hub's rows say of cases: the messages of one, the cases that a mark names, questions without an answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Row, Select, select

from hub.console.cases import CaseMessage
from hub.database import instant, moment
from hub.messagelog.reading.standing import state_of
from hub.messagelog.tables import MESSAGE, State

_COLUMNS: Final = (
    "id",
    "source_oin",
    "recipient_oin",
    "type",
    "subject",
    "correlationid",
    "causationid",
    "received",
    "state",
    "outcome",
    "outcome_code",
    "outcome_at",
)


def messages_of(connection: Connection, case: str, most: int) -> list[CaseMessage]:
    """The messages of a case, oldest first."""
    query = _messages().where(MESSAGE.c.subject == case).order_by(MESSAGE.c.received, MESSAGE.c.id).limit(most)
    return [_message(row) for row in connection.execute(query)]


def cases_between(connection: Connection, first: str, last: str, most: int) -> list[str]:
    """The case pseudonyms from `first` to `last`."""
    query = select(MESSAGE.c.subject).where(MESSAGE.c.subject.between(first, last)).distinct().limit(most)
    return sorted(connection.execute(query).scalars())


def unanswered(connection: Connection, types: Iterable[str], since: datetime, most: int) -> list[CaseMessage]:
    """Messages of these types since then to which their recipient has said nothing in that conversation, oldest first.

    What came back need not be the answer that was agreed; the case itself shows that.
    """
    back = MESSAGE.alias("back")
    replied = (
        select(back.c.id)
        .where(
            back.c.correlationid == MESSAGE.c.correlationid,
            back.c.source_oin == MESSAGE.c.recipient_oin,
            back.c.received >= MESSAGE.c.received,
        )
        .exists()
    )
    query = (
        _messages()
        .where(MESSAGE.c.type.in_(sorted(types)), MESSAGE.c.received >= instant(since), ~replied)
        .order_by(MESSAGE.c.received)
        .limit(most)
    )
    return [_message(row) for row in connection.execute(query)]


def _messages() -> Select[tuple[object, ...]]:
    return select(*(MESSAGE.c[name] for name in _COLUMNS))


def _message(row: Row[tuple[object, ...]]) -> CaseMessage:
    return CaseMessage(
        id=row.id,
        sender=row.source_oin,
        recipient=row.recipient_oin,
        type=row.type,
        case=row.subject,
        conversation=row.correlationid,
        causation=row.causationid,
        received=moment(row.received),
        state=state_of(State(row.state), row.outcome),
        code=row.outcome_code,
        outcome_at=None if row.outcome_at is None else moment(row.outcome_at),
    )
