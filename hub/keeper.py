"""The leader's tasks: give log entries their index, offer bytes again, give up hope in time, keep dead letters.

One leader at a time: PostgreSQL by an advisory lock held on a connection, SQLite because it has one hub process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from hub.database import instant
from hub.errors import HubError, UnavailableError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.messagelog import store
from hub.messagelog.store import Known
from hub.messagelog.tables import State
from hub.relay.answers import envelope_to, signed_receipts
from hub.relay.relay import Office
from hub.wire.link import Arrival, Link, LinkSettings
from hub.wire.names import organisation_urn
from hub.wire.postmark import refhash_of
from hub.wire.topology import DEAD_QUEUE
from schemas.codes import HubDecision
from schemas.road import HubReceiptEntry

# After the broker took the bytes, how long until they are offered again when no receipt came: attempts 1, 2, 3, 4+.
PATIENCE = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
GRACE = timedelta(hours=24)  # after `expirytime`, before the hub says `expired` (T1)
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class KeeperSettings:
    """How often the keeper looks, in seconds."""

    sequence_s: float = 0.4
    redeliver_s: float = 5.0
    expire_s: float = 30.0


class Keeper:
    """The tasks of the hub's leader; each is safe to do twice."""

    def __init__(
        self,
        office: Office,
        settings: KeeperSettings,
        link_settings: LinkSettings,
        inboxes: Callable[[], dict[str, str]],
    ) -> None:
        self._office = office
        self._settings = settings
        self._link_settings = link_settings
        self._inboxes = inboxes

    async def run(self, stop: asyncio.Event) -> None:
        """Does every task at its interval until `stop`; a failing one is logged and comes again."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(self._settings.sequence_s, stop, self.sequence, "sequence"))
            group.create_task(self._linked(stop))

    async def _every(
        self, seconds: float, stop: asyncio.Event, task: Callable[[], Awaitable[object]], name: str
    ) -> None:
        while not stop.is_set():
            try:
                await task()
            except UnavailableError as error:
                log().warning(Event.TASK_FAILED, task=name, code=error.code, advice=error.advice())
            try:
                async with asyncio.timeout(seconds):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _linked(self, stop: asyncio.Event) -> None:
        """The tasks that need the broker, on one link after another."""
        while not stop.is_set():
            try:
                link = await Link.open(self._link_settings)
            except UnavailableError:
                await asyncio.sleep(1.0)
                continue
            over = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                for event in (stop, link.lost):
                    group.create_task(_chain(event, over))
                group.create_task(
                    self._every(self._settings.redeliver_s, over, partial(self.redeliver, link), "redeliver")
                )
                group.create_task(self._every(self._settings.expire_s, over, partial(self.expire, link), "expire"))
                group.create_task(self._keep_dead_letters(link, over))
                await over.wait()
                link.lost.set()
            await link.close()

    async def sequence(self) -> int:
        """Gives pending log entries their index; returns how many."""
        return await self._office.database.run(store.sequence_entries, 5_000)

    async def redeliver(self, link: Link) -> int:
        """Offers bytes again whose recipient is there, has read everything, and sent no receipt; returns how many.

        An owner that was away for a day finds its messages in the inbox and must not come back to copies of them.
        """
        now = self._office.clock.now()
        due = await self._office.database.read(store.undelivered, now, AT_ONCE)
        if not due:
            return 0
        again: list[Known] = []
        later: list[Known] = []
        idle: dict[str, bool] = {}
        for one in due:
            if one.recipient_oin not in idle:
                idle[one.recipient_oin] = await self._is_idle(link, one.recipient_oin)
            (again if one.state is State.ACCEPTED or idle[one.recipient_oin] else later).append(one)
        await self._publish_again(link, again, now)
        if later:
            await self._office.database.run(store.postpone, [one.key for one in later], now + PATIENCE[0])
        return len(again)

    async def _is_idle(self, link: Link, oin: str) -> bool:
        """True when the inbox has a consumer and nothing waits in it."""
        queue = self._inboxes().get(oin)
        found = await link.inspect(queue) if queue else None
        return found is not None and found[0] == 0 and found[1] > 0

    async def _publish_again(self, link: Link, again: Sequence[Known], now: datetime) -> None:
        bodies = await self._office.database.read(store.sealed, [one.key for one in again])
        held = [one for one in again if one.key in bodies]
        reached(Failpoint.KEEPER_BEFORE_PUBLISH)
        results = await link.publish(
            [envelope_to(one.recipient_oin, bodies[one.key], one.id, one.type, one.correlationid) for one in held],
        )
        reached(Failpoint.KEEPER_AFTER_PUBLISH)
        taken = [one for one, error in zip(held, results, strict=True) if error is None]
        failed = [one.key for one, error in zip(held, results, strict=True) if error is not None]
        await self._office.database.run(_mark_each, taken, now)
        await self._office.database.run(store.postpone, failed, now + timedelta(minutes=5))
        reached(Failpoint.KEEPER_AFTER_MARK)
        for one in held:
            log().info(Event.MESSAGE_REDELIVERED, id=one.id, recipient=one.recipient_oin)

    async def expire(self, link: Link) -> int:
        """Tells senders of messages that passed their expiry a day ago without a receipt; returns how many.

        The receipt goes first and the row after it: a crash between tells the sender twice, never not at all.
        """
        now = self._office.clock.now()
        due = await self._office.database.read(store.overdue_expiry, now - GRACE, AT_ONCE)
        if not due:
            return 0
        entries: dict[str, list[HubReceiptEntry]] = {}
        for one in due:
            entries.setdefault(one.source_oin, []).append(_expired_entry(one, now))
        key = self._office.keys.signing(now)
        receipts = signed_receipts(entries, source=self._office.source, key=key, clock=self._office.clock)
        results = await link.publish(receipts)
        told = {receipt.routing_key for receipt, error in zip(receipts, results, strict=True) if error is None}
        expired = [one for one in due if one.source_oin in told]
        await self._office.database.run(_mark_expired, expired, now)
        for one in expired:
            log().error(Event.MESSAGE_EXPIRED, id=one.id, recipient=one.recipient_oin)
        return len(expired)

    async def _keep_dead_letters(self, link: Link, over: asyncio.Event) -> None:
        """What the broker gave up on becomes evidence in quarantine."""
        consumer = await link.consume(DEAD_QUEUE, 50)
        watch = asyncio.create_task(_release(over, consumer.release))
        try:
            while arrivals := await consumer.batch(50):
                await self._office.database.run(_quarantine, arrivals, self._office.clock.now())
                await consumer.ack(arrivals[-1])
        except HubError as error:
            log().warning(Event.TASK_FAILED, task="dead-letters", code=error.code, advice=error.advice())
        finally:
            watch.cancel()
            await consumer.close()


def _mark_each(connection: Connection, taken: Sequence[Known], now: datetime) -> None:
    """The more often the bytes were offered, the longer until they are offered again."""
    for attempts in {one.attempts for one in taken}:
        wait = PATIENCE[min(attempts, len(PATIENCE) - 1)]
        keys = [one.key for one in taken if one.attempts == attempts]
        store.mark_forwarded(connection, keys, now, now + wait)


def _mark_expired(connection: Connection, expired: Sequence[Known], now: datetime) -> None:
    store.mark_expired(connection, [one.key for one in expired], now)
    store.add_entries(
        connection,
        [
            {
                "kind": "expired",
                "ts": instant(now),
                "id": one.id,
                "type": one.type,
                "src": one.source_oin,
                "rcpt": one.recipient_oin,
                "refhash": one.refhash,
                "result": "expired",
                "subject": one.subject,
            }
            for one in expired
        ],
    )


def _expired_entry(one: Known, now: datetime) -> HubReceiptEntry:
    return HubReceiptEntry(
        ref=one.id,
        refhash=one.refhash,
        source=one.source,
        recipient=organisation_urn(one.recipient_oin),
        decision=HubDecision.EXPIRED,
        received=now,
    )


def _quarantine(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> None:
    for arrival in arrivals:
        refhash = refhash_of(arrival.body)
        store.add_quarantined(
            connection,
            {
                "cause": "dead-letter",
                "code": None,
                "received": instant(now),
                "refhash": refhash,
                "oin": None,
                "queue": DEAD_QUEUE,
                "body": arrival.body,
            },
        )
        log().error(Event.MESSAGE_QUARANTINED, refhash=refhash)


async def _chain(first: asyncio.Event, then: asyncio.Event) -> None:
    wait_then = asyncio.create_task(then.wait())
    wait_first = asyncio.create_task(first.wait())
    try:
        await asyncio.wait({wait_first, wait_then}, return_when=asyncio.FIRST_COMPLETED)
        then.set()
    finally:
        wait_first.cancel()
        wait_then.cancel()


async def _release(over: asyncio.Event, release: Callable[[], None]) -> None:
    await over.wait()
    release()
