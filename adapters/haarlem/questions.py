"""The questions of others: rest that another helper asks for (29), and how it stands (12) (messages.md 1).

Rest stays Haarlem's. Who has a mandate for it is served without a person; others wait for one. What is asked is told at
once to be looked at, and answered when it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from adapters.contract import Received
from adapters.haarlem import acts, casefile, endings, extending, store, talkbook
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations.question import QuestionState
from adapters.haarlem.conversations.talk import Talk, TalkKind
from adapters.haarlem.dossier import CaseState, Party, PartyRole
from adapters.haarlem.guards import refuse_bsn
from adapters.haarlem.reasons import EndReason
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.requests import CreditorRequest, EndPartyRequest, ExtendRequest, PartyRequest
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_requests import AnswerRequest
from adapters.haarlem.talkbook import About
from adapters.haarlem.talks import store as talks
from adapters.haarlem.talks.store import KeptTalk
from hub.errors import Code, RefusedError
from schemas.codes import DebtRestAct, EndClass, Status
from schemas.messages import DebtRestRequest, Message, StatusReport, StatusRequest
from schemas.shapes import Creditor

M = TypeVar("M", bound=Message)
LOOKED_AT: Final = StatusReport(status=Status.IN_PROGRESS)
_RUNS: Final = "De schuldhulpverlening loopt; er is niets gewijzigd."
_ENDED: Final = "De schuldhulpverlening is beëindigd."
_QUESTIONS: Final = frozenset({TalkKind.REST_REQUEST, TalkKind.STATUS_REQUEST})


# — what comes in ——————————————————————————————————————————————————————————————————————————————————————————————————


def about_rest(tx: Transaction, received: Received[DebtRestRequest]) -> About:
    """Whose case it is about: that of the referral or administration in which it is asked.

    Raises:
        RefusedError: not_found for a conversation that this sender does not have with us.
    """
    helping = (TalkKind.REFERRAL, TalkKind.ADMINISTRATION)
    found = [one for one in talks.of_conversation(tx, received.conversation) if one.kind in helping]
    own = next((one for one in found if one.oin == received.sender), None)
    if own is None:
        raise RefusedError(Code.NOT_FOUND, "correlationid")
    return About(TalkKind.REST_REQUEST, received.case, received.sender, case_id=own.case_id, person_id=own.person_id)


def about_status(tx: Transaction, received: Received[StatusRequest]) -> About:
    """Whose case it is about: that of the pause or settlement in which it is asked.

    Raises:
        RefusedError: not_found, or identity_mismatch for another's conversation.
    """
    kind, case = TalkKind.STATUS_REQUEST, received.case
    exchange = store.find_exchange(tx, received.conversation)
    if exchange is not None and exchange.oin == received.sender:
        ids = {"case_id": exchange.case_id, "person_id": exchange.person_id, "party_id": exchange.party_id}
        return About(kind, case, received.sender, **ids)
    for one in talks.of_conversation(tx, received.conversation):
        if one.oin == received.sender and one.kind not in _QUESTIONS:
            return About(kind, case, one.oin, case_id=one.case_id, person_id=one.person_id, party_id=one.party_id)
    raise RefusedError(Code.NOT_FOUND if exchange is None else Code.IDENTITY_MISMATCH, "correlationid")


def asked(helper: DebtHelper, tx: Transaction, about: About, received: Received[M]) -> None:
    """Takes a question in, and does or says at once what needs no person; the same one twice is one."""
    if talks.find(tx, received.id) is not None:
        return
    facts = Talk(kind=about.kind, began=received.time)
    talk = talkbook.begin(tx, about, received.id, facts, received.conversation)
    talk = talkbook.hear(helper, tx, talk, received)
    message = received.message
    if isinstance(message, DebtRestRequest):
        done = _has_mandate(helper, received.sender) and _tried(helper, tx, talk, message)
        if not done:
            _reply(helper, tx, talk, LOOKED_AT)
    elif isinstance(message, StatusRequest):
        _reply(helper, tx, talk, _standing(tx, talk) if message.explanation is None else LOOKED_AT)


def _has_mandate(helper: DebtHelper, oin: str) -> bool:
    organisation = helper.directory().register.organisation(oin)
    return organisation is not None and bool(organisation.roles & set(helper.settings.mandate.rest))


def _standing(tx: Transaction, talk: KeptTalk) -> StatusReport:
    """What a party may know of how it stands: whether help goes on, and nothing of why or how far."""
    case = None if talk.case_id is None else store.find_case(tx, talk.case_id)
    runs = case is not None and case.state is CaseState.OPEN
    return StatusReport(status=Status.ANSWERED, explanation=_RUNS if runs else _ENDED)


def _reply(helper: DebtHelper, tx: Transaction, talk: KeptTalk, message: StatusReport) -> None:
    talkbook.say(helper, tx, talk, message, answers=talk.id)


# — what a person does —————————————————————————————————————————————————————————————————————————————————————————————


def carry_out(helper: DebtHelper, tx: Transaction, talk_id: str) -> str | None:
    """Does what another helper asked, and says so; returns the case.

    Raises:
        ActRefusedError: UNKNOWN, NOTHING_TO_DO for what was answered before or can be done nowhere, CASE_ENDED.
    """
    talk = _open_question(tx, talk_id)
    request = talk.facts.newest(DebtRestRequest)
    if request is None or talk.case_id is None:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    if not _do(helper, tx, talk, request.message(DebtRestRequest)):
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    return talk.case_id


def answer(helper: DebtHelper, tx: Transaction, talk_id: str, request: AnswerRequest) -> str | None:
    """Answers a question in words; returns the case.

    Raises:
        ActRefusedError: UNKNOWN, NOTHING_TO_DO for what was answered before, INVALID.
    """
    talk = _open_question(tx, talk_id)
    persons = store.persons(tx, talk.case_id) if talk.case_id is not None else []
    refuse_bsn((one.bsn for one in persons), {"/toelichting": request.explanation})
    _reply(helper, tx, talk, StatusReport(status=Status.ANSWERED, explanation=request.explanation))
    return talk.case_id


def _open_question(tx: Transaction, talk_id: str) -> KeptTalk:
    talk = talks.hold(tx, talk_id)
    if talk is None or talk.kind not in _QUESTIONS:
        raise ActRefusedError(Refusal.UNKNOWN)
    if talk.state != QuestionState.OPEN:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    return talk


# — carrying out ———————————————————————————————————————————————————————————————————————————————————————————————————


def _tried(helper: DebtHelper, tx: Transaction, talk: KeptTalk, request: DebtRestRequest) -> bool:
    try:
        return _do(helper, tx, talk, request)
    except ActRefusedError:
        return False  # the case ended, or what was written may not go out: somebody looks


def _do(helper: DebtHelper, tx: Transaction, talk: KeptTalk, request: DebtRestRequest) -> bool:
    """Carries the request out for each creditor and answers; False when there was none for whom it could be done."""
    if talk.case_id is None:
        return False
    case_id, done = talk.case_id, 0
    for creditor in request.creditors:
        file = casefile.held(helper, tx, case_id)
        try:
            with tx.begin_nested():
                _act_of(request.kind)(helper, tx, file, creditor, request)
        except ActRefusedError:
            continue
        done += 1
    if done:
        left = len(request.creditors) - done
        words = f"Uitgevoerd voor {done} van {len(request.creditors)} schuldeisers."
        more = " Voor de andere was er niets te doen." if left else ""
        _reply(helper, tx, talk, StatusReport(status=Status.ANSWERED, explanation=words + more))
    return bool(done)


Deed = Callable[[DebtHelper, Transaction, CaseFile, Creditor, DebtRestRequest], None]


def _act_of(kind: DebtRestAct) -> Deed:
    return {DebtRestAct.ADD: _add, DebtRestAct.EXTEND: _extend, DebtRestAct.END: _end}[kind]


def _add(helper: DebtHelper, tx: Transaction, file: CaseFile, creditor: Creditor, _: DebtRestRequest) -> None:
    if _party(file, creditor) is not None:
        return  # it has been told already
    organisations = helper.directory().register.with_role("CRED")
    name = creditor.name.casefold()
    oin = next((one.oin for one in organisations if one.active and one.name.casefold() == name), None)
    asked_for = CreditorRequest(name=creditor.name, oin=oin, customer_number=creditor.creditor_customer_number)
    acts.add_party(helper, tx, file.case.id, PartyRequest(creditor=asked_for))


def _extend(helper: DebtHelper, tx: Transaction, file: CaseFile, creditor: Creditor, request: DebtRestRequest) -> None:
    party = _named(file, creditor)
    extending.extend(helper, tx, file.case.id, ExtendRequest(reason=request.reason, party_id=party.id))


def _end(helper: DebtHelper, tx: Transaction, file: CaseFile, creditor: Creditor, _: DebtRestRequest) -> None:
    party = _named(file, creditor)
    ending = EndPartyRequest(reason=EndReason.OTHER, end_class=EndClass.ENDED)
    endings.end_party(helper, tx, file.case.id, party.id, ending)


def _party(file: CaseFile, creditor: Creditor) -> Party | None:
    """The party that is meant: by name, and where both know one by customer number."""
    for party in file.parties:
        numbers = {party.customer_number, creditor.creditor_customer_number} - {None}
        same = party.name.casefold() == creditor.name.casefold() and len(numbers) <= 1
        if party.role is not PartyRole.VISH and not party.ended and same:
            return party
    return None


def _named(file: CaseFile, creditor: Creditor) -> Party:
    party = _party(file, creditor)
    if party is None:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    return party
