"""The act that makes rest last longer, and takes an end back while its day is still ahead (messages.md 2, *Pause*)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from adapters.haarlem import book, casefile, store
from adapters.haarlem.acts import check_no_open_case
from adapters.haarlem.adoption import introduce
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper, Said
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations import PauseState
from adapters.haarlem.ddas_desk import recording as ddas
from adapters.haarlem.dossier import CaseState, Party
from adapters.haarlem.facts import Kind, Letter, LetterKind
from adapters.haarlem.guards import refuse_bsn
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, invalid
from adapters.haarlem.repeating import open_again
from adapters.haarlem.requests import ExtendRequest
from adapters.haarlem.store import Exchange, Transaction
from schemas.codes import EndClass
from schemas.messages import PauseExtension

_OVER: Final = frozenset({PauseState.REFUSED, PauseState.UNDELIVERABLE})


def extend(helper: DebtHelper, tx: Transaction, case_id: str, request: ExtendRequest) -> None:
    """Asks for a longer pause, at each party at most its agreement's maximum.

    A case that ended is open again when a pause of it could be kept from ending; VISH then hears of its persons anew.

    Raises:
        ActRefusedError: UNKNOWN, NOTHING_TO_DO, AT_MAXIMUM, INVALID, CASE_EXISTS.
    """
    file = casefile.held(helper, tx, case_id, running=False)
    if request.end is not None and request.end < helper.today():
        raise invalid(Fault.BEFORE_TODAY, "/einddatum")
    refuse_bsn((person.bsn for person in file.active), {"/reden": request.reason})
    helped = {person.id for person in file.active}
    wanted = [one for one in file.open if one.facts.kind is Kind.PAUSE and one.person_id in helped]
    if request.party_id is None:
        # What was ended with one party on purpose stays so, unless that party is named.
        wanted = [one for one in wanted if not file.party(one.party_id).ended]
        file = _with_case_end(tx, file, request.end)
    else:
        party = file.party(request.party_id)
        wanted = [one for one in wanted if one.party_id == party.id]
        latest = max((one.facts.latest_end for one in wanted), default=None)
        file = _with_party_end(tx, file, party, request.end or latest)
    extended = [one for one in wanted if _extend_one(helper, tx, file, one, request)]
    if not extended:
        raise _why_none(wanted, request)
    if file.case.state is CaseState.ENDED:
        _reopen(helper, tx, file, {one.person_id for one in extended})
    agenda.add_event(tx, helper.now(), "verlengd", case_id, party_id=request.party_id)


def _with_party_end(tx: Transaction, file: CaseFile, party: Party, end: date | None) -> CaseFile:
    changed = party.changed(end=end, ended=False)
    store.put_party(tx, changed)
    return replace(file, parties=tuple(changed if one.id == party.id else one for one in file.parties))


def _with_case_end(tx: Transaction, file: CaseFile, end: date | None) -> CaseFile:
    """The case ends so for everyone: what was set for one party alone no longer counts."""
    case = file.case.changed(end=end)
    store.put_case(tx, case)
    parties = tuple(party.changed(end=None) for party in file.parties)
    for party in parties:
        store.put_party(tx, party)
    return replace(file, case=case, parties=parties)


def _extend_one(
    helper: DebtHelper, tx: Transaction, file: CaseFile, exchange: Exchange, request: ExtendRequest
) -> bool:
    """Whether a letter went out for this pause."""
    facts, today = exchange.facts, helper.today()
    end = min(request.end or facts.latest_end, facts.latest_end)
    longer = facts.ending is not None or end > facts.asked_end()
    if exchange.state in _OVER or end < today or not longer or not _may_go_on(facts.ending, today):
        return False
    if exchange.state == PauseState.LAPSED:
        return open_again(helper, tx, file, exchange)
    person, party = file.person(exchange.person_id), file.party(exchange.party_id)
    introduced = introduce(helper, tx, file.case, person, party, exchange)
    if introduced is None:
        return False
    message = PauseExtension(end_date=end, reason=request.reason)
    book.say(helper, tx, introduced, Said(LetterKind.EXTENSION, message, end, reason=request.reason))
    return True


def _why_none(wanted: Sequence[Exchange], request: ExtendRequest) -> ActRefusedError:
    """Why no pause of these can last longer: each is at its maximum, lasts as long already, or cannot be extended."""
    running = [one.facts for one in wanted if one.facts.ending is None and one.state not in _OVER]
    if not running:
        return ActRefusedError(Refusal.NOTHING_TO_DO)
    if all(facts.asked_end() >= facts.latest_end for facts in running):
        return ActRefusedError(Refusal.AT_MAXIMUM, end=max(facts.latest_end for facts in running))
    if request.end is not None and all(request.end <= facts.asked_end() for facts in running):
        return invalid(Fault.NOT_LATER, "/einddatum")
    return ActRefusedError(Refusal.NOTHING_TO_DO)


def _may_go_on(ending: Letter | None, today: date) -> bool:
    """Whether an end can still be taken back: its day is ahead, and it was no mistake to begin with."""
    if ending is None or ending.end is None:
        return True
    return ending.end >= today and ending.end_class is not EndClass.WRONGLY_REGISTERED


def _reopen(helper: DebtHelper, tx: Transaction, file: CaseFile, person_ids: Iterable[str]) -> None:
    """Help goes on: the case is open again, and VISH hears of these persons again."""
    case = file.case.changed(state=CaseState.OPEN, ended_at=None, reason=None)
    for person in file.active:
        check_no_open_case(tx, person.bsn)
    store.put_case(tx, case)
    ddas.reopened(helper, tx, case.id)
    agenda.add_event(tx, helper.now(), "zaak-heropend", case.id)
    for exchange in file.exchanges:
        withdrawn = exchange.facts.kind is Kind.REGISTRATION and exchange.facts.ending is not None
        if withdrawn and exchange.person_id in person_ids:
            open_again(helper, tx, replace(file, case=case), replace(exchange, open=True))
