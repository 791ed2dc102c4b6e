"""One case as lanes: per organisation what was sent, delivered, confirmed, overdue, and how long without rest. Pure.

*Confirmed* says that it answered; whether the answer means rest is known to who asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.conversations.questions import CaseMessage, Progress, Question, Stage
from hub.messagelog.reading.standing import MessageState


@dataclass(frozen=True, slots=True)
class Lane:
    """What one organisation was sent in a case, and what came of it.

    `without_rest` is how long rest was asked of it without an answer: until the answer, or until now; None where none
    was asked of it.
    """

    oin: str
    sent: int
    delivered: int
    questions: int
    confirmed: int
    overdue: int
    failed: int
    without_rest: timedelta | None


def lanes_of(messages: Sequence[CaseMessage], questions: Sequence[Question], now: datetime) -> list[Lane]:
    """A lane for each organisation that was sent something, in the order in which that began."""
    oins = dict.fromkeys(message.recipient for message in messages)
    return [
        _lane(
            oin,
            [message for message in messages if message.recipient == oin],
            [question for question in questions if question.recipient == oin],
            now,
        )
        for oin in oins
    ]


def _lane(oin: str, messages: Sequence[CaseMessage], questions: Sequence[Question], now: datetime) -> Lane:
    found = [question.progress_at(now) for question in questions]
    return Lane(
        oin,
        sent=len(messages),
        delivered=sum(message.state is MessageState.DELIVERED for message in messages),
        questions=len(questions),
        confirmed=found.count(Progress.ANSWERED),
        overdue=found.count(Progress.OVERDUE),
        failed=found.count(Progress.REFUSED) + found.count(Progress.EXPIRED),
        without_rest=_without_rest(questions, now),
    )


def _without_rest(questions: Iterable[Question], now: datetime) -> timedelta | None:
    """The longest of the waits for rest; partners of one case may each be waited for."""
    waits = [
        (question.since if question.stage in {Stage.ANSWERED, Stage.CLOSED} else now) - question.received
        for question in questions
        if question.asks_rest
    ]
    return max(waits, default=None)
