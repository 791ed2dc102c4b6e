"""Who reads which lane: a process owns the lanes it was started with and looks after orphans.

A lane is a queue with a single active consumer, which guards against two readers at once but does not spread the
work: the first process would get every lane. So each process takes its own lanes, and takes another only after that
had no consumer for a while. The broker does not say who waits behind the active consumer; so whoever adopted a lane
lets it go at a batch boundary now and then, and takes it again only if nobody else does.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

from hub.errors import HubError, UnavailableError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.relay.ability import Ability
from hub.relay.relay import Relay
from hub.waiting import pause, set_when_any, when_any
from hub.wire.link import Consumer, Link, LinkSettings
from hub.wire.topology import lane

PAUSE_S = 0.5  # before a lane that was closed under us is read again
HANDOVER_S = 0.2  # for the owner of an adopted lane to become its reader
FIRST_WAIT_S = 0.2  # before the broker is tried again; doubles
LONGEST_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """Which of the `count` lanes are ours, and how they are read."""

    own: tuple[int, ...]
    count: int = 8
    batch: int = 100
    prefetch: int = 200
    look_s: float = 5.0  # how often lanes are looked at
    orphan_s: float = 10.0  # how long a lane has no consumer before another process takes it
    adopted_s: float = 30.0  # how long an adopted lane is read before its owner, if it is back, can have it


class Lanes:
    """Reads lanes while its link lasts; `run` starts it anew on a new link."""

    def __init__(self, relay: Relay, settings: LaneSettings, link_settings: LinkSettings) -> None:
        self._relay = relay
        self._settings = settings
        self._link_settings = link_settings
        self._ability = Ability(relay.check_able)
        self._adopted: set[int] = set()
        self._orphaned_since: dict[int, float] = {}
        self._reading: set[int] = set()
        self._trusted: set[int] = set()  # lanes of which this process carried a message that came for the first time

    @property
    def ready(self) -> bool:
        """Every lane of ours is being read."""
        return self._reading.issuperset(self._settings.own)

    @property
    def reading(self) -> frozenset[int]:
        """The lanes that this process reads now, its own and adopted ones."""
        return frozenset(self._reading)

    async def run(self, stop: asyncio.Event) -> None:
        """Carries until `stop` is set: then the batch in hand is finished and acked and the channels are closed."""
        wait_s = FIRST_WAIT_S
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            began = loop.time()
            try:
                link = await Link.open(self._link_settings)
                await self._carry(link, stop)
                await link.close()
            except UnavailableError as error:
                log().warning(Event.LINK_LOST, code=error.code, advice=error.advice(), wait_s=wait_s)
            lasted = loop.time() - began > LONGEST_WAIT_S
            wait_s = FIRST_WAIT_S if lasted else min(wait_s * 2, LONGEST_WAIT_S)
            await pause(stop, wait_s)

    async def _carry(self, link: Link, stop: asyncio.Event) -> None:
        """Reads the lanes on one link until it is lost, a lane falls silent, or we stop."""
        over = asyncio.Event()
        self._adopted.clear()
        self._orphaned_since.clear()  # while the broker was away no lane had a consumer
        async with asyncio.TaskGroup() as group:
            group.create_task(set_when_any(over, stop, link.lost))
            for number in self._settings.own:
                group.create_task(self._read(link, number, over))
            group.create_task(self._look_after(link, over, group))
        if not stop.is_set():
            log().warning(Event.LINK_LOST)

    async def _read(self, link: Link, number: int, *until: asyncio.Event) -> None:
        """Reads one lane: batch by batch, acking each only when all of it is durable."""
        while not any(event.is_set() for event in until) and await self._ability.there(*until):
            try:
                consumer = await link.consume(lane(number), self._prefetch(number))
            except UnavailableError:
                log().error(Event.LANE_SILENT, lane=number)
                await pause(until[0], self._settings.look_s)
                continue
            self._reading.add(number)
            log().info(Event.LANE_TAKEN, lane=number)
            watch = asyncio.create_task(_release_when_any(consumer, until))
            try:
                await self._drain(link, consumer, number)
            except HubError as error:
                # Without database or key nothing can be kept: the lane is given back, unacked, and the broker keeps it.
                self._ability.failed(error)
                self._trusted.discard(number)
            finally:
                went_away = consumer.closed  # before we close it ourselves
                watch.cancel()
                self._reading.discard(number)
                await consumer.close()
                log().info(Event.LANE_LEFT, lane=number)
            if went_away and not link.lost.is_set():
                await asyncio.sleep(PAUSE_S)  # the queue went away under us

    def _prefetch(self, number: int) -> int:
        """One, until this process saw that it can carry what comes.

        Every message that is prefetched when a process crashes has one delivery less before it goes to the dead
        letters. After a crash the one that caused it therefore comes alone, and nothing waits behind it.
        """
        return self._settings.prefetch if number in self._trusted else 1

    async def _drain(self, link: Link, consumer: Consumer, number: int) -> None:
        while arrivals := await consumer.batch(self._settings.batch):
            await self._relay.handle(link, arrivals)
            await consumer.ack(arrivals[-1])
            self._ability.worked()
            reached(Failpoint.RELAY_AFTER_ACK)
            if number not in self._trusted and not arrivals[0].redelivered:
                self._trusted.add(number)
                return  # to be read anew, with the whole prefetch

    async def _look_after(self, link: Link, over: asyncio.Event, group: asyncio.TaskGroup) -> None:
        """Consumer watchdog for our lanes (after a fail-over consumers may be gone though queues exist) and orphans."""
        loop = asyncio.get_running_loop()
        while not await pause(over, self._settings.look_s * random.uniform(0.8, 1.2)):  # noqa: S311 - not a secret
            for number in range(self._settings.count):
                believed = number in self._reading
                try:
                    found = await link.inspect(lane(number))
                except UnavailableError:
                    link.lost.set()
                    return
                if found is None:
                    continue  # no such lane: reading it says so
                consumers = found[1]
                if believed and number in self._reading and consumers == 0:
                    log().error(Event.LANE_SILENT, lane=number)
                    link.lost.set()
                elif number in self._settings.own or number in self._adopted or consumers > 0:
                    self._orphaned_since.pop(number, None)
                elif loop.time() - self._orphaned_since.setdefault(number, loop.time()) >= self._settings.orphan_s:
                    self._orphaned_since.pop(number)
                    self._adopted.add(number)
                    group.create_task(self._adopt(link, number, over))

    async def _adopt(self, link: Link, number: int, over: asyncio.Event) -> None:
        """Reads another's lane until its owner is back."""
        while not over.is_set():
            back = asyncio.Event()
            timer = asyncio.get_running_loop().call_later(self._settings.adopted_s, back.set)
            await self._read(link, number, over, back)
            timer.cancel()
            if await pause(over, HANDOVER_S):
                return
            try:
                found = await link.inspect(lane(number))
            except UnavailableError:
                link.lost.set()
                return
            if found is None or found[1] > 0:
                break
        self._adopted.discard(number)


async def _release_when_any(consumer: Consumer, events: Sequence[asyncio.Event]) -> None:
    """Lets the batch in hand be the last one as soon as one of the events is set."""
    await when_any(*events)
    consumer.release()
