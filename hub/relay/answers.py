"""What goes out for a batch: the forwards, and the hub's receipts batched per organisation. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from hub.clock import Clock, new_id
from hub.database import moment
from hub.messagelog.store import Key, Known
from hub.messagelog.tables import State
from hub.relay.checks import Authenticated, sender_of, uuid_or_none
from hub.relay.decisions import Accepted, Decision, Duplicate, Receipted, Refused, Reported, Witnessed
from hub.wire.keys import PrivateKey
from hub.wire.link import Outgoing
from hub.wire.names import ORGANISATION, organisation_urn
from hub.wire.postmark import ENVELOPE, refhash_of, source_of
from hub.wire.receipt import sign_payload
from hub.wire.topology import OUT
from schemas.codes import HubDecision, HubRefusal
from schemas.road import HubReceipt, HubReceiptEntry, RecipientReceipt

RECEIPTS_AT_ONCE = 100  # entries in one hub receipt (wire.md 8)
UNANSWERED = frozenset({"recipient-receipt", "checkpoint-cosignature"})


@dataclass(frozen=True, slots=True)
class Forward:
    """One publish on behalf of a message; `key` is None for receipts, which nobody marks."""

    outgoing: Outgoing
    key: Key | None


def forwards(decisions: Sequence[Decision], paused: frozenset[str] = frozenset()) -> list[Forward]:
    """The sealed bytes to their recipients and recipients' receipts to the senders, in the order they came.

    Messages for who is `paused` stay here; receipts go on, because nobody acts on one.
    """
    found: list[Forward] = []
    sent: set[Key] = set()  # of copies of one message in a batch one goes on
    for decision in decisions:
        match decision:
            case Accepted():
                sent.add(decision.message.key)
                if decision.envelope.recipient_oin not in paused:
                    found.append(_forward(decision))
            case Duplicate() if decision.held.key not in sent:
                sent.add(decision.held.key)
                if decision.receipt is not None or decision.held.recipient_oin not in paused:
                    found += _again(decision)
            case Receipted():
                body, receipt_id = decision.message.arrival.body, decision.message.id
                found.append(Forward(receipt_to(decision.sender_oin, body, receipt_id), None))
            case Duplicate() | Refused() | Reported() | Witnessed():
                pass
            case _:
                assert_never(decision)
    return found


def _forward(decision: Accepted) -> Forward:
    envelope, body = decision.envelope, decision.message.arrival.body
    letter = envelope_to(envelope.recipient_oin, body, envelope.id, envelope.type, envelope.correlationid)
    return Forward(letter, decision.message.key)


def _again(decision: Duplicate) -> list[Forward]:
    held = decision.held
    if decision.receipt is not None and held.receipt_id is not None:
        return [Forward(receipt_to(held.source_oin, decision.receipt, held.receipt_id), None)]
    if decision.body is None:
        return []  # its first copy, or its receipt, is in this very batch
    return [Forward(envelope_to(held.recipient_oin, decision.body, held.id, held.type, held.correlationid), held.key)]


def envelope_to(oin: str, body: bytes, message_id: str, message_type: str, correlation: str) -> Outgoing:
    """A sealed message on its way to its recipient; no `user_id`, the broker refuses another's."""
    return Outgoing(OUT, oin, body, message_id, message_type, correlation)


def receipt_to(oin: str, body: bytes, receipt_id: str) -> Outgoing:
    """A recipient's receipt on its way to the original sender."""
    return Outgoing(OUT, oin, body, receipt_id, RecipientReceipt.name, receipt_id)


def hub_receipts(
    decisions: Sequence[Decision], *, source: str, key: PrivateKey, clock: Clock, now: datetime
) -> list[Outgoing]:
    """The hub's own receipts for a batch: at most 100 entries in each, all of one organisation."""
    entries: dict[str, list[HubReceiptEntry]] = {}
    for decision in decisions:
        match decision:
            case Accepted():
                entries.setdefault(decision.envelope.source_oin, []).append(_accepted_entry(decision, now))
            case Duplicate():
                entries.setdefault(decision.held.source_oin, []).extend(held_entries(decision.held))
            case Refused():
                owner = sender_of(decision.arrival)
                if owner is not None and _is_answered(decision):
                    entries.setdefault(owner, []).append(_refused_entry(decision, now))
            case Receipted() | Reported() | Witnessed():
                pass  # no receipt of any kind is answered by a receipt
            case _:
                assert_never(decision)
    return signed_receipts(entries, source=source, key=key, clock=clock)


def signed_receipts(
    entries: dict[str, list[HubReceiptEntry]],
    *,
    source: str,
    key: PrivateKey,
    clock: Clock,
) -> list[Outgoing]:
    """Signs the entries of each organisation in as few receipts as possible."""
    found = []
    for oin, mine in entries.items():
        for start in range(0, len(mine), RECEIPTS_AT_ONCE):
            receipt = HubReceipt(
                id=new_id(clock),
                source=source,
                time=clock.now(),
                receipts=tuple(mine[start : start + RECEIPTS_AT_ONCE]),
            )
            found.append(Outgoing(OUT, oin, sign_payload(receipt, key), receipt.id, HubReceipt.name, receipt.id))
    return found


def _is_answered(decision: Refused) -> bool:
    """False for receipts and cosignatures, which are never answered.

    What could not be attributed is what its AMQP `type` says that it is: only its own sender can lose an answer by it.
    """
    if decision.message is not None:
        return decision.message.postmark.typ.removesuffix("+jws") not in UNANSWERED
    return decision.arrival.type not in UNANSWERED


def _accepted_entry(decision: Accepted, now: datetime) -> HubReceiptEntry:
    envelope = decision.envelope
    return HubReceiptEntry(
        ref=envelope.id,
        refhash=decision.message.postmark.refhash,
        source=envelope.source,
        recipient=envelope.recipient,
        decision=HubDecision.ACCEPTED,
        received=now,
    )


def held_entries(held: Known) -> list[HubReceiptEntry]:
    """What the hub says of a message that it holds: accepted then, and expired since where that is its outcome."""
    expired = [HubDecision.EXPIRED] if held.state is State.EXPIRED else []
    return [
        HubReceiptEntry(
            ref=held.id,
            refhash=held.refhash,
            source=held.source,
            recipient=organisation_urn(held.recipient_oin),
            decision=decision,
            received=moment(held.received),
        )
        for decision in (HubDecision.ACCEPTED, *expired)
    ]


def _refused_entry(decision: Refused, now: datetime) -> HubReceiptEntry:
    """Only what keeps its own rule is repeated: a signed id or source of bad form is null or absent."""
    attributed = decision.message
    return HubReceiptEntry(
        ref=uuid_or_none(attributed.id if attributed else decision.arrival.message_id),
        refhash=attributed.postmark.refhash if attributed else refhash_of(decision.arrival.body),
        source=_source_of(attributed) if attributed else None,
        recipient=_recipient_of(attributed) if attributed else None,
        decision=HubDecision.REFUSED,
        code=HubRefusal(decision.error.code.value),
        received=now,
    )


def _source_of(attributed: Authenticated) -> str | None:
    """The system in `source` of an envelope, where it has the form of one."""
    if attributed.postmark.typ != ENVELOPE or source_of(ENVELOPE, attributed.postmark.payload) is None:
        return None
    return str(attributed.postmark.payload["source"])


def _recipient_of(attributed: Authenticated) -> str | None:
    """`recipient` as in the message, but only where it has the form of one."""
    value = attributed.postmark.payload.get("recipient")
    return value if isinstance(value, str) and ORGANISATION.fullmatch(value) else None
