"""The act that puts right what was wrong. Parties hear only what differs for them, each in its own conversation.

Another BSN is another person: the right one is told of first, then the wrong one is taken back everywhere.
"""

from __future__ import annotations

from dataclasses import replace

from adapters.haarlem import book, casefile, outdated, phasing, store
from adapters.haarlem.acts import bsn_allowed, check_no_open_case, owed
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.ddas_desk import recording as ddas
from adapters.haarlem.dossier import Case, Party, Person, PersonState
from adapters.haarlem.endings import Ending, check_count, count_pauses, end_one
from adapters.haarlem.fanout import Delivery, fan_out
from adapters.haarlem.guards import refuse_bsn, refuse_bsn_told_before, texts_of_claims
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, invalid
from adapters.haarlem.requests import CorrectRequest, PartyCorrection, PersonCorrection
from adapters.haarlem.store import Exchange, Transaction
from hub.clock import new_pseudonym
from schemas.codes import EndClass
from schemas.document import Document
from schemas.messages import DebtRestRegistration, Message


def correct(helper: DebtHelper, tx: Transaction, case_id: str, request: CorrectRequest) -> None:
    """Puts right the case, persons and parties that are named, and tells whoever was told otherwise.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, INVALID, CASE_EXISTS.
    """
    before = casefile.held(helper, tx, case_id)
    if not request.model_fields_set - {"count"}:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    if len({one.person_id for one in request.persons}) < len(request.persons):
        raise invalid(Fault.TWICE, "/personen")
    case = before.case.changed(**_given(request, "phase", "contact", "urgent"))
    store.put_case(tx, case)
    ddas.went_on(helper, tx, before.case, case)
    if case.phase is not before.case.phase:
        phasing.tell(helper, tx, case, helper.today())
    parties = _corrected_parties(tx, before, request.parties)
    after = replace(before, case=case, parties=parties)
    for place, correction in enumerate(request.persons):
        after = _correct_person(helper, tx, after, correction, f"/personen/{place}")
    _tell_differences(helper, tx, before, after)
    outdated.correct(helper, tx, before, after)
    casefile.tell_everyone(helper, tx, casefile.read(tx, case_id))
    wrong = wrong_pauses(after)
    check_count(helper, request.count, count_pauses(wrong))
    for exchange in wrong:
        end_one(helper, tx, after, exchange, Ending(EndClass.WRONGLY_REGISTERED, None))
    agenda.add_event(tx, helper.now(), "gecorrigeerd", case_id)


def _given(request: Document, *names: str) -> dict[str, object]:
    """The members that the request has, by their names here."""
    values = {name: getattr(request, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _corrected_parties(tx: Transaction, file: CaseFile, corrections: tuple[PartyCorrection, ...]) -> tuple[Party, ...]:
    changed = {party.id: party for party in file.parties}
    for place, correction in enumerate(corrections):
        if correction.party_id not in changed:
            raise invalid(Fault.UNKNOWN_PARTY, f"/partijen/{place}/id")
        here = f"/partijen/{place}"
        texts = {
            f"{here}/klantnummerSe": correction.customer_number,
            f"{here}/naamBijSchuldeiser": correction.name_at_creditor,
            **texts_of_claims(correction.claims or (), here),
        }
        strict, vouched = ({}, texts) if correction.no_bsn else (texts, {})
        refuse_bsn((person.bsn for person in file.active), strict, vouched)
        values = _given(correction, "customer_number", "name_at_creditor", "address_known", "phone")
        if correction.claims is not None:
            values["claims"] = owed(correction.claims)
        changed[correction.party_id] = changed[correction.party_id].changed(**values)
        store.put_party(tx, changed[correction.party_id])
    return tuple(changed.values())


_PERSON = ("birth_date", "initials", "prefix", "surname", "address", "address_secret", "business")


def _correct_person(
    helper: DebtHelper, tx: Transaction, file: CaseFile, correction: PersonCorrection, place: str
) -> CaseFile:
    person = next((one for one in file.active if one.id == correction.person_id), None)
    if person is None:
        raise invalid(Fault.UNKNOWN_PERSON, f"{place}/id")
    if not bsn_allowed(helper, correction.bsn):
        raise invalid(Fault.NOT_A_TEST_BSN, f"{place}/bsn")
    refuse_bsn_told_before(correction.bsn, f"{place}/bsn", file.case.helper_number, file.parties)
    changed = person.changed(**_given(correction, *_PERSON))
    if correction.bsn in {None, person.bsn}:
        store.put_person(tx, changed)
        return _with_persons(file, changed)
    check_no_open_case(tx, correction.bsn)
    if person.bsn is None:
        changed = changed.changed(bsn=correction.bsn)
        store.put_person(tx, changed)
        return _with_persons(file, changed)
    right = changed.changed(id=new_pseudonym(), bsn=correction.bsn)
    wrong = person.changed(state=PersonState.REPLACED)
    store.put_person(tx, wrong)
    store.add_person(tx, right)
    everyone = _with_persons(file, wrong)
    return replace(everyone, persons=(*everyone.persons, right))


def _with_persons(file: CaseFile, person: Person) -> CaseFile:
    return replace(file, persons=tuple(person if one.id == person.id else one for one in file.persons))


def _tell_differences(helper: DebtHelper, tx: Transaction, before: CaseFile, after: CaseFile) -> None:
    """Repeats the opening of each running conversation whose opening would read otherwise now."""
    for exchange in after.open:
        person = after.person(exchange.person_id)
        if person.state is not PersonState.ACTIVE or exchange.facts.ending is not None:
            continue
        party = after.party(exchange.party_id)
        old = _opening(helper, before.case, before.person(person.id), before.party(party.id), exchange)
        new = _opening(helper, after.case, person, party, exchange)
        if new is not None and (old is None or _differs(old.message, new.message)):
            book.say(helper, tx, exchange, book.opening(new))


def _opening(helper: DebtHelper, case: Case, person: Person, party: Party, exchange: Exchange) -> Delivery | None:
    planned = fan_out(case, person, party, helper.directory(), start=exchange.facts.start)
    return planned if isinstance(planned, Delivery) else None


def _differs(old: Message, new: Message) -> bool:
    """VISH holds who somebody is and whom to call; the phase of help moves on without a new registration there."""
    if isinstance(old, DebtRestRegistration) and isinstance(new, DebtRestRegistration):
        return old.model_copy(update={"phase": new.phase}) != new
    return old != new


def wrong_pauses(file: CaseFile) -> list[Exchange]:
    """Every conversation about a person who should never have been told of, and that is not taken back yet."""
    wrong = {person.id for person in file.persons if person.state is PersonState.REPLACED}
    return [one for one in file.open if one.person_id in wrong and one.facts.ending is None]
