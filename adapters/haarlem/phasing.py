"""The phase of a case, told to its municipality (messages.md 1, row 27): the first one, and each that follows."""

from __future__ import annotations

from datetime import date

from adapters.haarlem import casefile, store, talkbook
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.conversations.phases import may_follow
from adapters.haarlem.conversations.talk import Talk, TalkKind
from adapters.haarlem.ddas.facts import FactKind
from adapters.haarlem.ddas_desk import recording as ddas
from adapters.haarlem.dossier import Case
from adapters.haarlem.fanout import CallReason
from adapters.haarlem.reach import reach
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, invalid
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_requests import PhaseRequest
from adapters.haarlem.talkbook import About
from adapters.haarlem.talks import store as talks
from hub.clock import new_pseudonym
from schemas.messages import PhaseChange


def change_phase(helper: DebtHelper, tx: Transaction, case_id: str, request: PhaseRequest) -> None:
    """Brings a case into another phase, and lets its municipality know where it takes part.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, NOTHING_TO_DO, INVALID.
    """
    file = casefile.held(helper, tx, case_id)
    day = request.date or helper.today()
    if day > helper.today():
        raise invalid(Fault.TOO_FAR_AHEAD, "/datum")
    if not may_follow(file.case.phase, request.phase):
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    case = file.case.changed(phase=request.phase)
    store.put_case(tx, case)
    ddas.record(helper, tx, case_id, FactKind.PHASE, request.phase.value, day)
    agenda.add_event(tx, helper.now(), "fase-gewijzigd", case_id, state=request.phase.value)
    tell(helper, tx, case, day)


def tell(helper: DebtHelper, tx: Transaction, case: Case, day: date) -> None:
    """Lets the municipality of a case know the phase since `day`.

    One that does not take part hears of it in its delivery alone.
    """
    message = PhaseChange(phase=case.phase, date=day, gemeentecode=case.gemeentecode)
    directory = helper.directory()
    known = (one for one in directory.register.with_role("MUN") if case.gemeentecode in one.gemeentecodes)
    way = reach(directory, next(known, None), PhaseChange)
    if isinstance(way, CallReason):
        return
    told = talks.of_case(tx, case.id, TalkKind.PHASES)
    own = next((one for one in told if one.oin == way.organisation.oin), None)
    if own is None:
        about = About(TalkKind.PHASES, case.id, way.organisation.oin, case_id=case.id)
        own = talkbook.begin(tx, about, new_pseudonym(), Talk(kind=TalkKind.PHASES, began=helper.now()))
    talkbook.say(helper, tx, own, message)
