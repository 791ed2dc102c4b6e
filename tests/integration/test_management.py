"""The topology applied to a real broker through its management API."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator

import aiormq
import pytest
from aiormq.abc import AbstractConnection
from pamqp.commands import Basic

from adapters.demo.process import free_ports
from hub.errors import Code, RefusedError, UnavailableError
from hub.wire import management as api
from hub.wire.management import Management
from hub.wire.topology import desired, inbox_name, user_of
from tests.broker import Broker

ME = "00000099000000001000"
OTHER = "00000099000000002000"
INBOXES = {ME: inbox_name(ME, "a" * 32), OTHER: inbox_name(OTHER, "b" * 32)}
LIMIT_S = 10


@pytest.fixture
def name(broker: Broker) -> Iterator[str]:
    """The name of a vhost that is not there yet, and is gone after the test."""
    made = f"t-{secrets.token_hex(6)}"
    yield made
    broker.discard(made)


async def connect(broker: Broker, vhost: str, user: str) -> AbstractConnection:
    """A connection as this user."""
    connection = aiormq.Connection(f"{broker.node.url(vhost)}?auth=EXTERNAL", context=broker.tls(user))
    await connection.connect()
    return connection


def test_what_is_applied_is_what_is_there(broker: Broker, name: str) -> None:
    wanted = desired(INBOXES)
    assert broker.management.apply(name, wanted).missing.queues == wanted.queues
    there = broker.management.present(name)
    assert (there.exchanges, there.queues, there.bindings) == (wanted.exchanges, wanted.queues, wanted.bindings)
    assert (there.permissions, there.topic_permissions) == (wanted.permissions, wanted.topic_permissions)
    assert wanted.users <= there.users


def test_a_second_time_changes_nothing(broker: Broker, name: str) -> None:
    broker.management.apply(name, desired(INBOXES))
    assert broker.management.apply(name, desired(INBOXES)).empty


def test_a_partner_that_joins_later_leaves_the_others_as_they_are(broker: Broker, name: str) -> None:
    broker.management.apply(name, desired({ME: INBOXES[ME]}))
    done = broker.management.apply(name, desired(INBOXES))
    assert done.missing.queues.keys() == {INBOXES[OTHER]}
    assert broker.management.plan(name, desired(INBOXES)).empty


def test_widened_rights_are_set_back(broker: Broker, name: str) -> None:
    wanted = desired(INBOXES)
    broker.management.apply(name, wanted)
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    broker.management._call("PUT", f"/api/permissions/{name}/{user_of(ME)}", everything)
    assert broker.management.apply(name, wanted).lines() == [f"+ permission {user_of(ME)}"]
    assert broker.management.present(name).permissions == wanted.permissions


def test_a_queue_with_other_arguments_is_refused_and_nothing_is_changed(broker: Broker, name: str) -> None:
    broker.management.add_vhost(name)
    other = {"durable": True, "arguments": {"x-queue-type": "quorum"}}
    broker.management._call("PUT", f"/api/queues/{name}/hub.lane.0", other)
    with pytest.raises(RefusedError, match=r"queue hub\.lane\.0") as refused:
        broker.management.apply(name, desired(INBOXES))
    assert refused.value.code is Code.SETTINGS_INVALID
    assert not broker.management.present(name).exchanges


def test_a_transient_exchange_is_not_taken_for_a_lasting_one(broker: Broker, name: str) -> None:
    broker.management.add_vhost(name)
    broker.management._call("PUT", f"/api/exchanges/{name}/hub.out", {"type": "direct", "durable": False})
    assert broker.management.plan(name, desired({})).conflicts == ("exchange hub.out",)


async def fill_a_lane(broker: Broker, vhost: str) -> None:
    """Publish one letter to the intake, confirmed."""
    connection = await connect(broker, vhost, user_of(ME))
    try:
        channel = await connection.channel()
        properties = Basic.Properties(correlation_id="conversation", delivery_mode=2)
        await channel.basic_publish(
            b"x", exchange="hub.in", routing_key=f"{user_of(ME)}.x", properties=properties, mandatory=True
        )
    finally:
        await connection.close()


def test_another_number_of_lanes_is_refused_while_one_holds_a_message(broker: Broker, name: str) -> None:
    """The statistics may not know of the message yet when asked first; after one interval they do."""
    broker.management.apply(name, desired(INBOXES, 2))
    asyncio.run(fill_a_lane(broker, name))
    with pytest.raises(RefusedError, match="not drained"):
        broker.management.apply(name, desired(INBOXES, 3))
    there = broker.management.present(name)
    assert there.lanes == {"hub.lane.0", "hub.lane.1"}
    assert there.bindings == desired(INBOXES, 2).bindings, "the intake is open again"


def test_fewer_lanes_are_made_once_all_have_stayed_empty(broker: Broker, name: str) -> None:
    broker.management.apply(name, desired(INBOXES, 3))
    broker.management.apply(name, desired(INBOXES, 2))
    assert broker.management.plan(name, desired(INBOXES, 2)).empty


def test_more_lanes_are_made_once_all_are_empty(broker: Broker, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "STATISTICS_S", 0)  # nothing was ever published here, and nothing is deleted
    broker.management.apply(name, desired(INBOXES, 3))
    broker.management.apply(name, desired(INBOXES, 4))
    assert broker.management.plan(name, desired(INBOXES, 4)).empty


def test_a_user_that_is_removed_is_put_out_at_once(broker: Broker, name: str) -> None:
    broker.management.apply(name, desired(INBOXES))

    async def stay() -> None:
        connection = await connect(broker, name, user_of(OTHER))
        closed = asyncio.ensure_future(connection.closing)
        await asyncio.to_thread(broker.management.delete_user, user_of(OTHER))
        await asyncio.wait([closed], timeout=LIMIT_S)
        assert closed.done()

    asyncio.run(stay())


def test_a_broker_that_does_not_answer_is_unavailable() -> None:
    port = free_ports(1)[0]
    with (
        Management(f"http://127.0.0.1:{port}", "administrator", "x") as nobody,
        pytest.raises(UnavailableError) as missing,
    ):
        nobody.vhosts()
    assert missing.value.code is Code.BROKER_UNAVAILABLE


def test_a_wrong_password_is_refused(broker: Broker) -> None:
    with Management(broker.management.url, "administrator", "wrong") as stranger, pytest.raises(RefusedError):
        stranger.vhosts()


def test_a_password_never_goes_over_a_plain_line_to_another_machine() -> None:
    with pytest.raises(RefusedError, match="https"):
        Management("http://broker.example:15672", "administrator", "x")


def test_a_queue_that_is_not_there_is_not_found(broker: Broker) -> None:
    with pytest.raises(RefusedError) as missing:
        broker.management.queue("/", "nothing")
    assert missing.value.code is Code.NOT_FOUND
