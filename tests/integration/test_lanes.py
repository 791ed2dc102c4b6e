"""Who reads which lane, on a real broker: owners, orphans, the watchdog, orderly stops, and crash loops."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.clock import new_pseudonym
from hub.messagelog.tables import MESSAGE, QUARANTINE
from hub.relay.decisions import Decision
from hub.relay.lanes import Lanes, LaneSettings
from hub.relay.office import Office
from hub.relay.quota import Quota, QuotaSettings
from hub.relay.relay import Relay
from hub.wire.link import Arrival, Link
from hub.wire.postmark import refhash_of
from hub.wire.topology import DEAD_QUEUE, DELIVERY_LIMIT, HUB_USER, lane
from tests.broker import Broker
from tests.relaybench import Bench, bench_on, notice
from tests.road import eventually

pytestmark = pytest.mark.anyio
LANES = 4
QUICK = LaneSettings(own=(), count=LANES, look_s=0.2, orphan_s=1.0, adopted_s=1.5)


def lanes_of(bench: Bench, *own: int, relay: Relay | None = None, **settings: Any) -> Lanes:  # noqa: ANN401
    """The lanes of one relay process."""
    return Lanes(relay or bench.relay, replace(QUICK, own=own, **settings), bench.road.link(HUB_USER))


async def readers(bench: Bench) -> list[int]:
    """How many read each lane."""
    return [(await bench.link.inspect(lane(number)) or (0, 0))[1] for number in range(LANES)]


async def has(bench: Bench, wanted: list[int]) -> None:
    """Waits until the lanes have so many readers each."""
    for _ in range(500):
        if await readers(bench) == wanted:
            return
        await asyncio.sleep(0.02)
    assert await readers(bench) == wanted


async def test_each_process_reads_its_own_lanes_and_adopts_those_of_one_that_is_gone(
    broker: Broker, tmp_path: Path
) -> None:
    async with bench_on(broker, tmp_path, None, lanes=LANES) as bench:
        first, second = lanes_of(bench, 0, 1), lanes_of(bench, 2, 3)
        await bench.road.run(first.run)
        stop = await bench.road.run(second.run)
        await eventually(lambda: first.ready and second.ready, "each reads its own")
        assert [sorted(one.reading) for one in (first, second)] == [[0, 1], [2, 3]]
        assert await readers(bench) == [1] * LANES
        await stop()
        assert second.reading == set()
        loop = asyncio.get_running_loop()
        gone = loop.time()
        await eventually(lambda: first.reading == {0, 1, 2, 3}, "the orphans are adopted")
        assert loop.time() - gone >= QUICK.orphan_s  # not at once: the owner may only be restarting
        for _ in range(20):
            await bench.sender.send(notice())
        await eventually(lambda: len(bench.rows(MESSAGE)) == 20, "and carried")
        await asyncio.sleep(2 * QUICK.adopted_s)  # nobody else is there: they are kept
        await eventually(lambda: first.reading == {0, 1, 2, 3}, "the orphans are still read")

        again = lanes_of(bench, 2, 3)
        await bench.road.run(again.run)
        await eventually(lambda: first.reading == {0, 1} and again.ready, "they are given back")
        await has(bench, [1] * LANES)
        for _ in range(20):
            await bench.sender.send(notice())
        await eventually(lambda: len(bench.rows(MESSAGE)) == 40, "and carried by their owner")


async def test_a_lane_that_nobody_reads_for_a_moment_is_left_alone(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None, lanes=LANES) as bench:
        patient = lanes_of(bench, 0, 1, orphan_s=3.0)
        await bench.road.run(patient.run)
        for _ in range(3):
            owner = lanes_of(bench, 2, 3)
            stop = await bench.road.run(owner.run)
            await eventually(lambda owner=owner: owner.ready, "the owner reads")  # type: ignore[misc]
            await stop()
            await asyncio.sleep(0.5)
            assert patient.reading == {0, 1}


class Blind(Relay):
    """A relay that ends its process at one message, as a bug would."""

    poison = ""

    async def handle(self, link: Link, arrivals: Sequence[Arrival]) -> list[Decision]:
        """Carries a batch."""
        if any(refhash_of(arrival.body) == self.poison for arrival in arrivals):
            raise ZeroDivisionError
        return await super().handle(link, arrivals)


async def test_a_message_that_ends_every_process_is_given_up_alone(broker: Broker, tmp_path: Path) -> None:
    """Prefetched beside it, innocent messages would lose a delivery at each end, and be given up with it."""
    async with bench_on(broker, tmp_path, None, lanes=1) as bench:
        relay = Blind(bench.office, Quota(QuotaSettings()))
        talk = new_pseudonym()
        bodies = [notice(talk) for _ in range(120)]
        relay.poison = refhash_of(bodies[60])
        for body in bodies:
            await bench.sender.send(body)
        ends, given_up = 0, False
        while not given_up and ends < DELIVERY_LIMIT + 20:
            if ends in {1, 3}:  # what comes later must not suffer either
                more = [notice(talk) for _ in range(20)]
                bodies += more
                for body in more:
                    await bench.sender.send(body)
            ends, given_up = await run_once(bench, relay, ends)
        assert given_up
        assert 10 < ends <= DELIVERY_LIMIT + 2
        await bench.road.run(lanes_of(bench, 0, relay=relay, count=1).run)
        await eventually(lambda: len(bench.rows(MESSAGE)) == len(bodies) - 1, "all others are carried")
        await bench.road.run(bench.keeper.run)
        await eventually(lambda: bool(bench.rows(QUARANTINE)), "it is evidence")
        assert [row.refhash for row in bench.rows(QUARANTINE)] == [relay.poison]
        assert (await bench.link.inspect(DEAD_QUEUE) or (1, 1))[0] == 0


async def run_once(bench: Bench, relay: Relay, ends: int) -> tuple[int, bool]:
    """One process until it ends, or until the broker has given something up; counts the ends."""
    stop = asyncio.Event()
    process = asyncio.create_task(lanes_of(bench, 0, relay=relay, count=1).run(stop))
    given_up = False
    while not process.done() and not given_up:
        await asyncio.wait([process], timeout=0.05)
        given_up = (await bench.link.inspect(DEAD_QUEUE) or (0, 0))[0] > 0
    stop.set()
    (ended,) = await asyncio.gather(process, return_exceptions=True)
    if isinstance(ended, ExceptionGroup) and ended.subgroup(ZeroDivisionError):
        return ends + 1, given_up
    assert ended is None
    return ends, given_up


async def test_a_relay_without_a_key_leaves_its_lanes_unread_and_comes_back_by_itself(
    broker: Broker, tmp_path: Path
) -> None:
    async with bench_on(broker, tmp_path, None, lanes=1) as bench:
        office: Office = bench.office
        folder = bench.road.folder / office.register.current.hub.oin / "keys"
        kept = [(file, file.rename(tmp_path / file.name)) for file in folder.glob("*.jwk.json")]
        office.keys.refresh()
        lanes = lanes_of(bench, 0, count=1)
        await bench.road.run(lanes.run)
        body = notice()
        await bench.sender.send(body)
        await asyncio.sleep(1.5)
        assert not lanes.ready
        assert bench.rows(MESSAGE) == []
        for file, lost in kept:
            lost.rename(file)
        office.keys.refresh()
        assert (await bench.sender.told(body))[0]["decision"] == "accepted"


async def test_a_stop_in_the_middle_of_a_full_lane_acks_what_was_carried_and_nothing_else(
    broker: Broker, tmp_path: Path
) -> None:
    async with bench_on(broker, tmp_path, None, lanes=1) as bench:
        bodies = [notice() for _ in range(400)]
        for body in bodies:
            await bench.sender.send(body)
        lanes = lanes_of(bench, 0, count=1, batch=20)
        stop = await bench.road.run(lanes.run)
        await eventually(lambda: len(bench.rows(MESSAGE)) > 60, "it is at work")
        await stop()
        carried = len(bench.rows(MESSAGE))
        assert carried < 400
        await has_ready(bench, 400 - carried)
        await bench.road.run(lanes_of(bench, 0, count=1).run)
        await eventually(lambda: len(bench.rows(MESSAGE)) == 400, "the rest is carried")
        await eventually(lambda: len(bench.sender.entries()) == 400, "each was answered once")
        await eventually(lambda: len(bench.recipient.letters) == 400, "and came once")


async def has_ready(bench: Bench, count: int) -> None:
    """Waits until so many messages wait in the lane."""
    for _ in range(500):
        if (await bench.link.inspect(lane(0)) or (0, 0))[0] == count:
            return
        await asyncio.sleep(0.02)
    assert (await bench.link.inspect(lane(0)) or (0, 0))[0] == count
