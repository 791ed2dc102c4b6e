"""What the hub's rows say of cases and their open questions; nothing here writes.

Every function takes an open connection. Lists go by the instant at which a question asks for attention, and on from a
place; counts go no further than a limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true

from hub.conversations.ladder import Rung
from hub.conversations.questions import CaseMessage, Question, Stage, Terms
from hub.conversations.tables import OPEN, QUESTION, REST
from hub.database import Place, instant, moment
from hub.messagelog.reading.standing import state_of
from hub.messagelog.tables import MESSAGE, State

MESSAGE_COLUMNS: Final = [
    MESSAGE.c[name]
    for name in (
        "id",
        "source_oin",
        "recipient_oin",
        "type",
        "subject",
        "correlationid",
        "causationid",
        "sequence",
        "received",
        "state",
        "outcome",
        "outcome_code",
        "outcome_at",
    )
]


@dataclass(frozen=True, slots=True)
class Attention:
    """How many open questions ask for it, each counted to the limit."""

    in_danger: int
    overdue: int
    rest_undelivered: int
    rest_failed: int
    rest_overdue: int


# — cases ———————————————————————————————————————————————————————————————————————————————————————————————————————————


def messages_of(connection: Connection, case: str, most: int) -> list[CaseMessage]:
    """The messages of a case, oldest first."""
    query = select(*MESSAGE_COLUMNS).where(MESSAGE.c.subject == case)
    rows = connection.execute(query.order_by(MESSAGE.c.received, MESSAGE.c.id).limit(most))
    return [message_of(row) for row in rows]


def cases_between(connection: Connection, first: str, last: str, most: int) -> list[str]:
    """The case pseudonyms from `first` to `last`."""
    query = select(MESSAGE.c.subject).where(MESSAGE.c.subject.between(first, last)).distinct().limit(most)
    return sorted(connection.execute(query).scalars())


def message_of(row: Row[Any]) -> CaseMessage:
    """A row with the columns `MESSAGE_COLUMNS`."""
    return CaseMessage(
        id=row.id,
        sender=row.source_oin,
        recipient=row.recipient_oin,
        type=row.type,
        case=row.subject,
        conversation=row.correlationid,
        causation=row.causationid,
        sequence=row.sequence,
        received=moment(row.received),
        state=state_of(State(row.state), row.outcome),
        code=row.outcome_code,
        outcome_at=None if row.outcome_at is None else moment(row.outcome_at),
    )


# — open questions ————————————————————————————————————————————————————————————————————————————————————————————————————


def open_questions(
    connection: Connection, most: int, *, rest_since: datetime | None = None, after: Place | None = None
) -> list[Question]:
    """Open questions, the one that asks for attention first in front.

    Args:
        connection: the hub's database.
        most: how many.
        rest_since: only requests for rest that asked for attention by then.
        after: where the list goes on.
    """
    query = select(QUESTION).where(OPEN)
    if rest_since is not None:
        query = query.where(REST, QUESTION.c.attend_at <= instant(rest_since))
    if after is not None:
        at, after_id = after
        beyond = and_(QUESTION.c.attend_at == at, QUESTION.c.id > after_id)
        query = query.where(QUESTION.c.attend_at >= at, or_(QUESTION.c.attend_at > at, beyond))
    rows = connection.execute(query.order_by(QUESTION.c.attend_at, QUESTION.c.id).limit(most))
    return [question_of(row) for row in rows]


def place_of(connection: Connection, question: Question) -> Place:
    """Where a list goes on after this question."""
    query = select(QUESTION.c.attend_at).where(QUESTION.c.source_oin == question.sender, QUESTION.c.id == question.id)
    return (int(connection.execute(query).scalar_one()), question.id)


def attention(connection: Connection, now: datetime, most: int) -> Attention:
    """What the first screen counts; each count stops at `most`."""
    at = instant(now)
    asks = OPEN & (QUESTION.c.attend_at <= at)
    rest = asks & REST
    stage = QUESTION.c.stage

    def count(where: ColumnElement[bool], *order: ColumnElement[int]) -> int:
        some = select(true()).select_from(QUESTION).where(where).order_by(*order).limit(most).subquery()
        return int(connection.execute(select(func.count()).select_from(some)).scalar_one())

    return Attention(
        # in the order of its index: the database thinks that there are many, and would look for them among all
        in_danger=count(OPEN & (QUESTION.c.attend_at > at) & (QUESTION.c.warn_at <= at), QUESTION.c.attend_at),
        overdue=count(asks & (stage == Stage.DELIVERED)),
        rest_undelivered=count(rest & (stage == Stage.OPENED)),
        rest_failed=count(rest & stage.in_((Stage.REFUSED, Stage.EXPIRED))),
        rest_overdue=count(rest & (stage == Stage.DELIVERED)),
    )


def cases_with_attention(connection: Connection, now: datetime, most: int) -> list[Question]:
    """The first question of each case that asks for attention, the longest waiting in front."""
    found: dict[str, Question] = {}
    after: Place | None = None
    while len(found) < most:
        some = open_questions(connection, most, after=after)
        for question in some:
            found.setdefault(question.case, question)
        if len(some) < most:
            break
        after = place_of(connection, some[-1])
        if after[0] > instant(now):
            break
    return list(found.values())[:most]


def alarming(connection: Connection, most: int) -> list[Question]:
    """Open questions that operators are to know of: failed, or at a rung that is theirs; longest waiting first."""
    stage, rung = QUESTION.c.stage, QUESTION.c.rung
    theirs = or_(
        stage.in_((Stage.REFUSED, Stage.EXPIRED)),
        and_(stage == Stage.OPENED, rung >= Rung.UNDELIVERED),
        and_(stage == Stage.DELIVERED, rung >= Rung.OVERDUE),
    )
    query = select(QUESTION).where(OPEN, theirs).order_by(QUESTION.c.attend_at, QUESTION.c.id).limit(most)
    return [question_of(row) for row in connection.execute(query)]


def question_of(row: Row[Any]) -> Question:
    """A row of the table."""
    return Question(
        id=row.id,
        sender=row.source_oin,
        recipient=row.recipient_oin,
        type=row.type,
        case=row.subject,
        conversation=row.correlationid,
        received=moment(row.received),
        terms=terms_of_row(row),
        stage=Stage(row.stage),
        since=moment(row.since),
        delivered=None if row.delivered is None else moment(row.delivered),
        code=row.code,
        answer=row.answer,
    )


def terms_of_row(row: Row[Any]) -> Terms:
    """What was agreed when it was asked."""
    return Terms(frozenset(row.reply_types.split(",")), row.working_days)
