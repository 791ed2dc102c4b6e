"""One measured run: a vhost, a database and a settings file of its own, so that no run meets what another left."""

from __future__ import annotations

import asyncio
import itertools
import json
import tomllib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import aiormq

from hub.database import Database
from hub.messagelog import schema
from hub.wire.link import Link, LinkSettings
from hub.wire.topology import HUB_USER, lane, user_of
from tests.bench.letters import Letter
from tests.bench.parties import HUB, OINS, RECIPIENTS
from tests.bench.servers import Servers
from tests.broker import Vhost

LANE_COUNT = 8
AT_ONCE = 500  # letters that are put on the lanes before their confirms are awaited
LOOK_S = 0.05
NO_QUOTA = 1_000_000_000  # the quota is asked for every message, and never refuses: one sender stands for many


@dataclass(frozen=True)
class Stand:
    """Where one run takes place."""

    servers: Servers
    vhost: Vhost
    world: Path
    folder: Path
    database: str

    @property
    def settings(self) -> Path:
        """The hub's settings file; the baselines read the same."""
        return self.folder / "hub.toml"

    def link(self, user: str) -> LinkSettings:
        """The link of the hub or a partner."""
        certificate, key = self.servers.broker.client(user)
        return LinkSettings(self.vhost.url, self.servers.broker.ca, certificate, key)

    def write_settings(self) -> None:
        """What a hub is installed with; the relay's own settings are left as they come, but for the quota."""
        link = self.link(HUB_USER)
        lines = [
            f'register_file = "{self.world / "register.jws"}"',
            f'governance_file = "{self.world / "governance.jwk"}"',
            f'keys = "{self.world / HUB / "keys"}"',
            f'state = "{self.folder}"',
            f'database = "{self.database}"',
            "[broker]",
            f'url = "{link.url}"',
            f'ca = "{link.ca}"',
            f'certificate = "{link.certificate}"',
            f'key = "{link.key}"',
            "[relay]",
            f"quota_rate = {NO_QUOTA}.0",
            f"quota_burst = {NO_QUOTA}",
        ]
        self.settings.write_text("\n".join(lines) + "\n")
        tomllib.loads(self.settings.read_text())
        (self.folder / "inboxes.json").write_text(json.dumps(self.vhost.inboxes))

    async def put_on_lanes(self, letters: Iterable[Letter]) -> int:
        """Publishes as each sender would, confirmed; returns how many."""
        count = 0
        async with AsyncExitStack() as stack:
            links: dict[str, Link] = {}
            remaining = iter(letters)
            while some := list(itertools.islice(remaining, AT_ONCE)):
                by_sender: dict[str, list[Letter]] = {}
                for letter in some:
                    by_sender.setdefault(letter.sender, []).append(letter)
                for sender, mine in by_sender.items():
                    if sender not in links:
                        links[sender] = await Link.open(self.link(user_of(sender)))
                        stack.push_async_callback(links[sender].close)
                    results = await links[sender].publish([letter.outgoing() for letter in mine])
                    if any(results):
                        raise AssertionError(f"the broker did not take {sum(map(bool, results))} letters")
                count += len(some)
        return count


@asynccontextmanager
async def fresh_stand(servers: Servers, world: Path, folder: Path, oins: Sequence[str] = OINS) -> AsyncIterator[Stand]:
    """A vhost with inboxes for these and a database that are gone with the context; it has the hub's tables."""
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True)
    with servers.broker.vhost(oins, LANE_COUNT) as vhost:
        stand = Stand(servers, vhost, world, folder, servers.new_database(folder))
        database = Database(stand.database)
        await asyncio.to_thread(schema.upgrade, database)
        database.close()
        stand.write_settings()
        yield stand
        if servers.postgres:
            servers.postgres.drop_database(stand.database.rpartition("/")[2])


@dataclass
class Depths:
    """Asks the broker how much lies in queues, on one connection with one channel, so that asking costs little."""

    stand: Stand
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _channel: aiormq.abc.AbstractChannel | None = None

    async def __aenter__(self) -> Self:
        link = self.stand.link(HUB_USER)
        connection = await aiormq.connect(f"{link.url}?auth=EXTERNAL", context=link.context())
        self.stack.push_async_callback(connection.close)
        self._channel = await connection.channel()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stack.aclose()

    async def arrived(self) -> int:
        """Messages in all recipients' inboxes."""
        return await self._sum(self.stand.vhost.inbox(oin) for oin in RECIPIENTS)

    async def waiting(self) -> int:
        """Messages on all lanes that were handed to nobody."""
        return await self._sum(lane(number) for number in range(LANE_COUNT))

    async def until_arrived(self, count: int, look: Callable[[], None], limit_s: float) -> None:
        """Returns when `count` messages crossed; calls `look` each time that it is not yet so."""
        async with asyncio.timeout(limit_s):
            while await self.arrived() < count:
                look()
                await asyncio.sleep(LOOK_S)

    async def _sum(self, queues: Iterable[str]) -> int:
        if self._channel is None:
            raise AssertionError(self.stand)
        found = [await self._channel.queue_declare(queue, passive=True) for queue in queues]
        return sum(one.message_count or 0 for one in found)
