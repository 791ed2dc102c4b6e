"""The acts about an arrangement as a whole: all agreed, and its end (messages.md 4, E and L). One transaction each."""

from __future__ import annotations

from datetime import date
from typing import Final

from adapters.haarlem import casefile, talkbook
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.conversations.settlement import (
    ACCEPTED,
    NOTHING_THERE,
    REFUSED,
    SETTLED,
    SettlementState,
)
from adapters.haarlem.conversations.talk import Said, name_of
from adapters.haarlem.ddas.facts import ArrangementStep, FactKind
from adapters.haarlem.ddas_desk import recording as ddas
from adapters.haarlem.dossier import CaseState
from adapters.haarlem.guards import refuse_bsn
from adapters.haarlem.reasons import EndReason, class_of
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, invalid
from adapters.haarlem.settling import named_one, settlements_of
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_requests import (
    AgreeRequest,
    EndArrangementRequest,
)
from schemas.codes import EndClass
from schemas.messages import (
    ArrangementAgreed,
    ArrangementEnd,
    SettlementProposal,
)
from schemas.messages.settlement import ClaimAgreement

_ENDED: Final = frozenset({SettlementState.DISCHARGED, SettlementState.TERMINATED})


def agree(helper: DebtHelper, tx: Transaction, case_id: str, request: AgreeRequest) -> None:
    """Tells every party that the arrangement begins; only when all accepted, or a court replaced who did not.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, NOTHING_TO_DO, NOT_ALL_AGREED, INVALID.
    """
    file = casefile.held(helper, tx, case_id)
    agreed_on = request.agreed_on or helper.today()
    if agreed_on > helper.today():
        raise invalid(Fault.TOO_FAR_AHEAD, "/datumAkkoord")
    refuse_bsn((person.bsn for person in file.persons), {"/betaalreferentie": request.payment_reference})
    counting = [one for one in settlements_of(helper, tx, file).values() if one.state not in NOTHING_THERE | _ENDED]
    may = ACCEPTED | (REFUSED if request.compulsory else frozenset())
    if not counting or all(one.state in SETTLED for one in counting):
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    if any(one.state not in may | SETTLED for one in counting):
        raise ActRefusedError(Refusal.NOT_ALL_AGREED, case_id=case_id)
    for talk in counting:
        proposal = talk.facts.last_said(SettlementProposal)
        if proposal is not None and talk.state not in SETTLED:
            talkbook.say(helper, tx, talk, _agreement(proposal, agreed_on, request.payment_reference))
    ddas.record(helper, tx, case_id, FactKind.ARRANGEMENT, ArrangementStep.GRANTED.value, agreed_on)
    if request.compulsory:
        ddas.record(helper, tx, case_id, FactKind.ARRANGEMENT, ArrangementStep.COMPULSORY.value, agreed_on)
    agenda.add_event(tx, helper.now(), "schuldregeling-akkoord", case_id)


def _agreement(proposal: Said, agreed_on: date, reference: str) -> ArrangementAgreed:
    offered = proposal.message(SettlementProposal)
    return ArrangementAgreed(
        agreed_on=agreed_on,
        arrangement_kind=offered.arrangement_kind,
        claims=tuple(
            ClaimAgreement(
                invoice_number=claim.invoice_number,
                percentage=claim.percentage,
                forecast_amount=claim.forecast_amount,
                payment_reference=reference,
            )
            for claim in offered.claims
        ),
    )


def end_arrangement(helper: DebtHelper, tx: Transaction, case_id: str, request: EndArrangementRequest) -> None:
    """Ends the arrangement, or the talk about it; a final discharge is said by its class.

    Raises:
        ActRefusedError: UNKNOWN, NOTHING_TO_DO, INVALID.
    """
    file = casefile.held(helper, tx, case_id, running=False)
    end_class = _class_of(request)
    if request.end is not None and request.end > helper.today():
        raise invalid(Fault.TOO_FAR_AHEAD, "/einddatum")
    known = settlements_of(helper, tx, file)
    named = [named_one(file, known, one) for one in request.parties]
    ending = [one for one in named or known.values() if one.state not in _ENDED and one.open]
    discharged = end_class is EndClass.DISCHARGED
    if not ending or (discharged and any(one.state not in SETTLED for one in ending)):
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    message = ArrangementEnd(end_date=request.end or helper.today(), end_class=end_class, final_discharge=discharged)
    for talk in ending:
        # Who never had a proposal has nothing to end: the message would wait for one, so it stays in the books.
        heard_of_it = any(one.name == name_of(SettlementProposal) for one in talk.facts.said)
        talkbook.say(helper, tx, talk, message, by_hand=not heard_of_it)
    if file.case.state is CaseState.ENDED:  # help went on in the arrangement alone
        ddas.ended(helper, tx, case_id, request.reason)
    agenda.add_event(tx, helper.now(), "schuldregeling-beeindigd", case_id)


def _class_of(request: EndArrangementRequest) -> EndClass:
    if request.reason is EndReason.DISCHARGED:
        return EndClass.DISCHARGED
    end_class = class_of(request.reason, request.end_class)
    if end_class is None or end_class is EndClass.DISCHARGED:
        raise invalid(Fault.CLASS_NEEDED, "/klasse")
    return end_class
