"""The way in: verify, open, validate, store, receipt, ack — in that order, for a batch at a time (wire.md 8).

A message is stored before its receipt leaves and receipted before it is acked. Faults that may be ours (no key, an
unknown type, an unknown kid) are held for 24 hours and tried again; what nobody may be told about is kept as evidence.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from adapters import ledger as rows
from adapters.contract import Handler, Identity, Office, Outcome
from adapters.ledger import Ledger, Taken
from adapters.outbox import outgoing
from adapters.receipts import ReceiptReader
from hub.clock import new_id
from hub.database import instant, moment
from hub.errors import Code, HubError, RefusedError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.wire.envelope import Envelope
from hub.wire.link import Arrival, Link
from hub.wire.names import organisation_urn
from hub.wire.postmark import ENVELOPE, Postmark, check_signer, refhash_of, verify_postmark
from hub.wire.receipt import sign_payload
from hub.wire.unseal import open_seal, outer_of
from schemas.catalogue import CATALOGUE
from schemas.errors import PayloadError
from schemas.messages import Message
from schemas.road import RecipientReceipt, RecipientReceiptEntry

HOLD = timedelta(hours=24)
OURS = frozenset({Code.OPEN_FAILED, Code.UNKNOWN_TYPE})
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
        self.receipts = ReceiptReader(identity, office, tell)
        self._arrived: asyncio.Queue[tuple[Arrival, asyncio.Future[bool]]] = asyncio.Queue()

    async def deliver(self, arrival: Arrival) -> bool:
        """Hands one delivery to the batch and waits for its outcome: True when it is durable and may be acked."""
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._arrived.put_nowait((arrival, kept))
        return await kept

    async def run(self, link: Link, wake: Callable[[], None]) -> None:
        """Takes batches on this link until cancelled; what is still in hand then comes again."""
        self._arrived = asyncio.Queue()
        sweeper = asyncio.create_task(self._sweep_regularly(link, wake))
        batch: list[tuple[Arrival, asyncio.Future[bool]]] = []
        try:
            while True:
                batch = [await self._arrived.get()]
                while len(batch) < AT_ONCE and not self._arrived.empty():
                    batch.append(self._arrived.get_nowait())
                await self._ledger.database.run(self._take, [arrival for arrival, _ in batch])
                reached(Failpoint.INBOX_AFTER_COMMIT)
                wake()
                await self.send_receipts(link)
                for _, kept in batch:
                    kept.set_result(True)
                reached(Failpoint.INBOX_AFTER_ACK)
        finally:
            sweeper.cancel()
            for _, kept in batch:
                if not kept.done():
                    kept.set_result(False)

    def _take(self, tx: Connection, arrivals: Sequence[Arrival]) -> None:
        for arrival in arrivals:
            self._take_one(tx, arrival.body, self._office.clock.now(), None)
        reached(Failpoint.INBOX_BEFORE_COMMIT)

    def _take_one(self, tx: Connection, body: bytes, now: datetime, held_since: datetime | None) -> None:
        """One body into the ledger; `held_since` when it was held before."""
        refhash = refhash_of(body)
        patience_over = held_since is not None and now >= held_since + HOLD
        try:
            postmark = verify_postmark(body, self._office.register.current, now, by_hub=False)
            check_signer(postmark, self._office.register.current.hub)
        except HubError as error:
            unknown_kid = error.code is Code.UNKNOWN_KEY and error.place == "kid"
            if unknown_kid and not patience_over:
                self._hold(tx, refhash, error.code, body, now)
            else:
                self._keep_evidence(tx, refhash, error, body, now)
            return
        rows.release(tx, refhash)
        if postmark.typ != ENVELOPE:
            self.receipts.read(tx, postmark, now)
            return
        try:
            self._take_envelope(tx, postmark, body, now, patience_over=patience_over)
        except HubError as error:
            self._keep_evidence(tx, refhash, error, body, now)

    def _take_envelope(
        self, tx: Connection, postmark: Postmark, body: bytes, now: datetime, *, patience_over: bool
    ) -> None:
        register = self._office.register.current
        outer = outer_of(postmark, register=register, me=self._identity.oin, now=now)
        envelope = outer.envelope
        key = (envelope.source_oin, envelope.id)
        present = rows.incoming(tx, [key]).get(key)
        if present is not None:
            if present.signing_hash != postmark.signing_hash:
                raise RefusedError(Code.ID_REUSED, "id")
            rows.update_incoming(tx, [key], receipt_due=present.result is not None)
            return
        try:
            opened = open_seal(outer, register=register, keys=self._office.keys.folder, now=now)
            message = self._read(envelope, opened.data)
        except HubError as error:
            if error.code in OURS and not patience_over:
                self._hold(tx, postmark.refhash, error.code, body, now)
            else:
                self._store(tx, postmark, envelope, now, state=Taken.REFUSED, code=error.code, data=None)
            return
        self._store_readable(tx, postmark, envelope, message, now)

    def _read(self, envelope: Envelope, data: Mapping[str, object]) -> Message:
        """The payload as its model: what we do not know may be our late upgrade, what does not fit is the sender's."""
        handler = self._handlers.get(envelope.type)
        if handler is None:
            raise RefusedError(Code.UNKNOWN_TYPE, "type")
        me = self._office.register.current.organisations[self._identity.oin]
        if "bsn" in data and not me.bsn_allowed:
            raise RefusedError(Code.BSN_NOT_ALLOWED, "bsn")
        try:
            return handler.model.from_wire(data)
        except PayloadError:
            raise RefusedError(Code.SCHEMA_INVALID, "data") from None

    def _store_readable(
        self, tx: Connection, postmark: Postmark, envelope: Envelope, message: Message, now: datetime
    ) -> None:
        """READY with its receipt, or WAITING without one when an earlier message of its conversation is missing."""
        waits_for = CATALOGUE[envelope.type].waits_for
        missing = bool(waits_for) and not _any_of(waits_for, rows.types_seen(tx, envelope.correlationid))
        data = json.dumps(message.to_wire(), ensure_ascii=False, separators=(",", ":"))
        state = Taken.WAITING if missing else Taken.READY
        self._store(tx, postmark, envelope, now, state=state, code=None, data=data)
        if not missing:
            self._let_follow(tx, envelope.correlationid)

    def _let_follow(self, tx: Connection, conversation: str) -> None:
        """Messages that waited for what just came are decided now."""
        for row in rows.waiting(tx, [conversation]):
            if _any_of(CATALOGUE[row.type].waits_for, rows.types_seen(tx, conversation)):
                key = [(row.source_oin, row.id)]
                rows.update_incoming(tx, key, state=Taken.READY, result="accepted", receipt_due=True)

    def _store(
        self,
        tx: Connection,
        postmark: Postmark,
        envelope: Envelope,
        now: datetime,
        *,
        state: Taken,
        code: Code | None,
        data: str | None,
    ) -> None:
        result = {Taken.READY: "accepted", Taken.REFUSED: "refused"}.get(state)
        rows.add_incoming(
            tx,
            [
                {
                    "source_oin": envelope.source_oin,
                    "id": envelope.id,
                    "signing_hash": postmark.signing_hash,
                    "refhash": postmark.refhash,
                    "type": envelope.type,
                    "subject": envelope.case,
                    "correlationid": envelope.correlationid,
                    "sequence": envelope.sequence,
                    "time": instant(envelope.time),
                    "expirytime": instant(envelope.expirytime),
                    "received": instant(now),
                    "data": data,
                    "state": state,
                    "attempts": 0,
                    "next_attempt": None,
                    "result": result,
                    "code": code.value if code else None,
                    "receipt_due": result is not None,
                },
            ],
        )
        if code is not None:
            log().warning(Event.MESSAGE_REFUSED, id=envelope.id, oin=envelope.source_oin, code=code)

    def _hold(self, tx: Connection, refhash: str, code: Code, body: bytes, now: datetime) -> None:
        rows.hold(tx, refhash, code.value, body, instant(now))
        log().error(Event.MESSAGE_HELD, refhash=refhash, code=code)

    def _keep_evidence(self, tx: Connection, refhash: str, error: HubError, body: bytes, now: datetime) -> None:
        """Kept and alarmed, without receipt: nobody can be told, or telling would help whoever did this."""
        rows.release(tx, refhash)
        rows.add_evidence(tx, refhash, error.code.value, body, instant(now))
        log().error(
            Event.MESSAGE_QUARANTINED, refhash=refhash, code=error.code, place=error.place, advice=error.advice()
        )

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

    def _receipt(self, batch: Sequence[Any]) -> Any:  # noqa: ANN401
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
        now = self._office.clock.now()
        for row in rows.held(tx):
            self._take_one(tx, row.body, now, moment(row.received))
        for row in rows.waiting(tx):
            if row.expirytime <= instant(now):
                code = Code.OUT_OF_ORDER_EXPIRED
                key = [(row.source_oin, row.id)]
                rows.update_incoming(
                    tx, key, state=Taken.REFUSED, result="refused", code=code.value, receipt_due=True, data=None
                )
                log().error(Event.MESSAGE_REFUSED, id=row.id, oin=row.source_oin, code=code)


def _any_of(names: frozenset[str], types: set[str]) -> bool:
    return any(CATALOGUE[seen].name in names for seen in types if seen in CATALOGUE)
