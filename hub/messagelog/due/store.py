"""What the keeper asks: which messages are due to be offered again or given up, what stands still, what was said.

Every function takes an open connection and never commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from hub.database import instant
from hub.messagelog.pauses.store import FOR_PAUSED
from hub.messagelog.store import KNOWN, Known, known_row
from hub.messagelog.tables import MESSAGE, NOTICE, State
from hub.rows import insert_if_absent


class Missing(StrEnum):
    """What does not happen to messages that stand still."""

    FORWARD = "forward"
    RECEIPT = "receipt"
    ATTEMPT = "attempt"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Standstill:
    """Messages to one recipient that do not get on, and what is missing."""

    missing: Missing
    recipient: str
    count: int


def undelivered(connection: Connection, now: datetime, most: int) -> list[Known]:
    """Messages whose next attempt is due and that have no outcome yet, oldest first; none for a paused partner."""
    query = (
        select(*KNOWN)
        .where(MESSAGE.c.state <= State.FORWARDED, MESSAGE.c.next_attempt <= instant(now), ~FOR_PAUSED)
        .order_by(MESSAGE.c.next_attempt, MESSAGE.c.received)
        .limit(most)
    )
    return [known_row(row) for row in connection.execute(query)]


def overdue_expiry(connection: Connection, passed_before: datetime, most: int) -> list[Known]:
    """Messages without an outcome whose `expirytime` lies before `passed_before`."""
    query = (
        select(*KNOWN)
        .where(and_(MESSAGE.c.state < State.EXPIRED, MESSAGE.c.expirytime <= instant(passed_before)))
        .order_by(MESSAGE.c.expirytime)
        .limit(most)
    )
    return [known_row(row) for row in connection.execute(query)]


def standstills(
    connection: Connection, forwarded_by: datetime, receipted_by: datetime, offered_by: datetime
) -> list[Standstill]:
    """What stands still, per recipient: no step of ours may go without an alarm when its time has passed.

    Args:
        connection: the hub's database.
        forwarded_by: what was accepted before and is in no inbox yet.
        receipted_by: what was accepted before and has no receipt of its recipient yet.
        offered_by: what the keeper should have looked at before, or will never look at.
    """
    open_, kept = MESSAGE.c.state <= State.FORWARDED, FOR_PAUSED
    questions: dict[Missing, ColumnElement[bool]] = {
        Missing.FORWARD: and_(MESSAGE.c.state == State.ACCEPTED, MESSAGE.c.received <= instant(forwarded_by), ~kept),
        Missing.RECEIPT: and_(MESSAGE.c.state == State.FORWARDED, MESSAGE.c.received <= instant(receipted_by)),
        Missing.ATTEMPT: and_(
            open_, or_(MESSAGE.c.next_attempt.is_(None), MESSAGE.c.next_attempt <= instant(offered_by)), ~kept
        ),
        Missing.RESUME: and_(MESSAGE.c.state == State.ACCEPTED, MESSAGE.c.received <= instant(receipted_by), kept),
    }
    return [
        Standstill(missing, oin, count)
        for missing, stands in questions.items()
        for oin, count in connection.execute(
            select(MESSAGE.c.recipient_oin, func.count()).where(stands).group_by(MESSAGE.c.recipient_oin)
        )
    ]


def notices_sent(connection: Connection) -> set[str]:
    """The names of all notices that went out once and must not go out again."""
    return set(connection.execute(select(NOTICE.c.name)).scalars())


def add_notice(connection: Connection, name: str, now: datetime) -> None:
    """Remembers that a notice went out."""
    connection.execute(insert_if_absent(connection, NOTICE), {"name": name, "sent": instant(now)})
