"""What is known of one conversation, and the state that follows (messages.md 2, *Pause* and *VISH registration*).

Pure. A conversation is a growing set of facts: the letters that Haarlem sent, how far each was carried, and what the
other side answered. Adding a fact twice or in another order gives the same set, so a duplicated, late or reordered
message cannot change where things end; the state is worked out anew from the facts each time it is asked for.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from hub.workdays import add_working_days, local_day, term_end
from schemas.codes import EndClass


class Kind(StrEnum):
    """What a conversation is about."""

    PAUSE = "pauze"
    REGISTRATION = "vish"


class LetterKind(StrEnum):
    """What Haarlem can say in a conversation."""

    NOTICE = "kennisgeving"
    EXTENSION = "verlenging"
    END = "beeindiging"
    REGISTRATION = "aanmelding"
    WITHDRAWAL = "afmelding"


class Carried(StrEnum):
    """How far the road brought a letter; later in this list wins, whatever order the news comes in (wire.md 8, T2)."""

    SENT = "verzonden"
    ACCEPTED = "aangenomen"
    EXPIRED = "verlopen"
    REFUSED = "geweigerd"
    DELIVERED = "afgeleverd"


_RANK: Final = {carried: rank for rank, carried in enumerate(Carried)}


class Reaction(StrEnum):
    """What an answer of the other side comes down to."""

    CONFIRMED = "bevestigd"
    PARTIAL = "deels-bevestigd"
    REFUSED = "geweigerd"
    WRONG_CUSTOMER = "verkeerde-klant"
    RESUMED = "hervat"
    REGISTERED = "geregistreerd"
    REJECTED = "afgewezen"
    STRUCK_OFF = "beeindigd"


#: The answers to a letter that stops something; other answers never say that rest has ended by agreement.
_CONFIRMING: Final = (Reaction.CONFIRMED, Reaction.PARTIAL)


class PauseState(StrEnum):
    """The states of a pause, in the words that the API says."""

    SENT = "verzonden"
    DELIVERED = "afgeleverd"
    ACTIVE = "actief"
    ACTIVE_PARTIAL = "deels-actief"
    ACTIVE_UNCONFIRMED = "actief-onbevestigd"
    EXTENDED = "verlengd"
    ENDING = "aflopend"
    ENDED = "beeindigd"
    REFUSED = "geweigerd"
    UNCONFIRMED = "onbevestigd"
    UNDELIVERABLE = "onbezorgbaar"
    BREACHED = "geschonden"
    LAPSED = "verlopen"  # its end date passed and nobody asked for that


class RegistrationState(StrEnum):
    """The states of a registration in VISH, in the words that the API says."""

    REQUESTED = "aangevraagd"
    SUBMITTED = "ingediend"
    REGISTERED = "geregistreerd"
    REJECTED = "afgewezen"
    UNKNOWN = "onbekend"
    UNDELIVERABLE = "onbezorgbaar"
    LAPSED = "vervallen"
    WITHDRAWAL_SUBMITTED = "afmelding-ingediend"
    WITHDRAWN = "afgemeld"


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Letter(_Fact):
    """Something that Haarlem sent. `number` counts up within the conversation, `end` is the last day of rest asked."""

    id: str
    number: int
    kind: LetterKind
    sent: datetime
    end: date | None = None
    end_class: EndClass | None = None
    reason: str | None = None
    carried: Carried = Carried.SENT
    carried_at: datetime | None = None
    code: str | None = None

    def seen(self, carried: Carried, at: datetime, code: str | None) -> Letter:
        """The same letter knowing that it came this far; news of an earlier stage changes nothing."""
        if _RANK[carried] <= _RANK[self.carried]:
            return self
        return self.model_copy(update={"carried": carried, "carried_at": at, "code": code})


class Unstopped(_Fact):
    """A measure that went on, and who has it now: someone to call."""

    measure: str
    reason: str
    since: date | None = None
    handler: str | None = None
    handler_phone: str | None = None
    handler_reference: str | None = None


class Answer(_Fact):
    """What the other side said; `answers` is the id of the letter it answers, when it says so."""

    id: str
    sequence: int
    at: datetime
    reaction: Reaction
    answers: str | None = None
    end: date | None = None
    reason: str | None = None
    number: str | None = None
    stopped: tuple[str, ...] = ()
    unstopped: tuple[Unstopped, ...] = ()

    def is_to(self, letter: Letter) -> bool:
        """Whether it answers that letter; one that does not say so, when it was written after the letter was there."""
        if self.answers is not None:
            return self.answers == letter.id
        return letter.carried_at is not None and self.at >= letter.carried_at


class WantedEnd(_Fact):
    """An end that Haarlem wants and cannot ask for yet: the other side must first confirm what came before."""

    end: date
    end_class: EndClass


class Conversation(_Fact):
    """The facts of one conversation, and the terms that the agreement sets for it.

    `latest_end` is the agreement's maximum: no letter asks for a later day. `adopted` is the moment at which a pause or
    registration that was running already came into our books without a letter. Terms are in working days.
    """

    kind: Kind
    start: date
    latest_end: date
    term_days: int
    end_term_days: int
    counts_from_delivery: bool = False
    adopted: datetime | None = None
    adopted_end: date | None = None
    adopted_number: str | None = None
    wanted_end: WantedEnd | None = None
    letters: tuple[Letter, ...] = ()
    answers: tuple[Answer, ...] = ()

    def sent(self, letter: Letter) -> Conversation:
        """With one more letter of Haarlem."""
        if any(known.id == letter.id for known in self.letters):
            return self
        letters = sorted((*self.letters, letter), key=lambda one: one.number)
        return self.model_copy(update={"letters": tuple(letters)})

    def carried(self, letter_id: str, carried: Carried, at: datetime, code: str | None = None) -> Conversation:
        """With news of how far a letter came; news of a letter that is not ours changes nothing."""
        letters = (letter.seen(carried, at, code) if letter.id == letter_id else letter for letter in self.letters)
        return self.model_copy(update={"letters": tuple(letters)})

    def answered(self, answer: Answer) -> Conversation:
        """With one more answer."""
        if any(known.id == answer.id for known in self.answers):
            return self
        answers = sorted((*self.answers, answer), key=lambda one: (one.sequence, one.id))
        return self.model_copy(update={"answers": tuple(answers)})

    @property
    def next_number(self) -> int:
        """The number of the next letter."""
        return self.letters[-1].number + 1 if self.letters else 1

    @property
    def last(self) -> Letter | None:
        """The newest letter."""
        return self.letters[-1] if self.letters else None

    @property
    def ending(self) -> Letter | None:
        """The letter that ends the conversation, when that is Haarlem's last word in it."""
        last = self.last
        return last if last and last.kind in {LetterKind.END, LetterKind.WITHDRAWAL} else None

    def last_of(self, *kinds: LetterKind) -> Letter | None:
        """The newest letter of these kinds."""
        return next((letter for letter in reversed(self.letters) if letter.kind in kinds), None)

    def answer_to(self, letter: Letter, *reactions: Reaction) -> Answer | None:
        """The newest answer to that very letter, of these reactions when any are named."""
        found = (one for one in reversed(self.answers) if one.is_to(letter))
        return next((one for one in found if not reactions or one.reaction in reactions), None)

    def asked_end(self) -> date:
        """The last day of rest that Haarlem asked for last."""
        dated = next((letter.end for letter in reversed(self.letters) if letter.end is not None), None)
        return dated or self.adopted_end or self.latest_end

    def believed_end(self) -> date:
        """The last day of rest as far as both sides said so: never later than what the other side entered."""
        entered = next((one.end for one in reversed(self.answers) if one.reaction in _CONFIRMING and one.end), None)
        return min(self.asked_end(), entered) if entered else self.asked_end()


def term_passed(since: datetime | None, days: int, now: datetime) -> bool:
    """Whether a term of `days` working days that began on the local day of `since` has ended."""
    return since is not None and now > term_end(local_day(since), days)


def opening_of(conversation: Conversation) -> Letter | None:
    """The newest letter that asks for rest: the last notice or registration."""
    return conversation.last_of(LetterKind.NOTICE, LetterKind.REGISTRATION)


def governing(conversation: Conversation) -> Answer | None:
    """The answer that counts now: the newest by its sender's `sequence`.

    A refusal of an earlier notice no longer counts once a later notice was sent: it said nothing about that one.
    """
    notice = conversation.last_of(LetterKind.NOTICE)
    for answer in reversed(conversation.answers):
        refused = answer.reaction in {Reaction.REFUSED, Reaction.WRONG_CUSTOMER}
        if not (refused and notice is not None and _is_before(answer, notice, conversation)):
            return answer
    return None


def _is_before(answer: Answer, letter: Letter, conversation: Conversation) -> bool:
    """Whether an answer is about an earlier letter; one that does not say so is taken by its time."""
    if answer.answers is None:
        return answer.at <= letter.sent
    return any(one.id == answer.answers and one.number < letter.number for one in conversation.letters)


def pause_state(pause: Conversation, now: datetime) -> PauseState:
    """Where a pause stands at `now`."""
    today = local_day(now)
    ending = pause.ending
    if ending is not None and ending.end is not None:
        return PauseState.ENDED if _is_over(pause, ending, today) else PauseState.ENDING
    answer = governing(pause)
    if answer is None:
        state = PauseState.ACTIVE if pause.adopted and not pause.letters else _unanswered(pause, now)
    else:
        state = _answered(pause, answer)
    running = state not in {PauseState.REFUSED, PauseState.UNDELIVERABLE}
    return PauseState.LAPSED if running and today > pause.believed_end() else state


def _is_over(pause: Conversation, ending: Letter, today: date) -> bool:
    # A wrong report is taken back at once, so its end is the other side's answer and not a day in the calendar.
    if ending.end_class is EndClass.WRONGLY_REGISTERED:
        return pause.answer_to(ending) is not None
    return ending.end is not None and today > ending.end


_BY_REACTION: Final = {
    Reaction.PARTIAL: PauseState.ACTIVE_PARTIAL,
    Reaction.REFUSED: PauseState.REFUSED,
    Reaction.WRONG_CUSTOMER: PauseState.REFUSED,
    Reaction.RESUMED: PauseState.BREACHED,
}


def _answered(pause: Conversation, answer: Answer) -> PauseState:
    if answer.reaction in _BY_REACTION:
        return _BY_REACTION[answer.reaction]
    last = pause.last
    extended = last is not None and last.kind is LetterKind.EXTENSION and answer.is_to(last)
    return PauseState.EXTENDED if extended else PauseState.ACTIVE


def _unanswered(pause: Conversation, now: datetime) -> PauseState:
    notice = opening_of(pause)
    if notice is None or notice.carried in {Carried.SENT, Carried.ACCEPTED}:
        return PauseState.SENT
    if notice.carried is not Carried.DELIVERED:
        return PauseState.UNDELIVERABLE
    if not term_passed(notice.carried_at, pause.term_days, now):
        return PauseState.DELIVERED
    return PauseState.ACTIVE_UNCONFIRMED if pause.counts_from_delivery else PauseState.UNCONFIRMED


def registration_number(registration: Conversation) -> str | None:
    """The number under which VISH has it, as far as it told us."""
    told = (one.number for one in reversed(registration.answers) if one.reaction is Reaction.REGISTERED and one.number)
    return next(told, registration.adopted_number)


_RESULT: Final = {
    Reaction.REGISTERED: RegistrationState.REGISTERED,
    Reaction.REJECTED: RegistrationState.REJECTED,
    Reaction.STRUCK_OFF: RegistrationState.LAPSED,
}


def registration_state(registration: Conversation, now: datetime) -> RegistrationState:
    """Where a registration in VISH stands at `now`."""
    last = registration.last
    result = _latest_result(registration)
    if last is not None and last.kind is LetterKind.WITHDRAWAL:
        off = registration.answer_to(last, Reaction.STRUCK_OFF) or (result and result.reaction is Reaction.STRUCK_OFF)
        return RegistrationState.WITHDRAWN if off else RegistrationState.WITHDRAWAL_SUBMITTED
    if result is not None:
        return _RESULT[result.reaction]
    if last is None:
        return RegistrationState.REGISTERED if registration.adopted else RegistrationState.REQUESTED
    return _without_result(registration, last, now)


def _latest_result(registration: Conversation) -> Answer | None:
    """The newest result that is about the present registration: not one from before it was withdrawn and made anew."""
    withdrawn = registration.last_of(LetterKind.WITHDRAWAL)
    again = registration.last if withdrawn is not None and withdrawn is not registration.last else None
    for answer in reversed(registration.answers):
        stale = again is not None and _is_before(answer, again, registration)
        if answer.reaction in _RESULT and not stale:
            return answer
    return None


def _without_result(registration: Conversation, letter: Letter, now: datetime) -> RegistrationState:
    if letter.carried in {Carried.SENT, Carried.ACCEPTED}:
        return RegistrationState.REQUESTED
    if letter.carried is not Carried.DELIVERED:
        return RegistrationState.UNDELIVERABLE
    passed = term_passed(letter.carried_at, registration.term_days, now)
    return RegistrationState.UNKNOWN if passed else RegistrationState.SUBMITTED


def is_over(conversation: Conversation, now: datetime) -> bool:
    """Whether nothing more is to be waited for: rest ended on purpose, or the registration is off."""
    if conversation.kind is Kind.PAUSE:
        return pause_state(conversation, now) is PauseState.ENDED
    return registration_state(conversation, now) is RegistrationState.WITHDRAWN


def danger_day(end: date, days: int) -> date:
    """The first day on which `end` lies within `days` working days: `end` is the last of that many after it."""
    return add_working_days(end, -days)
