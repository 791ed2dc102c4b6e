"""Baseline: the least that a relay could cost. Batches, aiormq, the same signature checks and publishes, no database.

Run as `… raw_relay SETTINGS` with the hub's own settings file. It verifies every postmark, forwards, signs one receipt
per sender and batch, publishes all of it pipelined with confirms, and acks once a batch. It writes nothing down: it
forgets what it carried, cannot tell a duplicate, and a crash loses the receipts. Nobody should run it.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, cast

import aiormq
from pamqp.commands import Basic

from hub.clock import new_id, rfc3339
from hub.process import link_settings, open_office
from hub.settings import HubSettings, load_hub_settings
from hub.wire import jose, strictjson
from hub.wire.link import CONTENT_TYPE
from hub.wire.names import organisation_urn
from hub.wire.postmark import HUB_RECEIPT, Postmark, check_signer, verify_postmark
from hub.wire.topology import OUT, lane
from tests.bench.child import gate

if TYPE_CHECKING:
    from aiormq import Channel
    from aiormq.abc import DeliveredMessage

    from hub.relay.relay import Office

Publish = tuple[str, bytes, str, str, str]  # routing key, body, message id, type, correlation id


class RawLane:
    """One lane on one channel; publishes go over a channel that all lanes share."""

    def __init__(self, office: Office, settings: HubSettings, publisher: Channel) -> None:
        self._office = office
        self._settings = settings
        self._publisher = publisher
        self._arrived: deque[DeliveredMessage] = deque()
        self._changed = asyncio.Event()

    async def run(self, channel: Channel, queue: str) -> None:
        """Carries until cancelled."""
        await channel.basic_qos(prefetch_count=self._settings.relay.prefetch)
        await channel.basic_consume(queue, self._keep)
        while True:
            while not self._arrived:
                self._changed.clear()
                await self._changed.wait()
            batch = [self._arrived.popleft() for _ in range(min(len(self._arrived), self._settings.relay.batch))]
            await asyncio.gather(*(self._publish(one) for one in self._carry(batch)))
            await channel.basic_ack(batch[-1].delivery_tag or 0, multiple=True, wait=False)

    async def _keep(self, message: DeliveredMessage) -> None:
        self._arrived.append(message)
        self._changed.set()

    def _carry(self, batch: list[DeliveredMessage]) -> list[Publish]:
        """What to publish for a batch: every message on, and a receipt for each sender."""
        now = self._office.clock.now()
        register = self._office.register.current
        out: list[Publish] = []
        receipts: dict[str, list[dict[str, str]]] = {}
        for message in batch:
            properties = message.header.properties
            postmark = verify_postmark(message.body, register, now, by_hub=True)
            check_signer(postmark, register.hub, (properties.user_id or "").removeprefix("p-"))
            payload = postmark.payload
            recipient = str(payload["recipient"]).rpartition(":")[2]
            message_id, message_type = str(properties.message_id), str(properties.message_type)
            out.append((recipient, message.body, message_id, message_type, str(properties.correlation_id)))
            receipts.setdefault(postmark.signer.oin, []).append(_entry(postmark, rfc3339(now)))
        for oin, entries in receipts.items():
            receipt_id = new_id(self._office.clock)
            content = {"id": receipt_id, "source": self._office.source, "time": rfc3339(now), "receipts": entries}
            body = jose.sign_jws(strictjson.dumps(content), self._office.keys.signing(now), HUB_RECEIPT)
            out.append((oin, body, receipt_id, "hub-receipt", receipt_id))
        return out

    async def _publish(self, one: Publish) -> None:
        routing_key, body, message_id, message_type, correlation = one
        properties = Basic.Properties(
            content_type=CONTENT_TYPE,
            delivery_mode=2,
            message_id=message_id,
            message_type=message_type,
            correlation_id=correlation,
        )
        await self._publisher.basic_publish(
            body, exchange=OUT, routing_key=routing_key, properties=properties, mandatory=True, wait=False
        )


def _entry(postmark: Postmark, received: str) -> dict[str, str]:
    payload = postmark.payload
    return {
        "ref": str(payload["id"]),
        "refhash": postmark.refhash,
        "source": str(payload["source"]),
        "recipient": organisation_urn(str(payload["recipient"]).rpartition(":")[2]),
        "decision": "accepted",
        "received": received,
    }


async def carry(settings: HubSettings, office: Office) -> None:
    """Reads every lane until SIGTERM."""
    link = link_settings(settings)
    connection = await aiormq.connect(f"{link.url}?auth=EXTERNAL&heartbeat=30", context=link.context())
    publisher = cast("Channel", await connection.channel(publisher_confirms=True))
    tasks: list[asyncio.Task[object]] = []
    for number in range(settings.relay.lane_count):
        channel = cast("Channel", await connection.channel(publisher_confirms=False))
        tasks.append(asyncio.create_task(RawLane(office, settings, publisher).run(channel, lane(number))))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    stopping: asyncio.Task[object] = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await connection.close()
    for task in done - {stopping}:
        task.result()


def main(settings_file: Path) -> None:
    """Gets ready, waits, carries until SIGTERM."""
    settings = load_hub_settings(settings_file)
    office = open_office(settings)
    gate()
    asyncio.run(carry(settings, office))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
