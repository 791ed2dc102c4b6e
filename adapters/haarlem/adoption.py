"""Takes over what runs already (`bestaand`): registrations and pauses come into the books, and nothing is sent.

The other side has never heard of our conversation. So the first thing that is said in it later, an end, an extension, a
correction, what a court forbids or an incident, is preceded by the notice that makes it known (`introduce`).
"""

from __future__ import annotations

from adapters.haarlem import book, store
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.dossier import Case, Party, PartyRole, Person
from adapters.haarlem.facts import Conversation, Kind
from adapters.haarlem.fanout import Call, Delivery, fan_out
from adapters.haarlem.refusals import Fault, invalid
from adapters.haarlem.requests import Running, RunningPause
from adapters.haarlem.store import Exchange, Transaction
from hub.clock import new_pseudonym
from hub.workdays import add_months


def adopt(helper: DebtHelper, tx: Transaction, file: CaseFile, running: Running) -> None:
    """Adopts each registration and pause that is named; the case has no other parties then.

    Raises:
        ActRefusedError: INVALID for a person that is not in the case or a party that is not in the register.
    """
    kept: dict[str, Party] = {}
    found: list[tuple[Person, Party, Conversation]] = []
    for place, one in enumerate(running.vish):
        person = _person(file, one.person, f"/bestaand/vish/{place}/persoon")
        party = next(party for party in file.parties if party.role is PartyRole.VISH)
        facts = _facts(helper, file, Kind.REGISTRATION).model_copy(update={"adopted_number": one.number})
        found.append((person, kept.setdefault(party.id, party), facts))
    for place, pause in enumerate(running.pauses):
        person = _person(file, pause.person, f"/bestaand/pauzes/{place}/persoon")
        party = _party(file, pause, f"/bestaand/pauzes/{place}").changed(end=pause.end)
        facts = _facts(helper, file, Kind.PAUSE).model_copy(update=_days(helper, pause))
        found.append((person, kept.setdefault(party.id, party), facts))
    store.add_parties(tx, file.case.id, kept.values())
    for person, party, facts in found:
        _take_over(helper, tx, file.case, person, party, facts)


def _person(file: CaseFile, number: int, place: str) -> Person:
    found = next((person for person in file.persons if person.number == number), None)
    if found is None:
        raise invalid(Fault.UNKNOWN_PERSON, place)
    return found


def _party(file: CaseFile, pause: RunningPause, place: str) -> Party:
    if (pause.oin is None) == (pause.gemeentecode is None):
        raise invalid(Fault.ONE_OF, place)
    for party in file.parties:
        tax = party.role is PartyRole.TAX and party.gemeentecode == pause.gemeentecode
        creditor = party.role is PartyRole.CREDITOR and party.oin is not None and party.oin == pause.oin
        if tax or creditor:
            return party
    raise invalid(Fault.UNKNOWN_PARTY, place)


def _facts(helper: DebtHelper, file: CaseFile, kind: Kind) -> Conversation:
    settings = helper.settings
    return Conversation(
        kind=kind,
        start=file.case.start,
        latest_end=add_months(file.case.start, settings.rules.maximum_months),
        term_days=settings.terms.vish if kind is Kind.REGISTRATION else settings.terms.creditor,
        end_term_days=settings.terms.end,
        adopted=helper.now(),
    )


def _days(helper: DebtHelper, pause: RunningPause) -> dict[str, object]:
    latest = max(pause.end, add_months(pause.start, helper.settings.rules.maximum_months))
    return {"start": pause.start, "adopted_end": pause.end, "latest_end": latest}


def _take_over(
    helper: DebtHelper, tx: Transaction, case: Case, person: Person, party: Party, facts: Conversation
) -> None:
    organisation = helper.directory().organisation_of(party)
    if organisation is None:
        raise invalid(Fault.UNKNOWN_IN_REGISTER, "/bestaand")
    exchange = Exchange(
        id=new_pseudonym(),
        case_id=case.id,
        subject=case.id,
        person_id=person.id,
        party_id=party.id,
        oin=organisation.oin,
        facts=facts,
    )
    store.add_exchange(tx, exchange)
    book.keep(helper, tx, exchange, facts)


def introduce(
    helper: DebtHelper, tx: Transaction, case: Case, person: Person, party: Party, exchange: Exchange
) -> Exchange | None:
    """The conversation with its opening said, which an adopted one still lacks; nothing when no letter can go."""
    if exchange.facts.letters:
        return exchange
    planned = fan_out(case, person, party, helper.directory(), start=exchange.facts.start)
    if isinstance(planned, Delivery):
        return book.say(helper, tx, exchange, book.opening(planned))
    if isinstance(planned, Call):
        book.call_for(helper, tx, planned)
    return None
