"""The one place that talks AMQP: publishing in pipelined, confirmed batches and consuming in batches.

The relay consumes with aio-pika (one channel per lane, because `ack(multiple)` acks across the queues of a channel);
edges consume with FastStream. Connections are not "robust": when one is lost everything on it is dropped and the
owner starts anew, because messages prefetched on a dead connection can no longer be acked. Every await has a limit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import zip_longest
from typing import TYPE_CHECKING, cast

import aio_pika
from aiormq.exceptions import AMQPError, ChannelInvalidStateError, PublishError

from hub.errors import Code, HubError, UnavailableError
from hub.events import Event, log
from hub.wire import frames
from hub.wire.delivery import CONTENT_TYPE, Arrival, LinkSettings, Outgoing

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractConnection, TimeoutType
    from aiormq import Channel as UnderlayChannel
    from aiormq.abc import DeliveredMessage

__all__ = ["CONTENT_TYPE", "Arrival", "Connection", "Consumer", "Link", "LinkSettings", "Outgoing", "answered"]

HEARTBEAT_S = 30
WAIT_S = 30.0  # no broker call may hang: a `get` on a restarted node never returned
# `ChannelInvalidStateError` is no AMQPError but a RuntimeError: a call on a channel that was closed in the meantime
CONNECTION_ERRORS = (AMQPError, OSError, TimeoutError, ChannelInvalidStateError)


@asynccontextmanager
async def answered(place: str) -> AsyncIterator[None]:
    """Nothing in here waits longer than the limit; UnavailableError when the broker is away or refuses.

    A connection that ends also ends what waits on it as if it were cancelled; that is no cancellation of ours.
    """
    task = asyncio.current_task()
    try:
        async with asyncio.timeout(WAIT_S):
            yield
    except CONNECTION_ERRORS:
        raise UnavailableError(Code.BROKER_UNAVAILABLE, place) from None
    except asyncio.CancelledError:
        if task is None or task.cancelling():
            raise
        raise UnavailableError(Code.BROKER_UNAVAILABLE, place) from None


class Connection(aio_pika.Connection):
    """One that is closed when it does not come about: the library leaves that to the collector, in whatever thread."""

    async def connect(self, timeout: TimeoutType = None) -> None:  # noqa: ASYNC109 - the signature of the library
        """Connects; nothing is left to collect when that fails."""
        try:
            await super().connect(timeout)
        except BaseException:
            await self.close()
            raise

    def __del__(self) -> None:
        """Where the collector comes by in a thread of the database there is no loop to close anything with."""
        with suppress(RuntimeError):
            asyncio.get_running_loop()
            super().__del__()


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
        async with answered(settings.url.rpartition("@")[2]):
            connection = await aio_pika.connect(
                f"{settings.url}?auth=EXTERNAL&heartbeat={HEARTBEAT_S}",
                ssl_context=settings.context(),
                timeout=WAIT_S,
                connection_class=Connection,
            )
            try:
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                publisher = await _underlay(channel)
            except BaseException:
                await connection.close()
                raise
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
        confirms: list[frames.Confirm] = []
        with suppress(UnavailableError):  # each message says for itself whether it was confirmed
            async with answered("publish"):
                await frames.publish(self._publisher, batch, confirms)
        return [_outcome(one, confirm) for one, confirm in zip_longest(batch, confirms)]

    async def consume(self, queue: str, prefetch: int) -> Consumer:
        """Starts to consume a queue on a channel of its own."""
        async with answered(queue):
            channel = await self._open_channel(queue)
            underlay = await _underlay(channel)
            await underlay.basic_qos(prefetch_count=prefetch)
            consumer = Consumer(queue, channel, underlay)
            channel.close_callbacks.add(consumer.on_close)
            underlay.on_consumer_cancel_callbacks.add(consumer.on_close)
            frames.Deliveries(underlay, consumer.keep)
            await underlay.basic_consume(queue, _leave_to_deliveries)
        return consumer

    async def _open_channel(self, queue: str) -> AbstractChannel:
        if self.lost.is_set():
            raise UnavailableError(Code.BROKER_UNAVAILABLE, queue)
        try:
            return await self._connection.channel(publisher_confirms=False)
        except RuntimeError:  # all that aiormq has to say about a connection that is closed
            self.lost.set()
            raise UnavailableError(Code.BROKER_UNAVAILABLE, queue) from None

    async def inspect(self, queue: str) -> tuple[int, int] | None:
        """(messages ready, consumers) of a queue by a passive declare; None when there is no such queue."""
        async with answered(queue):
            channel = await self._open_channel(queue)
            underlay = await _underlay(channel)
            try:
                found = await underlay.queue_declare(queue, passive=True)
            except aio_pika.exceptions.ChannelNotFoundEntity:
                return None
            finally:
                with suppress(*CONNECTION_ERRORS):
                    await channel.close()
        return (found.message_count or 0, found.consumer_count or 0)

    async def close(self) -> None:
        """Closes the connection; what was not acked goes back to its queue."""
        with suppress(UnavailableError):
            async with answered("close"):
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

    def keep(self, arrival: Arrival) -> None:
        """Keeps a delivery; called in the order of the queue."""
        self._arrivals.append(arrival)
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
        async with answered(self.queue):
            await self._underlay.basic_ack(last.tag, multiple=True)

    async def close(self) -> None:
        """Gives the queue back by closing the channel: `basic.cancel` would let later messages overtake."""
        with suppress(UnavailableError):
            async with answered(self.queue):
                await self._channel.close()


async def _underlay(channel: AbstractChannel) -> UnderlayChannel:
    """The channel of aiormq on which aio-pika stands: leaner, and it can publish without waiting for the socket."""
    return cast("UnderlayChannel", await channel.get_underlay_channel())


async def _leave_to_deliveries(_message: DeliveredMessage) -> None:
    """What aiormq would call for a delivery; `frames.Deliveries` takes them out before that."""


def _outcome(one: Outgoing, confirm: frames.Confirm | None) -> HubError | None:
    if confirm is None or confirm.cancelled():
        return UnavailableError(Code.BROKER_UNAVAILABLE, one.exchange)
    error = confirm.exception()
    if error is None:
        return None
    return UnavailableError(
        Code.UNROUTABLE if isinstance(error, PublishError) else Code.BROKER_UNAVAILABLE, one.exchange
    )
