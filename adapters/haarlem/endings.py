"""The acts that end something: one party, one person, the case (messages.md 3, *Ends*; 4, L). One transaction each.

The reason stays here and becomes a class. Each pause ends as near as asked, never sooner than the notice that parties
need, never later than its agreement allows; one that was reported in error ends today.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from adapters.haarlem import book, casefile, store
from adapters.haarlem.adoption import introduce
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations import PauseState, RegistrationState, opening_of
from adapters.haarlem.ddas_desk import recording as ddas
from adapters.haarlem.dossier import CaseState, Party, Person, PersonState
from adapters.haarlem.facts import Carried, Conversation, Kind, WantedEnd
from adapters.haarlem.fanout import Call, CallReason
from adapters.haarlem.reasons import EndReason, class_of
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, invalid
from adapters.haarlem.requests import CallOutcome, EndPartyRequest, EndRequest
from adapters.haarlem.store import Exchange, Transaction
from hub.workdays import add_working_days
from schemas.codes import EndClass

#: Nothing stands at the other side that could be ended.
_NOTHING_THERE: Final = frozenset({PauseState.REFUSED, RegistrationState.REJECTED, RegistrationState.LAPSED})


@dataclass(frozen=True, slots=True)
class Ending:
    """The class that parties hear, and the day that was asked for, if any."""

    end_class: EndClass
    asked: date | None


def end_case(helper: DebtHelper, tx: Transaction, case_id: str, request: EndRequest) -> None:
    """Ends help, and so rest with every party.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, INVALID, COUNT_NEEDED.
    """
    file = casefile.held(helper, tx, case_id)
    ending = ending_of(helper, request)
    # What a person took along into a case of its own ends by itself, as soon as the pause there is confirmed.
    theirs = [exchange for exchange in file.open if exchange.successor is None]
    check_count(helper, request.count, count_pauses(theirs))
    _end_all(helper, tx, file, theirs, ending)
    case = file.case.changed(state=CaseState.ENDED, ended_at=helper.now(), reason=request.reason.value)
    store.put_case(tx, case)
    ddas.ended(helper, tx, case_id, request.reason)
    for person in file.active:
        _end_calls(helper, tx, file, person, file.parties)
    agenda.add_event(tx, helper.now(), "zaak-beeindigd", case_id)


def end_person(helper: DebtHelper, tx: Transaction, case_id: str, person_id: str, request: EndRequest) -> None:
    """Ends help for one person; for the last one in the case that is the end of the case.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, INVALID, COUNT_NEEDED.
    """
    file = casefile.held(helper, tx, case_id)
    person = file.person(person_id)
    if person not in file.active:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    if len(file.active) == 1:
        end_case(helper, tx, case_id, request)
        return
    ending = ending_of(helper, request)
    theirs = [exchange for exchange in file.open if exchange.person_id == person_id]
    check_count(helper, request.count, count_pauses(theirs))
    _end_all(helper, tx, file, theirs, ending)
    _end_calls(helper, tx, file, person, file.parties)
    store.put_person(tx, person.changed(state=PersonState.ENDED))
    casefile.leave(tx, file, person)
    agenda.add_event(tx, helper.now(), "persoon-beeindigd", case_id, person_id=person_id)


def end_party(helper: DebtHelper, tx: Transaction, case_id: str, party_id: str, request: EndPartyRequest) -> None:
    """Ends rest with one party, for everyone or for one person.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, NOTHING_TO_DO, INVALID, COUNT_NEEDED.
    """
    file = casefile.held(helper, tx, case_id)
    party = file.party(party_id)
    persons = [file.person(request.person_id)] if request.person_id else list(file.active)
    ids = {person.id for person in persons}
    theirs = [exchange for exchange in file.open if exchange.party_id == party_id and exchange.person_id in ids]
    if party.ended or not ids:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    ending = ending_of(helper, request)
    check_count(helper, request.count, count_pauses(theirs))
    _end_all(helper, tx, file, theirs, ending)
    for person in persons:
        _end_calls(helper, tx, file, person, [party])
    left = tuple(sorted(one.number for one in file.active if one.id not in ids and party.concerns(one)))
    store.put_party(tx, party.changed(ended=not left, persons=left or party.persons))
    agenda.add_event(tx, helper.now(), "partij-beeindigd", case_id, party_id=party_id)


def ending_of(helper: DebtHelper, request: EndRequest) -> Ending:
    """The class and the day of an end; refused when they do not go together or the day is too near."""
    end_class = class_of(request.reason, request.end_class)
    if end_class is None or end_class is EndClass.DISCHARGED:
        raise invalid(Fault.CLASS_NEEDED, "/klasse")
    nearest = earliest_end(helper, end_class)
    if request.end is not None and request.end < nearest:
        in_error = request.reason is EndReason.WRONGLY_REGISTERED
        raise invalid(Fault.BEFORE_TODAY if in_error else Fault.END_TOO_SOON, "/einddatum")
    return Ending(end_class, request.end)


def earliest_end(helper: DebtHelper, end_class: EndClass) -> date:
    """The first day that rest may end on: today for what was a mistake, else after the notice that parties need."""
    if end_class is EndClass.WRONGLY_REGISTERED:
        return helper.today()
    return add_working_days(helper.today(), helper.settings.rules.end_notice)


def count_pauses(exchanges: Iterable[Exchange]) -> int:
    """How many pauses an act would end: those that run and do not end already."""
    return sum(one.facts.kind is Kind.PAUSE and one.facts.ending is None for one in exchanges)


def check_count(helper: DebtHelper, confirmed: int | None, count: int) -> None:
    """Asks for the number of pauses where it is large, and refuses a number that is not the right one."""
    asked = count > helper.settings.rules.confirm_above if confirmed is None else confirmed != count
    if asked:
        raise ActRefusedError(Refusal.COUNT_NEEDED, count=count)


def _end_all(
    helper: DebtHelper, tx: Transaction, file: CaseFile, exchanges: Iterable[Exchange], ending: Ending
) -> None:
    for exchange in exchanges:
        end_one(helper, tx, file, exchange, ending)


def end_one(helper: DebtHelper, tx: Transaction, file: CaseFile, exchange: Exchange, ending: Ending) -> None:
    """Ends one conversation: by a letter where something runs at the other side, else in our books alone."""
    if exchange.facts.ending is not None:
        return
    taking_back = ending.end_class is EndClass.WRONGLY_REGISTERED
    opening = opening_of(exchange.facts)
    never_there = opening is not None and opening.carried is Carried.REFUSED
    if never_there or (exchange.state in _NOTHING_THERE and not taking_back):
        book.close(helper, tx, exchange)
        return
    if exchange.facts.adopted and not exchange.facts.letters:
        introduced = introduce(
            helper, tx, file.case, file.person(exchange.person_id), file.party(exchange.party_id), exchange
        )
        if introduced is None:
            return
        exchange = introduced
        if exchange.facts.kind is Kind.REGISTRATION:
            _end_when_known(helper, tx, exchange, ending)
            return
    book.end_exchange(helper, tx, exchange, end_day(helper, exchange.facts, ending), ending.end_class)


def _end_when_known(helper: DebtHelper, tx: Transaction, exchange: Exchange, ending: Ending) -> None:
    """A registration that VISH does not know under our conversation yet is withdrawn as soon as its result is there.

    A withdrawal sent at once could overtake its own introduction, and what nobody withdraws is the main risk.
    """
    wanted = WantedEnd(end=end_day(helper, exchange.facts, ending), end_class=ending.end_class)
    book.keep(helper, tx, exchange, exchange.facts.model_copy(update={"wanted_end": wanted}))


def end_day(helper: DebtHelper, facts: Conversation, ending: Ending) -> date:
    """The last day of rest in one conversation."""
    nearest = earliest_end(helper, ending.end_class)
    if facts.kind is Kind.REGISTRATION or ending.end_class is EndClass.WRONGLY_REGISTERED:
        return ending.asked or nearest
    return min(ending.asked or nearest, max(facts.asked_end(), nearest), facts.latest_end)


def _end_calls(helper: DebtHelper, tx: Transaction, file: CaseFile, person: Person, parties: Iterable[Party]) -> None:
    """Closes what need not be called any more, and asks to call where rest was arranged by telephone."""
    known = {party.id: party for party in parties}
    for item in agenda.calls(tx, file.case.id):
        if item.exchange_id is not None or item.person_id != person.id or item.party_id not in known:
            continue
        if item.closed_at is None:
            agenda.close_call(tx, replace(item, closed_at=helper.now(), outcome=CallOutcome.LAPSED))
        elif item.outcome == CallOutcome.ARRANGED and item.reason != CallReason.END_BY_PHONE:
            book.call_for(helper, tx, Call(person, known[item.party_id], CallReason.END_BY_PHONE))
