"""The acts of coming to a settlement: propose, ask to reconsider, write down a decision. One transaction each.

A party that no message can reach is kept by hand: the letter is somebody's to post, and its decision to write down.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from adapters.haarlem import casefile, talkbook
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.conversations.settlement import (
    ACCEPTED,
    OPEN_TO_PROPOSAL,
    REFUSED,
    SettlementState,
    balances,
)
from adapters.haarlem.conversations.talk import Talk, TalkKind
from adapters.haarlem.guards import refuse_bsn
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, fault, invalid
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_requests import (
    DecisionRequest,
    PartyProposalRequest,
    ProposalsRequest,
    ReconsiderRequest,
)
from adapters.haarlem.talks import store as talks
from adapters.haarlem.talks.store import KeptTalk
from hub.workdays import add_working_days
from schemas.codes import ProposalDecision
from schemas.messages import (
    ProposalAnswer,
    Reconsideration,
    SettlementProposal,
)
from schemas.messages.settlement import ClaimBalance, ClaimProposal

_CENT: Final = Decimal("0.01")
_HUNDRED: Final = Decimal(100)
_DECIDABLE: Final = frozenset({SettlementState.PROPOSED, SettlementState.RECONSIDERATION, *REFUSED, *ACCEPTED})


def settlements_of(helper: DebtHelper, tx: Transaction, file: CaseFile) -> dict[str, KeptTalk]:
    """The settlements of a case by party, as they stand at this moment: silence may have become consent just now."""
    found = talks.of_case(tx, file.case.id, TalkKind.SETTLEMENT)
    return {str(one.party_id): talkbook.keep(helper, tx, one, one.facts) for one in found}


def named_one(file: CaseFile, known: dict[str, KeptTalk], party_id: str) -> KeptTalk:
    """The settlement with this party; refused where there is none."""
    talk = known.get(file.party(party_id).id)
    if talk is None:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    return talk


def propose(helper: DebtHelper, tx: Transaction, case_id: str, request: ProposalsRequest) -> None:
    """Makes a proposal: to the parties named, or to every party whose balance is known.

    What is offered for a claim is the percentage of what the party says is outstanding, unless the claims are given.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, NOTHING_TO_DO, INVALID.
    """
    file = casefile.held(helper, tx, case_id)
    known = settlements_of(helper, tx, file)
    wanted: list[tuple[int | None, KeptTalk, PartyProposalRequest | None]] = [
        (place, named_one(file, known, one.party_id), one) for place, one in enumerate(request.parties)
    ]
    if not wanted:
        ready = OPEN_TO_PROPOSAL - {SettlementState.PROPOSED, SettlementState.NO_COOPERATION}
        wanted = [(None, talk, None) for talk in known.values() if talk.state in ready]
    if not wanted:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    for place, talk, own in wanted:
        by_themselves = own is not None and own.claims and talk.state == SettlementState.REQUESTED
        if talk.state not in OPEN_TO_PROPOSAL and not by_themselves:
            raise ActRefusedError(Refusal.NOTHING_TO_DO)
        days = _answer_days(helper, talk)
        if request.valid_until < add_working_days(helper.today(), days):
            raise invalid(Fault.END_TOO_SOON, "/geldigTot")
        proposal = SettlementProposal(
            arrangement_kind=request.arrangement_kind,
            calculated_on=request.calculated_on or helper.today(),
            term_months=request.term_months,
            claims=_offer(talk.facts, request, own, "" if place is None else f"/partijen/{place}"),
            valid_until=request.valid_until,
        )
        talkbook.say(helper, tx, talk, proposal, term_days=days)
    agenda.add_event(tx, helper.now(), "voorstel-gedaan", case_id)


def _answer_days(helper: DebtHelper, talk: KeptTalk) -> int:
    """The working days in which a proposal is answered, as agreed with this party."""
    directory = helper.directory()
    organisation = directory.register.organisation(talk.oin) if talk.oin else None
    agreed = directory.line(SettlementProposal, organisation) if organisation is not None else None
    days = agreed[1].reply_term_working_days if agreed is not None else None
    return days or helper.settings.terms.proposal


def _offer(
    facts: Talk, request: ProposalsRequest, own: PartyProposalRequest | None, place: str
) -> tuple[ClaimProposal, ...]:
    """The offer for each claim."""
    if own is not None and own.claims:
        return own.claims
    plain = (own.percentage if own is not None else None) or request.percentage
    if plain is None:
        raise ActRefusedError(Refusal.INVALID, fault(f"{place}/percentage", Fault.PERCENTAGE_NEEDED))
    preferential = request.preferential_percentage or plain
    offered = tuple(_share(claim, preferential if claim.preferential else plain) for claim in balances(facts))
    if not offered:
        raise ActRefusedError(Refusal.INVALID, fault(f"{place}/vorderingen", Fault.CLAIMS_NEEDED))
    return offered


def _share(claim: ClaimBalance, percentage: Decimal) -> ClaimProposal:
    forecast = (claim.outstanding * percentage / _HUNDRED).quantize(_CENT, ROUND_HALF_UP)
    return ClaimProposal(
        invoice_number=claim.invoice_number,
        current_amount=claim.outstanding,
        percentage=percentage,
        forecast_amount=forecast,
    )


def reconsider(helper: DebtHelper, tx: Transaction, case_id: str, party_id: str, request: ReconsiderRequest) -> None:
    """Asks a party that refused a proposal to think again.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, NOTHING_TO_DO, INVALID.
    """
    file = casefile.held(helper, tx, case_id)
    refuse_bsn((person.bsn for person in file.persons), {"/motivering": request.reasoning})
    talk = named_one(file, settlements_of(helper, tx, file), party_id)
    if talk.state != SettlementState.REJECTED:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    plea = Reconsideration(
        reasoning=request.reasoning, compulsory_settlement_announced=request.compulsory_settlement_announced
    )
    talkbook.say(helper, tx, talk, plea, term_days=_answer_days(helper, talk))


def decide(
    helper: DebtHelper, tx: Transaction, case_id: str, party_id: str, employee: str, request: DecisionRequest
) -> None:
    """Writes down what a party decided by letter or telephone.

    Raises:
        ActRefusedError: UNKNOWN, CASE_ENDED, NOTHING_TO_DO, INVALID.
    """
    file = casefile.held(helper, tx, case_id)
    if request.date > helper.today():
        raise invalid(Fault.TOO_FAR_AHEAD, "/datum")
    talk = named_one(file, settlements_of(helper, tx, file), party_id)
    asked = talk.facts.last
    if talk.state not in _DECIDABLE or asked is None:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    answer = ProposalAnswer(decision=request.decision, reason=request.reason, date=request.date)
    if request.decision is ProposalDecision.AGREED and request.reason is not None:
        raise invalid(Fault.CLASS_NEEDED, "/reden")
    talkbook.write_down(helper, tx, talk, answer, by=employee, answers=asked.id)
