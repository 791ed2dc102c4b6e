"""Carries out one row of an import: finds its case, person and party, and calls the act that the API calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeVar

from adapters.haarlem import (
    acts,
    arranging,
    asides,
    balancing,
    casefile,
    correcting,
    endings,
    extending,
    phasing,
    settling,
    store,
)
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.csv_acts import Asked, RowAct
from adapters.haarlem.dossier import CaseState, Party, PartyRole, Person
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, invalid, misfit
from adapters.haarlem.requests import (
    CorrectRequest,
    EndPartyRequest,
    EndRequest,
    ExtendRequest,
    NewPersonRequest,
    PartyRequest,
    RegisterRequest,
)
from adapters.haarlem.store import Exchange, Transaction
from adapters.haarlem.talk_requests import (
    AgreeRequest,
    BalancesRequest,
    EndArrangementRequest,
    IncidentRequest,
    PhaseRequest,
    ProposalsRequest,
)
from schemas.document import Document
from schemas.errors import PayloadError

D = TypeVar("D", bound=Document)
_ENDING: Final = frozenset({RowAct.END_CASE, RowAct.END_PERSON, RowAct.END_PARTY})


def carry_out(helper: DebtHelper, tx: Transaction, asked: Asked) -> str:
    """Carries out the act of a row; returns its case.

    Raises:
        ActRefusedError: as the act does; UNKNOWN when there is no such case.
    """
    if asked.act is RowAct.REGISTER:
        return acts.register(helper, tx, _request(RegisterRequest, asked.document))
    file = _file(tx, asked)
    case_id = file.case.id
    if asked.act is RowAct.ADD_PERSON:
        acts.add_person(helper, tx, case_id, _request(NewPersonRequest, asked.document))
    elif asked.act is RowAct.ADD_PARTY:
        acts.add_party(helper, tx, case_id, _request(PartyRequest, asked.document))
    elif asked.act is RowAct.EXTEND:
        extending.extend(helper, tx, case_id, _request(ExtendRequest, asked.document))
    elif asked.act is RowAct.CORRECT:
        correcting.correct(helper, tx, case_id, _correction(tx, file, asked))
    elif asked.act in _ENDING:
        _end(helper, tx, file, asked)
    else:
        _talk(helper, tx, file, asked)
    return case_id


def _talk(helper: DebtHelper, tx: Transaction, file: CaseFile, asked: Asked) -> None:
    """An act in the conversations of a case; what a row cannot say, all parties or one way of working, is the API's."""
    case_id, document = file.case.id, asked.document
    if asked.act is RowAct.BALANCES:
        parties = {"partijen": [_party(file, asked).id]} if asked.party else {}
        balancing.request_balances(helper, tx, case_id, _request(BalancesRequest, document | parties))
    elif asked.act is RowAct.PROPOSE:
        own = {"partijen": [{"partijId": _party(file, asked).id}]} if asked.party else {}
        settling.propose(helper, tx, case_id, _request(ProposalsRequest, document | own))
    elif asked.act is RowAct.AGREE:
        arranging.agree(helper, tx, case_id, _request(AgreeRequest, document))
    elif asked.act is RowAct.END_ARRANGEMENT:
        arranging.end_arrangement(helper, tx, case_id, _request(EndArrangementRequest, document))
    elif asked.act is RowAct.PHASE:
        phasing.change_phase(helper, tx, case_id, _request(PhaseRequest, document))
    else:
        asides.report(helper, tx, case_id, _party(file, asked).id, _request(IncidentRequest, document))


def ended_by(tx: Transaction, asked: Asked) -> Iterator[Exchange]:
    """The open conversations that a row would end.

    Raises:
        ActRefusedError: there is no such case, person or party.
    """
    if asked.act not in _ENDING | {RowAct.CORRECT}:
        return
    file = _file(tx, asked)
    if asked.act is RowAct.CORRECT and not _is_about_another(asked, _person(file, asked)):
        return
    person = _person(file, asked).id if asked.act in {RowAct.END_PERSON, RowAct.CORRECT} else None
    party = _party(file, asked).id if asked.act is RowAct.END_PARTY else None
    for exchange in file.open:
        if exchange.successor is not None:
            continue
        if exchange.person_id == (person or exchange.person_id) and exchange.party_id == (party or exchange.party_id):
            yield exchange


def _is_about_another(asked: Asked, person: Person) -> bool:
    """Whether a correction names another BSN than the one that was told of: that ends the pauses of the wrong one."""
    persons = asked.document.get("personen")
    named = persons[0].get("bsn") if isinstance(persons, list) else None
    return person.bsn is not None and named not in {None, person.bsn}


def _request(model: type[D], document: dict[str, object]) -> D:
    try:
        return model.from_wire(document)
    except PayloadError as error:
        raise misfit(error) from None


def _file(tx: Transaction, asked: Asked) -> CaseFile:
    """The case with this number: the one that runs, else the one that ended last."""
    found = store.cases_numbered(tx, asked.helper_number)
    if not found:
        raise ActRefusedError(Refusal.UNKNOWN)
    chosen = max(found, key=lambda case: (case.state is CaseState.OPEN, case.opened_at))
    return casefile.read(tx, chosen.id)


def _person(file: CaseFile, asked: Asked) -> Person:
    found = next((person for person in file.active if person.number == asked.person), None)
    if found is None:
        raise invalid(Fault.UNKNOWN_PERSON, "/persoon")
    return found


def _party(file: CaseFile, asked: Asked) -> Party:
    """The party that a row names: by OIN, by name, by municipality for taxes, or `vish`."""
    wanted = asked.party.casefold()
    for party in file.parties:
        names = {(party.oin or "").casefold(), party.name.casefold(), party.gemeentecode or ""}
        if party.role is PartyRole.VISH:
            names = {"vish"}
        if wanted and wanted in names and not party.ended:
            return party
    raise invalid(Fault.UNKNOWN_PARTY, "/schuldeiser")


def _correction(tx: Transaction, file: CaseFile, asked: Asked) -> CorrectRequest:
    """The correction of a row; the number of pauses that it ends was confirmed for the file as a whole."""
    document = dict(asked.document)
    named = document.get("personen")
    if isinstance(named, list):
        person = _person(file, asked)
        document["personen"] = [{**named[0], "id": person.id}]
        if _is_about_another(asked, person):
            document["aantalPauzes"] = endings.count_pauses(ended_by(tx, asked))
    return _request(CorrectRequest, document)


def _end(helper: DebtHelper, tx: Transaction, file: CaseFile, asked: Asked) -> None:
    """Ends what the row names; the number of pauses was confirmed for the file as a whole."""
    case_id = file.case.id
    document = asked.document | {"aantalPauzes": endings.count_pauses(ended_by(tx, asked))}
    if asked.act is RowAct.END_PARTY:
        endings.end_party(helper, tx, case_id, _party(file, asked).id, _request(EndPartyRequest, document))
    elif asked.act is RowAct.END_PERSON:
        endings.end_person(helper, tx, case_id, _person(file, asked).id, _request(EndRequest, document))
    else:
        endings.end_case(helper, tx, case_id, _request(EndRequest, document))
