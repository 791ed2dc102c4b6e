"""The private broker and database that other tests and the demo stand on."""

from __future__ import annotations

import asyncio

import aio_pika
import psycopg

from tests.broker import Broker

OIN = "00000099000000001000"


async def send_and_read(broker: Broker, url: str, inbox: str) -> bytes:
    """The hub publishes to an inbox, its owner reads it."""
    async with await aio_pika.connect(f"{url}?auth=EXTERNAL", ssl_context=broker.tls()) as hub:
        channel = await hub.channel()
        out = await channel.get_exchange("hub.out", ensure=False)
        await out.publish(aio_pika.Message(b"letter", delivery_mode=2), OIN, mandatory=True, timeout=10)
    async with await aio_pika.connect(f"{url}?auth=EXTERNAL", ssl_context=broker.tls(f"p-{OIN}")) as partner:
        queue = await (await partner.channel()).get_queue(inbox, ensure=False)
        message = await queue.get(timeout=10)
        await message.ack()
        return message.body


def test_a_letter_from_the_hub_reaches_the_inbox_over_mutual_tls(broker: Broker) -> None:
    with broker.vhost([OIN]) as vhost:
        assert asyncio.run(send_and_read(broker, vhost.url, vhost.inbox(OIN))) == b"letter"


def test_a_fresh_database_is_empty_and_takes_statements(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert rows == (0,)
