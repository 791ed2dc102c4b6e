"""Baseline: the design that comes to mind first. ORM, a transaction per message, every publish awaited on its own.

Run as `… naive_relay SETTINGS`. It makes the same promise for one message as the hub: checked, stored with its bytes
and a log entry, forwarded, marked, receipted, acked. One consumer per lane with aio-pika; the ORM works in threads.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import aio_pika
from sqlalchemy.orm import DeclarativeBase, Session

from hub.database import instant
from hub.messagelog.tables import ENTRY, MESSAGE, SEALED, State
from hub.process import link_settings, open_office
from hub.relay import checks
from hub.relay.answers import signed_receipts
from hub.settings import HubSettings, load_hub_settings
from hub.wire.link import CONTENT_TYPE, Arrival
from hub.wire.topology import OUT, lane
from schemas.codes import HubDecision
from schemas.road import HubReceiptEntry
from tests.bench.child import gate

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage

    from hub.relay.checks import Authenticated
    from hub.relay.relay import Office
    from hub.wire.envelope import Envelope
    from hub.wire.link import Outgoing


class Model(DeclarativeBase):
    """Of the hub's own tables."""


class MessageRow(Model):
    __table__ = MESSAGE


class SealedRow(Model):
    __table__ = SEALED


class EntryRow(Model):
    __table__ = ENTRY


class NaiveRelay:
    """Carries one message at a time per lane."""

    def __init__(self, office: Office, out: AbstractExchange) -> None:
        self._office = office
        self._out = out

    async def handle(self, incoming: AbstractIncomingMessage) -> None:
        """Check, store, forward, mark, receipt, ack."""
        now = self._office.clock.now()
        register = self._office.register.current
        authenticated = checks.authenticate(_arrival(incoming), register, now)
        envelope = checks.admit(authenticated, register, now)
        if not checks.allowed_outright(envelope, register, now):
            raise AssertionError(envelope.type)
        await asyncio.to_thread(self._store, authenticated, envelope, now)
        await self._publish(envelope.recipient_oin, _forwarded(incoming))
        await asyncio.to_thread(self._mark, authenticated.key, now)
        for receipt in self._receipt(authenticated, envelope, now):
            await self._publish(receipt.routing_key, _message(receipt))
        await incoming.ack()

    async def _publish(self, routing_key: str, message: aio_pika.Message) -> None:
        await self._out.publish(message, routing_key, mandatory=True)

    def _store(self, message: Authenticated, envelope: Envelope, now: datetime) -> None:
        with Session(self._office.database.engine) as session, session.begin():
            if session.get(MessageRow, message.key) is not None:
                return
            session.add(_message_row(message, envelope, now))
            session.add(SealedRow(source_oin=envelope.source_oin, id=envelope.id, body=message.arrival.body))
            session.add(
                EntryRow(
                    kind="accepted",
                    ts=instant(now),
                    id=envelope.id,
                    type=envelope.type,
                    src=envelope.source_oin,
                    rcpt=envelope.recipient_oin,
                    kid=message.postmark.kid,
                    refhash=message.postmark.refhash,
                )
            )

    def _mark(self, key: tuple[str, str], now: datetime) -> None:
        with Session(self._office.database.engine) as session, session.begin():
            row = session.get_one(MessageRow, key)
            for name, value in {"state": State.FORWARDED, "forwarded_at": instant(now), "attempts": 1}.items():
                setattr(row, name, value)

    def _receipt(self, message: Authenticated, envelope: Envelope, now: datetime) -> list[Outgoing]:
        entry = HubReceiptEntry(
            ref=envelope.id,
            refhash=message.postmark.refhash,
            source=envelope.source,
            recipient=envelope.recipient,
            decision=HubDecision.ACCEPTED,
            received=now,
        )
        office = self._office
        entries = {envelope.source_oin: [entry]}
        return signed_receipts(entries, source=office.source, key=office.keys.signing(now), clock=office.clock)


def _message_row(message: Authenticated, envelope: Envelope, now: datetime) -> MessageRow:
    return MessageRow(
        source_oin=envelope.source_oin,
        id=envelope.id,
        signing_hash=message.postmark.signing_hash,
        refhash=message.postmark.refhash,
        kid=message.postmark.kid,
        source=envelope.source,
        recipient_oin=envelope.recipient_oin,
        type=envelope.type,
        dataschema=envelope.dataschema,
        subject=envelope.case,
        correlationid=envelope.correlationid,
        causationid=envelope.causationid,
        sequence=envelope.sequence,
        time=instant(envelope.time),
        expirytime=instant(envelope.expirytime),
        received=instant(now),
        state=State.ACCEPTED,
        attempts=0,
    )


def _arrival(message: AbstractIncomingMessage) -> Arrival:
    return Arrival(
        body=message.body,
        content_type=message.content_type,
        message_id=message.message_id,
        type=message.type,
        correlation_id=message.correlation_id,
        user_id=message.user_id,
        redelivered=bool(message.redelivered),
        tag=message.delivery_tag or 0,
    )


def _forwarded(message: AbstractIncomingMessage) -> aio_pika.Message:
    return aio_pika.Message(
        message.body,
        content_type=CONTENT_TYPE,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=message.message_id,
        type=message.type,
        correlation_id=message.correlation_id,
    )


def _message(outgoing: Outgoing) -> aio_pika.Message:
    return aio_pika.Message(
        outgoing.body,
        content_type=CONTENT_TYPE,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=outgoing.message_id,
        type=outgoing.type,
        correlation_id=outgoing.correlation_id,
    )


async def carry(settings: HubSettings, office: Office) -> None:
    """Reads every lane until SIGTERM."""
    link = link_settings(settings)
    connection = await aio_pika.connect(f"{link.url}?auth=EXTERNAL&heartbeat=30", ssl_context=link.context())
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    await channel.set_qos(prefetch_count=settings.relay.prefetch)
    relay = NaiveRelay(office, await channel.get_exchange(OUT, ensure=False))
    tasks: list[asyncio.Task[object]] = [
        asyncio.create_task(_read(channel, lane(number), relay)) for number in range(settings.relay.lane_count)
    ]
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


async def _read(channel: AbstractChannel, queue: str, relay: NaiveRelay) -> None:
    async with (await channel.get_queue(queue, ensure=False)).iterator() as messages:
        async for message in messages:
            await relay.handle(message)


def main(settings_file: Path) -> None:
    """Gets ready, waits, carries until SIGTERM."""
    settings = load_hub_settings(settings_file)
    office = open_office(settings)
    gate()
    asyncio.run(carry(settings, office))
    office.database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
