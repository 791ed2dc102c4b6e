"""The inbox of an edge, consumed with FastStream; apart from the link, so that a relay does not carry its weight."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aio_pika import RobustConnection
from aio_pika.abc import AbstractConnection
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue
from faststream.rabbit.security import RabbitExternalAuth

from hub.errors import UnavailableError
from hub.failpoints import Failpoint, reached
from hub.wire.delivery import Arrival, LinkSettings
from hub.wire.link import CONNECTION_ERRORS, HEARTBEAT_S, WAIT_S, Connection, answered


class _Connection(Connection, RobustConnection):
    """FastStream's kind of connection, closed as ours is."""


def make_broker(settings: LinkSettings, lost: asyncio.Event) -> RabbitBroker:
    """The one hardened FastStream broker: EXTERNAL over mutual TLS; `lost` is set when its connection closes.

    FastStream would reconnect by itself; the owner starts anew instead, because what was prefetched cannot be acked.
    So a connection that was lost is closed for good: coming back behind its owner's back it would consume for a
    subscriber that has stopped, which takes messages in and does nothing with them. Nothing is injected into the
    handler either: while FastStream resolves what to inject, a later delivery overtakes an earlier one.
    """

    async def give_up(connection: AbstractConnection | None, _error: BaseException | None) -> None:
        lost.set()
        if connection is not None:
            await connection.close()

    broker = RabbitBroker(
        f"{settings.url}?heartbeat={HEARTBEAT_S}",
        security=RabbitExternalAuth(ssl_context=settings.context()),
        timeout=WAIT_S / 2,  # so that an attempt ends by itself: one that is cancelled would go on trying unseen
        graceful_timeout=1.0,
        on_close=[give_up],
        apply_types=False,
        logger=None,
    )
    broker._connection_kwargs["connection_class"] = _Connection  # noqa: SLF001 - there is no other way in
    return broker


@asynccontextmanager
async def inbox(
    settings: LinkSettings,
    queue: str,
    prefetch: int,
    handle: Callable[[Arrival], Awaitable[bool]],
) -> AsyncIterator[asyncio.Event]:
    """Consumes an inbox with FastStream while the context lasts.

    `handle` is awaited for every delivery, up to `prefetch` at once, and so about in the order of the queue: it is the
    recipient's rule that keeps the order of a conversation (wire.md 8). True acks it, False leaves it unacked (it comes
    again when the channel closes). The queue is the hub's: never declared here.
    Yields an event that is set when the connection is lost.
    """
    lost = asyncio.Event()
    broker = make_broker(settings, lost)
    target = RabbitQueue(queue, declare=False, durable=True)

    @broker.subscriber(
        target,
        channel=Channel(prefetch_count=prefetch, publisher_confirms=False),
        ack_policy=AckPolicy.MANUAL,
        decoder=_leave_encoded,
    )
    async def deliver(message: RabbitMessage) -> None:
        raw = message.raw_message
        arrival = Arrival(
            body=bytes(raw.body),
            content_type=raw.content_type,
            message_id=raw.message_id,
            type=raw.type,
            correlation_id=raw.correlation_id,
            user_id=raw.user_id,
            redelivered=bool(raw.redelivered),
            tag=raw.delivery_tag or 0,
        )
        if await handle(arrival):
            with suppress(UnavailableError):
                async with answered(queue):
                    await message.ack()
            reached(Failpoint.INBOX_AFTER_ACK)

    connection: AbstractConnection | None = None
    try:
        async with answered(settings.url.rpartition("@")[2]):
            connection = await broker.connect()
            await broker.start()
        yield lost
    finally:
        with suppress(UnavailableError):
            async with answered(queue):
                await _stop(broker)
        if connection is not None:
            with suppress(UnavailableError):
                async with answered(queue):
                    await connection.close()  # whatever came of stopping: nothing may go on consuming here


async def _stop(broker: RabbitBroker) -> None:
    """FastStream gathers what went wrong with its subscribers; that the connection is gone already is no error here."""
    try:
        await broker.stop()
    except ExceptionGroup as group:
        if group.split(CONNECTION_ERRORS)[1] is not None:
            raise


async def _leave_encoded(message: RabbitMessage) -> RabbitMessage:
    """The message as it came: FastStream must not guess at a content type, the body is ours to parse strictly."""
    return message
