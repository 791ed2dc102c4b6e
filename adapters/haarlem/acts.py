"""The acts that begin something: register a case, add a party, add a person. One transaction each.

An act is whole or not at all: case rows, letters and calls commit together, and the edge sends what committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from adapters.haarlem import casefile, phasing, store
from adapters.haarlem.adoption import adopt
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.ddas_desk import recording as ddas
from adapters.haarlem.dossier import Case, CaseState, OwedClaim, Party, PartyRole, Person
from adapters.haarlem.guards import refuse_bsn, refuse_bsn_in_creditors, refuse_bsn_told_before
from adapters.haarlem.refusals import ActRefusedError, Fault, FieldFault, Refusal, fault, invalid
from adapters.haarlem.requests import (
    CreditorRequest,
    NewPersonRequest,
    OwedClaimRequest,
    PartyRequest,
    PersonRequest,
    RegisterRequest,
)
from adapters.haarlem.settings import ContactSettings
from adapters.haarlem.store import Transaction
from hub.clock import new_pseudonym
from schemas.identifiers import is_test_bsn
from schemas.shapes import Claim, Contact

MOST_PERSONS = 2
#: A first day of rest further back than this is a slip of the pen or a pause that runs already (`bestaand`).
LONGEST_BACK = timedelta(days=31)
#: A first day of rest further ahead than this is a slip of the pen: until then nobody would stop.
LONGEST_AHEAD = timedelta(days=366)


def register(helper: DebtHelper, tx: Transaction, request: RegisterRequest) -> str:
    """Registers debt rest for a case and tells every party; returns the id of the case.

    Raises:
        ActRefusedError: INVALID, CASE_EXISTS or NUMBER_TAKEN.
    """
    agenda.count_up(tx, "registration")  # two registrations of one person wait for each other
    _check(helper, request)
    _check_texts(request)
    check_number(tx, request.helper_number)
    if not request.second_case:
        for asked in request.persons:
            check_no_open_case(tx, asked.bsn)
    case = _new_case(helper, request)
    persons = [_new_person(case.id, number, one) for number, one in enumerate(request.persons, 1)]
    parties = _new_parties(case, request)
    store.add_case(tx, case)
    ddas.opened(tx, case)
    for person in persons:
        store.add_person(tx, person)
    agenda.add_event(tx, helper.now(), "zaak-geregistreerd", case.id)
    file = CaseFile(case, tuple(persons), tuple(parties), ())
    if request.running is not None:
        adopt(helper, tx, file, request.running)
        return case.id
    phasing.tell(helper, tx, case, min(case.start, helper.today()))
    store.add_parties(tx, case.id, parties)
    casefile.tell_everyone(helper, tx, file)
    return case.id


def _check(helper: DebtHelper, request: RegisterRequest) -> None:
    faults = [*_wrong_days(helper, request), *_wrong_persons(helper, request)]
    ours = helper.directory().me.gemeentecodes
    if ours and request.gemeentecode not in ours:
        faults.append(fault("/gemeentecode", Fault.NOT_OUR_MUNICIPALITY))
    for place, creditor in enumerate(request.creditors):
        if any(number > len(request.persons) for number in creditor.persons):
            faults.append(fault(f"/schuldeisers/{place}/personen", Fault.UNKNOWN_PERSON))
    if faults:
        raise ActRefusedError(Refusal.INVALID, *faults)


def _wrong_days(helper: DebtHelper, request: RegisterRequest) -> Iterator[FieldFault]:
    today = helper.today()
    start = request.start or today
    if start < today - LONGEST_BACK and request.running is None:
        yield fault("/ingangsdatum", Fault.BEFORE_TODAY)
    if start > today + LONGEST_AHEAD:
        yield fault("/ingangsdatum", Fault.TOO_FAR_AHEAD)
    if request.end is not None and request.end < max(start, today):
        yield fault("/einddatum", Fault.END_BEFORE_START if request.end < start else Fault.BEFORE_TODAY)


def _wrong_persons(helper: DebtHelper, request: RegisterRequest) -> Iterator[FieldFault]:
    if not request.persons:
        yield fault("/personen", Fault.NO_PERSON)
    known = [person.bsn for person in request.persons if person.bsn]
    if len(set(known)) < len(known):
        yield fault("/personen/1/bsn", Fault.TWICE)
    for place, person in enumerate(request.persons):
        if not bsn_allowed(helper, person.bsn):
            yield fault(f"/personen/{place}/bsn", Fault.NOT_A_TEST_BSN)


def _check_texts(request: RegisterRequest) -> None:
    texts: dict[str, str | None] = {"/klantnummerShv": request.helper_number}
    texts |= {f"/personen/{place}/kenmerk": person.mark for place, person in enumerate(request.persons)}
    creditors = {f"/schuldeisers/{place}": creditor for place, creditor in enumerate(request.creditors)}
    refuse_bsn_in_creditors((person.bsn for person in request.persons), creditors, texts)


def bsn_allowed(helper: DebtHelper, bsn: str | None) -> bool:
    """Whether this environment may hold this BSN: a test environment holds fictitious ones only."""
    return bsn is None or helper.directory().register.environment != "test" or is_test_bsn(bsn)


def check_no_open_case(tx: Transaction, bsn: str | None) -> None:
    """Refuses a second open case of one person, and names the one that runs."""
    running = store.cases_of_bsn(tx, bsn, only_open=True) if bsn else []
    if running:
        raise ActRefusedError(Refusal.CASE_EXISTS, case_id=running[0])


def check_number(tx: Transaction, helper_number: str) -> None:
    """Refuses a case number that an open case has: an import finds a case by it."""
    running = [case for case in store.cases_numbered(tx, helper_number) if case.state is CaseState.OPEN]
    if running:
        raise ActRefusedError(Refusal.NUMBER_TAKEN, case_id=running[0].id)


def _new_case(helper: DebtHelper, request: RegisterRequest) -> Case:
    return Case(
        id=new_pseudonym(),
        helper_number=request.helper_number,
        gemeentecode=request.gemeentecode,
        tax_municipalities=tuple(dict.fromkeys(request.tax_municipalities)) or (request.gemeentecode,),
        phase=request.phase,
        start=request.start or helper.today(),
        end=request.end,
        urgent=request.urgent,
        contact=request.contact or contact_of(helper.settings.contact),
        opened_at=helper.now(),
    )


def contact_of(settings: ContactSettings) -> Contact:
    """The contact that a case has when it names none."""
    return Contact(name=settings.name, phone=settings.phone, email=settings.email)


def _new_person(case_id: str, number: int, request: PersonRequest) -> Person:
    return Person(
        id=new_pseudonym(),
        case_id=case_id,
        number=number,
        mark=request.mark,
        bsn=request.bsn,
        birth_date=request.birth_date,
        initials=request.initials,
        prefix=request.prefix,
        surname=request.surname,
        address=request.address,
        address_secret=request.address_secret,
        business=request.business,
    )


def _new_parties(case: Case, request: RegisterRequest) -> list[Party]:
    taxes = [_tax_party(case.id, code) for code in case.tax_municipalities]
    return [_vish_party(case.id), *taxes, *(_creditor(case.id, one) for one in request.creditors)]


def _vish_party(case_id: str) -> Party:
    return Party(id=new_pseudonym(), case_id=case_id, role=PartyRole.VISH, name="VISH")


def _tax_party(case_id: str, gemeentecode: str) -> Party:
    name = f"Belastingkantoor gemeente {gemeentecode}"
    return Party(id=new_pseudonym(), case_id=case_id, role=PartyRole.TAX, name=name, gemeentecode=gemeentecode)


def _creditor(case_id: str, request: CreditorRequest) -> Party:
    return Party(
        id=new_pseudonym(),
        case_id=case_id,
        role=PartyRole.CREDITOR,
        name=request.name,
        oin=request.oin,
        customer_number=request.customer_number,
        name_at_creditor=request.name_at_creditor,
        claims=owed(request.claims),
        address_known=request.address_known,
        phone=request.phone,
        end=request.end,
        persons=tuple(sorted(set(request.persons))),
    )


def owed(claims: Iterable[OwedClaimRequest]) -> tuple[OwedClaim, ...]:
    """Claims as they are kept; what they come to stays here."""
    return tuple(
        OwedClaim(
            claim=Claim(invoice_number=one.invoice_number, summary=one.summary),
            amount=None if one.amount is None else f"{one.amount:.2f}",
        )
        for one in claims
    )


def add_party(helper: DebtHelper, tx: Transaction, case_id: str, request: PartyRequest) -> None:
    """Adds one party to a running case and tells it.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, INVALID.
    """
    file = casefile.held(helper, tx, case_id)
    case = file.case
    named = [request.creditor is not None, request.tax_municipality is not None, bool(request.vish)]
    if sum(named) != 1:
        raise invalid(Fault.ONE_OF, "")
    if request.creditor is not None:
        refuse_bsn_in_creditors((person.bsn for person in file.active), {"/schuldeiser": request.creditor})
        party = _creditor(case_id, request.creditor)
        _check_creditor(helper, file, party)
    elif request.tax_municipality is not None:
        party = _tax_party(case_id, request.tax_municipality)
        codes = tuple(dict.fromkeys((*case.tax_municipalities, request.tax_municipality)))
        store.put_case(tx, case.changed(tax_municipalities=codes))
    else:
        party = _vish_party(case_id)
    if any(_same_party(party, one) for one in file.parties if not one.ended):
        raise invalid(Fault.TWICE, "")
    store.add_parties(tx, case_id, [party])
    agenda.add_event(tx, helper.now(), "partij-toegevoegd", case_id, party_id=party.id)
    casefile.tell_everyone(helper, tx, replace(file, parties=(party,)))


def _check_creditor(helper: DebtHelper, file: CaseFile, party: Party) -> None:
    numbers = {person.number for person in file.active}
    if not set(party.persons) <= numbers:
        raise invalid(Fault.UNKNOWN_PERSON, "/schuldeiser/personen")
    if party.end is not None and party.end < helper.today():
        raise invalid(Fault.BEFORE_TODAY, "/schuldeiser/einddatum")


def _same_party(one: Party, other: Party) -> bool:
    """Two entries of one party; creditors that are not on the hub are told apart by name and customer number."""
    keys = [(party.role, party.oin, party.gemeentecode) for party in (one, other)]
    names = [(party.name.casefold(), party.customer_number, party.persons) for party in (one, other)]
    return keys[0] == keys[1] and (one.role is not PartyRole.CREDITOR or names[0] == names[1])


def add_person(helper: DebtHelper, tx: Transaction, case_id: str, request: NewPersonRequest) -> None:
    """Adds the partner to a running case and tells every party that concerns both.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, INVALID, CASE_EXISTS.
    """
    agenda.count_up(tx, "registration")
    file = casefile.held(helper, tx, case_id)
    taken = {person.number for person in file.active}
    if len(taken) >= MOST_PERSONS:
        raise invalid(Fault.TOO_MANY_PERSONS, "/persoon")
    if not bsn_allowed(helper, request.person.bsn):
        raise invalid(Fault.NOT_A_TEST_BSN, "/persoon/bsn")
    refuse_bsn([request.person.bsn], {"/persoon/kenmerk": request.person.mark})
    refuse_bsn_told_before(request.person.bsn, "/persoon/bsn", file.case.helper_number, file.parties)
    if not request.second_case:
        check_no_open_case(tx, request.person.bsn)
    person = _new_person(case_id, min({1, 2} - taken), request.person)
    store.add_person(tx, person)
    agenda.add_event(tx, helper.now(), "persoon-toegevoegd", case_id, person_id=person.id)
    casefile.tell_everyone(helper, tx, replace(file, persons=(person,)))
