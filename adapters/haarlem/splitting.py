"""The act that lets one person go on in a case of its own, without a day between the old pauses and the new ones."""

from __future__ import annotations

from dataclasses import replace

from adapters.haarlem import book, casefile, phasing, store
from adapters.haarlem.acts import check_number
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.conversations import PauseState
from adapters.haarlem.ddas_desk import recording as ddas
from adapters.haarlem.dossier import Case, Party, Person, PersonState
from adapters.haarlem.facts import Kind
from adapters.haarlem.fanout import Call, Delivery, fan_out
from adapters.haarlem.guards import refuse_bsn
from adapters.haarlem.refusals import Fault, invalid
from adapters.haarlem.requests import SplitRequest
from adapters.haarlem.store import Exchange, Transaction
from hub.clock import new_pseudonym


def split(helper: DebtHelper, tx: Transaction, case_id: str, person_id: str, request: SplitRequest) -> str:
    """Goes on with one person in a case of its own; returns its id.

    Each new pause opens now; the old one ends only when the new one is confirmed, so that there is no day between
    them. The registration in VISH is the person's and simply moves along: nothing is sent for it.
    What a court forbids is said in the new pause when it is confirmed.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, INVALID, NUMBER_TAKEN.
    """
    file = casefile.held(helper, tx, case_id)
    person = file.person(person_id)
    if person not in file.active:
        raise invalid(Fault.UNKNOWN_PERSON, "")
    if len(file.active) == 1:
        raise invalid(Fault.ONLY_PERSON, "")
    refuse_bsn([person.bsn], {"/klantnummerShv": request.helper_number})
    check_number(tx, request.helper_number)
    case = file.case.changed(
        id=new_pseudonym(),
        helper_number=request.helper_number,
        gemeentecode=request.gemeentecode or file.case.gemeentecode,
        contact=request.contact or file.case.contact,
        opened_at=helper.now(),
        split_from=case_id,
    )
    moved = person.changed(id=new_pseudonym(), case_id=case.id, number=1)
    store.add_case(tx, case)
    ddas.split_off(helper, tx, file.case, case)
    phasing.tell(helper, tx, case, helper.today())
    store.add_person(tx, moved)
    store.put_person(tx, person.changed(state=PersonState.SPLIT_OFF))
    agenda.add_event(tx, helper.now(), "persoon-afgesplitst", case_id, person_id=person.id)
    agenda.add_event(tx, helper.now(), "zaak-geregistreerd", case.id)
    for party in file.parties:
        if party.concerns(person):
            copied = party.changed(id=new_pseudonym(), case_id=case.id, persons=())
            store.add_parties(tx, case.id, [copied])
            _move(helper, tx, case, moved, copied, file.open_exchange(person, party))
    casefile.leave(tx, file, person)
    return case.id


def _move(helper: DebtHelper, tx: Transaction, case: Case, person: Person, party: Party, old: Exchange | None) -> None:
    if old is None:
        casefile.tell(helper, tx, case, person, party)
        return
    if old.facts.kind is Kind.REGISTRATION:
        store.put_exchange(tx, replace(old, case_id=case.id, person_id=person.id, party_id=party.id))
        agenda.move_calls(tx, old.id, case_id=case.id, person_id=person.id, party_id=party.id)
        return
    planned = fan_out(case, person, party, helper.directory(), start=old.facts.start)
    if isinstance(planned, Delivery):
        new = book.open_exchange(helper, tx, case, planned)
        if old.state == PauseState.REFUSED:
            book.close(helper, tx, old)
        else:
            store.put_exchange(tx, replace(old, successor=new.id))
    elif isinstance(planned, Call):
        book.call_for(helper, tx, planned)
