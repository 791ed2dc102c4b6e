"""A case as the API shows it: for each person whether there is rest, and for each party how it stands, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from adapters.haarlem import casefile, store
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.agenda.store import CallItem
from adapters.haarlem.answers import (
    CallAnswer,
    CalleeAnswer,
    CaseAnswer,
    EventAnswer,
    EventsAnswer,
    HitAnswer,
    PartyAnswer,
    PersonAnswer,
    SearchAnswer,
    UnstoppedAnswer,
)
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations import governing, registration_number
from adapters.haarlem.dossier import CaseState, Party, Person, PersonState
from adapters.haarlem.facts import Kind
from adapters.haarlem.fanout import CallReason
from adapters.haarlem.requests import CallOutcome
from adapters.haarlem.rest import Callee, PartyRest, Rest, Standing, rest
from adapters.haarlem.standing import WORDS, party_rest, since_of, state_of
from adapters.haarlem.store import Exchange, Transaction
from adapters.haarlem.watch import Concern

CALL_WORDS: Final[dict[str, str]] = {
    CallReason.NO_BSN: "Zonder BSN kan deze partij niets doen met een bericht: bel zelf.",
    CallReason.NOT_ON_HUB: "Deze partij is niet aangesloten: bel zelf.",
    CallReason.NO_AGREEMENT: "Voor dit bericht aan deze partij is geen afspraak van kracht: bel zelf.",
    CallReason.NO_KEY: "Er is geen geldige sleutel van deze partij: bel zelf.",
    CallReason.NOT_FINDABLE: "Zonder adres of klantnummer kan deze partij niemand vinden: bel zelf.",
    CallReason.MORATORIUM_BY_HAND: "Deze partij kan een bericht over afkoeling niet krijgen: bel of schrijf.",
    CallReason.INCIDENT_BY_HAND: "Deze partij kan het bericht over de incasso niet krijgen: bel zelf.",
    CallReason.END_BY_PHONE: "De rust was telefonisch geregeld: meld ook het einde telefonisch.",
    Concern.NOT_RECEIVED: "De ontvangst van een bericht is nog niet bevestigd.",
    Concern.NOT_DELIVERED: "Een bericht kon niet worden bezorgd.",
    Concern.TERM_PASSED: "De termijn voor een antwoord is verstreken.",
    Concern.PARTLY_STOPPED: "Niet alles ligt stil.",
    Concern.REFUSED: "De partij werkt niet mee.",
    Concern.RESUMED: "De partij heeft een maatregel hervat.",
    Concern.END_NEAR: "De einddatum nadert: verleng, of laat het einde komen.",
    Concern.LAPSED: "De einddatum is verstreken.",
    Concern.END_UNANSWERED: "De beëindiging is niet bevestigd.",
    Concern.TAKING_BACK: "De terugname is nog niet bevestigd.",
    Concern.CASE_CLOSED: "De zaak is gesloten en deze pauze loopt nog.",
    Concern.STRUCK_OFF: "VISH heeft de registratie zelf beëindigd: meld opnieuw aan of sluit af.",
    Concern.NOT_WITHDRAWN: "De afmelding in VISH is niet bevestigd.",
    Concern.INCIDENT: "Er is geïncasseerd ondanks de pauze, en de partij heeft nog niet gezegd dat het gestopt is.",
    Concern.INCIDENT_UNANSWERED: "De partij heeft niet op tijd gezegd dat de incasso gestopt is: bel.",
}
_TO_CALL, _CALLED, _NOT_ARRANGED = "te-bellen", "telefonisch-geregeld", "telefonisch-niet-gelukt"


def case_view(helper: DebtHelper, tx: Transaction, case_id: str) -> CaseAnswer:
    """The case with everyone in it."""
    file = casefile.read(tx, case_id)
    items = agenda.calls(tx, case_id)
    case = file.case
    return CaseAnswer(
        id=case.id,
        helper_number=case.helper_number,
        gemeentecode=case.gemeentecode,
        tax_municipalities=case.tax_municipalities,
        phase=case.phase.value,
        start=case.start,
        end=case.end,
        urgent=case.urgent,
        state=case.state.value,
        split_from=case.split_from,
        persons=tuple(_person_view(helper, file, person, items) for person in file.persons),
    )


def search_view(helper: DebtHelper, tx: Transaction, bsn: str, *, only_open: bool) -> SearchAnswer:
    """The cases of one person."""
    hits = []
    for case_id in store.cases_of_bsn(tx, bsn, only_open=only_open):
        file = casefile.read(tx, case_id)
        items = agenda.calls(tx, case_id)
        hits += [
            HitAnswer(
                id=case_id,
                state=file.case.state.value,
                person_id=person.id,
                rust=_rest_of(helper, file, person, items).rust,
            )
            for person in file.persons
            if person.bsn == bsn
        ]
    return SearchAnswer(hits=tuple(hits))


def events_view(tx: Transaction, after: int, most: int, case_id: str | None = None) -> EventsAnswer:
    """Events after a number."""
    found = agenda.events_after(tx, after, most, case_id)
    events = tuple(
        EventAnswer(
            number=one.number,
            at=one.at,
            kind=one.kind,
            case_id=one.case_id,
            person_id=one.person_id,
            party_id=one.party_id,
            state=one.state,
        )
        for one in found
    )
    return EventsAnswer(events=events, last=events[-1].number if events else after)


def case_events_view(tx: Transaction, case_id: str, after: int, most: int) -> EventsAnswer:
    """Events of one case after a number; refused where there is no such case."""
    casefile.read(tx, case_id)
    return events_view(tx, after, most, case_id)


def call_view(file: CaseFile, item: CallItem) -> CallAnswer:
    """One item, with whom to call."""
    party = file.party(item.party_id)
    return CallAnswer(
        id=item.id,
        case_id=item.case_id,
        person_id=item.person_id,
        party_id=item.party_id,
        party=party.name,
        reason=item.reason,
        words=CALL_WORDS[item.reason],
        phone=party.phone,
        opened_at=item.opened_at,
        due=item.due,
        closed_at=item.closed_at,
        outcome=item.outcome,
    )


def _person_view(helper: DebtHelper, file: CaseFile, person: Person, items: Sequence[CallItem]) -> PersonAnswer:
    found = _rest_of(helper, file, person, items)
    exchanges = [one for one in file.exchanges if one.person_id == person.id]
    manual = [item for item in items if _counts(item, person, exchanges)]
    shown = [
        *(_exchange_view(helper, file, one) for one in exchanges),
        *(_manual_view(file.party(item.party_id), item) for item in manual),
    ]
    helped = person.state is PersonState.ACTIVE
    order = {party.id: place for place, party in enumerate(file.parties)}
    return PersonAnswer(
        id=person.id,
        number=person.number,
        mark=person.mark,
        state=(person.state if file.case.state is CaseState.OPEN or not helped else PersonState.ENDED).value,
        rust=found.rust,
        since=found.since,
        first_end=found.first_end,
        calls=tuple(
            CalleeAnswer(
                party=one.party,
                reason=one.reason,
                name=one.name,
                phone=one.phone,
                email=one.email,
                reference=one.reference,
            )
            for one in found.calls
        ),
        parties=tuple(sorted(shown, key=lambda one: order.get(one.id, len(order)))),
    )


def _counts(item: CallItem, person: Person, exchanges: Sequence[Exchange]) -> bool:
    """Whether a call stands for a party that no letter reached: not once one did, and not when it lapsed."""
    reached = any(one.party_id == item.party_id for one in exchanges)
    lapsed = item.outcome == CallOutcome.LAPSED
    return item.person_id == person.id and item.exchange_id is None and not reached and not lapsed


def _rest_of(helper: DebtHelper, file: CaseFile, person: Person, items: Sequence[CallItem]) -> Rest:
    exchanges = [one for one in file.exchanges if one.person_id == person.id]
    by_letter = (_exchange_rest(helper, file.party(one.party_id), one) for one in exchanges)
    counted = [item for item in items if _counts(item, person, exchanges)]
    return rest((*by_letter, *_by_phone(helper, file, counted)))


def _by_phone(helper: DebtHelper, file: CaseFile, items: Sequence[CallItem]) -> Iterator[PartyRest]:
    ended = {item.party_id for item in items if item.reason == CallReason.END_BY_PHONE}
    for item in items:
        if item.reason != CallReason.END_BY_PHONE:
            yield _manual_rest(helper, file.party(item.party_id), item, ended=item.party_id in ended)


def _exchange_rest(helper: DebtHelper, party: Party, exchange: Exchange) -> PartyRest:
    now = helper.now()
    if not exchange.open:
        return PartyRest(Standing.ENDED, since_of(exchange.facts, state_of(exchange.facts, now), now))
    callee = _callee(helper, party, exchange)
    return party_rest(exchange.facts, helper.settings.rules, helper.settings.terms.receipt, callee, now)


def _callee(helper: DebtHelper, party: Party, exchange: Exchange) -> Callee:
    """The party's own people: the functional contact of the register before the others, and the number of the case."""
    organisation = helper.directory().register.organisation(exchange.oin)
    contacts = sorted(organisation.contacts if organisation else (), key=lambda one: one.purpose != "functional")
    first = contacts[0] if contacts else None
    name = organisation.name if organisation else party.name
    phone = party.phone or (first.phone if first else None)
    words = WORDS[state_of(exchange.facts, helper.now())]
    return Callee(party.name, words, name, phone, first.email if first else None)


def _manual_rest(helper: DebtHelper, party: Party, item: CallItem, *, ended: bool) -> PartyRest:
    callee = Callee(party.name, CALL_WORDS[item.reason], party.name, party.phone)
    if ended or party.ended:
        return PartyRest(Standing.ENDED, item.closed_at or item.opened_at)
    if item.closed_at is None:
        late = item.due is not None and helper.now() > item.due
        since = item.due if late and item.due is not None else item.opened_at
        return PartyRest(Standing.ENDANGERED if late else Standing.WAITING, since, None, (callee,))
    arranged = item.outcome == CallOutcome.ARRANGED
    lasts = item.end is None or item.end >= helper.today()
    standing = Standing.CONFIRMED if arranged and lasts else Standing.ENDANGERED
    return PartyRest(standing, item.closed_at, item.end, () if standing is Standing.CONFIRMED else (callee,))


def _exchange_view(helper: DebtHelper, file: CaseFile, exchange: Exchange) -> PartyAnswer:
    party, facts, now = file.party(exchange.party_id), exchange.facts, helper.now()
    state = state_of(facts, now)
    answer = governing(facts)
    pause = facts.kind is Kind.PAUSE
    return PartyAnswer(
        id=party.id,
        role=party.role.value,
        name=party.name,
        oin=exchange.oin,
        gemeentecode=party.gemeentecode,
        state=state.value,
        words=WORDS[state],
        since=since_of(facts, state, now),
        end=facts.believed_end() if pause else None,
        number=None if pause else registration_number(facts),
        reason=answer.reason if answer else None,
        stopped=answer.stopped if answer and pause else None,
        unstopped=tuple(
            UnstoppedAnswer(
                measure=one.measure,
                reason=one.reason,
                since=one.since,
                handler=one.handler,
                phone=one.handler_phone,
                reference=one.handler_reference,
            )
            for one in answer.unstopped
        )
        if answer and pause
        else None,
        conversation=exchange.id,
    )


def _manual_view(party: Party, item: CallItem) -> PartyAnswer:
    state = _TO_CALL
    if item.closed_at is not None:
        state = _CALLED if item.outcome == CallOutcome.ARRANGED else _NOT_ARRANGED
    return PartyAnswer(
        id=party.id,
        role=party.role.value,
        name=party.name,
        oin=party.oin,
        gemeentecode=party.gemeentecode,
        state=state,
        words=CALL_WORDS[item.reason],
        since=item.closed_at or item.opened_at,
        end=item.end,
        reason=item.reason,
    )
