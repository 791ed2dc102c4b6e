"""What pauses and registrations share: the newest opening, and which answer came before which letter. Pure."""

from __future__ import annotations

from datetime import date, datetime

from adapters.haarlem.facts import Answer, Conversation, Letter, LetterKind
from hub.workdays import add_working_days, local_day, term_end


def term_passed(since: datetime | None, days: int, now: datetime) -> bool:
    """Whether a term of `days` working days that began on the local day of `since` has ended."""
    return since is not None and now > term_end(local_day(since), days)


def opening_of(conversation: Conversation) -> Letter | None:
    """The newest letter that asks for rest: the last notice or registration."""
    return conversation.last_of(LetterKind.NOTICE, LetterKind.REGISTRATION)


def is_before(answer: Answer, letter: Letter, conversation: Conversation) -> bool:
    """Whether an answer is about an earlier letter; one that does not say so is taken by its time."""
    if answer.answers is None:
        return answer.at <= letter.sent
    return any(one.id == answer.answers and one.number < letter.number for one in conversation.letters)


def danger_day(end: date, days: int) -> date:
    """The first day on which `end` lies within `days` working days: `end` is the last of that many after it."""
    return add_working_days(end, -days)
