"""What a message about settling changes, and what a person's decision about it says: transactions.

The balance is looked up while the edge acts. A proposal is decided by a person of the office, unless its amounts are
not what is owed (then it is refused for that at once) or the office agrees by itself (`proposals = "automatisch"`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from adapters.contract import Publish, Received
from adapters.gbkz.settings import Mode, TaxOfficeSettings
from adapters.gbkz.settlement import store
from adapters.gbkz.settlement.store import AGREED, Settlement, SettlementState, Transaction
from hub.clock import Clock
from hub.database import instant
from hub.errors import Code, RefusedError
from hub.workdays import local_day
from schemas.codes import ProposalDecision, ProposalRefusalReason, Status
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
)

PERSON_DECIDES = "Een medewerker beoordeelt het voorstel."


class Settlements:
    """The settlements at one tax office."""

    def __init__(self, publish: Publish, settings: TaxOfficeSettings, clock: Clock) -> None:
        self._publish = publish
        self._settings = settings
        self._clock = clock

    def owed(
        self, tx: Transaction, received: Received[BalanceRequest], taxpayer: str, dossiers: Mapping[str, str]
    ) -> BalanceAnswer:
        """*Saldoverzoek*: what this taxpayer owes, dossier by dossier."""
        known = _own(tx, received.conversation, received.sender)
        turn = known.turn if known else 0
        put = Settlement(
            conversation=received.conversation,
            case=received.case,
            sender=received.sender,
            taxpayer=taxpayer,
            state=known.state if known else SettlementState.KNOWN,
            proposal=known.proposal if known else None,
            offer=known.offer if known else None,
            decision=known.decision if known else None,
            decided_by=known.decided_by if known else None,
            changed=instant(self._clock.now()),
            turn=turn,
        )
        store.put(tx, put)
        claims = [
            {"factuurnummer": number, "schuldtype": "open", "openstaand": amount} for number, amount in dossiers.items()
        ]
        said = {"klantOnbekend": False, "standaardAkkoord": False, "klantnummerSe": taxpayer, "vorderingen": claims}
        return BalanceAnswer.from_wire(said)

    def propose(self, tx: Transaction, received: Received[SettlementProposal], dossiers: Mapping[str, str]) -> Message:
        """*Betaalvoorstel*: decided by a person, unless its amounts are not what is owed."""
        lines = received.message.to_wire()["vorderingen"]
        moved = any(dossiers.get(line["factuurnummer"]) != line["actueelBedrag"] for line in lines)
        known = self._proposed(tx, received, json.dumps(lines))
        if moved:
            return self._answered(tx, known, ProposalRefusalReason.BALANCE_CHANGED)
        if self._settings.proposals is Mode.AUTOMATIC:
            return self._answered(tx, known, None)
        return StatusReport(status=Status.IN_PROGRESS, explanation=PERSON_DECIDES)

    def reconsider(self, tx: Transaction, received: Received[Reconsideration]) -> Message:
        """*Heroverweging*: a person looks again, whatever decided before."""
        known = _known(tx, received.conversation, received.sender)
        self._proposed(tx, received, known.offer)
        return StatusReport(status=Status.IN_PROGRESS, explanation=PERSON_DECIDES)

    def move(
        self, tx: Transaction, received: Received[ArrangementAgreed] | Received[ArrangementEnd], to: SettlementState
    ) -> None:
        """*Schuldregeling-akkoord* and *-beëindigd*: what happens to collecting, the pause's end says."""
        known = _known(tx, received.conversation, received.sender)
        store.put(tx, replace(known, state=to, changed=instant(self._clock.now())))

    def tell(self, tx: Transaction) -> None:
        """Says what people decided."""
        for known in store.decided(tx):
            refusal = None if known.decision in {AGREED, None} else ProposalRefusalReason(str(known.decision))
            answer = self._answered(tx, known, refusal)
            where = {"to": known.sender, "case": known.case, "conversation": known.conversation}
            self._publish(tx, answer, **where, causation=known.proposal)

    def _proposed(
        self, tx: Transaction, received: Received[SettlementProposal] | Received[Reconsideration], offer: str | None
    ) -> Settlement:
        known = _known(tx, received.conversation, received.sender)
        asked = replace(
            known,
            state=SettlementState.PROPOSED,
            proposal=received.id,
            offer=offer,
            decision=None,
            changed=instant(self._clock.now()),
            turn=known.turn + 1,
        )
        store.put(tx, asked)
        return asked

    def _answered(self, tx: Transaction, known: Settlement, refusal: ProposalRefusalReason | None) -> ProposalAnswer:
        state = SettlementState.ACCEPTED if refusal is None else SettlementState.REFUSED
        store.put(tx, replace(known, state=state, decision=None, changed=instant(self._clock.now())))
        today = local_day(self._clock.now())
        if refusal is None:
            return ProposalAnswer(decision=ProposalDecision.AGREED, date=today)
        return ProposalAnswer(decision=ProposalDecision.REFUSED, reason=refusal, date=today)


def _own(tx: Transaction, conversation: str, sender: str) -> Settlement | None:
    """The settlement of this conversation; one that another organisation began is not for this sender to change."""
    known = store.settlement(tx, conversation)
    if known is not None and known.sender != sender:
        raise RefusedError(Code.OUTSIDE_REFUSED, "conversation of another sender")
    return known


def _known(tx: Transaction, conversation: str, sender: str) -> Settlement:
    """The same, where there must be one: without a balance nobody knows whom it is about."""
    known = _own(tx, conversation, sender)
    if known is None or known.taxpayer is None:
        raise RefusedError(Code.OUTSIDE_REFUSED, "no balance was asked in this conversation")
    return known
