"""What the letter may say of each party, out of the facts. Pure.

It never promises rest at a party that has not confirmed: silence, a part, a covenant that counts from delivery, an end
that was asked for and never answered are all *not yet*. Who reads this letter to a bailiff at the door must be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from adapters.haarlem.agenda.store import CallItem
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations import PauseState, RegistrationState, governing
from adapters.haarlem.dossier import Party, PartyRole, Person
from adapters.haarlem.facts import Conversation, Kind, Reaction
from adapters.haarlem.fanout import CallReason
from adapters.haarlem.requests import CallOutcome
from adapters.haarlem.standing import since_of, state_of
from adapters.haarlem.store import Exchange
from hub.workdays import local_day
from schemas.shapes import Address, Contact


class Told(StrEnum):
    """What a resident may be told of a party."""

    CONFIRMED = "bevestigd"
    WAITING = "wacht"
    GOES_ON = "gaat-door"


@dataclass(frozen=True, slots=True)
class Line:
    """One party in the letter."""

    party: str
    told: Told
    since: datetime | None = None
    end: date | None = None
    by_phone: bool = False


@dataclass(frozen=True, slots=True)
class RestLetter:
    """The letter to one person. Without `address` it is handed over: there is none, or it is secret."""

    name: str
    surname: str
    address: Address | None
    reference: str
    day: date
    contact: Contact
    lines: tuple[Line, ...]
    bailiffs_know_since: datetime | None

    def of(self, told: Told) -> tuple[Line, ...]:
        """The parties of which this may be told."""
        return tuple(line for line in self.lines if line.told is told)


def told_of(conversation: Conversation, now: datetime) -> Told | None:
    """What a resident may be told of a pause; nothing when it is over on purpose."""
    state = state_of(conversation, now)
    if state is PauseState.ENDED:
        return None
    if state in {PauseState.ACTIVE, PauseState.EXTENDED, PauseState.ENDING}:
        return Told.CONFIRMED if _is_confirmed(conversation, now) else Told.WAITING
    if state in {PauseState.ACTIVE_PARTIAL, PauseState.REFUSED, PauseState.BREACHED, PauseState.LAPSED}:
        return Told.GOES_ON
    return Told.WAITING


def _is_confirmed(conversation: Conversation, now: datetime) -> bool:
    """Whether the last word of the party is that everything is stopped, and its day has not passed.

    What ran already when it came into our books was confirmed before we were there.
    """
    if local_day(now) > conversation.believed_end():
        return False
    answer = governing(conversation)
    if answer is None:
        return conversation.adopted is not None and not conversation.answers
    return answer.reaction is Reaction.CONFIRMED


def letter_of(
    file: CaseFile, person: Person, items: Sequence[CallItem], names: dict[str, str], now: datetime
) -> RestLetter:
    """The letter to one person as things stand.

    Args:
        file: the case.
        person: one of its persons.
        items: everything that was or must be called about in this case.
        names: what each party is called in a letter, by its id.
        now: the present instant.
    """
    theirs = [one for one in file.exchanges if one.person_id == person.id and one.open]
    known = {party.id: party for party in file.parties}
    lines = [
        *_by_letter(theirs, known, names, now),
        *_by_phone(file, person, items, names, now),
    ]
    return RestLetter(
        name=" ".join(part for part in (person.initials, person.prefix, person.surname) if part),
        surname=" ".join(part for part in (person.prefix, person.surname) if part),
        address=None if person.address_secret else person.address,
        reference=file.case.helper_number,
        day=local_day(now),
        contact=file.case.contact,
        lines=tuple(sorted(_unmixed(lines), key=lambda line: line.party.casefold())),
        bailiffs_know_since=_registered_since(theirs, now),
    )


def _unmixed(lines: Sequence[Line]) -> Iterator[Line]:
    """Never one name both as stopped and as not: who reads it could not tell which of the two is at the door."""
    unsure = {line.party.casefold() for line in lines if line.told is not Told.CONFIRMED}
    return (line for line in lines if line.told is not Told.CONFIRMED or line.party.casefold() not in unsure)


def _by_letter(
    exchanges: Iterable[Exchange], known: dict[str, Party], names: dict[str, str], now: datetime
) -> Iterator[Line]:
    for exchange in exchanges:
        told = told_of(exchange.facts, now) if exchange.facts.kind is Kind.PAUSE else None
        if told is None or exchange.party_id not in known:
            continue
        since = since_of(exchange.facts, state_of(exchange.facts, now), now)
        sure = told is Told.CONFIRMED
        yield Line(
            names[exchange.party_id],
            told,
            _confirmed_since(exchange.facts, since) if sure else since,
            exchange.facts.believed_end() if sure else None,
        )


def _confirmed_since(conversation: Conversation, since: datetime) -> datetime:
    """When it was confirmed, also where an end was asked for since."""
    answer = governing(conversation)
    return min(answer.at, since) if answer is not None else since


def _by_phone(
    file: CaseFile, person: Person, items: Iterable[CallItem], names: dict[str, str], now: datetime
) -> Iterator[Line]:
    """Parties that no letter reached: rest there is what was promised by telephone."""
    reached = {one.party_id for one in file.exchanges if one.person_id == person.id}
    running = {party.id for party in file.parties if party.role is not PartyRole.VISH and not party.ended}
    theirs = [item for item in items if item.person_id == person.id and item.exchange_id is None]
    over = {item.party_id for item in theirs if item.reason == CallReason.END_BY_PHONE}
    for item in theirs:
        if item.party_id in reached or item.party_id in over or item.party_id not in running:
            continue
        if item.outcome == CallOutcome.LAPSED:
            continue
        lasts = item.end is None or item.end >= local_day(now)
        if item.closed_at is not None and item.outcome == CallOutcome.ARRANGED and lasts:
            yield Line(names[item.party_id], Told.CONFIRMED, item.closed_at, item.end, by_phone=True)
        else:
            yield Line(names[item.party_id], Told.WAITING, item.opened_at)


def _registered_since(exchanges: Iterable[Exchange], now: datetime) -> datetime | None:
    for exchange in exchanges:
        state = state_of(exchange.facts, now)
        if state is RegistrationState.REGISTERED:
            return since_of(exchange.facts, state, now)
    return None
