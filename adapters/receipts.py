"""What hub and recipients say of the messages that we sent, and what the hub says to us; a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from adapters import ledger as rows
from adapters.contract import Office, Outcome
from adapters.ledger import OutgoingRow, Sent, Values
from hub.database import Connection, instant
from hub.errors import Code, HubError
from hub.events import Event, log
from hub.wire.postmark import HUB_NOTICE, HUB_RECEIPT, RECIPIENT_RECEIPT, Postmark
from hub.wire.receipt import read_payload
from schemas.road import HubNotice, HubReceipt, RecipientReceipt

DAILY = timedelta(days=1)
CLOCK_WARNING = timedelta(seconds=30)
PASSING = frozenset({Code.QUOTA_EXCEEDED.value, Code.CLOCK_SKEW.value})  # the sender offers the same bytes again


@dataclass(frozen=True, slots=True)
class News:
    """What one receipt says of one message."""

    ref: str
    refhash: str
    state: Literal["accepted", "delivered", "refused", "expired"]
    code: str | None
    by: Literal["hub", "recipient"]
    signer: str

    @property
    def moves_to(self) -> Sent:
        """Where this brings the message."""
        by_hub = {"accepted": Sent.ACCEPTED, "refused": Sent.REFUSED, "expired": Sent.EXPIRED}
        return by_hub[self.state] if self.by == "hub" else Sent.SETTLED

    def fits(self, row: OutgoingRow) -> bool:
        """It is about these bytes, by someone who may say so, and says more than is known.

        A refusal of the hub after it accepted says nothing; an acceptance after a refusal does, of another copy.
        """
        by_right_party = self.by == "hub" or self.signer == row.recipient
        return bool(row.refhash == self.refhash and by_right_party and row.state < self.moves_to)


class ReceiptReader:
    """Moves outbox rows up by receipts; a receipt that does not fit a row changes nothing."""

    def __init__(self, office: Office, tell: Callable[[Connection, Outcome], None]) -> None:
        self._office = office
        self._tell = tell
        self.clock_offset = timedelta(0)  # ours minus the hub's, as seen from its newest receipt

    def read(self, tx: Connection, postmarks: Sequence[Postmark], now: datetime) -> None:
        """Takes in whatever is not an envelope."""
        news = [item for postmark in postmarks for item in self._news_of(postmark, now)]
        if not news:
            return
        known = rows.outgoing(tx, [item.ref for item in news])
        best: dict[str, News] = {}
        told: list[Outcome] = []
        for item in news:
            row = known.get(item.ref)
            earlier = best.get(item.ref)
            if row is None or not item.fits(row) or (earlier and earlier.moves_to >= item.moves_to):
                continue
            best[item.ref] = item
            told.append(
                Outcome(row.id, row.type, row.correlationid, row.recipient, item.state, item.code, item.by, now)
            )
        rows.settle_outgoing(tx, [_values(item, now) for item in best.values()])
        for outcome in told:
            if outcome.state in {"refused", "expired"}:
                log().error(Event.MESSAGE_REFUSED, id=outcome.message_id, type=outcome.type, code=outcome.code)
            self._tell(tx, outcome)

    def _news_of(self, postmark: Postmark, now: datetime) -> Iterator[News]:
        try:
            if postmark.typ == HUB_RECEIPT:
                yield from self._hub_news(read_payload(postmark, HubReceipt), postmark.signer.oin, now)
            elif postmark.typ == RECIPIENT_RECEIPT:
                yield from _recipient_news(read_payload(postmark, RecipientReceipt), postmark.signer.oin)
            elif postmark.typ == HUB_NOTICE:
                log().warning(Event.NOTICE_RECEIVED, code=read_payload(postmark, HubNotice).code)
        except HubError as error:
            # Signed by its sender and yet of bad form: an error of their software; T3 asks again by itself.
            log().error(Event.RECEIPT_REFUSED, oin=postmark.signer.oin, code=error.code, advice=error.advice())

    def _hub_news(self, receipt: HubReceipt, signer: str, now: datetime) -> Iterator[News]:
        self._compare_clocks(receipt.time, now)
        for entry in receipt.receipts:
            code = entry.code.value if entry.code else None
            if entry.ref is not None and code not in PASSING:
                yield News(entry.ref, entry.refhash, entry.decision.value, code, "hub", signer)

    def _compare_clocks(self, theirs: datetime, now: datetime) -> None:
        """A receipt is signed when it is sent: what it was under way makes the offset at worst a little too large."""
        self.clock_offset = now - theirs
        if abs(self.clock_offset) >= CLOCK_WARNING:
            deviation = int(self.clock_offset / timedelta(milliseconds=1))
            log().warning(Event.CLOCK_DEVIATED, deviation_ms=deviation)


def _recipient_news(receipt: RecipientReceipt, signer: str) -> Iterator[News]:
    for entry in receipt.receipts:
        state: Literal["delivered", "refused"] = "delivered" if entry.result.value == "accepted" else "refused"
        yield News(entry.ref, entry.refhash, state, entry.code.value if entry.code else None, "recipient", signer)


def _values(item: News, now: datetime) -> Values:
    """Until there is an outcome the same bytes are offered again, once a day (T3)."""
    settled = item.state != "accepted"
    return {
        "key": item.ref,
        "to": item.moves_to,
        "at": None if settled else instant(now + DAILY),
        "new_outcome": {"accepted": None, "delivered": "accepted"}.get(item.state, item.state),
        "new_code": item.code,
        "new_by": item.by if settled else None,
        "told": instant(now) if settled else None,
    }
