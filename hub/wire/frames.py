"""AMQP frames as the link writes and reads them itself, for whole batches.

A batch goes out in a few large writes and its confirms come back to one waiter; a delivery is put together where its
frames arrive. It uses aiormq's channel and changes nothing of what is said to the broker. aiormq's own way costs a
lock, a future with four callbacks and a write to the socket for each publish, and a task for each delivery: 100 to 150
microseconds against 35 per publish, 100 against 50 per delivery, of some 700 that a message cost the hub as a whole
(docs/performance.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from aiormq.abc import ChannelFrame
from pamqp.base import Frame
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.frame import marshal
from pamqp.header import ContentHeader

from hub.wire.delivery import CONTENT_TYPE, Arrival, Outgoing

if TYPE_CHECKING:
    from aiormq import Channel

WRITE_BYTES: Final = 262_144  # of frames in one write; a batch of the largest messages is then no burden on memory
PERSISTENT: Final = 2

Confirm = asyncio.Future[Any]


async def publish(channel: Channel, batch: Sequence[Outgoing], confirms: list[Confirm]) -> None:
    """Publishes a batch, persistent and mandatory, and returns when the broker has answered for each of it.

    Args:
        channel: one with publisher confirms that raises what is returned.
        batch: in the order in which the broker gets it.
        confirms: receives a future for each message that was written, in the order of the batch. Done without an
            exception: the broker has the message; cancelled: it has not answered, whatever ended this call.

    Raises:
        aiormq's errors, or CancelledError, when the channel ends first.
    """
    answered = channel.create_future()  # the channel breaks it off when it ends
    remaining = len(batch)

    def on_answer(_: Confirm) -> None:
        nonlocal remaining
        remaining -= 1
        if not remaining and not answered.done():
            answered.set_result(None)

    tags: dict[str, int] = {}
    try:
        async with channel.lock:
            for some in _writes(batch):
                mine = await _write(channel, some, tags, answered)
                for confirm in mine:
                    confirm.add_done_callback(on_answer)
                confirms += mine
        if batch:
            await answered
    finally:
        answered.cancel()
        for confirm in confirms:
            confirm.cancel()
        for message_id, tag in tags.items():
            if channel.message_id_delivery_tag.get(message_id) == tag:
                del channel.message_id_delivery_tag[message_id]


def _writes(batch: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    """The batch in pieces that are about as large as one write may be."""
    some: list[Outgoing] = []
    size = 0
    for one in batch:
        some.append(one)
        size += len(one.body)
        if size >= WRITE_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


async def _write(
    channel: Channel, some: Sequence[Outgoing], tags: dict[str, int], ended: asyncio.Future[None]
) -> list[Confirm]:
    """Hands the frames to the connection; what was not handed over leaves no trace in the channel's numbering.

    Raises:
        What ended the channel: nobody empties the connection's queue after that.
    """
    before = channel.delivery_tag
    confirms: list[Confirm] = []
    payload = bytearray()
    putting: asyncio.Task[None] | None = None
    try:
        for one in some:
            payload += _frames(channel, one)
            confirms.append(_expect(channel, one, tags))
        written = ChannelFrame(payload=bytes(payload), should_close=False)
        if channel.write_queue.full():
            putting = asyncio.create_task(channel.write_queue.put(written))
            await asyncio.wait({putting, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not putting.done():
                await ended
        else:
            channel.write_queue.put_nowait(written)
    except BaseException:
        if putting is None or putting.cancel():  # too late to cancel: it is on its way
            # the broker counts what it gets: these numbers belong to the next publishes, and we still hold the lock
            for tag in range(before + 1, channel.delivery_tag + 1):
                channel.confirmations.pop(tag, None)
            channel.delivery_tag = before
        for confirm in confirms:
            confirm.cancel()
        raise
    return confirms


def _expect(channel: Channel, one: Outgoing, tags: dict[str, int]) -> Confirm:
    """The next number on the channel, and the future that the broker's answer to it will complete."""
    confirm: Confirm = asyncio.get_running_loop().create_future()
    channel.delivery_tag += 1
    channel.confirmations[channel.delivery_tag] = confirm
    channel.message_id_delivery_tag[one.message_id] = tags[one.message_id] = channel.delivery_tag
    return confirm


def _frames(channel: Channel, one: Outgoing) -> bytes:
    properties = Basic.Properties(
        content_type=CONTENT_TYPE,
        delivery_mode=PERSISTENT,
        message_id=one.message_id,
        message_type=one.type,
        correlation_id=one.correlation_id,
        user_id=one.user_id,
    )
    publish_frame = Basic.Publish(exchange=one.exchange, routing_key=one.routing_key, mandatory=True)
    header = ContentHeader(properties=properties, body_size=len(one.body))
    most = channel.max_content_size
    bodies = [ContentBody(one.body[start : start + most]) for start in range(0, len(one.body), most)]
    written: list[Frame | ContentHeader | ContentBody] = [publish_frame, header, *bodies]
    return b"".join(marshal(frame, channel.number) for frame in written)


class Deliveries(asyncio.Queue[Any]):
    """Stands where a channel keeps the frames that arrived: takes deliveries out and leaves all else to the channel.

    Only for a channel that consumes one queue and does nothing else.
    """

    def __init__(self, channel: Channel, keep: Callable[[Arrival], None]) -> None:
        super().__init__()
        self._others = channel.frames
        self._keep = keep
        self._delivery: Basic.Deliver | None = None
        self._header: ContentHeader | None = None
        self._body: list[bytes] = []
        self._missing = 0
        channel.frames = self

    async def put(self, item: tuple[int, Any]) -> None:
        """Called by the connection for every frame of the channel, in the order in which they came."""
        frame = item[1]
        if isinstance(frame, Basic.Deliver):
            self._delivery, self._header, self._body = frame, None, []
            return
        if self._delivery is None or not isinstance(frame, ContentHeader | ContentBody):
            await self._others.put(item)
            return
        if isinstance(frame, ContentHeader):
            self._header, self._missing = frame, frame.body_size or 0
        else:
            self._body.append(frame.value)
            self._missing -= len(frame.value)
        if self._header is not None and self._missing <= 0:
            self._keep(arrival_of(self._delivery, self._header, b"".join(self._body)))
            self._delivery = None

    async def get(self) -> Any:  # noqa: ANN401 - frames of every kind
        """For the channel: whatever is no delivery."""
        return await self._others.get()

    def task_done(self) -> None:
        """For the channel: it has dealt with a frame."""
        self._others.task_done()


def arrival_of(delivery: Basic.Deliver, header: ContentHeader, body: bytes) -> Arrival:
    """The delivery as our own record."""
    properties = header.properties
    return Arrival(
        body=body,
        content_type=properties.content_type,
        message_id=properties.message_id,
        type=properties.message_type,
        correlation_id=properties.correlation_id,
        user_id=properties.user_id,
        redelivered=bool(delivery.redelivered),
        tag=delivery.delivery_tag or 0,
    )
