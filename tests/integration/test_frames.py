"""Batches on a real broker: what is confirmed, what is not and which, and deliveries of every size in their order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.clock import SystemClock, new_id
from hub.errors import Code, HubError
from hub.wire import frames
from hub.wire.link import Arrival, Link, LinkSettings, Outgoing
from hub.wire.topology import INTAKE, OUT, lane, routing_key, user_of
from tests.broker import Broker, Vhost
from tests.world import SHV, TAX

pytestmark = pytest.mark.anyio
LIMIT_S = 20.0


def outgoing(body: bytes, *, exchange: str = INTAKE, to: str | None = None) -> Outgoing:
    """A publish of a partner to the hub's one lane, or with another key."""
    message_id = new_id(SystemClock())
    key = to or routing_key(SHV, "proef")
    user = user_of(SHV) if exchange == INTAKE else None
    return Outgoing(exchange, key, body, message_id, "proef", message_id, user)


def settings(broker: Broker, vhost: Vhost, user: str) -> LinkSettings:
    certificate, key = broker.client(user)
    return LinkSettings(vhost.url, broker.ca, certificate, key)


@asynccontextmanager
async def partner_on(broker: Broker) -> AsyncIterator[tuple[Vhost, Link]]:
    """A vhost with one lane, and a partner's link to it."""
    with broker.vhost([SHV, TAX], 1) as vhost:
        async with Link.opened(settings(broker, vhost, user_of(SHV))) as link:
            yield vhost, link


async def received(broker: Broker, vhost: Vhost, count: int) -> list[Arrival]:
    """The next deliveries of the lane."""
    found: list[Arrival] = []
    async with Link.opened(settings(broker, vhost, "hub")) as hub:
        consumer = await hub.consume(lane(0), 300)
        async with asyncio.timeout(LIMIT_S):
            while len(found) < count:
                found += await consumer.batch(100)
        await consumer.ack(found[-1])
        await consumer.close()
    return found


def codes(results: list[HubError | None]) -> list[Code | None]:
    return [error.code if error else None for error in results]


async def test_a_batch_of_many_writes_arrives_whole_and_in_order(broker: Broker) -> None:
    async with partner_on(broker) as (vhost, link):
        sizes = [0, 1, 5_700, 65_536, 300_000] * 8
        batch = [outgoing(bytes([number]) * size) for number, size in enumerate(sizes)]
        assert sum(sizes) > 4 * frames.WRITE_BYTES
        assert await link.publish(batch) == [None] * len(batch)
        arrivals = await received(broker, vhost, len(batch))
        assert [arrival.message_id for arrival in arrivals] == [one.message_id for one in batch]
        assert [arrival.body for arrival in arrivals] == [one.body for one in batch]
        assert {(a.content_type, a.type, a.user_id, a.redelivered) for a in arrivals} == {
            ("application/jose", "proef", user_of(SHV), False)
        }


async def test_nothing_to_publish_is_nothing_to_wait_for(broker: Broker) -> None:
    async with partner_on(broker) as (_, link):
        assert await link.publish([]) == []


async def test_what_has_no_queue_is_told_apart_within_a_batch(broker: Broker) -> None:
    with broker.vhost([SHV, TAX], 1) as vhost:
        async with Link.opened(settings(broker, vhost, "hub")) as link:
            known = [outgoing(b"a", exchange=OUT, to=TAX) for _ in range(5)]
            batch = [*known[:2], outgoing(b"b", exchange=OUT, to="nobody"), *known[2:]]
            assert codes(await link.publish(batch)) == [None, None, Code.UNROUTABLE, None, None, None]
            assert codes(await link.publish(known)) == [None] * 5


async def test_what_a_full_queue_turns_back_is_told_apart_within_a_batch(broker: Broker) -> None:
    async with partner_on(broker) as (vhost, link):
        policy = {"pattern": "^hub.lane", "definition": {"max-length": 3}, "apply-to": "queues"}
        broker.management._client.put(f"/api/policies/{vhost.name}/full", json=policy).raise_for_status()
        refused = 0
        async with asyncio.timeout(LIMIT_S):
            while not refused:  # a policy takes effect when the queue has heard of it
                results = codes(await link.publish([outgoing(b"x") for _ in range(50)]))
                assert set(results) <= {None, Code.BROKER_UNAVAILABLE}
                refused = results.count(Code.BROKER_UNAVAILABLE)
        assert not link.lost.is_set()


async def test_a_refused_exchange_ends_the_link_and_confirms_nothing(broker: Broker) -> None:
    async with partner_on(broker) as (_, link):
        results = await link.publish([outgoing(b"x", exchange=OUT, to=TAX) for _ in range(3)])
        assert codes(results) == [Code.BROKER_UNAVAILABLE] * 3
        await asyncio.wait_for(link.lost.wait(), LIMIT_S)
        assert codes(await link.publish([outgoing(b"x")])) == [Code.BROKER_UNAVAILABLE]


async def test_a_link_that_closes_while_it_publishes_leaves_nobody_waiting(broker: Broker) -> None:
    async with partner_on(broker) as (_, link):
        publishing = asyncio.gather(link.publish([outgoing(b"x" * 50_000) for _ in range(200)]))
        await asyncio.sleep(0)
        await link.close()
        results = codes((await asyncio.wait_for(publishing, LIMIT_S))[0])
        assert len(results) == 200
        assert set(results) <= {None, Code.BROKER_UNAVAILABLE}
        assert Code.BROKER_UNAVAILABLE in results


async def test_after_a_publish_that_was_broken_off_confirms_still_fit_their_messages(broker: Broker) -> None:
    async with partner_on(broker) as (_, link):
        for pause in range(6):
            publishing = asyncio.gather(link.publish([outgoing(b"x" * 60_000) for _ in range(40)]))
            for _ in range(pause):
                await asyncio.sleep(0)
            publishing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await publishing
        batch = [outgoing(b"last") for _ in range(20)]
        async with asyncio.timeout(LIMIT_S):
            assert await link.publish(batch) == [None] * 20
        assert not link._publisher.confirmations or not any(
            not confirm.done() for confirm in link._publisher.confirmations.values()
        )


async def test_batches_of_several_at_once_each_get_their_own_answers(broker: Broker) -> None:
    with broker.vhost([SHV, TAX], 1) as vhost:
        async with Link.opened(settings(broker, vhost, "hub")) as link:
            targets = [TAX, "nobody"] * 10
            found = await asyncio.gather(
                *(link.publish([outgoing(b"x", exchange=OUT, to=to) for _ in range(7)]) for to in targets)
            )
            assert [set(codes(results)) for results in found] == [{None}, {Code.UNROUTABLE}] * 10
