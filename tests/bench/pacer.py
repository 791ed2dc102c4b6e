"""An open-loop load from a process of its own: `… pacer SETTINGS` sends letters at moments that were fixed beforehand.

Whoever is slow makes others wait in real life too: a letter goes out at its moment whatever became of those before it,
and its latency counts from that moment, not from when the pacer got round to it. How late the pacer itself was is said
beside it, because on a busy machine it waits for a core as well.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import aiormq
from pamqp.commands import Basic

from hub.wire.link import CONTENT_TYPE
from hub.wire.topology import user_of
from tests.bench.child import gate, say
from tests.bench.letters import Letter, read_letters

if TYPE_CHECKING:
    from aiormq import Channel
    from aiormq.abc import DeliveredMessage

GRACE_S = 20.0  # for the last letters to arrive
ACK_EVERY = 20


@dataclass(frozen=True)
class Plan:
    """What is sent how fast, and where from and to."""

    folder: Path
    url: str
    ca: Path
    clients: Mapping[str, tuple[str, str]]
    """Certificate and key file by OIN."""
    inboxes: Mapping[str, str]
    """The recipients' queues."""
    per_s: float
    count: int
    skip: int
    """Letters at the beginning of the file that were sent before."""

    @classmethod
    def read(cls, file: Path) -> Plan:
        """As the parent wrote it."""
        content: dict[str, Any] = json.loads(file.read_bytes())
        return cls(**{**content, "folder": Path(content["folder"]), "ca": Path(content["ca"])})


@dataclass
class Pacer:
    """Sends and receives; times are of this process's own monotonic clock."""

    plan: Plan
    intended: dict[str, float] = field(default_factory=dict)
    late_s: list[float] = field(default_factory=list)
    latency_s: list[float] = field(default_factory=list)
    all_here: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stack: AsyncExitStack) -> None:
        """Gets ready, waits at the gate, sends everything, waits for everything, and says how long each took."""
        letters = list(read_letters(self.plan.folder, self.plan.skip + self.plan.count))[self.plan.skip :]
        senders = {oin: await self._channel(stack, oin) for oin in {letter.sender for letter in letters}}
        for oin, queue in self.plan.inboxes.items():
            await self._receive(await self._channel(stack, oin), queue)
        await asyncio.to_thread(gate)
        await self._send(letters, senders)
        with suppress(TimeoutError):  # what is missing shows in the count
            await asyncio.wait_for(self.all_here.wait(), GRACE_S)
        say("done", latency_ms=_milliseconds(self.latency_s), late_ms=_milliseconds(self.late_s))

    async def _channel(self, stack: AsyncExitStack, oin: str) -> Channel:
        context = ssl.create_default_context(cafile=self.plan.ca)
        context.load_cert_chain(*self.plan.clients[oin])
        connection = await aiormq.connect(f"{self.plan.url}?auth=EXTERNAL", context=context)
        stack.push_async_callback(connection.close)
        return cast("Channel", await connection.channel(publisher_confirms=True))

    async def _receive(self, channel: Channel, queue: str) -> None:
        unacked = 0

        async def arrived(message: DeliveredMessage) -> None:
            nonlocal unacked
            now = time.monotonic()
            unacked += 1
            if unacked >= ACK_EVERY:
                unacked = 0
                await channel.basic_ack(message.delivery_tag or 0, multiple=True, wait=False)
            sent = self.intended.pop(str(message.header.properties.message_id), None)
            if sent is not None:
                self.latency_s.append(now - sent)
                if len(self.latency_s) == self.plan.count:
                    self.all_here.set()

        await channel.basic_qos(prefetch_count=1000)
        await channel.basic_consume(queue, arrived)

    async def _send(self, letters: Sequence[Letter], senders: Mapping[str, Channel]) -> None:
        start = time.monotonic() + 0.1
        publishes = []
        for number, letter in enumerate(letters):
            moment = start + number / self.plan.per_s
            self.intended[letter.id] = moment
            await asyncio.sleep(max(0.0, moment - time.monotonic()))
            self.late_s.append(time.monotonic() - moment)
            publishes.append(asyncio.create_task(_publish(senders[letter.sender], letter)))
        await asyncio.gather(*publishes)


def _milliseconds(seconds: Sequence[float]) -> list[float]:
    return [round(one * 1e3, 3) for one in seconds]


async def _publish(channel: Channel, letter: Letter) -> None:
    properties = Basic.Properties(
        content_type=CONTENT_TYPE,
        delivery_mode=2,
        message_id=letter.id,
        message_type=letter.type,
        correlation_id=letter.correlation,
        user_id=user_of(letter.sender),
    )
    outgoing = letter.outgoing()
    await channel.basic_publish(
        outgoing.body,
        exchange=outgoing.exchange,
        routing_key=outgoing.routing_key,
        properties=properties,
        mandatory=True,
        wait=False,
    )


async def main(plan: Plan) -> None:
    """One paced run."""
    async with AsyncExitStack() as stack:
        await Pacer(plan).run(stack)


if __name__ == "__main__":
    asyncio.run(main(Plan.read(Path(sys.argv[1]))))
