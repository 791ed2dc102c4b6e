"""What needs attention now, in five numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.console.cases import Progress, Question

#: A notice that is not in its recipient's hands after this long hurts somebody.
UNDELIVERED_AFTER: Final = timedelta(hours=1)
#: What waits longer than this is not just on its way.
WAITS_LONG: Final = timedelta(minutes=15)
#: How far back unanswered questions are looked for.
LOOKED_BACK: Final = timedelta(days=60)
#: No tile counts further than this.
COUNTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Requests for rest that no party has confirmed, by why."""

    undelivered: int
    failed: int
    overdue: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.undelivered + self.failed + self.overdue


def unconfirmed_of(questions: Iterable[Question], now: datetime) -> Unconfirmed:
    """Requests for rest that should have been confirmed by now."""
    mine = [question for question in questions if needs_attention(question, now) and question.asks_rest]
    failed = sum(question.progress in {Progress.REFUSED, Progress.EXPIRED} for question in mine)
    overdue = sum(question.progress is Progress.OVERDUE for question in mine)
    return Unconfirmed(len(mine) - failed - overdue, failed, overdue)


def needs_attention(question: Question, now: datetime) -> bool:
    """Whether somebody should look: it failed, its term passed, or it is not delivered after an hour."""
    if question.progress is Progress.ON_ITS_WAY:
        return now - question.message.received >= UNDELIVERED_AFTER
    return question.progress in {Progress.REFUSED, Progress.EXPIRED, Progress.OVERDUE}


def terms_at_risk(questions: Iterable[Question]) -> tuple[int, int]:
    """How many terms are in danger, and how many have passed."""
    found = [question.progress for question in questions]
    return found.count(Progress.IN_DANGER), found.count(Progress.OVERDUE)
