"""Where a conversation of any kind stands: the one place that knows which machine belongs to which kind. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from adapters.haarlem.conversations import administration, phases, question, referral, settlement
from adapters.haarlem.conversations.letters import term_passed
from adapters.haarlem.conversations.position import Alarm, Position
from adapters.haarlem.conversations.talk import Talk, TalkKind
from adapters.haarlem.settings import Settings

Machine = Callable[[Talk, Settings, datetime], Position]
_MACHINE: Final[Mapping[TalkKind, Machine]] = {
    TalkKind.SETTLEMENT: settlement.settlement_position,
    TalkKind.REFERRAL: referral.referral_position,
    TalkKind.ADMINISTRATION: administration.administration_position,
    TalkKind.REST_REQUEST: question.question_position,
    TalkKind.STATUS_REQUEST: question.question_position,
    TalkKind.PHASES: phases.phases_position,
}
_WORDS: Final[Mapping[TalkKind, Mapping[str, str]]] = {
    TalkKind.SETTLEMENT: {state.value: words for state, words in settlement.WORDS.items()},
    TalkKind.REFERRAL: {state.value: words for state, words in referral.WORDS.items()},
    TalkKind.ADMINISTRATION: {state.value: words for state, words in administration.WORDS.items()},
    TalkKind.REST_REQUEST: {state.value: words for state, words in question.WORDS.items()},
    TalkKind.STATUS_REQUEST: {state.value: words for state, words in question.WORDS.items()},
    TalkKind.PHASES: {state.value: words for state, words in phases.WORDS.items()},
}
#: No message puts right what these said, so somebody does.
OLD_DETAILS: Final[Mapping[TalkKind, str]] = {
    TalkKind.SETTLEMENT: (
        "Let op: deze partij heeft nog de oude gegevens. Vraag het saldo opnieuw, of geef de juiste gegevens door en "
        "leg dat vast."
    ),
    TalkKind.REFERRAL: (
        "Let op: deze partij heeft nog de oude gegevens. Geef de juiste door en leg dat vast, of trek de verwijzing in "
        "en verwijs opnieuw."
    ),
}
#: These end with the case; an administration and its questions go on without one.
_OF_THE_CASE: Final = frozenset({TalkKind.SETTLEMENT, TalkKind.REFERRAL})


def position_of(talk: Talk, settings: Settings, now: datetime, case_ended: datetime | None = None) -> Position:
    """Where it stands at `now`; that it goes on after its case ended is an alarm, and so are old details there."""
    position = _MACHINE[talk.kind](talk, settings, now)
    if talk.corrected is not None and not position.over:
        position = position.alarmed(Alarm.OLD_DETAILS)
    runs_on = talk.kind in _OF_THE_CASE and position.state not in settlement.SETTLED and not position.over
    if runs_on and term_passed(case_ended, settings.terms.call, now):
        return position.alarmed(Alarm.CASE_CLOSED)
    return position


def words_of(talk: Talk, state: str) -> str:
    """The state in Dutch, and what to do where the other side has details that were put right since."""
    said = _WORDS[talk.kind][state]
    return said if talk.corrected is None else f"{said} {OLD_DETAILS.get(talk.kind, '')}".rstrip()
