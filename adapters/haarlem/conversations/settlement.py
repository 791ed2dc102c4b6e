"""The state of a settlement with one counterpart (messages.md 2, *Settlement*). Pure.

balance asked → known | agreed in advance | unknown | transferred | no cooperation → proposed → accepted | rejected →
reconsideration → accepted | refused for good; accepted → agreed → running → discharged | terminated. Who agreed in
advance and is silent until the end of the term has accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from adapters.haarlem.conversations.position import (
    Actor,
    Alarm,
    Position,
    carriage,
    days_after,
    delivered_at,
    on_day,
    within,
)
from adapters.haarlem.conversations.talk import Heard, Said, Talk, name_of
from adapters.haarlem.settings import Settings, Terms
from hub.workdays import add_months, local_day
from schemas.codes import DebtKind, NoCooperationReason, ProposalDecision, Status
from schemas.messages import (
    ArrangementAgreed,
    ArrangementEnd,
    BalanceAnswer,
    BalanceRequest,
    NoCooperation,
    ProposalAnswer,
    Reconsideration,
    SettlementProposal,
    StatusReport,
)
from schemas.messages.settlement import ClaimBalance


class SettlementState(StrEnum):
    """The states, in the words that the API says."""

    REQUESTED = "saldo-gevraagd"
    KNOWN = "saldo-bekend"
    PREAGREED = "vooraf-akkoord"
    UNKNOWN_CLAIM = "vordering-onbekend"
    TRANSFERRED = "overgedragen"
    NO_COOPERATION = "geen-medewerking"
    PROPOSED = "voorgesteld"
    ACCEPTED = "akkoord"
    ACCEPTED_BY_SILENCE = "akkoord-door-stilte"
    REJECTED = "afgewezen"
    RECONSIDERATION = "heroverweging"
    REFUSED_FINAL = "definitief-geweigerd"
    AGREED = "regeling-akkoord"
    RUNNING = "regeling-loopt"
    DISCHARGED = "kwijting"
    TERMINATED = "gestopt"


WORDS: Final[dict[SettlementState, str]] = {
    SettlementState.REQUESTED: "Het saldo is gevraagd; de partij heeft nog niet geantwoord.",
    SettlementState.KNOWN: "Het saldo is bekend; er kan een voorstel komen.",
    SettlementState.PREAGREED: "Het saldo is bekend; de partij stemt bij voorbaat in met een voorstel.",
    SettlementState.UNKNOWN_CLAIM: "De partij kent deze inwoner niet als schuldenaar.",
    SettlementState.TRANSFERRED: "De vordering is overgedragen; zie behandelaar.",
    SettlementState.NO_COOPERATION: "De partij werkt niet mee.",
    SettlementState.PROPOSED: "Het voorstel ligt bij de partij.",
    SettlementState.ACCEPTED: "De partij is akkoord met het voorstel.",
    SettlementState.ACCEPTED_BY_SILENCE: "De partij stemde bij voorbaat in en zweeg tot na de termijn: akkoord.",
    SettlementState.REJECTED: "De partij wees het voorstel af: vraag om heroverweging, of doe een ander voorstel.",
    SettlementState.RECONSIDERATION: "De partij is gevraagd het voorstel te heroverwegen.",
    SettlementState.REFUSED_FINAL: "De partij bleef bij de afwijzing.",
    SettlementState.AGREED: "De regeling is meegedeeld; de ontvangst is nog niet bevestigd.",
    SettlementState.RUNNING: "De regeling loopt.",
    SettlementState.DISCHARGED: "De regeling is afgerond met finale kwijting.",
    SettlementState.TERMINATED: "De regeling of het overleg erover is gestopt.",
}
#: A proposal was accepted, in whichever way.
ACCEPTED: Final = frozenset({SettlementState.ACCEPTED, SettlementState.ACCEPTED_BY_SILENCE})
#: There is nothing to settle with this party, so the others do not wait for it.
NOTHING_THERE: Final = frozenset({SettlementState.UNKNOWN_CLAIM, SettlementState.TRANSFERRED})
#: A proposal can be made, or made anew.
OPEN_TO_PROPOSAL: Final = frozenset(
    {
        SettlementState.KNOWN,
        SettlementState.PREAGREED,
        SettlementState.NO_COOPERATION,
        SettlementState.PROPOSED,
        SettlementState.REJECTED,
        SettlementState.REFUSED_FINAL,
    }
)
#: An arrangement was made.
SETTLED: Final = frozenset({SettlementState.AGREED, SettlementState.RUNNING})
#: The party did not agree, and said so.
REFUSED: Final = frozenset({SettlementState.REJECTED, SettlementState.REFUSED_FINAL, SettlementState.NO_COOPERATION})
_DECISIONS: Final = (ProposalAnswer, NoCooperation)
_REACTIONS: Final = (BalanceAnswer, NoCooperation)


def settlement_position(talk: Talk, settings: Settings, now: datetime) -> Position:
    """Where a settlement stands at `now`."""
    position = _position(talk, settings.terms, now).at(now)
    wrong = carriage(talk, settings.terms.receipt, now)
    if wrong is not None and position.state not in ACCEPTED:
        position = position.alarmed(wrong)
    return _by_the_clock(position, talk, settings.terms, now)


def _position(talk: Talk, terms: Terms, now: datetime) -> Position:
    """Haarlem's last word says which part of the conversation it is in; a new request begins it anew."""
    last = talk.last
    if last is None or last.name == name_of(BalanceRequest):
        return _balance(talk, terms)
    if last.name == name_of(ArrangementEnd):
        discharged = last.message(ArrangementEnd).final_discharge
        state = SettlementState.DISCHARGED if discharged else SettlementState.TERMINATED
        # It is over once the other side has it; until then somebody looks after the letter.
        return Position(state, Actor.NOBODY, last.sent, over=delivered_at(last) is not None)
    if last.name == name_of(ArrangementAgreed):
        there = delivered_at(last)
        state = SettlementState.AGREED if there is None else SettlementState.RUNNING
        return Position(state, Actor.NOBODY, there or last.sent)
    plea = last if last.name == name_of(Reconsideration) else None
    proposal = talk.last_said(SettlementProposal)
    return _decision(talk, proposal or last, plea, terms, now)


# — the balance ————————————————————————————————————————————————————————————————————————————————————————————————————


def _balance(talk: Talk, terms: Terms) -> Position:
    """The balance is known when every request that still counts was answered."""
    requests = [one for one in talk.said if one.name == name_of(BalanceRequest) and talk.is_needed(one)]
    reactions = [reaction_to(talk, one) for one in requests]
    open_ones = [one for one, reaction in zip(requests, reactions, strict=True) if reaction is None]
    if open_ones:
        first = open_ones[0]
        due = within(delivered_at(first), first.term_days or terms.balance)
        return Position(SettlementState.REQUESTED, Actor.PARTY, first.sent, due)
    known = [one for one in reactions if one is not None]
    since = max((one.at for one in known), default=talk.began)
    state = _known_state(known)
    over = state in NOTHING_THERE
    return Position(state, Actor.NOBODY if over else Actor.HELPER, since, over=over)


def reaction_to(talk: Talk, request: Said) -> Heard | None:
    """The newest answer to one request for a balance: the balance, or that the party does not take part."""
    return next((one for one in talk.all_heard(*_REACTIONS) if one.is_to(request)), None)


def _known_state(reactions: Sequence[Heard]) -> SettlementState:
    """One state for all persons of the case: what stands in the way of a proposal only where it does so for all."""
    answers = [one.message(BalanceAnswer) for one in reactions if one.name == name_of(BalanceAnswer)]
    found = [one for one in answers if not one.customer_unknown]
    claims = [claim for one in found for claim in one.claims or ()]
    if claims and all(claim.debt_kind is DebtKind.TRANSFERRED for claim in claims):
        return SettlementState.TRANSFERRED
    if found:
        agreed = all(one.agreed_in_advance for one in found) and not any(claim.impediment for claim in claims)
        return SettlementState.PREAGREED if agreed else SettlementState.KNOWN
    refusals = [one.message(NoCooperation).reason for one in reactions if one.name == name_of(NoCooperation)]
    if NoCooperationReason.CLAIM_TRANSFERRED in refusals:
        return SettlementState.TRANSFERRED
    if all(reason is NoCooperationReason.CUSTOMER_UNKNOWN for reason in refusals):
        return SettlementState.UNKNOWN_CLAIM
    return SettlementState.NO_COOPERATION


def balances(talk: Talk) -> tuple[ClaimBalance, ...]:
    """The claims as the party knows them now: of each person the newest answer, what was transferred left out."""
    found: list[ClaimBalance] = []
    for request in (one for one in talk.said if one.name == name_of(BalanceRequest)):
        reaction = reaction_to(talk, request)
        newest = not any(
            one.name == request.name and one.person == request.person and one.number > request.number
            for one in talk.said
        )
        if newest and reaction is not None and reaction.name == name_of(BalanceAnswer):
            found += reaction.message(BalanceAnswer).claims or ()
    return tuple(claim for claim in found if claim.debt_kind is not DebtKind.TRANSFERRED)


def agreed_in_advance(talk: Talk) -> bool:
    """Whether the party agreed with a proposal before it was made: it said so, and reported no impediment."""
    answers = [one.message(BalanceAnswer) for one in talk.heard if one.name == name_of(BalanceAnswer)]
    known = [one for one in answers if not one.customer_unknown]
    free = not any(claim.impediment for claim in balances(talk))
    return bool(known) and known[-1].agreed_in_advance and free


# — the decision ———————————————————————————————————————————————————————————————————————————————————————————————————


def _decision(talk: Talk, proposal: Said, plea: Said | None, terms: Terms, now: datetime) -> Position:
    asked = [proposal, *([plea] if plea else [])]
    silent_since = _consent_by_silence(talk, proposal, terms, now)
    decided = next((one for one in talk.all_heard(*_DECISIONS) if any(one.is_to(said) for said in asked)), None)
    if silent_since is not None and (decided is None or decided.at > silent_since):
        position = Position(SettlementState.ACCEPTED_BY_SILENCE, Actor.NOBODY, silent_since)
        late = decided is not None and not _agrees(decided)
        return position.alarmed(Alarm.LATE_DECISION) if late else position
    if decided is not None and _agrees(decided):
        return Position(SettlementState.ACCEPTED, Actor.NOBODY, decided.at)
    if plea is not None:
        if decided is not None and decided.is_to(plea):
            return Position(SettlementState.REFUSED_FINAL, Actor.HELPER, decided.at)
        due = within(_counts_from(talk, plea), plea.term_days or terms.reconsideration)
        return Position(SettlementState.RECONSIDERATION, Actor.PARTY, plea.sent, due)
    if decided is not None:
        return Position(SettlementState.REJECTED, Actor.HELPER, decided.at)
    due = within(_counts_from(talk, proposal), proposal.term_days or terms.proposal)
    return Position(SettlementState.PROPOSED, Actor.PARTY, proposal.sent, due)


def _agrees(decided: Heard) -> bool:
    is_answer = decided.name == name_of(ProposalAnswer)
    return is_answer and decided.message(ProposalAnswer).decision is ProposalDecision.AGREED


def _consent_by_silence(talk: Talk, proposal: Said, terms: Terms, now: datetime) -> datetime | None:
    """When silence became consent; nothing while it is none."""
    if not agreed_in_advance(talk):
        return None
    ends = within(_counts_from(talk, proposal), proposal.term_days or terms.proposal)
    return ends if ends is not None and now > ends else None


def _counts_from(talk: Talk, said: Said) -> datetime | None:
    """When the term began: at delivery, or for who fetches its messages when it said `opgehaald`."""
    fetched = (
        one.at
        for one in talk.all_heard(StatusReport)
        if one.is_to(said) and one.message(StatusReport).status is Status.FETCHED
    )
    return next(fetched, None) if talk.fetches else delivered_at(said)


# — the long terms —————————————————————————————————————————————————————————————————————————————————————————————————

_BEFORE_AGREEMENT: Final = frozenset(SettlementState) - {
    SettlementState.AGREED,
    SettlementState.RUNNING,
    SettlementState.DISCHARGED,
    SettlementState.TERMINATED,
    *NOTHING_THERE,
}


def _by_the_clock(position: Position, talk: Talk, terms: Terms, now: datetime) -> Position:
    """120 days from the first saldoverzoek of the case, and at the outside 8 months, to come to an arrangement."""
    if talk.clock is None or position.state not in _BEFORE_AGREEMENT:
        return position
    if now > on_day(add_months(local_day(talk.clock), terms.outer_months)):
        return replace(position.alarmed(Alarm.OUTER_LIMIT), alarm=Alarm.OUTER_LIMIT)
    if now > days_after(talk.clock, terms.clock_days):
        return position.alarmed(Alarm.CLOCK_PASSED)
    return position
