"""The state of a conversation, out of its facts and the time (messages.md 2, *Pause* and *VISH registration*). Pure."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from adapters.haarlem.facts import Answer, Carried, Conversation, Kind, Letter, LetterKind, Reaction
from hub.workdays import add_working_days, local_day, term_end
from schemas.codes import EndClass


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
