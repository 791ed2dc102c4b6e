"""Writes what a batch came to: one statement per table, in the same transaction that decided it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

from hub.database import Connection, instant
from hub.messagelog import store
from hub.messagelog.checkpoints.store import add_cosignatures
from hub.messagelog.entries.store import add_entries
from hub.messagelog.store import Key, Known, Row
from hub.messagelog.tables import State
from hub.relay.checks import sender_of, uuid_or_none
from hub.relay.decisions import Accepted, Decision, Duplicate, Receipted, Refused, Reported, Witnessed
from hub.wire.postmark import CHECKPOINT_COSIGNATURE, refhash_of
from schemas.road import RecipientReceiptEntry

FIRST_ATTEMPT = timedelta(minutes=1)  # when the keeper looks after a message that was accepted but never forwarded


def keep(connection: Connection, decisions: Sequence[Decision], now: datetime) -> None:
    """Keeps accepted messages with their bytes, outcomes, receipts, edge reports and the log entries of all of it."""
    messages: list[Row] = []
    bodies: dict[Key, bytes] = {}
    outcomes: list[Row] = []
    receipts: list[Row] = []
    reports: list[Row] = []
    entries: list[Row] = []
    for decision in decisions:
        match decision:
            case Accepted():
                messages.append(_message_row(decision, now))
                bodies[decision.message.key] = decision.message.arrival.body
                entries.append(_accepted_entry(decision, now))
            case Receipted():
                receipts.append(_receipt_row(decision, now))
                for held, entry in decision.news:
                    outcomes.append(_outcome_row(decision, held, entry, now))
                    entries.append(_outcome_entry(decision, held, entry, now))
            case Reported():
                reports.append(_report_row(decision, now))
            case Refused() if not _is_of_a_witness(decision):
                entries.append(_refused_entry(decision, now))
            case Duplicate() | Witnessed() | Refused():
                pass  # nothing new is known, or nothing that is a leaf
            case _:
                assert_never(decision)
    store.add_messages(connection, messages, bodies)
    store.add_receipts(connection, receipts)
    store.add_outcomes(connection, outcomes)
    store.put_edge_status(connection, list({row["oin"]: row for row in reports}.values()))
    add_entries(connection, entries)
    add_cosignatures(connection, [decision.cosigned for decision in decisions if isinstance(decision, Witnessed)])


def _message_row(decision: Accepted, now: datetime) -> Row:
    envelope, postmark = decision.envelope, decision.message.postmark
    return {
        "source_oin": envelope.source_oin,
        "id": envelope.id,
        "signing_hash": postmark.signing_hash,
        "refhash": postmark.refhash,
        "kid": postmark.kid,
        "source": envelope.source,
        "recipient_oin": envelope.recipient_oin,
        "type": envelope.type,
        "dataschema": envelope.dataschema,
        "subject": envelope.case,
        "correlationid": envelope.correlationid,
        "causationid": envelope.causationid,
        "sequence": envelope.sequence,
        "time": instant(envelope.time),
        "expirytime": instant(envelope.expirytime),
        "received": instant(now),
        "state": State.ACCEPTED,
        "attempts": 0,
        "next_attempt": instant(now + FIRST_ATTEMPT),
    }


def _accepted_entry(decision: Accepted, now: datetime) -> Row:
    envelope, postmark = decision.envelope, decision.message.postmark
    return {
        "kind": "accepted",
        "ts": instant(now),
        "id": envelope.id,
        "type": envelope.type,
        "src": envelope.source_oin,
        "rcpt": envelope.recipient_oin,
        "kid": postmark.kid,
        "refhash": postmark.refhash,
        "subject": envelope.case,
    }


def _receipt_row(decision: Receipted, now: datetime) -> Row:
    return {
        "source_oin": decision.message.postmark.signer.oin,
        "id": decision.message.id,
        "recipient_oin": decision.sender_oin,
        "body": decision.message.arrival.body,
        "received": instant(now),
    }


def _outcome_row(decision: Receipted, held: Known, entry: RecipientReceiptEntry, now: datetime) -> Row:
    return {
        "key_oin": held.source_oin,
        "key_id": held.id,
        "new_outcome": entry.result.value,
        "new_code": entry.code.value if entry.code else None,
        "at": instant(now),
        "by_receipt": decision.message.id,
    }


def _outcome_entry(decision: Receipted, held: Known, entry: RecipientReceiptEntry, now: datetime) -> Row:
    return {
        "kind": "receipt",
        "ts": instant(now),
        "id": decision.message.id,
        "ref": held.id,
        "type": held.type,
        "src": decision.message.postmark.signer.oin,
        "rcpt": held.source_oin,
        "kid": decision.message.postmark.kid,
        "refhash": held.refhash,
        "result": entry.result.value,
        "code": entry.code.value if entry.code else None,
        "subject": held.subject,
    }


def _refused_entry(decision: Refused, now: datetime) -> Row:
    """Only validated strings: the id where it is a UUID, the broker-verified sender, the code."""
    attributed = decision.message
    return {
        "kind": "refused",
        "ts": instant(now),
        "id": uuid_or_none(attributed.id if attributed else decision.arrival.message_id),
        "src": sender_of(decision.arrival),
        "kid": attributed.postmark.kid if attributed else None,
        "refhash": attributed.postmark.refhash if attributed else refhash_of(decision.arrival.body),
        "result": "refused",
        "code": decision.error.code.value,
    }


def _is_of_a_witness(decision: Refused) -> bool:
    """A cosignature is never a leaf (wire.md 11), not even one that does not hold."""
    return decision.message is not None and decision.message.postmark.typ == CHECKPOINT_COSIGNATURE


def _report_row(decision: Reported, now: datetime) -> Row:
    status = decision.status
    return {
        "oin": decision.message.postmark.signer.oin,
        "time": instant(status.time),
        "received": instant(now),
        "waiting": status.waiting,
        "oldest_waiting": instant(status.oldest_waiting) if status.oldest_waiting else None,
        "uncertain": status.uncertain,
        "circuit": status.circuit,
        "software": status.versions.software,
        "types": ",".join(status.versions.types),
        "register_version": status.register_version,
        "clock_offset_ms": status.clock_offset_ms,
    }
