"""The road in one process, on a real broker and a real database: the hub's relay and keeper, and edges of partners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from adapters.edge import Edge, Identity, Ledger
from adapters.edge import Office as EdgeOffice
from hub.clock import Clock, SystemClock
from hub.database import Database
from hub.keeper import Keeper, KeeperSettings
from hub.messagelog import schema
from hub.register.current import CurrentKeys, CurrentRegister
from hub.register.file import RegisterFile
from hub.relay.lanes import Lanes, LaneSettings
from hub.relay.quota import Quota, QuotaSettings
from hub.relay.registers import RegisterWatch
from hub.relay.relay import Office, Relay
from hub.settings import sqlite_file
from hub.wire.link import Link, LinkSettings
from hub.wire.topology import HUB_USER, user_of
from tests.broker import Broker, Vhost
from tests.planted import places
from tests.travelled import NOTEBOOK
from tests.world import HUB, SHV, TAX, VISH, World, make_world

LIMIT_S = 30.0


async def eventually(condition: Callable[[], bool], what: str, limit_s: float = LIMIT_S) -> None:
    """Waits until the condition holds; fails with `what` after the limit."""
    loop = asyncio.get_running_loop()
    until = loop.time() + limit_s
    while not condition():
        if loop.time() > until:
            raise AssertionError(f"not within {limit_s} s: {what}")
        await asyncio.sleep(0.02)


@dataclass
class Road:
    """A world on a vhost of its own; what is started here stops with the context."""

    broker: Broker
    vhost: Vhost
    folder: Path
    world: World
    database_url: str
    clock: Clock = field(default_factory=SystemClock)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    edges: list[Edge] = field(default_factory=list)
    hub_offices: list[Office] = field(default_factory=list)
    """Of the hubs that were started, in that order."""

    def link(self, user: str) -> LinkSettings:
        """The link of the hub or a partner."""
        certificate, key = self.broker.client(user)
        return LinkSettings(self.vhost.url, self.broker.ca, certificate, key)

    def register(self, name: str) -> CurrentRegister:
        """The register as one party has it."""
        floor = self.folder / name / "floor.json"
        return CurrentRegister(RegisterFile(self.folder / "register.jws", self.world.governance, floor))

    def hub_office(self) -> Office:
        """The hub with its database upgraded."""
        register = self.register(HUB)
        database = Database(self.database_url)
        schema.upgrade(database)
        self.stack.callback(database.close)
        office = Office(register, CurrentKeys(self.folder / HUB / "keys", HUB, register), self.clock, database)
        self.hub_offices.append(office)
        return office

    async def hub(self, *, keeper: KeeperSettings | None = None, quota: QuotaSettings | None = None) -> Office:
        """Starts relay and keeper."""
        office = self.hub_office()
        link = self.link(HUB_USER)
        relay = Relay(office, Quota(quota or QuotaSettings()))
        lanes = Lanes(relay, LaneSettings(own=tuple(range(self.lane_count)), count=self.lane_count), link)
        watch = Keeper(office, keeper or KeeperSettings(), link, lambda: self.vhost.inboxes)
        await self.run(lanes.run)
        await self.run(watch.run)
        await self.run(RegisterWatch(office, 0.2).run)
        await eventually(lambda: lanes.ready, "the relay reads its lanes")
        return office

    @property
    def lane_count(self) -> int:
        """How many lanes this vhost has."""
        return len(self.vhost.topology.lanes)

    def edge(self, oin: str, name: str = "ledger.db", clock: Clock | None = None) -> Edge:
        """An edge of a partner, not started yet, by the road's clock or one of its own."""
        folder = self.folder / oin
        ledger = Ledger(f"sqlite:///{folder / name}")
        self.stack.callback(ledger.close)
        register = self.register(oin)
        office = EdgeOffice(register, CurrentKeys(folder / "keys", oin, register), clock or self.clock)
        edge = Edge(Identity(oin, "proef", self.vhost.inbox(oin)), ledger, office, self.link(user_of(oin)))
        self.edges.append(edge)
        return edge

    async def run(self, part: Callable[[asyncio.Event], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Runs a part until the road ends or the returned function is called."""
        stop = asyncio.Event()
        task = asyncio.ensure_future(part(stop))

        async def end() -> None:
            stop.set()
            await asyncio.wait_for(task, LIMIT_S)

        self.stack.push_async_callback(end)
        return end

    def holding(self, values: Iterable[str]) -> list[str]:
        """Where the hub's database or the broker's disk holds one of these values of a person: nowhere."""
        file = sqlite_file(self.database_url)
        roots = [self.broker.node.folder, *(file.parent.glob(f"{file.name}*") if file else ())]
        return list(places(roots, values))

    async def foreign(self, user: str) -> Link:
        """A raw link of a partner, to send what our edge would not."""
        link = await Link.open(self.link(user))
        self.stack.push_async_callback(link.close)
        return link

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stack.aclose()
        if self.hub_offices:
            NOTEBOOK.note(self.database_url, self.hub_offices[0].register.current, self.edges)


@asynccontextmanager
async def road_on(
    broker: Broker,
    folder: Path,
    database_url: str | None = None,
    *,
    world: World | None = None,
    oins: tuple[str, ...] = (SHV, VISH, TAX),
    lanes: int = 2,
    clock: Clock | None = None,
) -> AsyncIterator[Road]:
    """A fresh vhost and world; the database is a SQLite file unless one is given."""
    world = world or make_world()
    world.write(folder)
    url = database_url or f"sqlite:///{folder / 'hub.db'}"
    with broker.vhost(oins, lanes) as vhost:
        async with Road(broker, vhost, folder, world, url, clock or SystemClock()) as road:
            yield road
