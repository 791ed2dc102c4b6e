"""One real edge on a real broker, with the hub played by a raw link: anything can be put into its inbox."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.contract import Done, Received
from adapters.edge import Edge
from adapters.tables import EVIDENCE, HELD, INBOX, Taken
from hub.wire.link import Link, Outgoing
from hub.wire.postmark import refhash_of
from hub.wire.topology import HUB_USER, OUT, lane
from schemas.messages import PauseEnd, PauseExtension, PublicNotice
from tests.broker import Broker
from tests.road import Road, eventually, road_on
from tests.stranger import header_of, payload_of
from tests.world import SHV, TAX, FixedClock, World, make_event, make_letter, make_world

WORLD = make_world()
EXAMPLES = Path(__file__).parents[1] / "schemas/v1/examples"


def example(name: str) -> dict[str, Any]:
    """The published example of a message type."""
    found: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    return found


def body_of(
    name: str = "kennisgeving-publiek",
    world: World = WORLD,
    *,
    steps: dict[str, Any] | None = None,
    **event: Any,  # noqa: ANN401 - attributes of the event
) -> bytes:
    """A message to the tax office; `steps` changes how it is made, the rest replaces attributes."""
    made = make_event(name, data=event.pop("data", example(name)), **event)
    return make_letter(world, made, **(steps or {})).body()


@dataclass
class EdgeBench:
    """The tax office's edge; `acts` are the ids that it acted on, `told` the entries of its receipts."""

    road: Road
    edge: Edge
    hub: Link
    acts: list[str] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def clock(self) -> FixedClock:
        """Of everybody."""
        assert isinstance(self.road.clock, FixedClock)
        return self.road.clock

    async def put(self, *bodies: bytes) -> None:
        """Puts bodies into the inbox, as the hub does."""
        letters = []
        for body in bodies:
            message_id = str((payload_of(body) or {}).get("id"))
            letters.append(Outgoing(OUT, TAX, body, message_id, "x", message_id))
        assert await self.hub.publish(letters) == [None] * len(letters)

    def entries(self, body: bytes) -> list[tuple[str, str | None]]:
        """(result, code) of every receipt for this body."""
        refhash = refhash_of(body)
        return [(entry["result"], entry.get("code")) for entry in self.told if entry["refhash"] == refhash]

    async def answered(self, body: bytes, count: int = 1) -> list[tuple[str, str | None]]:
        """Waits for `count` receipts for this body."""
        await eventually(lambda: len(self.entries(body)) >= count, "the edge's receipt")
        return self.entries(body)

    def rows(self, table: Any) -> list[Any]:  # noqa: ANN401
        """Everything in a table of the ledger."""
        with self.edge.ledger.database.reading() as connection:
            return list(connection.execute(table.select()))

    def states(self) -> list[Taken]:
        """The states of what was taken, by the order of coming."""
        return [Taken(row.state) for row in sorted(self.rows(INBOX), key=lambda row: (row.received, row.id))]

    def held(self) -> list[tuple[str, str]]:
        """(refhash, code) of what is held."""
        return [(row.refhash, row.code) for row in self.rows(HELD)]

    def evidence(self) -> list[tuple[str, str]]:
        """(refhash, code) of what is kept as evidence."""
        return sorted((row.refhash, row.code) for row in self.rows(EVIDENCE))

    async def sweep(self) -> None:
        """What the edge does every half minute."""
        await self.edge.inbox.sweep()
        self.edge.worker.wake()
        await self.edge.inbox.send_receipts(self.hub_side)

    @property
    def hub_side(self) -> Link:
        """A link of the edge's own, for what a test lets it send."""
        return self._own

    _own: Link = field(init=False)


@asynccontextmanager
async def edge_on(
    broker: Broker, folder: Path, *, world: World = WORLD, run: bool = True, handlers: bool = True
) -> AsyncIterator[EdgeBench]:
    """The tax office's edge with a handler for the pause messages, running unless told otherwise."""
    async with (
        road_on(broker, folder, world=world, oins=(SHV, TAX), lanes=1, clock=FixedClock()) as road,
        Link.opened(road.link(HUB_USER)) as hub,
        Link.opened(road.link(f"p-{TAX}")) as own,
    ):
        bench = EdgeBench(road, road.edge(TAX), hub)
        bench._own = own

        async def act(received: Received[Any]) -> Done:
            bench.acts.append(received.id)
            return Done()

        if handlers:
            for model in (PublicNotice, PauseExtension, PauseEnd):
                bench.edge.on(model, act)
        consumer = await hub.consume(lane(0), 100)

        async def listen() -> None:
            while arrivals := await consumer.batch(100):
                for arrival in arrivals:
                    if header_of(arrival.body).get("typ") == "recipient-receipt+jws":
                        bench.told += (payload_of(arrival.body) or {})["receipts"]
                await consumer.ack(arrivals[-1])

        listening = asyncio.create_task(listen())
        if run:
            await road.run(bench.edge.run)
        try:
            yield bench
        finally:
            consumer.release()
            await listening
