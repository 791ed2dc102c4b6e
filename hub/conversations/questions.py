"""What the messages of a conversation add up to: each question, how far it is, and what became of it. Pure.

A question is a message that an agreement wants answered. Its stage follows from the set of messages that the hub
carried and what their recipients said of them, whatever order the news came in and however often.

It is answered by a message of an agreed type that goes back in the same conversation, and names it or names nothing and
came later; one that its recipient refused is no answer. Without an answer of its own it is closed by

- a later question of the same kind between the same two that was answered, or, where it failed, that was delivered;
- a later closing message (messages.md 1: 3, 9, 19, 25) of who asked, once that was delivered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final, assert_never

from hub.conversations.terms import WARN_FROM, term_point
from hub.messagelog.reading.standing import MessageState
from hub.register.model import Register
from hub.workdays import local_day, term_end
from schemas.catalogue import CATALOGUE

#: With these a party is asked to let somebody rest; on their answers the clock runs (messages.md 1: 1, 4 and 5).
REST_ASKED: Final = frozenset(
    f"nl.schuldhulpverlening.{name}.v1" for name in ("schuldenrust-aanmelding", "kennisgeving", "kennisgeving-publiek")
)
_FAILED: Final = frozenset({MessageState.REFUSED, MessageState.EXPIRED})


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
    sequence: int
    received: datetime
    state: MessageState
    code: str | None
    outcome_at: datetime | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed about a question when it was asked; a later agreement does not change it."""

    reply_types: frozenset[str]
    working_days: int | None


class Stage(IntEnum):
    """How far a question is. That a term has passed follows from the time, and is no stage of its own."""

    OPENED = 1  # the hub keeps it; its recipient has not stored it yet
    DELIVERED = 2  # its recipient has it; the term runs
    REFUSED = 3  # its recipient could not take it
    EXPIRED = 4  # no receipt came in time
    ANSWERED = 5
    CLOSED = 6  # nobody waits for the answer any more


class Progress(StrEnum):
    """How far a question to a party is, in a word for the screen."""

    ON_ITS_WAY = "onderweg"
    DELIVERED = "afgeleverd"
    IN_DANGER = "termijn in gevaar"
    OVERDUE = "termijn verstreken"
    ANSWERED = "beantwoord"
    REFUSED = "geweigerd"
    EXPIRED = "verlopen"
    CLOSED = "afgesloten"


@dataclass(frozen=True, slots=True)
class Question:
    """A message that an agreement wants answered, and what became of it.

    `since` is when it came to its stage, `answer` the id of the message that answered it, `code` why it was refused.
    """

    id: str
    sender: str
    recipient: str
    type: str
    case: str
    conversation: str
    received: datetime
    terms: Terms
    stage: Stage
    since: datetime
    delivered: datetime | None
    code: str | None
    answer: str | None

    @property
    def key(self) -> tuple[str, str]:
        """(source OIN, id)."""
        return (self.sender, self.id)

    @property
    def asks_rest(self) -> bool:
        """Whether rest for somebody hangs on it."""
        return self.type in REST_ASKED

    @property
    def open(self) -> bool:
        """Whether somebody still waits for the answer."""
        return self.stage <= Stage.EXPIRED

    @property
    def due(self) -> datetime | None:
        """When its term ends; None while it does not run, or where none was agreed."""
        if self.delivered is None or self.terms.working_days is None:
            return None
        return term_end(local_day(self.delivered), self.terms.working_days)

    @property
    def warn_at(self) -> datetime | None:
        """From when on its term is in danger."""
        if self.delivered is None or self.terms.working_days is None:
            return None
        return term_point(local_day(self.delivered), self.terms.working_days, WARN_FROM)

    def progress_at(self, now: datetime) -> Progress:
        """How far it is then."""
        match self.stage:
            case Stage.OPENED:
                return Progress.ON_ITS_WAY
            case Stage.DELIVERED:
                return self._in_term(now)
            case Stage.REFUSED:
                return Progress.REFUSED
            case Stage.EXPIRED:
                return Progress.EXPIRED
            case Stage.ANSWERED:
                return Progress.ANSWERED
            case Stage.CLOSED:
                return Progress.CLOSED
            case _:
                assert_never(self.stage)

    def _in_term(self, now: datetime) -> Progress:
        due, warn_at = self.due, self.warn_at
        if due is None or warn_at is None or now < warn_at:
            return Progress.DELIVERED
        return Progress.OVERDUE if now > due else Progress.IN_DANGER


TermsOf = Callable[[CaseMessage], Terms | None]


def questions_of(messages: Iterable[CaseMessage], terms_of: TermsOf) -> list[Question]:
    """Every question among these messages, oldest first; `terms_of` says which are, and what was agreed."""
    conversations: dict[str, list[CaseMessage]] = {}
    for message in messages:
        conversations.setdefault(message.conversation, []).append(message)
    found = [question for mine in conversations.values() for question in _questions(mine, terms_of)]
    return sorted(found, key=lambda question: (question.received, question.sender, question.id))


def agreed_in(register: Register) -> TermsOf:
    """What the agreements in this register wanted of a message when the hub took it."""

    def terms_of(message: CaseMessage) -> Terms | None:
        sender, recipient = register.organisation(message.sender), register.organisation(message.recipient)
        if sender is None or recipient is None:
            return None
        lines = register.lines(message.type, sender, recipient, message.received)
        if not lines or not lines[0][1].reply_types:
            return None
        return Terms(lines[0][1].reply_types, lines[0][1].reply_term_working_days)

    return terms_of


def act_began(questions: Iterable[Question]) -> datetime | None:
    """When rest was first asked in this case."""
    return min((question.received for question in questions if question.asks_rest), default=None)


# — one conversation ——————————————————————————————————————————————————————————————————————————————————————————————————

_Way = tuple[str, str, str]  # (sender, recipient, type)


def _questions(messages: Sequence[CaseMessage], terms_of: TermsOf) -> Iterator[Question]:
    asked = {message.id: terms for message in messages if (terms := terms_of(message)) is not None}
    if not asked:
        return
    replies = _Replies(messages)
    answers = {message.id: replies.to(message, asked[message.id]) for message in messages if message.id in asked}
    made_up_for: dict[_Way, tuple[datetime | None, datetime | None]] = {}  # first (answered, delivered) of later ones
    ended: dict[tuple[str, str], datetime] = {}
    for message in sorted(messages, key=_order, reverse=True):
        way = (message.sender, message.recipient, message.type)
        known = CATALOGUE.get(message.type)
        closing = known is not None and known.closing
        if message.id in asked:
            answer = answers[message.id]
            later = made_up_for.get(way, (None, None))
            over = later if message.state in _FAILED else later[:1]
            end = None if closing else ended.get(way[:2])
            yield _question(message, asked[message.id], answer, _first(*over, end))
            made_up_for[way] = (
                _first(later[0], answer.received if answer else None),
                _first(later[1], _delivered(message)),
            )
        if closing and (delivered := _delivered(message)) is not None:
            ended[way[:2]] = min(delivered, ended.get(way[:2], delivered))


class _Replies:
    """What goes back in a conversation and was not refused, by what it can answer."""

    def __init__(self, messages: Iterable[CaseMessage]) -> None:
        self._naming: dict[str, list[CaseMessage]] = {}
        self._naming_nothing: dict[_Way, list[CaseMessage]] = {}
        for message in sorted(messages, key=_arrival):
            if message.state in _FAILED:
                continue
            if message.causation is not None:
                self._naming.setdefault(message.causation, []).append(message)
            else:
                way = (message.sender, message.recipient, message.type)
                self._naming_nothing.setdefault(way, []).append(message)

    def to(self, question: CaseMessage, terms: Terms) -> CaseMessage | None:
        """The first answer to a question."""
        back = (question.recipient, question.sender)
        found = [
            reply
            for reply in self._naming.get(question.id, ())
            if (reply.sender, reply.recipient) == back and reply.type in terms.reply_types
        ]
        for kind in terms.reply_types:
            some = self._naming_nothing.get((*back, kind), [])
            place = bisect_left(some, question.received, key=lambda reply: reply.received)
            found += some[place : place + 1]
        return min(found, key=_arrival, default=None)


def _question(message: CaseMessage, terms: Terms, answer: CaseMessage | None, made_up_for: datetime | None) -> Question:
    stage, since = _stage(message, answer, made_up_for)
    return Question(
        id=message.id,
        sender=message.sender,
        recipient=message.recipient,
        type=message.type,
        case=message.case,
        conversation=message.conversation,
        received=message.received,
        terms=terms,
        stage=stage,
        since=since,
        delivered=_delivered(message),
        code=message.code if stage is Stage.REFUSED else None,
        answer=answer.id if answer else None,
    )


def _stage(message: CaseMessage, answer: CaseMessage | None, made_up_for: datetime | None) -> tuple[Stage, datetime]:
    if answer is not None:
        return Stage.ANSWERED, answer.received
    if made_up_for is not None:
        return Stage.CLOSED, made_up_for
    at = message.outcome_at or message.received
    match message.state:
        case MessageState.ACCEPTED | MessageState.FORWARDED:
            return Stage.OPENED, message.received
        case MessageState.DELIVERED:
            return Stage.DELIVERED, at
        case MessageState.REFUSED:
            return Stage.REFUSED, at
        case MessageState.EXPIRED:
            return Stage.EXPIRED, at
        case _:
            assert_never(message.state)


def _delivered(message: CaseMessage) -> datetime | None:
    return message.outcome_at if message.state is MessageState.DELIVERED else None


def _first(*instants: datetime | None) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)


def _order(message: CaseMessage) -> tuple[int, datetime, str]:
    return (message.sequence, message.received, message.id)


def _arrival(message: CaseMessage) -> tuple[datetime, str, str]:
    return (message.received, message.sender, message.id)
