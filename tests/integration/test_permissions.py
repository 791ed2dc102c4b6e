"""Who may do what at the broker (wire.md 3), asked of a real node: everything but one's own business is refused."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiormq
import httpx2
import pytest
from aiormq.abc import AbstractChannel, DeliveredMessage
from aiormq.exceptions import (
    AMQPConnectionError,
    AMQPError,
    ChannelAccessRefused,
    ChannelPreconditionFailed,
    InvalidFrameError,
)
from pamqp import frame
from pamqp.commands import Basic, Connection

from hub.clock import SystemClock
from hub.register.certificates import issue_client, issue_server, load_authority, new_authority, new_client_key
from tests.broker import Broker, Vhost

ME = "00000099000000001000"
OTHER = "00000099000000002000"
MY_USER = f"p-{ME}"
TYPE = "nl.schuldhulpverlening.kennisgeving-publiek.v1"
MY_KEY = f"{MY_USER}.{TYPE}"
LIMIT_S = 10


@pytest.fixture(scope="module")
def vhost(broker_node: Broker) -> Iterator[Vhost]:
    """One vhost with two partners for the whole matrix: nothing in it is allowed to change it."""
    if not broker_node.node.running:
        broker_node.start()
    with broker_node.vhost([ME, OTHER], lanes=2) as made:
        yield made


@asynccontextmanager
async def channel_of(vhost: Vhost, user: str) -> AsyncIterator[AbstractChannel]:
    """A channel as this user, every publish confirmed."""
    connection = aiormq.Connection(f"{vhost.url}?auth=EXTERNAL", context=vhost.broker.tls(user))
    async with asyncio.timeout(LIMIT_S):
        await connection.connect()
    try:
        yield await connection.channel()
    finally:
        await connection.close()


async def publish(channel: AbstractChannel, exchange: str, key: str, user: str | None = MY_USER) -> None:
    """Publish with confirm and mandatory."""
    properties = Basic.Properties(user_id=user, correlation_id="conversation", delivery_mode=2)
    await channel.basic_publish(
        b"body", exchange=exchange, routing_key=key, properties=properties, mandatory=True, timeout=LIMIT_S
    )


async def take(channel: AbstractChannel, queues: list[str]) -> bytes:
    """The message that must come to one of these queues within the limit."""
    arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def keep(message: DeliveredMessage) -> None:
        await arrived.put(message.body)

    for queue in queues:
        await channel.basic_consume(queue, keep, no_ack=True, timeout=LIMIT_S)
    async with asyncio.timeout(LIMIT_S):
        return await arrived.get()


async def ignore(_message: object) -> None:
    """A consumer that never gets anything."""


@dataclass(frozen=True)
class Act:
    """Something that a user tries, and how the broker must answer."""

    name: str
    attempt: Callable[[AbstractChannel, Vhost], Awaitable[Any]]
    answer: type[AMQPError] = ChannelAccessRefused


PARTNER_MAY_NOT = [
    Act("publish as another", lambda c, _: publish(c, "hub.in", MY_KEY, f"p-{OTHER}"), ChannelPreconditionFailed),
    Act("publish as the hub", lambda c, _: publish(c, "hub.in", MY_KEY, "hub"), ChannelPreconditionFailed),
    Act("publish under another's key", lambda c, _: publish(c, "hub.in", f"p-{OTHER}.{TYPE}")),
    Act("publish under a key that begins alike", lambda c, _: publish(c, "hub.in", f"{MY_USER}0.{TYPE}")),
    Act("publish under a key that ends alike", lambda c, _: publish(c, "hub.in", f"x.{MY_KEY}")),
    Act("publish under its name alone", lambda c, _: publish(c, "hub.in", f"{MY_USER}.")),
    Act("publish under no key", lambda c, _: publish(c, "hub.in", "")),
    Act("publish into another's inbox", lambda c, v: publish(c, "", v.inbox(OTHER))),
    Act("publish into a lane", lambda c, _: publish(c, "", "hub.lane.0")),
    Act("publish to the exchange of the inboxes", lambda c, _: publish(c, "hub.out", OTHER)),
    Act("publish past the intake", lambda c, _: publish(c, "hub.lanes", MY_KEY)),
    Act("publish a dead letter", lambda c, _: publish(c, "hub.dlx", "dead")),
    Act("publish to the broker's own exchange", lambda c, _: publish(c, "amq.topic", "x")),
    Act("read another's inbox", lambda c, v: c.basic_get(v.inbox(OTHER), timeout=LIMIT_S)),
    Act("consume another's inbox", lambda c, v: c.basic_consume(v.inbox(OTHER), ignore, timeout=LIMIT_S)),
    Act("empty another's inbox", lambda c, v: c.queue_purge(v.inbox(OTHER), timeout=LIMIT_S)),
    Act("read a lane", lambda c, _: c.basic_get("hub.lane.0", timeout=LIMIT_S)),
    Act("read the dead letters", lambda c, _: c.basic_get("hub.dead", timeout=LIMIT_S)),
    Act("ask by reading if an inbox exists", lambda c, _: c.basic_get(f"inbox.p-{OTHER}.{'0' * 32}", timeout=LIMIT_S)),
    Act("declare a queue", lambda c, _: c.queue_declare("mine", durable=True, timeout=LIMIT_S)),
    Act("declare a queue for the broker to name", lambda c, _: c.queue_declare(exclusive=True, timeout=LIMIT_S)),
    Act("declare its own inbox", lambda c, v: c.queue_declare(v.inbox(ME), durable=True, timeout=LIMIT_S)),
    Act("declare an exchange", lambda c, _: c.exchange_declare("mine", durable=True, timeout=LIMIT_S)),
    Act("delete its own inbox", lambda c, v: c.queue_delete(v.inbox(ME), timeout=LIMIT_S)),
    Act("delete another's inbox", lambda c, v: c.queue_delete(v.inbox(OTHER), timeout=LIMIT_S)),
    Act("delete a lane", lambda c, _: c.queue_delete("hub.lane.0", timeout=LIMIT_S)),
    Act("delete the intake", lambda c, _: c.exchange_delete("hub.in", timeout=LIMIT_S)),
    Act("bind its inbox to another's letters", lambda c, v: c.queue_bind(v.inbox(ME), "hub.out", OTHER)),
    Act("bind its inbox to the intake", lambda c, v: c.queue_bind(v.inbox(ME), "hub.in", "#")),
    Act("bind its inbox to the dead letters", lambda c, v: c.queue_bind(v.inbox(ME), "hub.dlx", "dead")),
    Act("unbind another's inbox", lambda c, v: c.queue_unbind(v.inbox(OTHER), "hub.out", OTHER)),
    Act("bind the intake to another exchange", lambda c, _: c.exchange_bind(destination="hub.in", source="amq.topic")),
    Act("unbind the lanes", lambda c, _: c.exchange_unbind(destination="hub.lanes", source="hub.in", routing_key="#")),
]

HUB_MAY_NOT = [
    Act("publish to the intake", lambda c, _: publish(c, "hub.in", MY_KEY, None)),
    Act("publish past hub.out into an inbox", lambda c, v: publish(c, "", v.inbox(ME), None)),
    Act("publish as a partner", lambda c, _: publish(c, "hub.out", ME, MY_USER), ChannelPreconditionFailed),
    Act("read an inbox", lambda c, v: c.basic_get(v.inbox(ME), timeout=LIMIT_S)),
    Act("consume an inbox", lambda c, v: c.basic_consume(v.inbox(ME), ignore, timeout=LIMIT_S)),
    Act("empty an inbox", lambda c, v: c.queue_purge(v.inbox(ME), timeout=LIMIT_S)),
    Act("declare a queue", lambda c, _: c.queue_declare("mine", durable=True, timeout=LIMIT_S)),
    Act("delete a lane", lambda c, _: c.queue_delete("hub.lane.0", timeout=LIMIT_S)),
    Act("bind one partner's inbox to another's letters", lambda c, v: c.queue_bind(v.inbox(ME), "hub.out", OTHER)),
]


@pytest.mark.parametrize("act", PARTNER_MAY_NOT, ids=lambda act: act.name)
def test_a_partner_may_not(act: Act, vhost: Vhost) -> None:
    asyncio.run(refused(vhost, MY_USER, act))


@pytest.mark.parametrize("act", HUB_MAY_NOT, ids=lambda act: act.name)
def test_the_running_hub_may_not(act: Act, vhost: Vhost) -> None:
    asyncio.run(refused(vhost, "hub", act))


async def refused(vhost: Vhost, user: str, act: Act) -> None:
    """The broker answers this act with exactly this refusal."""
    async with channel_of(vhost, user) as channel:
        with pytest.raises(act.answer):
            await act.attempt(channel, vhost)


def test_a_partner_publishes_under_its_own_name_and_the_hub_reads_it_in_a_lane(vhost: Vhost) -> None:
    async def road() -> bytes:
        async with channel_of(vhost, MY_USER) as partner, channel_of(vhost, "hub") as hub:
            await publish(partner, "hub.in", MY_KEY)
            return await take(hub, sorted(vhost.topology.lanes))

    assert asyncio.run(road()) == b"body"


def test_the_hub_publishes_to_an_inbox_and_only_its_owner_reads_it(vhost: Vhost) -> None:
    async def road() -> bytes:
        async with channel_of(vhost, MY_USER) as partner, channel_of(vhost, "hub") as hub:
            await publish(hub, "hub.out", ME, None)
            return await take(partner, [vhost.inbox(ME)])

    assert asyncio.run(road()) == b"body"


def test_the_hub_may_ask_how_full_an_inbox_is(vhost: Vhost) -> None:
    async def depth() -> int | None:
        async with channel_of(vhost, "hub") as hub:
            return (await hub.queue_declare(vhost.inbox(OTHER), passive=True, timeout=LIMIT_S)).message_count

    assert asyncio.run(depth()) == 0


def greeting(broker: Broker, context: ssl.SSLContext) -> bytes:
    """The first frame that the broker sends after TLS, or nothing where it hangs up."""
    address = ("localhost", broker.node.ports.amqps)
    with socket.create_connection(address, timeout=LIMIT_S) as plain:
        try:
            with context.wrap_socket(plain, server_hostname="localhost") as secure:
                secure.sendall(b"AMQP\x00\x00\x09\x01")
                return secure.recv(4096)
        except (ssl.SSLError, ConnectionError):
            return b""


def trusting(broker: Broker) -> ssl.SSLContext:
    """TLS settings that trust our CA and show no certificate."""
    return ssl.create_default_context(cafile=broker.ca)


def foreign_client(broker: Broker, folder: Path) -> ssl.SSLContext:
    """A certificate for the right user, by a CA of the same name that is not ours."""
    foreign = new_authority(folder / "ca", SystemClock().now())
    request = new_client_key(MY_USER, folder / "client")
    certificate = folder / "client" / "broker.crt.pem"
    certificate.write_bytes(issue_client(foreign, request.read_bytes(), MY_USER, SystemClock().now()))
    context = trusting(broker)
    context.load_cert_chain(certificate, folder / "client" / "broker.key.pem")
    return context


def expired_client(broker: Broker, folder: Path) -> ssl.SSLContext:
    """A certificate by our CA that ended yesterday."""
    request = new_client_key(MY_USER, folder / "client")
    long_ago = SystemClock().now() - timedelta(days=398)
    certificate = folder / "client" / "broker.crt.pem"
    certificate.write_bytes(issue_client(broker.node.authority, request.read_bytes(), MY_USER, long_ago))
    context = trusting(broker)
    context.load_cert_chain(certificate, folder / "client" / "broker.key.pem")
    return context


def server_as_client(broker: Broker, folder: Path) -> ssl.SSLContext:
    """A server's certificate by our CA, with the name of a user."""
    authority = load_authority(broker.node.authority.folder)
    context = trusting(broker)
    context.load_cert_chain(*issue_server(authority, (MY_USER,), folder / "server", SystemClock().now()))
    return context


def old_tls(broker: Broker, _folder: Path) -> ssl.SSLContext:
    """Everything right, but TLS 1.2."""
    context = broker.tls(MY_USER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def no_certificate(broker: Broker, _folder: Path) -> ssl.SSLContext:
    """No certificate at all."""
    return trusting(broker)


def test_a_client_with_its_own_certificate_is_greeted_and_offered_external_only(broker: Broker, vhost: Vhost) -> None:
    _, _, start = frame.unmarshal(greeting(broker, broker.tls(MY_USER)))
    assert isinstance(start, Connection.Start)
    assert start.mechanisms == "EXTERNAL"


@pytest.mark.parametrize("client", [no_certificate, foreign_client, expired_client, server_as_client, old_tls])
def test_the_broker_hangs_up_before_its_first_word(
    client: Callable[[Broker, Path], ssl.SSLContext], broker: Broker, tmp_path: Path
) -> None:
    assert greeting(broker, client(broker, tmp_path)) == b""


@pytest.mark.parametrize("mechanism", ["PLAIN", "AMQPLAIN"])
def test_a_password_is_refused_though_the_certificate_is_right(mechanism: str, broker: Broker) -> None:
    secret = f"\0administrator\0{broker.management.password}"
    answer = Connection.StartOk(client_properties={}, mechanism=mechanism, response=secret, locale="en_US")
    with (
        socket.create_connection(("localhost", broker.node.ports.amqps), timeout=LIMIT_S) as plain,
        broker.tls(MY_USER).wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(b"AMQP\x00\x00\x09\x01")
        secure.recv(4096)
        secure.sendall(frame.marshal(answer, 0))
        assert secure.recv(4096) == b""  # not a word, where a log-in would be answered with the terms of the connection


def test_a_certificate_whose_user_is_unknown_opens_nothing(broker: Broker, vhost: Vhost) -> None:
    async def knock() -> None:
        async with channel_of(vhost, "p-00000099000000009999"):
            pass

    with pytest.raises(AMQPConnectionError):
        asyncio.run(knock())


def test_a_partner_may_not_enter_another_vhost(broker: Broker, vhost: Vhost) -> None:
    async def knock(other: Vhost) -> None:
        async with channel_of(other, MY_USER):
            pass

    with broker.vhost([OTHER]) as other, pytest.raises(InvalidFrameError, match=r"Connection\.Close"):
        asyncio.run(knock(other))


@pytest.mark.parametrize("user", ["guest", "hub", MY_USER])
@pytest.mark.parametrize("password", ["guest", ""])
def test_nobody_but_the_administrator_enters_the_management(
    user: str, password: str, broker: Broker, vhost: Vhost
) -> None:
    answer = httpx2.get(f"{broker.management.url}/api/overview", auth=(user, password), trust_env=False)
    assert answer.status_code == httpx2.codes.UNAUTHORIZED


def test_a_server_with_another_name_is_not_trusted(broker: Broker) -> None:
    address = ("localhost", broker.node.ports.amqps)
    with socket.create_connection(address, timeout=LIMIT_S) as plain, pytest.raises(ssl.SSLCertVerificationError):
        broker.tls().wrap_socket(plain, server_hostname="broker.example")
