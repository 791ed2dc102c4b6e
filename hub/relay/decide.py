"""Check 9 and what follows, for a batch inside one transaction: what each delivery is, given what the log knows.

The log is asked once per question for the whole batch; then the deliveries are decided one by one in the order in
which they came, so that a copy in the same batch is judged by what became of the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub.database import Connection, instant, moment
from hub.errors import Code, HubError, RefusedError, TamperedError
from hub.messagelog import store
from hub.messagelog.checkpoints.receiving import read_cosignature
from hub.messagelog.store import Key, Known, Opener
from hub.messagelog.tables import State
from hub.register.model import Register
from hub.relay import checks
from hub.relay.checks import Authenticated
from hub.relay.decisions import Accepted, Decision, Duplicate, Receipted, Refused, Reported, Witnessed
from hub.wire.envelope import Envelope
from hub.wire.names import ORGANISATION
from hub.wire.postmark import CHECKPOINT_COSIGNATURE, EDGE_STATUS, ENVELOPE, RECIPIENT_RECEIPT
from hub.wire.receipt import read_payload
from schemas.road import CheckpointCosignature, EdgeStatus, RecipientReceipt


class Batch:
    """One batch being decided."""

    def __init__(self, connection: Connection, register: Register, now: datetime) -> None:
        self._connection = connection
        self._register = register
        self._now = now
        self._held: dict[Key, Known] = {}
        self._admitted: dict[int, Envelope | HubError] = {}
        self._openers: dict[str, list[Opener]] = {}
        self._receipts: dict[int, RecipientReceipt | HubError] = {}
        self._signed: dict[Key, bytes] = {}  # signing input of receipts by (recipient OIN, receipt id)

    def decide(self, checked: Sequence[Authenticated | Refused]) -> list[Decision]:
        """A decision for each delivery, in the order in which they came."""
        messages = [one for one in checked if isinstance(one, Authenticated)]
        envelopes = [one for one in messages if one.postmark.typ == ENVELOPE]
        receipts = [one for one in messages if one.postmark.typ == RECIPIENT_RECEIPT]
        self._read_receipts(receipts)
        self._held = store.known(self._connection, [one.key for one in envelopes] + self._receipted_keys())
        self._admit(envelopes)
        return self._with_held_bytes([self._decide(one) for one in checked])

    def _read_receipts(self, receipts: Sequence[Authenticated]) -> None:
        for one in receipts:
            try:
                self._receipts[id(one)] = read_payload(one.postmark, RecipientReceipt)
            except HubError as error:
                self._receipts[id(one)] = error
        bodies = store.receipts(self._connection, [one.key for one in receipts])
        self._signed = {key: _signing_input(body) for key, body in bodies.items()}

    def _receipted_keys(self) -> list[Key]:
        return [
            (oin_of(receipt.recipient), entry.ref)
            for receipt in self._receipts.values()
            if isinstance(receipt, RecipientReceipt)
            for entry in receipt.receipts
        ]

    def _admit(self, envelopes: Sequence[Authenticated]) -> None:
        """Checks 10 to 14 for what is new; then how those conversations began that no agreement allows outright."""
        asked = []
        for one in envelopes:
            if one.key in self._held:
                continue
            try:
                envelope = checks.admit(one, self._register, self._now)
            except HubError as error:
                self._admitted[id(one)] = error
                continue
            self._admitted[id(one)] = envelope
            if not checks.allowed_outright(envelope, self._register, self._now):
                asked.append(envelope.correlationid)
        for opener in store.openers(self._connection, asked):
            self._openers.setdefault(opener.correlationid, []).append(opener)

    def _decide(self, one: Authenticated | Refused) -> Decision:
        if isinstance(one, Refused):
            return one
        try:
            if one.postmark.typ == ENVELOPE:
                return self._decide_envelope(one)
            if one.postmark.typ == EDGE_STATUS:
                return Reported(one, read_payload(one.postmark, EdgeStatus))
            if one.postmark.typ == CHECKPOINT_COSIGNATURE:
                return self._decide_cosignature(one)
            return self._decide_receipt(one)
        except HubError as error:
            return Refused(one.arrival, error, one)

    def _decide_cosignature(self, one: Authenticated) -> Witnessed:
        payload = read_payload(one.postmark, CheckpointCosignature)
        return Witnessed(one, read_cosignature(self._connection, payload, one.postmark.signer))

    def _decide_envelope(self, message: Authenticated) -> Decision:
        held = self._held.get(message.key)
        if held is not None and checks.is_duplicate(message, held):
            return Duplicate(message, held, None, None)
        envelope = self._admitted[id(message)]
        if isinstance(envelope, HubError):
            raise envelope
        if not checks.allowed_outright(envelope, self._register, self._now):
            openers = self._openers.get(envelope.correlationid, [])
            instants = {one.received: moment(one.received) for one in openers}
            checks.check_conversation(envelope, self._register, openers, instants)
        self._held[message.key] = known_of(message, envelope, self._now)  # its twin in this batch is a duplicate
        return Accepted(message, envelope)

    def _decide_receipt(self, message: Authenticated) -> Decision:
        receipt = self._receipts[id(message)]
        if isinstance(receipt, HubError):
            raise receipt
        signed = _signing_input(message.arrival.body)
        if self._signed.get(message.key, signed) != signed:
            raise TamperedError(Code.ID_REUSED, "id")
        sender = oin_of(receipt.recipient)
        news, matched = [], 0
        for entry in receipt.receipts:
            held = self._held.get((sender, entry.ref))
            if held is None or held.recipient_oin != message.postmark.signer.oin or held.refhash != entry.refhash:
                continue
            matched += 1
            if held.state < State.ANSWERED:  # an outcome replaces `expired` once, and nothing replaces it (T2)
                news.append((held, entry))
                self._held[held.key] = replace(held, state=State.ANSWERED, receipt_id=message.id)
        if not matched:
            raise RefusedError(Code.ATTRIBUTE_INVALID, "receipts/ref")
        self._signed[message.key] = signed
        return Receipted(message, receipt, sender, tuple(news), len(receipt.receipts) - matched)

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
            replace(
                decision,
                body=bodies.get(decision.held.key),
                receipt=receipts.get((decision.held.recipient_oin, decision.held.receipt_id or "")),
            )
            if isinstance(decision, Duplicate)
            else decision
            for decision in decisions
        ]


def oin_of(organisation: str) -> str:
    """The OIN in the URN of an organisation, which a model has checked."""
    found = ORGANISATION.fullmatch(organisation)
    return found[1] if found else ""


def _signing_input(body: bytes) -> bytes:
    """The first two parts of a compact JWS: what makes two bodies the same message (wire.md 7, rule 6)."""
    return body.rpartition(b".")[0]


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
