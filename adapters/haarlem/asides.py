"""The acts beside a pause: a court's cooling-off period (26), and collecting in spite of it (10). A transaction each.

They take nothing of the pause back. Where no message can go, somebody is told to call or write.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from adapters.haarlem import book, casefile
from adapters.haarlem.adoption import introduce
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper, Said
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations import PauseState, RegistrationState
from adapters.haarlem.ddas.facts import FactKind
from adapters.haarlem.ddas_desk import recording as ddas
from adapters.haarlem.dossier import PersonState
from adapters.haarlem.facts import Kind, Letter, LetterKind
from adapters.haarlem.fanout import Call, CallReason
from adapters.haarlem.guards import refuse_bsn
from adapters.haarlem.reach import reach
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, invalid
from adapters.haarlem.store import Exchange, Transaction
from adapters.haarlem.talk_requests import IncidentRequest, MoratoriumRequest
from schemas.messages import CollectionDespitePause, CoolingOffPeriod, Message

_GONE: Final = frozenset(
    {PauseState.ENDED, PauseState.REFUSED, RegistrationState.WITHDRAWN, RegistrationState.REJECTED}
)


def protect(helper: DebtHelper, tx: Transaction, case_id: str, request: MoratoriumRequest) -> None:
    """Tells every party with a pause, and VISH, that a court forbids collecting for a while.

    The later of its end and that of the pause holds, also past the longest pause of the agreement.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, NOTHING_TO_DO, INVALID.
    """
    file = casefile.held(helper, tx, case_id)
    texts = {"/rechtbank": request.court, "/kenmerk": request.mark}
    refuse_bsn((person.bsn for person in file.persons), texts)
    if request.end_date < helper.today():
        raise invalid(Fault.BEFORE_TODAY, "/einddatum")
    message = CoolingOffPeriod.from_wire({k: v for k, v in request.to_wire().items() if k != "persoonId"})
    wanted = [one for one in _running(file, request.person_id) if one.state not in _GONE]
    if not wanted:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    said = Said(LetterKind.MORATORIUM, message, request.end_date, content=message.to_wire())
    for exchange in wanted:
        _say(helper, tx, file, exchange, said, CallReason.MORATORIUM_BY_HAND)
    ddas.record(helper, tx, case_id, FactKind.MORATORIUM, None, request.start_date, request.end_date)
    agenda.add_event(tx, helper.now(), "afkoelingsperiode", case_id, person_id=request.person_id)


def report(helper: DebtHelper, tx: Transaction, case_id: str, party_id: str, request: IncidentRequest) -> None:
    """Tells a party that it, or somebody for it, collected in spite of the pause; until it stopped there is no rest.

    Raises:
        ActRefusedError: UNKNOWN, NOTHING_TO_DO, INVALID.
    """
    file = casefile.held(helper, tx, case_id, running=False)
    party = file.party(party_id)
    refuse_bsn((person.bsn for person in file.persons), {"/toelichting": request.explanation})
    if request.date > helper.today():
        raise invalid(Fault.TOO_FAR_AHEAD, "/datum")
    message = CollectionDespitePause(measure=request.measure, date=request.date, explanation=request.explanation)
    pauses = (one for one in _running(file, request.person_id) if one.facts.kind is Kind.PAUSE)
    wanted = [one for one in pauses if one.party_id == party.id and one.state not in _GONE]
    if not wanted:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    said = Said(LetterKind.INCIDENT, message, content=message.to_wire())
    for exchange in wanted:
        _say(helper, tx, file, exchange, said, CallReason.INCIDENT_BY_HAND)
    agenda.add_event(tx, helper.now(), "incident", case_id, party_id=party_id, state=request.measure.value)


def _running(file: CaseFile, person_id: str | None) -> Iterable[Exchange]:
    """The open conversations about who is still helped here, or about one person."""
    if person_id is not None:
        file.person(person_id)
    helped = {person.id for person in file.persons if person.state is not PersonState.REPLACED}
    return (one for one in file.open if one.person_id in helped and one.person_id == (person_id or one.person_id))


def _say(
    helper: DebtHelper, tx: Transaction, file: CaseFile, exchange: Exchange, said: Said, otherwise: CallReason
) -> None:
    directory = helper.directory()
    person, party = file.person(exchange.person_id), file.party(exchange.party_id)
    way = reach(directory, directory.register.organisation(exchange.oin), type(said.message))
    known = None if isinstance(way, CallReason) else introduce(helper, tx, file.case, person, party, exchange)
    if known is None:
        book.call_for(helper, tx, Call(person, party, otherwise))
        return
    book.say(helper, tx, known, said)


def say_again(helper: DebtHelper, tx: Transaction, exchange: Exchange, expired: Letter) -> None:
    """Says what expired once more, unless a later one took its place or its last day has passed."""
    newest = exchange.facts.last_aside(expired.kind)
    past = expired.end is not None and expired.end < helper.today()
    if not exchange.open or newest is None or newest.id != expired.id or past or expired.content is None:
        return
    model: type[Message] = CoolingOffPeriod if expired.kind is LetterKind.MORATORIUM else CollectionDespitePause
    message = model.from_wire(expired.content)
    book.say(helper, tx, exchange, Said(expired.kind, message, expired.end, content=expired.content))


def carry_over(helper: DebtHelper, tx: Transaction, old: Exchange, new: Exchange) -> None:
    """Says in a pause that takes the place of another what a court forbids there.

    It is said once the other side has confirmed the new pause, so that it finds one, and before the old one ends.
    """
    court = old.facts.last_aside(LetterKind.MORATORIUM)
    heard = new.facts.last_aside(LetterKind.MORATORIUM) is not None
    if court is None or court.end is None or court.content is None or heard or court.end < helper.today():
        return
    said = Said(court.kind, CoolingOffPeriod.from_wire(court.content), court.end, content=court.content)
    _say(helper, tx, casefile.read(tx, new.case_id), new, said, CallReason.MORATORIUM_BY_HAND)
