"""The ladder of a question: warning, reminder to the partner, operators, escalation contact; each at its time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from hub.conversations.questions import Question, Stage
from hub.conversations.terms import REMIND_FROM, WARN_FROM, term_point
from hub.workdays import local_day, term_end


class Rung(IntEnum):
    """What was done about a question so far; each is done once, and only ever a higher one."""

    NONE = 0
    UNDELIVERED = 1  # operators: its recipient has not taken it
    UNREACHED = 2  # escalation contact: likewise
    WARNED = 3  # it shows as in danger
    REMINDED = 4  # its recipient gets a notice
    OVERDUE = 5  # operators: the term has passed
    ESCALATED = 6  # escalation contact: likewise


@dataclass(frozen=True, slots=True)
class LadderSettings:
    """When each rung is reached, in working days unless it says otherwise (messages.md 2 and 3)."""

    undelivered_after: int = 1  # from the hub's acceptance
    unreached_after: int = 5
    escalate_after: int = 2  # from the day on which the term ended


def rungs_of(question: Question, settings: LadderSettings) -> list[tuple[Rung, datetime]]:
    """What is to be done about it and when, in order, as long as it stays as it is."""
    if question.stage is Stage.OPENED:
        day = local_day(question.received)
        return [
            (Rung.UNDELIVERED, term_end(day, settings.undelivered_after)),
            (Rung.UNREACHED, term_end(day, settings.unreached_after)),
        ]
    due, days = question.due, question.terms.working_days
    if question.stage is not Stage.DELIVERED or question.delivered is None or due is None or days is None:
        return []
    day = local_day(question.delivered)
    return [
        (Rung.WARNED, term_point(day, days, WARN_FROM)),
        (Rung.REMINDED, term_point(day, days, REMIND_FROM)),
        (Rung.OVERDUE, due),
        (Rung.ESCALATED, term_end(local_day(due), settings.escalate_after)),
    ]


def next_at(question: Question, reached: Rung, settings: LadderSettings) -> datetime | None:
    """When the rung after the one that was reached is due; None when nothing is to come."""
    return next((at for rung, at in rungs_of(question, settings) if rung > reached), None)


def due_rungs(question: Question, reached: Rung, settings: LadderSettings, now: datetime) -> list[Rung]:
    """The rungs that are due and were not reached, in order."""
    return [rung for rung, at in rungs_of(question, settings) if rung > reached and at <= now]
