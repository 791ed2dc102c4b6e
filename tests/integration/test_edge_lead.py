"""One process at a time works on a ledger, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.contract import Done, Received
from adapters.edge import Edge, Identity, Ledger
from adapters.edge import Office as EdgeOffice
from hub.register.current import CurrentKeys
from hub.wire.topology import user_of
from schemas.messages import PublicNotice
from tests.broker import Broker
from tests.edgebench import WORLD, body_of, edge_on
from tests.road import Road, eventually
from tests.world import TAX

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Both databases of a ledger."""
    return (
        f"sqlite:///{tmp_path / 'l.db'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    )


def process(road: Road, url: str, acts: list[str]) -> Edge:
    """One process of the tax office, with a ledger connection of its own."""
    ledger = Ledger(url)
    road.stack.callback(ledger.close)
    register = road.register(TAX)
    office = EdgeOffice(register, CurrentKeys(road.folder / TAX / "keys", TAX, register), road.clock)
    edge = Edge(Identity(TAX, "proef", road.vhost.inbox(TAX)), ledger, office, road.link(user_of(TAX)))

    async def act(received: Received[PublicNotice]) -> Done:
        acts.append(received.id)
        return Done()

    edge.on(PublicNotice, act)
    return edge


async def test_a_second_process_waits_until_the_first_is_gone(broker: Broker, tmp_path: Path, url: str) -> None:
    async with edge_on(broker, tmp_path, world=WORLD, run=False) as bench:
        acts: tuple[list[str], list[str]] = ([], [])
        first, second = (process(bench.road, url, mine) for mine in acts)
        stop = await bench.road.run(first.run)
        await eventually(lambda: first.link_down_since() is None, "the first reads")
        await bench.road.run(second.run)
        await bench.put(*[body_of() for _ in range(10)])
        await eventually(lambda: len(acts[0]) == 10, "the first acts")
        assert second.link_down_since() is not None
        await stop()
        await bench.put(*[body_of() for _ in range(10)])
        await eventually(lambda: len(acts[1]) == 10, "the second goes on")
        assert len(acts[0]) == 10


async def test_a_process_that_lost_its_ledger_to_another_ends(
    broker: Broker, tmp_path: Path, postgres_url: str
) -> None:
    async with edge_on(broker, tmp_path, world=WORLD, run=False) as bench:
        first, second = (process(bench.road, postgres_url, []) for _ in range(2))
        running = asyncio.create_task(first.run(asyncio.Event()))
        await eventually(lambda: first.link_down_since() is None, "the first reads")
        await bench.road.run(second.run)
        with second.ledger.database.begin() as connection:
            query = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            connection.execute(text(query))
        (ended,) = await asyncio.wait_for(asyncio.gather(running, return_exceptions=True), 30)
        assert isinstance(ended, ExceptionGroup)
        await eventually(lambda: second.link_down_since() is None, "the second reads")
