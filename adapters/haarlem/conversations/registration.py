"""The state of a registration in VISH, out of its facts and the time (messages.md 2, *VISH registration*). Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from adapters.haarlem.conversations.letters import is_before, term_passed
from adapters.haarlem.facts import Answer, Carried, Conversation, Letter, LetterKind, Reaction


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
        stale = again is not None and is_before(answer, again, registration)
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
