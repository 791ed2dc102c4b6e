"""What somebody must look after in a conversation, by facts and time alone (messages.md 2, 3; guarantees.md 6). Pure.

Each concern has a mark that tells it from the next one of its kind, so that it fires exactly once however often it is
looked at: the letter that was not received, the answer that refused, the end date that comes near.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from adapters.haarlem.conversations import (
    PauseState,
    RegistrationState,
    danger_day,
    governing,
    opening_of,
    pause_state,
    registration_state,
    term_passed,
)
from adapters.haarlem.conversations.incident import open_incident
from adapters.haarlem.facts import ASIDES, Answer, Carried, Conversation, Kind, Letter, LetterKind, Reaction
from adapters.haarlem.settings import Settings
from hub.workdays import local_day
from schemas.codes import EndClass


class Concern(StrEnum):
    """Why somebody must look, in the words of the API."""

    NOT_RECEIVED = "geen-ontvangst"
    NOT_DELIVERED = "niet-bezorgd"
    TERM_PASSED = "termijn-verstreken"
    PARTLY_STOPPED = "deels-gestopt"
    REFUSED = "geweigerd"
    RESUMED = "hervat"
    END_NEAR = "einddatum-nadert"
    LAPSED = "verlopen"
    END_UNANSWERED = "einde-onbevestigd"
    TAKING_BACK = "terugname-loopt"
    CASE_CLOSED = "zaak-gesloten"
    STRUCK_OFF = "vish-vervallen"
    NOT_WITHDRAWN = "vish-niet-afgemeld"
    INCIDENT = "incasso-ondanks-pauze"
    INCIDENT_UNANSWERED = "incident-onbeantwoord"


@dataclass(frozen=True, slots=True)
class Found:
    """One concern and the mark that tells it from the next of its kind."""

    concern: Concern
    mark: str


def concerns(
    facts: Conversation, *, case_ended: datetime | None, settings: Settings, now: datetime
) -> tuple[Found, ...]:
    """Everything that must be looked after in this conversation at `now`.

    Args:
        facts: the conversation.
        case_ended: when help ended, None while it goes on.
        settings: terms and distances.
        now: the present instant.
    """
    found = _carriage(facts, settings, now)
    if facts.kind is Kind.PAUSE:
        return (*found, *_pause(facts, case_ended, settings, now))
    return (*found, *_registration(facts, case_ended, settings, now))


def _carriage(facts: Conversation, settings: Settings, now: datetime) -> Iterator[Found]:
    for last in (facts.last, *(facts.last_aside(kind) for kind in sorted(ASIDES))):
        if last is None:
            continue
        if last.carried in {Carried.EXPIRED, Carried.REFUSED}:
            yield Found(Concern.NOT_DELIVERED, last.id)
        elif last.carried is not Carried.DELIVERED and term_passed(last.sent, settings.terms.receipt, now):
            yield Found(Concern.NOT_RECEIVED, last.id)


_OF_ANSWER = {
    PauseState.ACTIVE_PARTIAL: Concern.PARTLY_STOPPED,
    PauseState.REFUSED: Concern.REFUSED,
    PauseState.BREACHED: Concern.RESUMED,
}


def _pause(facts: Conversation, case_ended: datetime | None, settings: Settings, now: datetime) -> Iterator[Found]:
    ending = facts.ending
    if ending is not None:
        yield from _ending(facts, ending, now)
        return
    state, answer, opening = pause_state(facts, now), governing(facts), opening_of(facts)
    incident = open_incident(facts)
    if incident is not None:
        yield Found(Concern.INCIDENT, incident.id)
        if term_passed(incident.carried_at, settings.terms.incident, now):
            yield Found(Concern.INCIDENT_UNANSWERED, incident.id)
    resumed = answer is not None and answer.reaction is Reaction.RESUMED
    if state in _OF_ANSWER and answer is not None and (state is not PauseState.BREACHED or resumed):
        yield Found(_OF_ANSWER[state], answer.id)
    if state in {PauseState.UNCONFIRMED, PauseState.ACTIVE_UNCONFIRMED} and opening is not None:
        yield Found(Concern.TERM_PASSED, opening.id)
    if state is PauseState.LAPSED:
        yield Found(Concern.LAPSED, facts.believed_end().isoformat())
    elif state not in {PauseState.REFUSED, PauseState.UNDELIVERABLE}:
        yield from _nearing(facts, settings, now)
    if term_passed(case_ended, 1, now):
        yield Found(Concern.CASE_CLOSED, facts.believed_end().isoformat())


def _ending(facts: Conversation, ending: Letter, now: datetime) -> Iterator[Found]:
    if facts.answer_to(ending) is not None:
        return
    if ending.end_class is EndClass.WRONGLY_REGISTERED:
        yield Found(Concern.TAKING_BACK, ending.id)
    elif ending.carried is Carried.DELIVERED and term_passed(ending.carried_at, facts.end_term_days, now):
        yield Found(Concern.END_UNANSWERED, ending.id)


def _nearing(facts: Conversation, settings: Settings, now: datetime) -> Iterator[Found]:
    """A warning at each distance that is reached; the mark holds the distance, so that each fires once for each end."""
    end = facts.believed_end()
    for days in settings.rules.warnings:
        if local_day(now) >= danger_day(end, days):
            yield Found(Concern.END_NEAR, f"{end.isoformat()}/{days}")


def _registration(
    facts: Conversation, case_ended: datetime | None, settings: Settings, now: datetime
) -> Iterator[Found]:
    state = registration_state(facts, now)
    result = _latest(facts)
    last = facts.last
    if state is RegistrationState.REJECTED and result is not None:
        yield Found(Concern.REFUSED, result.id)
    if state is RegistrationState.LAPSED and result is not None:
        yield Found(Concern.STRUCK_OFF, result.id)
    if state is RegistrationState.UNKNOWN and last is not None:
        yield Found(Concern.TERM_PASSED, last.id)
    withdrawing = last is not None and last.kind is LetterKind.WITHDRAWAL
    if (
        state is RegistrationState.WITHDRAWAL_SUBMITTED
        and last is not None
        and term_passed(last.sent, 1 + facts.term_days, now)
    ):
        yield Found(Concern.NOT_WITHDRAWN, last.id)
    gone = state in {RegistrationState.WITHDRAWN, RegistrationState.REJECTED, RegistrationState.LAPSED}
    if not withdrawing and not gone and term_passed(case_ended, settings.terms.call, now):
        yield Found(Concern.NOT_WITHDRAWN, "zaak")


def _latest(facts: Conversation) -> Answer | None:
    return facts.answers[-1] if facts.answers else None
