"""The acts of referring somebody to another party, and of taking that back (messages.md 2, *Referral*)."""

from __future__ import annotations

from adapters.haarlem import casefile, talkbook
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations.referral import ReferralState, may_withdraw
from adapters.haarlem.conversations.talk import Talk, TalkKind
from adapters.haarlem.dossier import Person
from adapters.haarlem.fanout import CallReason
from adapters.haarlem.guards import refuse_bsn
from adapters.haarlem.reach import Reach, is_findable, reach, with_bsn, without_bsn
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, invalid
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_requests import ReferRequest, WithdrawRequest
from adapters.haarlem.talkbook import About
from adapters.haarlem.talks import store as talks
from hub.clock import new_pseudonym
from schemas.codes import ReferralStatus
from schemas.messages import Referral, ReferralStatusReport
from schemas.messages.referral import OF_BUSINESS


def refer(helper: DebtHelper, tx: Transaction, case_id: str, request: ReferRequest) -> None:
    """Asks another party to help one person of a case.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, INVALID.
    """
    file = casefile.held(helper, tx, case_id)
    person = file.person(request.person_id)
    refuse_bsn((one.bsn for one in file.persons), {"/reden": request.reason, "/samenvatting": request.synopsis})
    _check(tx, file, person, request)
    directory = helper.directory()
    way = reach(directory, directory.register.organisation(request.to), Referral)
    if isinstance(way, CallReason):
        unknown = way is CallReason.NOT_ON_HUB
        raise invalid(Fault.UNKNOWN_IN_REGISTER if unknown else Fault.NO_AGREEMENT, "/naar")
    about = About(TalkKind.REFERRAL, case_id, request.to, case_id=case_id, person_id=person.id)
    facts = Talk(kind=TalkKind.REFERRAL, began=helper.now(), urgent=request.urgent)
    talk = talkbook.begin(tx, about, new_pseudonym(), facts)
    message = _referral(file, person, way, request)
    talkbook.say(helper, tx, talk, message, term_days=way.line.reply_term_working_days)


def _check(tx: Transaction, file: CaseFile, person: Person, request: ReferRequest) -> None:
    if person not in file.active:
        raise invalid(Fault.UNKNOWN_PERSON, "/persoonId")
    if request.kind in OF_BUSINESS and person.business is None:
        raise invalid(Fault.BUSINESS_NEEDED, "/soort")
    if request.follows_up is not None:
        earlier = talks.find(tx, request.follows_up)
        linked = earlier is not None and (earlier.kind, earlier.case_id) == (TalkKind.REFERRAL, file.case.id)
        if earlier is None or not linked or earlier.state != ReferralState.REJECTED:
            raise invalid(Fault.NOT_REJECTED, "/vervolgOp")


def _referral(file: CaseFile, person: Person, way: Reach, request: ReferRequest) -> Referral:
    more = {
        "kind": request.kind,
        "reason": request.reason,
        "urgent": request.urgent,
        "legal_basis": request.legal_basis,
        "synopsis": request.synopsis,
        "contact": file.case.contact,
        "reachability": request.reachability,
        "priority": request.priority,
        "business": person.business if request.kind in OF_BUSINESS else None,
        "follows_up": request.follows_up,
    }
    if person.bsn is not None and way.may_use_bsn:
        return Referral.model_validate({**with_bsn(person, person.bsn), **more}, by_name=True)
    block = without_bsn(person, None)
    if not is_findable(block):
        raise invalid(Fault.NOT_FINDABLE, "/persoonId")
    return Referral.model_validate({**block, **more}, by_name=True)


def withdraw(helper: DebtHelper, tx: Transaction, case_id: str, talk_id: str, request: WithdrawRequest) -> None:
    """Takes a referral back, at any time before its end; after the end of the case too.

    Raises:
        ActRefusedError: UNKNOWN, NOTHING_TO_DO, INVALID.
    """
    file = casefile.held(helper, tx, case_id, running=False)
    refuse_bsn((one.bsn for one in file.persons), {"/reden": request.reason})
    talk = talks.find(tx, talk_id)
    if talk is None or (talk.kind, talk.case_id) != (TalkKind.REFERRAL, case_id):
        raise ActRefusedError(Refusal.UNKNOWN)
    if not may_withdraw(talk.state):
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    talkbook.say(helper, tx, talk, ReferralStatusReport(status=ReferralStatus.WITHDRAWN, reason=request.reason))
