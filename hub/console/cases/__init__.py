"""A case by its pseudonym: its messages, and the schuldenrust clock that they add up to. Pure, from headers alone.

The hub says *beantwoord*, never *veilig*: whether an answer means rest is known only at who asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hub.messagelog.reading.standing import MessageState
from hub.register.model import AgreementLine, Register
from hub.workdays import local_day, term_end

#: With these a party is asked to let somebody rest; on their answers the clock runs (messages.md 1: 1, 4 and 5).
REST_ASKED: Final = frozenset(
    f"nl.schuldhulpverlening.{name}.v1" for name in ("schuldenrust-aanmelding", "kennisgeving", "kennisgeving-publiek")
)
#: From this part of a term on it is in danger (messages.md 3, the ladder).
WARN_FROM: Final = 0.75


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """One message of a case, as far as the hub knows it."""

    id: str
    sender: str
    recipient: str
    type: str
    case: str
    conversation: str
    causation: str | None
    received: datetime
    state: MessageState
    code: str | None
    outcome_at: datetime | None


class Progress(StrEnum):
    """How far a question to a party is."""

    ON_ITS_WAY = "onderweg"
    DELIVERED = "afgeleverd"
    IN_DANGER = "termijn in gevaar"
    OVERDUE = "termijn verstreken"
    ANSWERED = "beantwoord"
    REFUSED = "geweigerd"
    EXPIRED = "verlopen"


@dataclass(frozen=True, slots=True)
class Question:
    """A message that an agreement wants answered, and what became of it."""

    message: CaseMessage
    answer: CaseMessage | None
    due: datetime | None
    progress: Progress

    @property
    def asks_rest(self) -> bool:
        """Whether rest for somebody hangs on it."""
        return self.message.type in REST_ASKED

    @property
    def open(self) -> bool:
        """Whether an answer may still come."""
        return self.progress is not Progress.ANSWERED


def questions_of(messages: Sequence[CaseMessage], register: Register, now: datetime) -> list[Question]:
    """Every message among these that is to be answered, in the order given, with its answer if that is here too."""
    found = []
    for message in messages:
        line = line_of(message, register)
        if line is not None and line.reply_types:
            answer = next((other for other in messages if _answers(other, message, line)), None)
            found.append(_question(message, answer, line, now))
    return found


def line_of(message: CaseMessage, register: Register) -> AgreementLine | None:
    """What was agreed about this message when it was sent."""
    sender, recipient = register.organisation(message.sender), register.organisation(message.recipient)
    if sender is None or recipient is None:
        return None
    lines = register.lines(message.type, sender, recipient, message.received)
    return lines[0][1] if lines else None


def act_began(questions: Iterable[Question]) -> datetime | None:
    """When rest was first asked in this case."""
    return min((question.message.received for question in questions if question.asks_rest), default=None)


def _answers(other: CaseMessage, question: CaseMessage, line: AgreementLine) -> bool:
    """Whether `other` answers: it names the question, or names nothing and comes after it in the same conversation."""
    back = (other.sender, other.recipient) == (question.recipient, question.sender)
    fits = back and other.type in line.reply_types and other.conversation == question.conversation
    named = other.causation == question.id or (other.causation is None and other.received >= question.received)
    return fits and named


def _question(message: CaseMessage, answer: CaseMessage | None, line: AgreementLine, now: datetime) -> Question:
    delivered = message.outcome_at if message.state is MessageState.DELIVERED else None
    days = line.reply_term_working_days
    due = term_end(local_day(delivered), days) if delivered and days is not None else None
    return Question(message, answer, due, _progress(message, answer, delivered, due, now))


def _progress(
    message: CaseMessage,
    answer: CaseMessage | None,
    delivered: datetime | None,
    due: datetime | None,
    now: datetime,
) -> Progress:
    if answer is not None:
        return Progress.ANSWERED
    match message.state:
        case MessageState.REFUSED:
            return Progress.REFUSED
        case MessageState.EXPIRED:
            return Progress.EXPIRED
        case MessageState.ACCEPTED | MessageState.FORWARDED:
            return Progress.ON_ITS_WAY
        case MessageState.DELIVERED:
            return _in_term(delivered, due, now)


def _in_term(delivered: datetime | None, due: datetime | None, now: datetime) -> Progress:
    if delivered is None or due is None:
        return Progress.DELIVERED
    if now > due:
        return Progress.OVERDUE
    warn: timedelta = (due - delivered) * WARN_FROM
    return Progress.IN_DANGER if now >= delivered + warn else Progress.DELIVERED
