"""The way in: verify, open, validate, store, receipt, ack — in that order, for a batch at a time (wire.md 8).

A message is stored before its receipt leaves and receipted before it is acked. Faults that may be ours (no key, an
unknown type, an unknown kid) are held for 24 hours and tried again; what nobody may be told about is kept as evidence.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from adapters import ledger as rows
from adapters.contract import Handler, Identity, Office, Outcome
from adapters.intake import Delivery, Intake
from adapters.ledger import Ledger, Taken
from adapters.outbox import outgoing
from adapters.receipts import ReceiptReader
from hub.clock import new_id
from hub.database import Connection, RowError, instant, moment
from hub.errors import Code
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.waiting import pause, when_any
from hub.wire.link import Arrival, Link, Outgoing
from hub.wire.names import organisation_urn
from hub.wire.postmark import Postmark, refhash_of
from hub.wire.receipt import sign_payload
from schemas.messages import Message
from schemas.road import RecipientReceipt, RecipientReceiptEntry

AT_ONCE = 100
SWEEP_S = 30.0


class Inbox:
    """Takes deliveries from the broker into the ledger, and sends the receipts that the ledger owes."""

    def __init__(
        self,
        identity: Identity,
        ledger: Ledger,
        office: Office,
        handlers: Mapping[str, Handler[Message]],
        tell: Callable[[Connection, Outcome], None],
        take_checkpoint: Callable[[Connection, Postmark], None],
    ) -> None:
        self._identity = identity
        self._ledger = ledger
        self._office = office
        self._handlers = handlers
        self.receipts = ReceiptReader(office, tell, take_checkpoint)
        self.trusted = asyncio.Event()  # this process stored a message that came for the first time
        self._open = False
        self._arrived: deque[tuple[Arrival, asyncio.Future[bool]]] = deque()
        self._changed = asyncio.Event()
        self._lock = asyncio.Lock()  # one batch, sweep or round of receipts at a time

    def open(self) -> None:
        """Takes deliveries from now on, for `run` to store; called before the first can come."""
        self._close()
        self._open = True

    def _close(self) -> None:
        """What is still here comes again over the next link: to take it now would be to take it twice."""
        self._open = False
        for _, kept in self._arrived:
            if not kept.done():
                kept.set_result(False)
        self._arrived.clear()

    async def deliver(self, arrival: Arrival) -> bool:
        """Hands one delivery to the batch and waits for its outcome: True when it is durable and may be acked."""
        if not self._open:
            return False
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._arrived.append((arrival, kept))
        self._changed.set()
        return await kept

    async def run(self, link: Link, wake: Callable[[], None], over: asyncio.Event) -> None:
        """Takes batches on this link until `over`; what is not in hand then comes again.

        Raises:
            UnavailableError: the ledger is away.
            RefusedError: there is no key to sign receipts with.
        """
        batch: list[tuple[Arrival, asyncio.Future[bool]]] = []
        try:
            while not over.is_set():
                self._changed.clear()
                if not self._arrived:
                    await when_any(self._changed, over)
                    continue
                batch = self._next_batch()
                await self._keep([Delivery(arrival.body) for arrival, _ in batch])
                wake()
                await self.send_receipts(link)
                reached(Failpoint.INBOX_BEFORE_ACK)
                for arrival, kept in batch:
                    if not kept.done():  # cancelled with its consumer: it comes again and is a duplicate then
                        kept.set_result(True)
                    if not arrival.redelivered:
                        self.trusted.set()
        finally:
            self._arrived.extendleft(reversed(batch))
            self._close()

    def _next_batch(self) -> list[tuple[Arrival, asyncio.Future[bool]]]:
        """What has arrived, at most a hundred; a redelivered message alone, for it may be what ended the process."""
        batch = [self._arrived.popleft()]
        while (
            self._arrived and len(batch) < AT_ONCE and not (batch[0][0].redelivered or self._arrived[0][0].redelivered)
        ):
            batch.append(self._arrived.popleft())
        return batch

    async def _keep(self, deliveries: Sequence[Delivery]) -> None:
        """One transaction for the batch; if a row makes it fail, one for each delivery, and that one is evidence."""
        try:
            async with self._lock:
                await self._ledger.database.run(self._take, deliveries)
        except RowError:
            if len(deliveries) > 1:
                log().warning(Event.BATCH_SPLIT, count=len(deliveries))
                for one in deliveries:
                    await self._keep([one])
                return
            await self._ledger.database.run(self._set_aside, deliveries[0])
        reached(Failpoint.INBOX_AFTER_COMMIT)

    def _set_aside(self, tx: Connection, delivery: Delivery) -> None:
        code, refhash = Code.DATABASE_UNAVAILABLE.value, refhash_of(delivery.body)
        received = instant(self._office.clock.now())
        rows.add_evidence(tx, [{"refhash": refhash, "code": code, "body": delivery.body, "received": received}])
        rows.release(tx, [refhash])
        log().error(Event.MESSAGE_QUARANTINED, refhash=refhash, code=code)

    def _take(self, tx: Connection, deliveries: Sequence[Delivery]) -> None:
        Intake(tx, self._identity, self._office, self._handlers, self.receipts).take(deliveries)
        reached(Failpoint.INBOX_BEFORE_COMMIT)

    async def send_receipts(self, link: Link) -> int:
        """Publishes the receipts that the ledger owes, batched per original sender; returns how many messages."""
        async with self._lock:
            due = await self._ledger.database.read(rows.receipts_due, AT_ONCE * 10)
            by_sender: dict[str, list[rows.IncomingRow]] = {}
            for row in due:
                by_sender.setdefault(row.source_oin, []).append(row)
            batches = [
                mine[start : start + AT_ONCE] for mine in by_sender.values() for start in range(0, len(mine), AT_ONCE)
            ]
            if not batches:
                return 0
            results = await link.publish([self._receipt(batch) for batch in batches])
            reached(Failpoint.INBOX_AFTER_RECEIPT)
            told = [
                (row.source_oin, row.id)
                for batch, error in zip(batches, results, strict=True)
                if error is None
                for row in batch
            ]
            await self._ledger.database.run(_mark_told, told)
            reached(Failpoint.INBOX_AFTER_RECEIPT_MARK)
            return len(told)

    def _receipt(self, batch: Sequence[rows.IncomingRow]) -> Outgoing:
        now = self._office.clock.now()
        receipt = RecipientReceipt(
            id=new_id(self._office.clock),
            source=organisation_urn(self._identity.oin),
            recipient=organisation_urn(batch[0].source_oin),
            time=now,
            receipts=tuple(
                RecipientReceiptEntry(ref=row.id, refhash=row.refhash, result=row.result, code=row.code)
                for row in batch
            ),
        )
        body = sign_payload(receipt, self._office.keys.signing(now))
        return outgoing(self._identity, body, receipt.id, RecipientReceipt.name, receipt.id)

    async def run_sweep(self, link: Link, wake: Callable[[], None], over: asyncio.Event) -> None:
        """Does what time decides, until `over`.

        Raises:
            UnavailableError: the ledger is away.
            RefusedError: there is no key to sign receipts with.
        """
        while True:
            await self.sweep()
            wake()
            await self.send_receipts(link)
            if await pause(over, SWEEP_S):
                return

    async def sweep(self) -> None:
        """Tries held bodies again; refuses messages whose earlier one did not come before their own expiry."""
        after = ""
        while held := await self._ledger.database.read(rows.held, AT_ONCE, after):
            await self._keep([Delivery(row.body, moment(row.received)) for row in held])
            after = held[-1].refhash
        async with self._lock:
            await self._ledger.database.run(self._refuse_late)

    def _refuse_late(self, tx: Connection) -> None:
        now = instant(self._office.clock.now())
        late = [row for row in rows.waiting(tx) if row.expirytime <= now]
        code = Code.OUT_OF_ORDER_EXPIRED
        keys = [(row.source_oin, row.id) for row in late]
        refused = {"state": Taken.REFUSED, "result": "refused", "code": code.value, "receipt_due": True, "data": None}
        rows.update_incoming(tx, keys, **refused)
        for row in late:
            log().error(Event.MESSAGE_REFUSED, id=row.id, oin=row.source_oin, code=code)


def _mark_told(tx: Connection, keys: Sequence[rows.Key]) -> None:
    rows.update_incoming(tx, keys, receipt_due=False)
