"""The way in: verify, open, validate, store, receipt, ack — in that order, for a batch at a time (wire.md 8).

A message is stored before its receipt leaves and receipted before it is acked. Faults that may be ours (no key, an
unknown type, an unknown kid) are held for 24 hours and tried again; what nobody may be told about is kept as evidence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters import ledger as rows
from adapters.contract import Handler, Identity, Office, Outcome
from adapters.intake import Delivery, Intake
from adapters.ledger import Ledger, Taken
from adapters.outbox import outgoing
from adapters.receipts import ReceiptReader
from hub.clock import new_id
from hub.database import Connection, instant, moment
from hub.errors import Code
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.wire.link import Arrival, Link, Outgoing
from hub.wire.names import organisation_urn
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
    ) -> None:
        self._identity = identity
        self._ledger = ledger
        self._office = office
        self._handlers = handlers
        self.receipts = ReceiptReader(office, tell)
        self._arrived: asyncio.Queue[tuple[Arrival, asyncio.Future[bool]]] = asyncio.Queue()

    async def deliver(self, arrival: Arrival) -> bool:
        """Hands one delivery to the batch and waits for its outcome: True when it is durable and may be acked."""
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._arrived.put_nowait((arrival, kept))
        return await kept

    async def run(self, link: Link, wake: Callable[[], None]) -> None:
        """Takes batches on this link until cancelled; what is still in hand then comes again."""
        sweeper = asyncio.create_task(self._sweep_regularly(link, wake))
        batch: list[tuple[Arrival, asyncio.Future[bool]]] = []
        try:
            while True:
                batch = [await self._arrived.get()]
                while len(batch) < AT_ONCE and not self._arrived.empty():
                    batch.append(self._arrived.get_nowait())
                await self._ledger.database.run(self._take, [Delivery(arrival.body) for arrival, _ in batch])
                reached(Failpoint.INBOX_AFTER_COMMIT)
                wake()
                await self.send_receipts(link)
                for _, kept in batch:
                    kept.set_result(True)
                reached(Failpoint.INBOX_AFTER_ACK)
        finally:
            sweeper.cancel()
            while not self._arrived.empty():
                batch.append(self._arrived.get_nowait())
            for _, kept in batch:
                if not kept.done():
                    kept.set_result(False)

    def _take(self, tx: Connection, deliveries: Sequence[Delivery]) -> None:
        Intake(tx, self._identity, self._office, self._handlers, self.receipts).take(deliveries)
        reached(Failpoint.INBOX_BEFORE_COMMIT)

    async def send_receipts(self, link: Link) -> int:
        """Publishes the receipts that the ledger owes, batched per original sender; returns how many messages."""
        due = await self._ledger.database.read(rows.receipts_due, AT_ONCE * 10)
        by_sender: dict[str, list[Any]] = {}
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
        await self._ledger.database.run(rows.update_incoming, told, receipt_due=False)
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

    async def _sweep_regularly(self, link: Link, wake: Callable[[], None]) -> None:
        """What time decides: held bodies are tried again, waiting messages expire, owed receipts go out."""
        while True:
            await self._ledger.database.run(self.sweep)
            wake()
            await self.send_receipts(link)
            await asyncio.sleep(SWEEP_S)

    def sweep(self, tx: Connection) -> None:
        """Tries held bodies again; refuses messages whose earlier one did not come before their own expiry."""
        now = instant(self._office.clock.now())
        self._take(tx, [Delivery(row.body, moment(row.received)) for row in rows.held(tx)])
        late = [row for row in rows.waiting(tx) if row.expirytime <= now]
        code = Code.OUT_OF_ORDER_EXPIRED
        keys = [(row.source_oin, row.id) for row in late]
        refused = {"state": Taken.REFUSED, "result": "refused", "code": code.value, "receipt_due": True, "data": None}
        rows.update_incoming(tx, keys, **refused)
        for row in late:
            log().error(Event.MESSAGE_REFUSED, id=row.id, oin=row.source_oin, code=code)
