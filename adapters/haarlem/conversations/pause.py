"""The state of a pause, out of its facts and the time (messages.md 2, *Pause*). Pure."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from adapters.haarlem.conversations.incident import open_incident
from adapters.haarlem.conversations.letters import is_before, opening_of, term_passed
from adapters.haarlem.facts import Answer, Carried, Conversation, Letter, LetterKind, Reaction
from hub.workdays import local_day
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


def governing(conversation: Conversation) -> Answer | None:
    """The answer that counts now: the newest by its sender's `sequence`.

    A refusal of an earlier notice no longer counts once a later notice was sent: it said nothing about that one.
    """
    notice = conversation.last_of(LetterKind.NOTICE)
    for answer in reversed(conversation.answers):
        if answer.reaction is Reaction.HANDLED:
            continue
        refused = answer.reaction in {Reaction.REFUSED, Reaction.WRONG_CUSTOMER}
        if not (refused and notice is not None and is_before(answer, notice, conversation)):
            return answer
    return None


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
    if state in _BREACHABLE and open_incident(pause) is not None:
        state = PauseState.BREACHED
    running = state not in {PauseState.REFUSED, PauseState.UNDELIVERABLE}
    return PauseState.LAPSED if running and today > pause.believed_end() else state


def _is_over(pause: Conversation, ending: Letter, today: date) -> bool:
    # A wrong report is taken back at once, so its end is the other side's answer and not a day in the calendar.
    if ending.end_class is EndClass.WRONGLY_REGISTERED:
        return pause.answer_to(ending) is not None
    return ending.end is not None and today > max(ending.end, pause.protected_until or ending.end)


_BREACHABLE: Final = frozenset(
    {PauseState.ACTIVE, PauseState.ACTIVE_PARTIAL, PauseState.ACTIVE_UNCONFIRMED, PauseState.EXTENDED}
)
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
