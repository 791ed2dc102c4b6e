"""Check 9 and what follows, for a batch inside one transaction: what each delivery is, given what the log knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from hub.database import instant, moment
from hub.errors import Code, HubError, RefusedError
from hub.messagelog import store
from hub.messagelog.store import Key, Known
from hub.messagelog.tables import State
from hub.register.model import Register
from hub.relay import checks
from hub.relay.checks import Authenticated
from hub.relay.decisions import Accepted, Decision, Duplicate, Receipted, Refused, Reported
from hub.wire.envelope import Envelope
from hub.wire.names import ORGANISATION
from hub.wire.postmark import EDGE_STATUS, ENVELOPE, RECIPIENT_RECEIPT
from hub.wire.receipt import read_payload
from schemas.road import EdgeStatus, RecipientReceipt


class Batch:
    """One batch being decided: what the message log holds of it, read with one statement per question."""

    def __init__(self, connection: Connection, register: Register, now: datetime) -> None:
        self._connection = connection
        self._register = register
        self._now = now
        self._held: dict[Key, Known] = {}

    def decide(self, checked: Sequence[Authenticated | Refused]) -> list[Decision]:
        """A decision for each delivery, in the order in which they came."""
        receipts = self._read_receipts(checked)
        keys = [one.key for one in checked if isinstance(one, Authenticated) and one.postmark.typ == ENVELOPE]
        keys += [(sender, entry.ref) for sender, receipt in receipts.values() for entry in receipt.receipts]
        self._held = store.known(self._connection, keys)
        decisions = [self._decide(one, receipts) for one in checked]
        return self._with_held_bytes(self._with_conversations(decisions))

    def _read_receipts(
        self,
        checked: Sequence[Authenticated | Refused],
    ) -> dict[int, tuple[str, RecipientReceipt]]:
        found = {}
        for one in checked:
            if isinstance(one, Authenticated) and one.postmark.typ == RECIPIENT_RECEIPT:
                try:
                    receipt = read_payload(one.postmark, RecipientReceipt)
                except HubError:
                    continue  # _decide meets the same error and refuses
                found[id(one)] = (oin_of(receipt.recipient), receipt)
        return found

    def _decide(self, one: Authenticated | Refused, receipts: dict[int, tuple[str, RecipientReceipt]]) -> Decision:
        if isinstance(one, Refused):
            return one
        try:
            if one.postmark.typ == ENVELOPE:
                return self._decide_envelope(one)
            if one.postmark.typ == EDGE_STATUS:
                return Reported(one, read_payload(one.postmark, EdgeStatus))
            if id(one) not in receipts:
                read_payload(one.postmark, RecipientReceipt)
            return self._decide_receipt(one, *receipts[id(one)])
        except HubError as error:
            return Refused(one.arrival, error, one)

    def _decide_envelope(self, message: Authenticated) -> Decision:
        held = self._held.get(message.key)
        if checks.is_duplicate(message, held) and held is not None:
            return Duplicate(message, held, None, None)
        envelope = checks.admit(message, self._register, self._now)
        self._held[message.key] = known_of(message, envelope, self._now)  # its twin in this batch is a duplicate
        return Accepted(message, envelope)

    def _decide_receipt(self, message: Authenticated, sender_oin: str, receipt: RecipientReceipt) -> Decision:
        mine = []
        for entry in receipt.receipts:
            held = self._held.get((sender_oin, entry.ref))
            if held and held.recipient_oin == message.postmark.signer.oin and held.refhash == entry.refhash:
                mine.append(held)
        if not mine:
            raise RefusedError(Code.ATTRIBUTE_INVALID, "receipts/ref")
        return Receipted(message, receipt, sender_oin, tuple(mine))

    def _with_conversations(self, decisions: list[Decision]) -> list[Decision]:
        """Check 15: only messages that no agreement allows outright need to know how their conversation began."""
        open_questions = {
            index: decision
            for index, decision in enumerate(decisions)
            if isinstance(decision, Accepted)
            and not checks.allowed_outright(decision.envelope, self._register, self._now)
        }
        if not open_questions:
            return decisions
        asked = [decision.envelope.correlationid for decision in open_questions.values()]
        openers = store.openers(self._connection, asked)
        for index, decision in open_questions.items():
            earlier = [one for one in openers if one.correlationid == decision.envelope.correlationid]
            instants = {one.received: moment(one.received) for one in earlier}
            try:
                checks.check_conversation(decision.envelope, self._register, earlier, instants)
            except HubError as error:
                decisions[index] = Refused(decision.message.arrival, error, decision.message)
                self._refuse_twins(decisions, decision, error)
        return decisions

    def _refuse_twins(self, decisions: list[Decision], refused: Accepted, error: HubError) -> None:
        """A copy in the same batch is no duplicate of a message that is not kept: it is refused alike."""
        del self._held[refused.message.key]
        for index, decision in enumerate(decisions):
            if isinstance(decision, Duplicate) and decision.held.key == refused.message.key:
                decisions[index] = Refused(decision.message.arrival, error, decision.message)

    def _with_held_bytes(self, decisions: list[Decision]) -> list[Decision]:
        """What is sent again for duplicates: the bytes where the outcome is open, else the recipient's receipt."""
        held = [decision.held for decision in decisions if isinstance(decision, Duplicate)]
        if not held:
            return decisions
        bodies = store.sealed(self._connection, [one.key for one in held if one.state < State.ANSWERED])
        receipts = store.receipts(
            self._connection,
            [(one.recipient_oin, one.receipt_id) for one in held if one.receipt_id is not None],
        )
        return [
            Duplicate(
                decision.message,
                decision.held,
                bodies.get(decision.held.key),
                receipts.get((decision.held.recipient_oin, decision.held.receipt_id or "")),
            )
            if isinstance(decision, Duplicate)
            else decision
            for decision in decisions
        ]


def oin_of(organisation: str) -> str:
    """The OIN in the URN of an organisation, which a model has checked."""
    found = ORGANISATION.fullmatch(organisation)
    return found[1] if found else ""


def known_of(message: Authenticated, envelope: Envelope, now: datetime) -> Known:
    """A message that is being accepted, as the log will know it."""
    return Known(
        source_oin=envelope.source_oin,
        id=envelope.id,
        signing_hash=message.postmark.signing_hash,
        refhash=message.postmark.refhash,
        source=envelope.source,
        recipient_oin=envelope.recipient_oin,
        type=envelope.type,
        correlationid=envelope.correlationid,
        subject=envelope.case,
        received=instant(now),
        state=State.ACCEPTED,
        outcome=None,
        outcome_code=None,
        receipt_id=None,
        attempts=0,
    )
