"""What a message about settling changes, what follows from an answer to it, and when silence is consent: transactions.

A creditor that agreed in advance and is silent until the end of the term has accepted, unless it reported an impediment
with its balance. The term counts from the day on which its system got the proposal.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from adapters.contract import Publish, Received
from adapters.convenant import mapping
from adapters.convenant import store as orders
from adapters.convenant.orders import Act, AgreedLine, Agreement, Answer, Finish, Offer, OfferLine, Order, Outcome
from adapters.convenant.settings import CreditorSettings
from adapters.convenant.settlement import store
from adapters.convenant.settlement.store import Settlement, SettlementState
from adapters.convenant.store import ItemKind, Kept, Transaction
from hub.clock import Clock
from hub.database import instant
from hub.errors import Code, RefusedError
from hub.workdays import local_day, term_end
from schemas.codes import NoCooperationReason, ProposalDecision, ProposalRefusalReason, Status
from schemas.messages import (
    ArrangementAgreed,
    ArrangementEnd,
    BalanceAnswer,
    BalanceRequest,
    Message,
    ProposalAnswer,
    Reconsideration,
    SettlementProposal,
    StatusReport,
    StatusRequest,
)

#: The acts of this conversation.
SETTLING = frozenset({Act.BALANCE, Act.PROPOSAL, Act.RECONSIDER, Act.AGREED, Act.FINISHED})


class Settlements:
    """The settlements at one creditor."""

    def __init__(self, publish: Publish, settings: CreditorSettings, clock: Clock) -> None:
        self._publish = publish
        self._settings = settings
        self._clock = clock

    def ask(self, tx: Transaction, received: Received[BalanceRequest]) -> Order | None:
        """*Saldoverzoek*: what does this customer owe?"""
        begun = orders.order(tx, received.id)
        if begun is not None:
            return begun.order
        request = received.message
        known = _own(tx, received.conversation, received.sender)
        turn = known.turn + 1 if known else 1
        asked = Settlement(
            conversation=received.conversation,
            case=received.case,
            sender=received.sender,
            state=SettlementState.ASKED,
            impeded=False,
            proposal=None,
            turn=turn,
            silent_at=None,
        )
        order = Order(
            key=received.id,
            act=Act.BALANCE,
            conversation=received.conversation,
            turn=turn,
            customer=mapping.customer_by_right(request),
            helper=mapping.helper_of(request),
            claims=tuple(claim.invoice_number for claim in request.claims),
        )
        return self._written(tx, asked, order)

    def propose(self, tx: Transaction, received: Received[SettlementProposal]) -> Order | None:
        """*Betaalvoorstel*: does this creditor agree?"""
        begun = orders.order(tx, received.id)
        if begun is not None:
            return begun.order
        message = received.message
        lines = message.to_wire()["vorderingen"]
        offer = Offer(
            kind=message.arrangement_kind.value,
            months=message.term_months,
            valid_until=message.valid_until,
            lines=tuple(
                OfferLine(
                    invoice=line["factuurnummer"],
                    amount=line["actueelBedrag"],
                    percentage=line["percentage"],
                    forecast=line["prognoseBedrag"],
                )
                for line in lines
            ),
        )
        return self._to_decide(tx, received, Act.PROPOSAL, offer=offer, plea=None)

    def reconsider(self, tx: Transaction, received: Received[Reconsideration]) -> Order | None:
        """*Heroverweging*: think again."""
        begun = orders.order(tx, received.id)
        if begun is not None:
            return begun.order
        return self._to_decide(tx, received, Act.RECONSIDER, offer=None, plea=received.message.reasoning)

    def agree(self, tx: Transaction, received: Received[ArrangementAgreed]) -> Order | None:
        """*Schuldregeling-akkoord*: everybody agreed, and the arrangement begins."""
        begun = orders.order(tx, received.id)
        if begun is not None:
            return begun.order
        message = received.message
        lines = message.to_wire().get("vorderingen", [])
        agreement = Agreement(
            day=message.agreed_on,
            kind=message.arrangement_kind.value,
            lines=tuple(
                AgreedLine(
                    invoice=line["factuurnummer"],
                    percentage=line["percentage"],
                    forecast=line["prognoseBedrag"],
                    mark=line["betaalreferentie"],
                )
                for line in lines
            ),
        )
        return self._told(tx, received, Act.AGREED, agreement=agreement)

    def finish(self, tx: Transaction, received: Received[ArrangementEnd]) -> Order | None:
        """*Schuldregeling-beëindigd*: how it ended, and what that means for collecting."""
        begun = orders.order(tx, received.id)
        if begun is not None:
            return begun.order
        message = received.message
        finish = Finish(day=message.end_date, end_class=message.end_class, discharge=message.final_discharge)
        return self._told(tx, received, Act.FINISHED, finish=finish)

    def _told(
        self,
        tx: Transaction,
        received: Received[ArrangementAgreed] | Received[ArrangementEnd],
        act: Act,
        *,
        agreement: Agreement | None = None,
        finish: Finish | None = None,
    ) -> Order:
        """Their system is told; only a refusal of it needs a person."""
        known = _own(tx, received.conversation, received.sender)
        if known is None:
            raise RefusedError(Code.OUTSIDE_REFUSED, "no settlement in this conversation")
        turned = replace(known, turn=known.turn + 1, silent_at=None)
        order = Order(
            key=received.id,
            act=act,
            conversation=received.conversation,
            turn=turned.turn,
            agreement=agreement,
            finish=finish,
        )
        return self._written(tx, turned, order)

    def reached(self, tx: Transaction, key: str) -> None:
        """Their system has got this order now; of a proposal the term begins."""
        kept = orders.order(tx, key)
        if kept is None or kept.act is not Act.PROPOSAL or kept.answered:
            return
        known = store.settlement(tx, kept.conversation)
        if known is None or known.proposal != key or known.silent_at is not None:
            return
        if self._settings.agreed_in_advance and not known.impeded:
            ends = term_end(local_day(self._clock.now()), self._settings.proposal_working_days)
            store.put(tx, replace(known, silent_at=instant(ends)))

    def accept_silent(self, tx: Transaction, now: datetime) -> None:
        """Says the consent of every settlement whose term has passed in silence."""
        for known in store.silent(tx, instant(now)):
            store.put(tx, replace(known, state=SettlementState.ACCEPTED, silent_at=None))
            agreed = ProposalAnswer(decision=ProposalDecision.AGREED, date=local_day(now))
            self._say(tx, known, agreed, known.proposal)

    def take(self, tx: Transaction, kept: Kept, answer: Answer) -> None:
        """What follows from an answer of their system."""
        known = store.settlement(tx, kept.conversation)
        if known is None:
            return
        if answer.outcome is Outcome.IN_PROGRESS:
            self._say(tx, known, StatusReport(status=Status.IN_PROGRESS), kept.message)
        elif answer.outcome is Outcome.ASKS:
            self._say(tx, known, StatusRequest(), kept.message)
        elif kept.act in {Act.AGREED, Act.FINISHED}:
            if answer.outcome is Outcome.REFUSED:
                now = instant(self._clock.now())
                orders.add_item(tx, ItemKind.ARRANGEMENT_REFUSED, kept.conversation, kept.key, now)
        elif kept.act is Act.BALANCE:
            self._balance(tx, known, kept, answer)
        else:
            self._decided(tx, known, kept, answer)

    def fetched(self, tx: Transaction, kept: Kept, report: StatusReport) -> None:
        """Their system has taken the file with this order."""
        known = store.settlement(tx, kept.conversation)
        if known is not None and not kept.answered:
            self._say(tx, known, report, kept.message)
            self.reached(tx, kept.key)

    def _balance(self, tx: Transaction, known: Settlement, kept: Kept, answer: Answer) -> None:
        if answer.refusal is NoCooperationReason.CUSTOMER_UNKNOWN:
            self._say(tx, known, BalanceAnswer(customer_unknown=True, agreed_in_advance=False), kept.message)
            return
        if answer.refusal is not None:
            self._say(tx, known, mapping.no_cooperation(answer), kept.message)
            return
        impeded = any(one.impediment for one in answer.balances)
        state = SettlementState.KNOWN if known.state is SettlementState.ASKED else known.state
        store.put(tx, replace(known, state=state, impeded=impeded))
        agreed = self._settings.agreed_in_advance and not impeded
        self._say(tx, known, mapping.balance_answer(answer, agreed_in_advance=agreed), kept.message)

    def _decided(self, tx: Transaction, known: Settlement, kept: Kept, answer: Answer) -> None:
        if known.state is SettlementState.ACCEPTED:
            # Consent by silence stands; their system came too late, and a person tells them.
            now = instant(self._clock.now())
            orders.add_item(tx, ItemKind.LATE_DECISION, kept.conversation, kept.key, now)
            return
        agreed = answer.outcome is Outcome.DONE and answer.objection is None
        state = SettlementState.ACCEPTED if agreed else SettlementState.REFUSED
        store.put(tx, replace(known, state=state, silent_at=None))
        today = local_day(self._clock.now())
        if agreed:
            self._say(tx, known, ProposalAnswer(decision=ProposalDecision.AGREED, date=today), kept.message)
            return
        reason = answer.objection or ProposalRefusalReason.OTHER
        refused = ProposalAnswer(decision=ProposalDecision.REFUSED, reason=reason, date=today)
        self._say(tx, known, refused, kept.message)

    def _to_decide(
        self,
        tx: Transaction,
        received: Received[SettlementProposal] | Received[Reconsideration],
        act: Act,
        *,
        offer: Offer | None,
        plea: str | None,
    ) -> Order:
        known = _own(tx, received.conversation, received.sender)
        # Without a balance before it nothing is known of impediments: silence is no consent then.
        base = known or Settlement(
            conversation=received.conversation,
            case=received.case,
            sender=received.sender,
            state=SettlementState.PROPOSED,
            impeded=True,
            proposal=None,
            turn=0,
            silent_at=None,
        )
        turned = replace(base, state=SettlementState.PROPOSED, proposal=received.id, turn=base.turn + 1, silent_at=None)
        order = Order(
            key=received.id,
            act=act,
            conversation=received.conversation,
            turn=turned.turn,
            offer=offer,
            plea=plea,
        )
        return self._written(tx, turned, order)

    def _written(self, tx: Transaction, known: Settlement, order: Order) -> Order:
        now = self._clock.now()
        store.put(tx, known)
        orders.add_order(tx, order, message=order.key, end=local_day(now), now=instant(now))
        return order

    def _say(self, tx: Transaction, known: Settlement, said: Message, causation: str | None) -> None:
        self._publish(tx, said, to=known.sender, case=known.case, conversation=known.conversation, causation=causation)


def _own(tx: Transaction, conversation: str, sender: str) -> Settlement | None:
    """The settlement of this conversation; one that another organisation began is not for this sender to change."""
    known = store.settlement(tx, conversation)
    if known is not None and known.sender != sender:
        raise RefusedError(Code.OUTSIDE_REFUSED, "conversation of another sender")
    return known
