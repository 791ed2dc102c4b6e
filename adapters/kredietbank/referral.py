"""The referral as its target sees it: who may say which status, and what is due when (messages.md 2, *Referral*). Pure.

    aangevraagd → aangenomen → gestart ⇄ aangehouden → afgerond | mislukt
    aangevraagd → afgewezen          before an end: ingetrokken, by either side

The status in which it stands may be said again: that is the heartbeat, and how an appointment is moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hub.workdays import local_day, term_end
from schemas.codes import ReferralStatus


class Side(StrEnum):
    """Who says it."""

    REQUESTER = "requester"
    TARGET = "target"


class Standing(StrEnum):
    """Where a referral stands; from `accepted` on it is the status that was said last."""

    REQUESTED = "aangevraagd"
    ACCEPTED = "aangenomen"
    STARTED = "gestart"
    SUSPENDED = "aangehouden"
    REJECTED = "afgewezen"
    WITHDRAWN = "ingetrokken"
    COMPLETED = "afgerond"
    FAILED = "mislukt"


RUNNING: Final = frozenset({Standing.ACCEPTED, Standing.STARTED, Standing.SUSPENDED})
OVER: Final = frozenset({Standing.REJECTED, Standing.WITHDRAWN, Standing.COMPLETED, Standing.FAILED})
#: What the target may make of it.
_NEXT: Final = {
    Standing.REQUESTED: {Standing.ACCEPTED, Standing.REJECTED},
    Standing.ACCEPTED: {Standing.ACCEPTED, Standing.STARTED},
    Standing.STARTED: {Standing.STARTED, Standing.SUSPENDED, Standing.COMPLETED, Standing.FAILED},
    Standing.SUSPENDED: {Standing.SUSPENDED, Standing.STARTED, Standing.COMPLETED, Standing.FAILED},
}


def follows(standing: Standing, said: ReferralStatus, by: Side) -> Standing | None:
    """Where it stands after this was said, or nothing: that side may not say it now."""
    wanted = Standing(said.value)
    if standing in OVER:
        return None
    if wanted is Standing.WITHDRAWN:
        return wanted
    if by is Side.REQUESTER or wanted not in _NEXT[standing]:
        return None
    return wanted


@dataclass(frozen=True, slots=True)
class Terms:
    """How long each step may take; settings, because agreements differ."""

    decide_working_days: int = 3
    talk_days: int = 28
    urgent_talk_working_days: int = 3
    heartbeat_days: int = 30


class Lapse(StrEnum):
    """A term of a referral that passed."""

    DECISION = "decision"
    FIRST_TALK = "first-talk"


def decide_by(terms: Terms, arrived: datetime) -> datetime:
    """The end of the term to accept or reject."""
    return term_end(local_day(arrived), terms.decide_working_days)


def talk_by(terms: Terms, arrived: datetime, *, urgent: bool) -> datetime:
    """The end of the term for the first talk (Wgs art. 4: four weeks, three working days when something threatens)."""
    if urgent:
        return term_end(local_day(arrived), terms.urgent_talk_working_days)
    return arrived + timedelta(days=terms.talk_days)


def lapsed(terms: Terms, standing: Standing, arrived: datetime, now: datetime, *, urgent: bool) -> Lapse | None:
    """The term that has passed in this standing."""
    if standing is Standing.REQUESTED and now > decide_by(terms, arrived):
        return Lapse.DECISION
    if standing in {Standing.REQUESTED, Standing.ACCEPTED} and now > talk_by(terms, arrived, urgent=urgent):
        return Lapse.FIRST_TALK
    return None


def heartbeat_due(terms: Terms, standing: Standing, said_at: datetime, now: datetime) -> bool:
    """Whether the requester must hear again how it stands."""
    return standing in RUNNING and now >= said_at + timedelta(days=terms.heartbeat_days)
