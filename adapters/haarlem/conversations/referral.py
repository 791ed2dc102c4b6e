"""The state of a referral, on the requester's side (messages.md 2, *Referral*). Pure.

asked → accepted → started ⇄ suspended → completed | failed; asked → rejected; withdrawn by either side before the end.
Only the target says the others, so of its words the newest counts; Haarlem says `ingetrokken` and nothing else. The
target's word of an end counts before our withdrawal when it was the earlier.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from adapters.haarlem.conversations.position import (
    Actor,
    Alarm,
    Position,
    carriage,
    days_after,
    delivered_at,
    within,
)
from adapters.haarlem.conversations.talk import Heard, Said, Talk
from adapters.haarlem.settings import Settings, Terms
from schemas.messages import Referral, ReferralStatusReport


class ReferralState(StrEnum):
    """The states, in the words of the wire; the first is said by the referral itself."""

    REQUESTED = "aangevraagd"
    ACCEPTED = "aangenomen"
    STARTED = "gestart"
    SUSPENDED = "aangehouden"
    COMPLETED = "afgerond"
    FAILED = "mislukt"
    REJECTED = "afgewezen"
    WITHDRAWN = "ingetrokken"


WORDS: Final[dict[ReferralState, str]] = {
    ReferralState.REQUESTED: "De verwijzing is gedaan; de ander heeft nog niet gezegd of zij die aanneemt.",
    ReferralState.ACCEPTED: "De verwijzing is aangenomen; het eerste gesprek moet nog komen.",
    ReferralState.STARTED: "De hulp is begonnen.",
    ReferralState.SUSPENDED: "De hulp ligt stil; zie reden.",
    ReferralState.COMPLETED: "De hulp is afgerond; zie uitkomst.",
    ReferralState.FAILED: "De hulp is mislukt; zie reden.",
    ReferralState.REJECTED: "De verwijzing is afgewezen; verwijs opnieuw, of naar een ander.",
    ReferralState.WITHDRAWN: "De verwijzing is ingetrokken.",
}
#: Nothing more comes after these.
OVER: Final = frozenset(
    {ReferralState.COMPLETED, ReferralState.FAILED, ReferralState.REJECTED, ReferralState.WITHDRAWN}
)


def referral_position(talk: Talk, settings: Settings, now: datetime) -> Position:
    """Where a referral stands at `now`."""
    position = _position(talk, settings.terms, now)
    wrong = carriage(talk, settings.terms.referral_receipt, now)
    return position if wrong is None or position.over else position.alarmed(wrong)


def last_status(talk: Talk) -> Heard | None:
    """What the target said last."""
    return talk.newest(ReferralStatusReport)


def _position(talk: Talk, terms: Terms, now: datetime) -> Position:
    status, withdrawal = last_status(talk), talk.last_said(ReferralStatusReport)
    state = ReferralState.REQUESTED if status is None else _state_of(status)
    ended_before = status is not None and state in OVER and (withdrawal is None or status.at <= withdrawal.sent)
    if withdrawal is not None and not ended_before:
        return Position(
            ReferralState.WITHDRAWN, Actor.NOBODY, withdrawal.sent, over=delivered_at(withdrawal) is not None
        )
    asked = talk.last_said(Referral)
    if status is None:
        sent = talk.began if asked is None else asked.sent
        delivered = None if asked is None else delivered_at(asked)
        days = (asked.term_days if asked is not None else None) or terms.referral_answer
        return Position(state, Actor.PARTY, sent, within(delivered, days)).at(now)
    if state in OVER:
        return Position(state, Actor.NOBODY, status.at, over=True)
    if state is ReferralState.ACCEPTED:
        return Position(state, Actor.PARTY, status.at, _first_talk(talk, asked, status, terms)).at(now)
    position = Position(state, Actor.PARTY, status.at)
    silent = now > days_after(status.at, terms.heartbeat_days)
    return position.alarmed(Alarm.SILENT) if silent else position


def _first_talk(talk: Talk, asked: Said | None, status: Heard, terms: Terms) -> datetime | None:
    """When the first talk must be: from the referral on, 4 weeks or with urgency 3 working days; or as appointed."""
    appointed = status.message(ReferralStatusReport).appointment_at
    if appointed is not None:
        return appointed
    since = talk.began if asked is None else asked.sent
    return within(since, terms.first_talk_urgent) if talk.urgent else days_after(since, terms.first_talk_days)


def _state_of(status: Heard) -> ReferralState:
    return ReferralState(status.message(ReferralStatusReport).status.value)


def may_withdraw(state: str) -> bool:
    """Whether there is still something to withdraw."""
    return state not in OVER
