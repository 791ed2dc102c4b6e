"""What the state of a conversation means for rest: its standing, since when, and the words of a screen. Pure.

An end that Haarlem asked for is no danger: until its day the rest counts as before.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

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
from adapters.haarlem.facts import Carried, Conversation, Kind, Letter
from adapters.haarlem.rest import Callee, PartyRest, Standing
from adapters.haarlem.settings import Rules
from hub.workdays import local_day, local_instant, term_end
from schemas.codes import EndClass

State = PauseState | RegistrationState

WORDS: Final[dict[State, str]] = {
    PauseState.SENT: "De kennisgeving is verstuurd; de ontvangst is nog niet bevestigd.",
    PauseState.DELIVERED: "De partij heeft de kennisgeving ontvangen en heeft nog niet geantwoord.",
    PauseState.ACTIVE: "De partij heeft bevestigd dat alles stilligt.",
    PauseState.ACTIVE_PARTIAL: "Niet alles ligt stil: er loopt nog minstens één maatregel.",
    PauseState.ACTIVE_UNCONFIRMED: "De pauze geldt volgens het convenant, maar de partij heeft niet geantwoord.",
    PauseState.EXTENDED: "De partij heeft de verlenging bevestigd.",
    PauseState.ENDING: "De pauze eindigt op de einddatum, zoals gevraagd.",
    PauseState.ENDED: "De pauze is beëindigd.",
    PauseState.REFUSED: "De partij werkt niet mee.",
    PauseState.UNCONFIRMED: "De termijn is verstreken zonder antwoord van de partij.",
    PauseState.UNDELIVERABLE: "De kennisgeving kon niet worden bezorgd.",
    PauseState.BREACHED: "De partij heeft een maatregel hervat, ondanks de pauze.",
    PauseState.LAPSED: "De einddatum is verstreken zonder dat erom gevraagd is.",
    RegistrationState.REQUESTED: "De aanmelding is verstuurd; de ontvangst is nog niet bevestigd.",
    RegistrationState.SUBMITTED: "De aanmelding is ingediend; de uitkomst is nog niet bekend.",
    RegistrationState.REGISTERED: "Geregistreerd in VISH.",
    RegistrationState.REJECTED: "VISH heeft de aanmelding afgewezen.",
    RegistrationState.UNKNOWN: "De termijn is verstreken zonder uitkomst van VISH.",
    RegistrationState.UNDELIVERABLE: "De aanmelding kon niet worden bezorgd.",
    RegistrationState.LAPSED: "VISH heeft de registratie zelf beëindigd.",
    RegistrationState.WITHDRAWAL_SUBMITTED: "De afmelding is ingediend; de uitkomst is nog niet bekend.",
    RegistrationState.WITHDRAWN: "Afgemeld in VISH.",
}

_RUNNING: Final = frozenset({PauseState.ACTIVE, PauseState.EXTENDED})
_WAITING: Final = frozenset(
    {PauseState.SENT, PauseState.DELIVERED, RegistrationState.REQUESTED, RegistrationState.SUBMITTED},
)
_ENDED: Final = frozenset({PauseState.ENDED, RegistrationState.WITHDRAWN})


def state_of(conversation: Conversation, now: datetime) -> State:
    """Where the conversation stands at `now`."""
    if conversation.kind is Kind.PAUSE:
        return pause_state(conversation, now)
    return registration_state(conversation, now)


def party_rest(conversation: Conversation, rules: Rules, receipt_days: int, callee: Callee, now: datetime) -> PartyRest:
    """What one conversation means for rest at `now`.

    Args:
        conversation: its facts.
        rules: the distance at which an end is a danger.
        receipt_days: working days after which a missing receipt is a danger.
        callee: whom to call at this party.
        now: the present instant.
    """
    state = state_of(conversation, now)
    since = since_of(conversation, state, now)
    end = conversation.believed_end() if conversation.kind is Kind.PAUSE else None
    if state in _ENDED:
        return PartyRest(Standing.ENDED, since, end)
    if state is PauseState.ENDING or state is RegistrationState.WITHDRAWAL_SUBMITTED:
        return PartyRest(_before_the_end(conversation), since, end)
    if state in _WAITING:
        return _waiting(conversation, since, end, receipt_days, callee, now)
    if state is RegistrationState.REGISTERED:
        return PartyRest(Standing.CONFIRMED, since)
    if state in _RUNNING and end is not None:
        near = danger_day(end, rules.danger)
        if local_day(now) < near:
            return PartyRest(Standing.CONFIRMED, since, end)
        return PartyRest(Standing.ENDANGERED, max(since, _start_of(near)), end, (callee,))
    return PartyRest(Standing.ENDANGERED, since, end, _calls(conversation, callee))


def _before_the_end(conversation: Conversation) -> Standing:
    confirmed = conversation.adopted is not None or bool(conversation.answers)
    return Standing.CONFIRMED if confirmed else Standing.WAITING


def _waiting(
    conversation: Conversation, since: datetime, end: date | None, days: int, callee: Callee, now: datetime
) -> PartyRest:
    opening = opening_of(conversation)
    on_the_road = opening is not None and opening.carried in {Carried.SENT, Carried.ACCEPTED}
    if opening is not None and on_the_road and term_passed(opening.sent, days, now):
        return PartyRest(Standing.ENDANGERED, term_end(local_day(opening.sent), days), end, (callee,))
    return PartyRest(Standing.WAITING, since, end)


def _calls(conversation: Conversation, callee: Callee) -> tuple[Callee, ...]:
    """The handlers that have a measure, each once, and else the party itself."""
    answer = governing(conversation)
    handlers = (
        Callee(
            callee.party, f"{one.measure}: {one.reason}", one.handler, one.handler_phone, None, one.handler_reference
        )
        for one in (answer.unstopped if answer else ())
        if one.handler
    )
    return tuple(dict.fromkeys(handlers)) or (callee,)


def since_of(conversation: Conversation, state: State, now: datetime) -> datetime:
    """The moment at which the conversation came to stand so; `now` at the latest."""
    return min(_since(conversation, state), now)


def _since(conversation: Conversation, state: State) -> datetime:
    last = conversation.last
    if last is None:
        return conversation.adopted or _start_of(conversation.start)
    if state is PauseState.ENDED:
        return _end_of(last, conversation)
    if state is PauseState.LAPSED:
        return _start_of(conversation.believed_end() + timedelta(days=1))
    if state in {PauseState.ENDING, RegistrationState.WITHDRAWAL_SUBMITTED}:
        return last.sent
    opening = opening_of(conversation) or last
    if state in {PauseState.SENT, RegistrationState.REQUESTED}:
        return opening.sent
    if state in {
        PauseState.DELIVERED,
        RegistrationState.SUBMITTED,
        PauseState.UNDELIVERABLE,
        RegistrationState.UNDELIVERABLE,
    }:
        return opening.carried_at or opening.sent
    if state in {PauseState.UNCONFIRMED, PauseState.ACTIVE_UNCONFIRMED, RegistrationState.UNKNOWN}:
        return term_end(local_day(opening.carried_at or opening.sent), conversation.term_days)
    incident = open_incident(conversation) if state is PauseState.BREACHED else None
    breached = None if incident is None else incident.sent
    return breached or _start_of_answer(conversation) or conversation.adopted or opening.sent


def _end_of(last: Letter, conversation: Conversation) -> datetime:
    taken_back = conversation.answer_to(last) if last.end_class is EndClass.WRONGLY_REGISTERED else None
    if taken_back is not None or last.end is None:
        return taken_back.at if taken_back else last.sent
    return _start_of(last.end + timedelta(days=1))


def _start_of_answer(conversation: Conversation) -> datetime | None:
    """When the other side first said what it says now: later answers of the same purport do not start it anew."""
    newest = governing(conversation)
    if newest is None:
        return None
    start = newest
    for answer in reversed(conversation.answers):
        if answer.reaction is not newest.reaction:
            break
        start = answer
    return start.at


def _start_of(day: date) -> datetime:
    return local_instant(day, time.min)
