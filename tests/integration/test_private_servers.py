"""The private broker and database that other tests and the demo stand on."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import aio_pika
import psutil
import psycopg
import pytest

from adapters.demo.node import PrivateNode
from adapters.demo.postgres import PrivatePostgres
from adapters.demo.process import LOOPBACK, Guarded, free_ports
from hub.clock import SystemClock
from tests.broker import Broker, Vhost

OIN = "00000099000000001000"
LIMIT_S = 30.0
SLEEPER = [sys.executable, "-c", "import subprocess, time; subprocess.Popen(['sleep', '600']); time.sleep(600)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
]


def eventually(holds: Callable[[], bool]) -> None:
    """Return when it holds; fail after the limit."""
    end = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


async def publish(vhost: Vhost, body: bytes) -> None:
    """The hub publishes to the partner's inbox, confirmed."""
    url = f"{vhost.url}?auth=EXTERNAL"
    async with await aio_pika.connect(url, ssl_context=vhost.broker.tls()) as hub:
        out = await (await hub.channel()).get_exchange("hub.out", ensure=False)
        await out.publish(aio_pika.Message(body, delivery_mode=2), OIN, mandatory=True, timeout=10)


async def read(vhost: Vhost) -> bytes:
    """The partner reads one message from its inbox."""
    url = f"{vhost.url}?auth=EXTERNAL"
    async with await aio_pika.connect(url, ssl_context=vhost.broker.tls(f"p-{OIN}")) as partner:
        queue = await (await partner.channel()).get_queue(vhost.inbox(OIN), ensure=False)
        message = await queue.get(timeout=10)
        await message.ack()
        return message.body


def test_a_letter_from_the_hub_reaches_the_inbox_over_mutual_tls(broker: Broker) -> None:
    with broker.vhost([OIN]) as vhost:
        asyncio.run(publish(vhost, b"letter"))
        assert asyncio.run(read(vhost)) == b"letter"


@pytest.mark.parametrize("end", [Broker.restart, Broker.kill], ids=["restart", "power cut"])
def test_a_confirmed_letter_outlives_the_node(end: Callable[[Broker], None], broker: Broker) -> None:
    with broker.vhost([OIN]) as vhost:
        asyncio.run(publish(vhost, b"letter"))
        end(broker)
        if not broker.node.running:
            broker.start()
        assert asyncio.run(read(vhost)) == b"letter"


def test_every_port_of_the_node_is_on_loopback(broker: Broker) -> None:
    ports = vars(broker.node.ports).values()
    listening = [
        c.laddr for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN and c.laddr.port in ports
    ]
    assert {address.port for address in listening} == set(ports)
    assert {address.ip for address in listening} <= {LOOPBACK, "::1"}


def test_nobody_but_its_owner_reads_the_secrets_of_the_node(broker: Broker) -> None:
    folder = broker.node.folder
    secret = [
        "administrator.password",
        "home/.erlang.cookie",
        "definitions.json",
        "tls/server.key.pem",
        "ca/ca.key.pem",
    ]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in secret:
        assert stat.S_IMODE((folder / name).stat().st_mode) & 0o077 == 0


def test_a_node_speaks_tls_1_2_only_by_setting(tmp_path: Path) -> None:
    """The setting is read by the broker; here only what is written down for it."""
    PrivateNode.create(tmp_path / "new", SystemClock())
    PrivateNode.create(tmp_path / "old", SystemClock(), ("tlsv1.3", "tlsv1.2"))
    new, old = ((tmp_path / name / "rabbitmq.conf").read_text() for name in ("new", "old"))
    assert "tlsv1.2" not in new
    assert "ssl_options.versions.2 = tlsv1.2" in old


def test_a_node_made_again_in_its_folder_keeps_its_authority(tmp_path: Path) -> None:
    first = PrivateNode.create(tmp_path / "node", SystemClock())
    second = PrivateNode.create(tmp_path / "node", SystemClock())
    assert first.authority.certificate == second.authority.certificate


def test_a_fresh_database_is_empty_and_takes_statements(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert rows == (0,)


def test_what_a_database_committed_outlives_a_power_cut(postgres_server: PrivatePostgres) -> None:
    name = postgres_server.new_database()
    address = postgres_server.url(name).replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    postgres_server.kill()
    postgres_server.start()
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    postgres_server.drop_database(name)


def guarded(command: list[str], folder: Path, grace_s: float) -> Guarded:
    """A command under its guard."""
    return Guarded(command, environment={"PATH": os.defpath}, folder=folder, log=folder / "out", grace_s=grace_s)


def family(folder: Path) -> list[psutil.Process]:
    """Every living process that works in this folder: guard, command and what the command started."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_a_command_ends_with_its_children_when_it_is_stopped(tmp_path: Path) -> None:
    process = guarded(SLEEPER, tmp_path, 5)
    eventually(lambda: len(family(tmp_path)) == 3)
    process.stop()
    assert not process.running
    eventually(lambda: not family(tmp_path))


def test_a_command_that_does_not_listen_is_killed_after_its_grace(tmp_path: Path) -> None:
    process = guarded(DEAF, tmp_path, 0.2)
    eventually(lambda: "up" in process.last_words())
    process.stop()
    eventually(lambda: not family(tmp_path))


def test_nothing_is_left_of_a_command_that_is_killed_while_it_begins(tmp_path: Path) -> None:
    for moment in range(40):  # the guard needs some 20 ms before it begins the command, and a few to have begun it
        begun = guarded(["sleep", "600"], tmp_path, 5)
        end = time.monotonic() + 0.010 + moment / 1_000
        while time.monotonic() < end:
            pass
        begun.kill()
    left = family(tmp_path)
    for one in left:
        one.kill()
    assert left == []


def test_nothing_is_left_when_the_starter_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from tests.integration.test_private_servers import *\n"
        "process = guarded(SLEEPER, Path(sys.argv[1]), 5); time.sleep(600)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    eventually(lambda: len(family(tmp_path)) == 3)
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    eventually(lambda: not family(tmp_path))


def test_ports_are_free_and_different() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
