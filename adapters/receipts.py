"""What hub and recipients say of the messages that we sent, and what the hub says to us; a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from adapters import ledger as rows
from adapters.clocks import ClockOffset
from adapters.contract import Office, Outcome
from adapters.ledger import OutgoingRow, Sent, Values
from hub.database import Connection, instant, moment
from hub.errors import Code, HubError
from hub.events import Event, log
from hub.wire.postmark import HUB_CHECKPOINT, HUB_NOTICE, HUB_RECEIPT, RECIPIENT_RECEIPT, Postmark
from hub.wire.receipt import read_payload
from schemas.road import HubNotice, HubReceipt, RecipientReceipt

DAILY = timedelta(days=1)
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
    received: datetime | None = None
    """When the hub says to have received it."""

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
        news = row.state < self.moves_to and not self.passing
        return bool(row.refhash == self.refhash and by_right_party and news)

    @property
    def passing(self) -> bool:
        """It says only that the same bytes must come again later (T3 sees to that)."""
        return self.by == "hub" and self.code in PASSING


class ReceiptReader:
    """Moves outbox rows up by receipts; a receipt that does not fit a row changes nothing."""

    def __init__(
        self,
        office: Office,
        tell: Callable[[Connection, Outcome], None],
        take_checkpoint: Callable[[Connection, Postmark], None],
    ) -> None:
        self._office = office
        self._tell = tell
        self._take_checkpoint = take_checkpoint
        self._clock = ClockOffset()

    @property
    def clock_offset(self) -> timedelta:
        """Our clock minus the hub's, as far as its receipts show."""
        return self._clock.value

    def read(self, tx: Connection, postmarks: Sequence[Postmark], now: datetime) -> None:
        """Takes in whatever is not an envelope."""
        signed: list[datetime] = []
        for postmark in postmarks:
            if postmark.typ == HUB_CHECKPOINT:
                self._take_checkpoint(tx, postmark)
        news = [item for postmark in postmarks for item in self._news_of(postmark, signed)]
        known = rows.outgoing(tx, [item.ref for item in news]) if news else {}
        self._compare_clocks(news, known, signed, now)
        best: dict[str, News] = {}
        told: list[Outcome] = []
        for item in news:
            row = known.get(item.ref)
            earlier = best.get(item.ref)
            if item.passing:
                log().warning(Event.MESSAGE_DELAYED, id=item.ref, code=item.code)
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

    def _news_of(self, postmark: Postmark, signed: list[datetime]) -> Iterator[News]:
        try:
            if postmark.typ == HUB_RECEIPT:
                receipt = read_payload(postmark, HubReceipt)
                signed.append(receipt.time)
                yield from _hub_news(receipt, postmark.signer.oin)
            elif postmark.typ == RECIPIENT_RECEIPT:
                yield from _recipient_news(read_payload(postmark, RecipientReceipt), postmark.signer.oin)
            elif postmark.typ == HUB_NOTICE:
                log().warning(Event.NOTICE_RECEIVED, code=read_payload(postmark, HubNotice).code)
        except HubError as error:
            # Signed by its sender and yet of bad form: an error of their software; T3 asks again by itself.
            log().error(Event.RECEIPT_REFUSED, oin=postmark.signer.oin, code=error.code, advice=error.advice())

    def _compare_clocks(
        self, news: Sequence[News], known: Mapping[str, OutgoingRow], signed: Sequence[datetime], now: datetime
    ) -> None:
        for item in news:
            row = known.get(item.ref)
            if item.received is not None and row is not None and row.refhash == item.refhash:
                self._clock.learn_sent(moment(row.created), item.received)
        for at in signed:
            self._clock.learn_heard(at, now)


def _hub_news(receipt: HubReceipt, signer: str) -> Iterator[News]:
    for entry in receipt.receipts:
        code = entry.code.value if entry.code else None
        if entry.ref is not None:
            yield News(entry.ref, entry.refhash, entry.decision.value, code, "hub", signer, entry.received)


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
