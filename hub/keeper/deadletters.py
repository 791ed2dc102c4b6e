"""What the broker gave up on becomes evidence; the message itself is offered again by its sender or by the keeper."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from hub.database import Connection, instant
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.messagelog import store
from hub.relay.checks import sender_of
from hub.relay.office import Office
from hub.waiting import when_any
from hub.wire.link import Arrival, Consumer, Link
from hub.wire.postmark import refhash_of
from hub.wire.topology import DEAD_QUEUE

AT_ONCE: Final = 50


async def keep_dead_letters(office: Office, link: Link, over: asyncio.Event) -> None:
    """Moves dead letters into quarantine until `over`.

    Raises:
        UnavailableError: broker or database are away; what was not acked comes again.
    """
    consumer = await link.consume(DEAD_QUEUE, AT_ONCE)
    watch = asyncio.create_task(_release(over, consumer))
    try:
        while arrivals := await consumer.batch(AT_ONCE):
            await office.database.run(_quarantine, arrivals, office.clock.now())
            reached(Failpoint.KEEPER_AFTER_DEAD_LETTER)
            await consumer.ack(arrivals[-1])
            for arrival in arrivals:
                log().error(
                    Event.MESSAGE_QUARANTINED, refhash=refhash_of(arrival.body), oin=sender_of(arrival), state="dead"
                )
    finally:
        watch.cancel()
        await consumer.close()


async def _release(over: asyncio.Event, consumer: Consumer) -> None:
    await when_any(over)
    consumer.release()


def _quarantine(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> None:
    """The broker-verified user stands only on what came from a partner; its absence says that an inbox gave it up."""
    rows: list[store.Row] = [
        {
            "cause": "dead-letter",
            "code": None,
            "received": instant(now),
            "refhash": refhash_of(arrival.body),
            "oin": sender_of(arrival),
            "queue": DEAD_QUEUE,
            "body": arrival.body,
        }
        for arrival in arrivals
    ]
    store.add_quarantined(connection, rows)
