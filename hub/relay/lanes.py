"""Who reads which lane: a process owns the lanes it was started with and looks after orphans.

A lane is a queue with a single active consumer, which guards against two readers at once but does not spread the
work: the first process would get every lane. So each process takes its own lanes, takes another only after that had
no consumer for a while, and gives it back at a batch boundary when its owner waits at the door.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from hub.errors import Code, UnavailableError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.relay.relay import Relay
from hub.wire.link import Consumer, Link, LinkSettings
from hub.wire.topology import lane

PAUSE_S = 1.0  # before a lane that was closed under us, or that the database could not serve, is read again


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """Which of the `count` lanes are ours, and how they are read."""

    own: tuple[int, ...]
    count: int = 8
    batch: int = 100
    prefetch: int = 300
    look_s: float = 5.0  # how often other lanes are looked at
    orphan_s: float = 10.0  # how long a lane has no consumer before another process takes it


class Lanes:
    """Reads lanes while its link lasts; `run` starts it anew on a new link."""

    def __init__(self, relay: Relay, settings: LaneSettings, link_settings: LinkSettings) -> None:
        self._relay = relay
        self._settings = settings
        self._link_settings = link_settings
        self._adopted: dict[int, asyncio.Event] = {}
        self._orphaned_since: dict[int, float] = {}
        self.ready = False

    async def run(self, stop: asyncio.Event) -> None:
        """Carries until `stop` is set: then the batch in hand is finished and acked and the channels are closed."""
        wait_s = 0.2
        while not stop.is_set():
            try:
                link = await Link.open(self._link_settings)
            except UnavailableError as error:
                log().warning(Event.LINK_LOST, code=error.code, advice=error.advice(), wait_s=wait_s)
                await _pause(stop, wait_s)
                wait_s = min(wait_s * 2, 10.0)
                continue
            wait_s = 0.2
            await self._carry(link, stop)
            await link.close()

    async def _carry(self, link: Link, stop: asyncio.Event) -> None:
        """Reads the lanes on one link until it is lost, a lane falls silent, or we stop."""
        over = asyncio.Event()
        self._adopted.clear()
        async with asyncio.TaskGroup() as group:
            group.create_task(_set_when_any(over, stop, link.lost))
            for number in self._settings.own:
                group.create_task(self._read(link, number, over))
            group.create_task(self._look_after(link, over, group))
            self.ready = True
            await over.wait()
            self.ready = False
        if link.lost.is_set():
            log().warning(Event.LINK_LOST)

    async def _read(self, link: Link, number: int, *until: asyncio.Event) -> None:
        """Reads one lane: batch by batch, acking each only when all of it is durable."""
        while not any(event.is_set() for event in until):
            try:
                consumer = await link.consume(lane(number), self._settings.prefetch)
            except UnavailableError:
                link.lost.set()
                return
            log().info(Event.LANE_TAKEN, lane=number)
            watch = asyncio.create_task(_release_when_any(consumer, until))
            try:
                await self._drain(link, consumer)
            except UnavailableError as error:
                # Without a database nothing can be kept: the lane is given back, unacked, and the broker keeps it.
                if error.code is Code.DATABASE_UNAVAILABLE:
                    log().error(Event.DATABASE_LOST, code=error.code, advice=error.advice(), lane=number)
            finally:
                watch.cancel()
                await consumer.close()
                log().info(Event.LANE_LEFT, lane=number)
            if not link.lost.is_set() and not consumer.released:
                await asyncio.sleep(PAUSE_S)

    async def _drain(self, link: Link, consumer: Consumer) -> None:
        while arrivals := await consumer.batch(self._settings.batch):
            await self._relay.handle(link, arrivals)
            await consumer.ack(arrivals[-1])
            reached(Failpoint.RELAY_AFTER_ACK)

    async def _look_after(self, link: Link, over: asyncio.Event, group: asyncio.TaskGroup) -> None:
        """Consumer watchdog for our lanes (after a fail-over consumers may be gone though queues exist) and orphans."""
        loop = asyncio.get_running_loop()
        while not await _pause(over, self._settings.look_s):
            for number in range(self._settings.count):
                try:
                    found = await link.inspect(lane(number))
                except UnavailableError:
                    link.lost.set()
                    return
                consumers = found[1] if found else 0
                if number in self._settings.own:
                    if consumers == 0:
                        log().error(Event.LANE_SILENT, lane=number)
                        link.lost.set()
                elif number in self._adopted:
                    if consumers > 1:  # its owner is back and waits
                        self._adopted.pop(number).set()
                elif consumers > 0:
                    self._orphaned_since.pop(number, None)
                elif loop.time() - self._orphaned_since.setdefault(number, loop.time()) >= self._settings.orphan_s:
                    self._orphaned_since.pop(number)
                    back = self._adopted[number] = asyncio.Event()
                    group.create_task(self._read(link, number, over, back))


async def _release_when_any(consumer: Consumer, events: Sequence[asyncio.Event]) -> None:
    """Lets the batch in hand be the last one as soon as one of the events is set."""
    await _any_of(events)
    consumer.release()


async def _set_when_any(over: asyncio.Event, *events: asyncio.Event) -> None:
    """Sets `over` as soon as one of the events is set."""
    await _any_of(events)
    over.set()


async def _any_of(events: Sequence[asyncio.Event]) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()


async def _pause(stop: asyncio.Event, seconds: float) -> bool:
    """Waits, at most `seconds`; True when `stop` was set in the meantime."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True
