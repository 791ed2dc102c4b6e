"""The link of an inbox, on a real broker: what is lost stays lost, and nothing goes on consuming unseen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hub.wire.inbox import inbox
from hub.wire.link import Arrival
from tests.broker import Broker
from tests.edgebench import EdgeBench, body_of, edge_on
from tests.road import eventually
from tests.world import TAX

pytestmark = pytest.mark.anyio
USER = f"p-{TAX}"


def reconnecting() -> list[str]:
    """Whatever of the client library would connect again by itself."""
    names = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return [name for name in names if "connection_factory" in name]


async def gone(bench: EdgeBench, queue: str) -> None:
    """Waits until nobody reads the queue."""
    for _ in range(500):
        if (await bench.hub_side.inspect(queue) or (0, 1))[1] == 0:
            return
        await asyncio.sleep(0.02)
    assert (await bench.hub_side.inspect(queue) or (0, 1))[1] == 0


@pytest.mark.parametrize("later_s", [0.0, 0.05, 0.3, 1.0])
async def test_a_lost_link_never_comes_back_by_itself_to_swallow_what_comes(
    broker: Broker, tmp_path: Path, later_s: float
) -> None:
    """A stopped subscriber that consumes again takes messages in and does nothing with them."""
    taken: list[bytes] = []

    async def take(arrival: Arrival) -> bool:
        taken.append(arrival.body)
        return True

    async with edge_on(broker, tmp_path, run=False) as bench:
        queue, settings = bench.edge.identity.inbox, bench.road.link(USER)
        async with inbox(settings, queue, 200, take) as lost:
            broker.management.close_connections(USER, "storing")
            await asyncio.wait_for(lost.wait(), 10)
            await asyncio.sleep(later_s)  # while it would be coming back
        assert reconnecting() == []
        bench._own = await bench.road.foreign(USER)  # that one was closed too
        await gone(bench, queue)
        bodies = [body_of() for _ in range(5)]
        async with inbox(settings, queue, 200, take):
            await bench.put(*bodies)
            await eventually(lambda: sorted(taken) == sorted(bodies), "every message, by whoever reads now")


async def test_an_inbox_that_is_left_leaves_no_connection(broker: Broker, tmp_path: Path) -> None:
    async def take(_: Arrival) -> bool:
        return False

    async with edge_on(broker, tmp_path, run=False) as bench:
        queue, settings = bench.edge.identity.inbox, bench.road.link(USER)
        body = body_of()
        async with inbox(settings, queue, 200, take):
            await bench.put(body)
        assert reconnecting() == []
        await gone(bench, queue)
