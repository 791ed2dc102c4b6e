"""The administrations (*bewind*) that offices tell of, and the advice about them (messages.md 1, rows 22 to 25)."""

from __future__ import annotations

from adapters.contract import Received
from adapters.haarlem import store, talkbook
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.conversations.administration import AdministrationState
from adapters.haarlem.conversations.talk import Talk, TalkKind
from adapters.haarlem.dossier import PersonState
from adapters.haarlem.guards import refuse_bsn
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, invalid
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_requests import AdviseRequest
from adapters.haarlem.talkbook import About
from adapters.haarlem.talks import store as talks
from adapters.haarlem.talks.store import KeptTalk
from schemas.messages import AdministrationAdvice, AdministrationDossier, AdministrationStart


def started(tx: Transaction, received: Received[AdministrationStart]) -> KeptTalk:
    """*Bewind-gestart*: a conversation of its own, beside the case of this person where there is one."""
    found = store.cases_of_bsn(tx, received.message.bsn, only_open=True)
    case_id = found[0] if found else None
    persons = store.persons(tx, case_id) if case_id is not None else []
    here = (one.id for one in persons if one.bsn == received.message.bsn and one.state is PersonState.ACTIVE)
    about = About(TalkKind.ADMINISTRATION, received.case, received.sender, case_id=case_id, person_id=next(here, None))
    facts = Talk(kind=TalkKind.ADMINISTRATION, began=received.time)
    return talkbook.begin(tx, about, received.conversation, facts)


def advise(helper: DebtHelper, tx: Transaction, talk_id: str, request: AdviseRequest) -> None:
    """Advises on the newest dossier.

    Raises:
        ActRefusedError: UNKNOWN, NOTHING_TO_DO while there is no dossier without advice, INVALID.
    """
    talk = talks.hold(tx, talk_id)
    if talk is None or talk.kind is not TalkKind.ADMINISTRATION:
        raise ActRefusedError(Refusal.UNKNOWN)
    if talk.state != AdministrationState.DOSSIER:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    start, dossier = talk.facts.newest(AdministrationStart), talk.facts.newest(AdministrationDossier)
    if request.date is not None and request.date > helper.today():
        raise invalid(Fault.TOO_FAR_AHEAD, "/datum")
    bsn = None if start is None else start.message(AdministrationStart).bsn
    refuse_bsn([bsn], {"/motivering": request.reasoning})
    message = AdministrationAdvice(
        advice=request.advice, reasoning=request.reasoning, date=request.date or helper.today()
    )
    talkbook.say(helper, tx, talk, message, answers=None if dossier is None else dossier.id)
