"""What hub and recipients say of the messages that we sent, and what the hub says to us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from adapters import ledger as rows
from adapters.contract import Identity, Office, Outcome
from adapters.ledger import Sent
from hub.database import instant
from hub.errors import Code, HubError
from hub.events import Event, log
from hub.wire.postmark import HUB_NOTICE, HUB_RECEIPT, RECIPIENT_RECEIPT, Postmark
from hub.wire.receipt import read_payload
from schemas.road import HubNotice, HubReceipt, HubReceiptEntry, RecipientReceipt

DAILY = timedelta(days=1)
CLOCK_WARNING = timedelta(seconds=30)
PASSING = frozenset({Code.QUOTA_EXCEEDED.value, Code.CLOCK_SKEW.value})  # the sender offers the same bytes again


class ReceiptReader:
    """Moves outbox rows up by receipts; a receipt that does not fit a row changes nothing."""

    def __init__(self, identity: Identity, office: Office, tell: Callable[[Connection, Outcome], None]) -> None:
        self._identity = identity
        self._office = office
        self._tell = tell
        self.clock_offset = timedelta(0)  # ours minus the hub's, as seen from its newest receipt

    def read(self, tx: Connection, postmark: Postmark, now: datetime) -> None:
        """Takes in whatever is not an envelope."""
        try:
            if postmark.typ == HUB_RECEIPT:
                self._read_hub(tx, read_payload(postmark, HubReceipt), now)
            elif postmark.typ == RECIPIENT_RECEIPT:
                self._read_recipient(tx, read_payload(postmark, RecipientReceipt), postmark.signer.oin, now)
            elif postmark.typ == HUB_NOTICE:
                log().warning(Event.NOTICE_RECEIVED, code=read_payload(postmark, HubNotice).code)
        except HubError as error:
            # Signed by its sender and yet of bad form: an error of their software; T3 asks again by itself.
            log().error(Event.RECEIPT_REFUSED, oin=postmark.signer.oin, code=error.code, advice=error.advice())

    def _read_hub(self, tx: Connection, receipt: HubReceipt, now: datetime) -> None:
        self._compare_clocks(receipt.time, now)
        mine = rows.outgoing(tx, [entry.ref for entry in receipt.receipts if entry.ref is not None])
        for entry in receipt.receipts:
            row = mine.get(entry.ref or "")
            if row is not None and row.refhash == entry.refhash:
                self._take_hub_entry(tx, row, entry, now)

    def _take_hub_entry(self, tx: Connection, row: rows.OutgoingRow, entry: HubReceiptEntry, now: datetime) -> None:
        if entry.decision == "accepted":
            if rows.update_outgoing(tx, row.id, Sent.ACCEPTED, state=Sent.ACCEPTED, next_attempt=instant(now + DAILY)):
                self._tell(tx, _outcome(row, "accepted", None, "hub", now))
            return
        code = entry.code.value if entry.code else None
        if code in PASSING:
            return
        below, state = (Sent.EXPIRED, Sent.EXPIRED) if entry.decision == "expired" else (Sent.ACCEPTED, Sent.SETTLED)
        values = {
            "outcome": entry.decision.value,
            "outcome_code": code,
            "outcome_by": "hub",
            "outcome_at": instant(now),
        }
        if rows.update_outgoing(tx, row.id, below, state=state, next_attempt=None, **values):
            outcome = "expired" if entry.decision == "expired" else "refused"
            log().error(Event.MESSAGE_REFUSED, id=row.id, type=row.type, recipient=row.recipient, code=code or outcome)
            self._tell(tx, _outcome(row, outcome, code, "hub", now))

    def _read_recipient(self, tx: Connection, receipt: RecipientReceipt, recipient: str, now: datetime) -> None:
        mine = rows.outgoing(tx, [entry.ref for entry in receipt.receipts])
        for entry in receipt.receipts:
            row = mine.get(entry.ref)
            if row is None or row.refhash != entry.refhash or row.recipient != recipient:
                continue
            code = entry.code.value if entry.code else None
            values = {
                "state": Sent.SETTLED,
                "next_attempt": None,
                "outcome": entry.result.value,
                "outcome_code": code,
                "outcome_by": "recipient",
                "outcome_at": instant(now),
            }
            if rows.update_outgoing(tx, row.id, Sent.SETTLED, **values):
                state = "delivered" if entry.result == "accepted" else "refused"
                self._tell(tx, _outcome(row, state, code, "recipient", now))

    def _compare_clocks(self, theirs: datetime, now: datetime) -> None:
        """A receipt is signed when it is sent: what it was under way makes the offset at worst a little too large."""
        self.clock_offset = now - theirs
        if abs(self.clock_offset) >= CLOCK_WARNING:
            deviation = int(self.clock_offset / timedelta(milliseconds=1))
            log().warning(Event.CLOCK_DEVIATED, deviation_ms=deviation)


def _outcome(row: rows.OutgoingRow, state: str, code: str | None, by: str, now: datetime) -> Outcome:
    return Outcome(row.id, row.type, row.correlationid, row.recipient, state, code, by, now)  # type: ignore[arg-type]
