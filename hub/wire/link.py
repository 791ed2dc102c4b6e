"""The one place that talks AMQP: publishing in pipelined, confirmed batches and consuming in batches.

The relay consumes with aio-pika (one channel per lane, because `ack(multiple)` acks across the queues of a channel);
edges consume with FastStream. Connections are not "robust": when one is lost everything on it is dropped and the
owner starts anew, because messages prefetched on a dead connection can no longer be acked. Every await has a limit.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import aio_pika
from aiormq.exceptions import AMQPError, DeliveryError, PublishError
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage
from faststream.rabbit.security import RabbitExternalAuth
from pamqp.commands import Basic

from hub.errors import Code, HubError, UnavailableError
from hub.events import Event, log

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractConnection
    from aiormq import Channel as UnderlayChannel
    from aiormq.abc import DeliveredMessage

CONTENT_TYPE = "application/jose"
HEARTBEAT_S = 30
WAIT_S = 30.0  # no broker call may hang: a `get` on a restarted node never returned
CONNECTION_ERRORS = (AMQPError, OSError, TimeoutError, asyncio.TimeoutError)


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Where the broker is and who we are to it: `url` is `amqps://host:port/vhost`; three PEM files."""

    url: str
    ca: Path
    certificate: Path
    key: Path
    minimum_tls: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3

    def context(self) -> ssl.SSLContext:
        """Mutual TLS; the server's name is checked against its certificate."""
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=self.ca)
        context.minimum_version = self.minimum_tls
        context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One publish; `user_id` only towards the hub (the broker refuses another's)."""

    exchange: str
    routing_key: str
    body: bytes
    message_id: str
    type: str
    correlation_id: str
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery as the broker handed it over; nothing of it is verified yet but `user_id`, where present."""

    body: bytes
    content_type: str | None
    message_id: str | None
    type: str | None
    correlation_id: str | None
    user_id: str | None
    redelivered: bool
    tag: int


class Link:
    """One connection to the broker: a publishing channel, and a channel for each queue that is consumed."""

    def __init__(self, connection: AbstractConnection, channel: AbstractChannel, publisher: UnderlayChannel) -> None:
        self._connection = connection
        self._channel = channel
        self._publisher = publisher
        self.lost = asyncio.Event()
        connection.close_callbacks.add(self._on_close)
        channel.close_callbacks.add(self._on_close)

    @classmethod
    async def open(cls, settings: LinkSettings) -> Link:
        """Connects; UnavailableError(broker_unavailable) when the broker does not answer or does not know us."""
        try:
            async with asyncio.timeout(WAIT_S):
                connection = await aio_pika.connect(
                    f"{settings.url}?auth=EXTERNAL&heartbeat={HEARTBEAT_S}",
                    ssl_context=settings.context(),
                    timeout=WAIT_S,
                )
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                publisher = await _underlay(channel)
        except CONNECTION_ERRORS:
            raise UnavailableError(Code.BROKER_UNAVAILABLE, settings.url.rpartition("@")[2]) from None
        log().info(Event.LINK_OPENED)
        return cls(connection, channel, publisher)

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: LinkSettings) -> AsyncIterator[Link]:
        """A link for as long as the context lasts."""
        link = await cls.open(settings)
        try:
            yield link
        finally:
            await link.close()

    def _on_close(self, *_: object) -> None:
        self.lost.set()

    async def publish(self, batch: Sequence[Outgoing]) -> list[HubError | None]:
        """Publishes all, pipelined, persistent, mandatory; per message None (confirmed) or why the broker has it not.

        A message without a confirm may have arrived all the same: offer it again, recipients de-duplicate.
        """
        return list(await asyncio.gather(*(self._publish(one) for one in batch)))

    async def _publish(self, one: Outgoing) -> HubError | None:
        properties = Basic.Properties(
            content_type=CONTENT_TYPE,
            delivery_mode=2,
            message_id=one.message_id,
            message_type=one.type,
            correlation_id=one.correlation_id,
            user_id=one.user_id,
        )
        try:
            await self._publisher.basic_publish(
                one.body,
                exchange=one.exchange,
                routing_key=one.routing_key,
                properties=properties,
                mandatory=True,
                timeout=WAIT_S,
                wait=False,
            )
        except PublishError:
            return UnavailableError(Code.UNROUTABLE, one.exchange)
        except (DeliveryError, *CONNECTION_ERRORS):
            return UnavailableError(Code.BROKER_UNAVAILABLE, one.exchange)
        return None

    async def consume(self, queue: str, prefetch: int) -> Consumer:
        """Starts to consume a queue on a channel of its own."""
        try:
            async with asyncio.timeout(WAIT_S):
                channel = await self._connection.channel(publisher_confirms=False)
                underlay = await _underlay(channel)
                await underlay.basic_qos(prefetch_count=prefetch)
                consumer = Consumer(queue, channel, underlay)
                channel.close_callbacks.add(consumer.on_close)
                await underlay.basic_consume(queue, consumer.on_delivery)
        except CONNECTION_ERRORS:
            raise UnavailableError(Code.BROKER_UNAVAILABLE, queue) from None
        underlay.on_consumer_cancel_callbacks.add(consumer.on_close)
        return consumer

    async def inspect(self, queue: str) -> tuple[int, int] | None:
        """(messages ready, consumers) of a queue by a passive declare; None when there is no such queue."""
        try:
            async with asyncio.timeout(WAIT_S):
                channel = await self._connection.channel(publisher_confirms=False)
                underlay = await _underlay(channel)
                try:
                    found = await underlay.queue_declare(queue, passive=True)
                finally:
                    with suppress(*CONNECTION_ERRORS):
                        await channel.close()
        except aio_pika.exceptions.ChannelNotFoundEntity:
            return None
        except CONNECTION_ERRORS:
            raise UnavailableError(Code.BROKER_UNAVAILABLE, queue) from None
        return (found.message_count or 0, found.consumer_count or 0)

    async def close(self) -> None:
        """Closes the connection; what was not acked goes back to its queue."""
        with suppress(*CONNECTION_ERRORS):
            async with asyncio.timeout(WAIT_S):
                await self._connection.close()


class Consumer:
    """One queue on one channel: hands out what has arrived, in order, as batches."""

    def __init__(self, queue: str, channel: AbstractChannel, underlay: UnderlayChannel) -> None:
        self.queue = queue
        self._channel = channel
        self._underlay = underlay
        self._arrivals: deque[Arrival] = deque()
        self._changed = asyncio.Event()
        self.closed = False
        self.released = False

    async def on_delivery(self, message: DeliveredMessage) -> None:
        """Keeps a delivery; called by the channel in the order of the queue."""
        self._arrivals.append(arrival_of(message))
        self._changed.set()

    def on_close(self, *_: object) -> None:
        """The channel, the connection or the queue is gone: nothing that is still here may be handled."""
        self.closed = True
        self._changed.set()

    def release(self) -> None:
        """Hands out no further batch; what was not acked goes back when the channel closes."""
        self.released = True
        self._changed.set()

    async def batch(self, most: int) -> list[Arrival]:
        """Waits for one delivery and takes what else is here, at most `most`; empty when the channel is gone.

        Nothing waits for a fuller batch: while one is handled the next gathers, so load makes batches by itself and
        light load keeps the latency of a single message. A redelivered message comes alone: a crash loop would
        otherwise burn the delivery limit of the innocent messages beside it.
        """
        while not (self._arrivals or self.closed or self.released):
            self._changed.clear()
            await self._changed.wait()
        if self.closed or self.released:
            return []
        taken = [self._arrivals.popleft()]
        while self._arrivals and len(taken) < most and not (taken[0].redelivered or self._arrivals[0].redelivered):
            taken.append(self._arrivals.popleft())
        return taken

    async def ack(self, last: Arrival) -> None:
        """Acks everything up to and including `last`; call only when all of it is durable."""
        try:
            async with asyncio.timeout(WAIT_S):
                await self._underlay.basic_ack(last.tag, multiple=True, wait=False)
        except CONNECTION_ERRORS:
            raise UnavailableError(Code.BROKER_UNAVAILABLE, self.queue) from None

    async def close(self) -> None:
        """Gives the queue back by closing the channel: `basic.cancel` would let later messages overtake."""
        with suppress(*CONNECTION_ERRORS):
            async with asyncio.timeout(WAIT_S):
                await self._channel.close()


async def _underlay(channel: AbstractChannel) -> UnderlayChannel:
    """The channel of aiormq on which aio-pika stands: leaner, and it can publish without waiting for the socket."""
    return cast("UnderlayChannel", await channel.get_underlay_channel())


def arrival_of(message: DeliveredMessage) -> Arrival:
    """The delivery as our own record."""
    properties = message.header.properties
    return Arrival(
        body=bytes(message.body),
        content_type=properties.content_type,
        message_id=properties.message_id,
        type=properties.message_type,
        correlation_id=properties.correlation_id,
        user_id=properties.user_id,
        redelivered=bool(message.redelivered),
        tag=message.delivery_tag or 0,
    )


def make_broker(settings: LinkSettings, lost: asyncio.Event) -> RabbitBroker:
    """The one hardened FastStream broker: EXTERNAL over mutual TLS; `lost` is set when its connection closes.

    FastStream would reconnect by itself; the owner starts anew instead, because what was prefetched cannot be acked.
    """
    return RabbitBroker(
        f"{settings.url}?heartbeat={HEARTBEAT_S}",
        security=RabbitExternalAuth(ssl_context=settings.context()),
        timeout=WAIT_S,
        graceful_timeout=1.0,
        on_close=[lambda *_: lost.set()],
        apply_types=True,
        logger=None,
    )


@asynccontextmanager
async def inbox(
    settings: LinkSettings,
    queue: str,
    prefetch: int,
    handle: Callable[[Arrival], Awaitable[bool]],
) -> AsyncIterator[asyncio.Event]:
    """Consumes an inbox with FastStream while the context lasts.

    `handle` is awaited for every delivery, up to `prefetch` at once and in the order of the queue; True acks it,
    False leaves it unacked (it comes again when the channel closes). The queue is the hub's: never declared here.
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
            with suppress(*CONNECTION_ERRORS):
                await message.ack()

    try:
        async with asyncio.timeout(WAIT_S):
            await broker.start()
    except CONNECTION_ERRORS:
        await broker.stop()
        raise UnavailableError(Code.BROKER_UNAVAILABLE, settings.url.rpartition("@")[2]) from None
    try:
        yield lost
    finally:
        await broker.stop()


async def _leave_encoded(message: RabbitMessage) -> bytes:
    """FastStream must not guess at a content type: the body is ours to parse strictly."""
    return bytes(message.body)
