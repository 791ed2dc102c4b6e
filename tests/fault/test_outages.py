"""What fails around the road: broker, database, connections, queues, the outside system, keys; and orderly stops."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from adapters.demo.postgres import PrivatePostgres
from hub.database import Database
from hub.messagelog.tables import ENTRY, MESSAGE
from hub.wire import strictjson
from hub.wire.keyfiles import SUFFIX
from hub.wire.topology import HUB_USER, lane, user_of
from tests.broker import Broker
from tests.fault.harness import Stage, until
from tests.world import SHV, TAX, listed_key, new_key

pytestmark = pytest.mark.timeout(900)
SENDER, RECIPIENT = user_of(SHV), user_of(TAX)


@pytest.fixture(scope="module")
def stage(
    broker_node: Broker, postgres_server: PrivatePostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """One stage on PostgreSQL."""
    if not broker_node.node.running:
        broker_node.start()
    url = postgres_server.url(postgres_server.new_database())
    made = Stage.create(broker_node, tmp_path_factory.mktemp("stage"), url)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def all_run(stage: Stage) -> None:
    """Everybody runs, and the last message of the test before is settled."""
    stage.everybody_runs()
    stage.settle_with_time(stage.books.order(1))


def same_processes(stage: Stage, before: dict[str, int]) -> None:
    """Nobody ended: what failed around them was waited for, and said in log lines alone."""
    assert {name: stage.pid(name) for name in before} == before
    assert {name: stage.noise(name) for name in before} == {name: [] for name in before}


def pids(stage: Stage) -> dict[str, int]:
    """Every process of ours."""
    return {name: stage.pid(name) for name in ("hub", SENDER, RECIPIENT)}


# — the broker ————————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_the_broker_goes_and_comes_back_under_load(stage: Stage, how: str) -> None:
    before = pids(stage)

    def again() -> None:
        time.sleep(0.3)
        if how == "stopped":
            stage.broker.stop()
        else:
            stage.broker.kill()
        stage.books.order(10)
        stage.broker.start()

    count = stage.settle_under_load(stage.books.order(40), again, 1)
    assert count.clean, count
    same_processes(stage, before)
    failed = [line["task"] for name in before for line in stage.events(name, "task.failed")]
    assert not [task for task in failed if task.startswith("aio")], failed  # `link.lost` says it


def test_connections_are_closed_by_force_under_load(stage: Stage) -> None:
    before = pids(stage)

    def again() -> None:
        time.sleep(0.4)
        for user in (HUB_USER, SENDER, RECIPIENT):
            stage.broker.management.close_connections(user, "storing")

    count = stage.settle_under_load(stage.books.order(30), again, 8)
    assert count.clean, count
    same_processes(stage, before)


def test_queues_are_deleted_under_their_readers(stage: Stage) -> None:
    """What was in them comes again: from the sender for a lane (T3), from the keeper for an inbox."""
    before = pids(stage)
    names = [lane(0), stage.vhost.inbox(TAX), lane(1), stage.vhost.inbox(SHV)]

    def again() -> None:
        time.sleep(0.3)
        name = names.pop(0)
        stage.broker.management.delete_queue(stage.vhost.name, name)
        time.sleep(1.0)  # 3.10.8 mixes a quorum queue up with one of that name that is still being deleted
        put_back(stage, name)
        time.sleep(3.5)  # a queue that has just come up is not to be deleted (tests/broker.py)

    count = stage.settle_under_load(stage.books.order(20), again, 4)
    assert count.clean, count
    same_processes(stage, before)


def put_back(stage: Stage, name: str) -> None:
    """Declares one queue again as it was; `topology apply` would first see the lanes drained."""
    vhost, management = quote(stage.vhost.name, safe=""), stage.broker.management
    queue = stage.vhost.topology.queues[name]
    arguments = {"durable": True, "arguments": dict(queue.arguments)}
    management._call("PUT", f"/api/queues/{vhost}/{name}", arguments)
    for binding in stage.vhost.topology.bindings:
        if binding.destination == name:
            way = f"/api/bindings/{vhost}/e/{binding.source}/q/{name}"
            management._call("POST", way, {"routing_key": binding.key, "arguments": {}})


# — the database ——————————————————————————————————————————————————————————————————————————————————————————————————


def test_the_database_dies_under_load_and_the_relay_waits(stage: Stage, postgres_server: PrivatePostgres) -> None:
    before = pids(stage)
    lost = len(stage.events("hub", "database.lost"))

    def again() -> None:
        time.sleep(0.3)
        postgres_server.kill()
        stage.books.order(20)
        time.sleep(4)
        assert stage.running("hub")
        postgres_server.start()

    count = stage.settle_under_load(stage.books.order(30), again, 2)
    assert count.clean, count
    same_processes(stage, before)
    assert 1 <= len(stage.events("hub", "database.lost")) - lost <= 4  # an alarm when it begins, not one per batch
    assert len(stage.events("hub", "message.quarantined")) == 0  # and no delivery was used up


# — the outside system ————————————————————————————————————————————————————————————————————————————————————————————


def test_an_outside_system_that_is_down_opens_the_circuit_and_is_drained_slowly(stage: Stage) -> None:
    opened, closed = (len(stage.events(RECIPIENT, name)) for name in ("circuit.opened", "circuit.closed"))
    stage.books.switch("down", "1")
    orders = stage.books.order(60)
    try:
        until(lambda: len(stage.events(RECIPIENT, "circuit.opened")) > opened, "the circuit opens")
        until(lambda: stage.books.count(orders).delivered == 60, "all is stored and receipted meanwhile")
        refused = stage.events(RECIPIENT, "message.retried")
        time.sleep(2)
        assert len(stage.events(RECIPIENT, "message.retried")) == len(refused)  # nothing is asked while it is open
        stage.later(60)
        until(lambda: len(stage.events(RECIPIENT, "message.retried")) > len(refused), "one probe")
        time.sleep(1)
        assert len(stage.events(RECIPIENT, "message.retried")) == len(refused) + 1
    finally:
        stage.books.switch("down", None)
    count = stage.settle_with_time(orders)
    assert count.clean, count
    assert len(stage.events(RECIPIENT, "circuit.closed")) > closed
    assert sum(stage.books.asked(order) for order in orders) == 60  # each was taken once, when it was back


def test_an_outside_system_that_acts_and_does_not_answer_is_asked_again_and_acts_once(stage: Stage) -> None:
    stage.books.switch("silent", "1")
    orders = stage.books.order(4)
    try:
        until(lambda: stage.books.count(orders).effected == 4, "the acts are done")
        assert stage.books.count(orders).answered == 0
    finally:
        stage.books.switch("silent", None)
    count = stage.settle_with_time(orders)
    assert count.clean, count
    assert min(stage.books.asked(order) for order in orders) >= 2


# — orderly stops —————————————————————————————————————————————————————————————————————————————————————————————————


def test_an_orderly_stop_leaves_nothing_that_is_done_twice(stage: Stage) -> None:
    names = ["hub", SENDER, RECIPIENT] * 2
    stopped = {name: len(stage.events(name, "process.stopped")) for name in names}

    def again() -> None:
        name = names.pop(0)
        time.sleep(0.5)
        began = time.monotonic()
        stage.stop(name)
        assert time.monotonic() - began < 12
        stage.everybody_runs()

    orders = stage.books.order(30)
    count = stage.settle_under_load(orders, again, 6)
    assert count.clean, count
    asked = [
        stage.books.asked(order, what) for order in range(orders.start, orders.start + 90) for what in ("stop", "noted")
    ]
    assert set(asked) == {1}  # not even asked twice
    for name, before in stopped.items():
        assert len(stage.events(name, "process.stopped")) == before + 2


# — processes ————————————————————————————————————————————————————————————————————————————————————————————————————


def test_processes_are_killed_at_any_moment_under_load(stage: Stage) -> None:
    chance = random.Random(stage.port)  # noqa: S311 - any moment will do
    names = ["hub", SENDER, RECIPIENT] * 3

    def again() -> None:
        time.sleep(chance.uniform(0.05, 0.8))
        stage.kill(names.pop(0))
        stage.everybody_runs()
        time.sleep(chance.uniform(1.0, 2.0))

    count = stage.settle_under_load(stage.books.order(20), again, 9)
    assert count.clean, count


def test_a_second_hub_process_carries_on_where_the_first_was_killed(stage: Stage) -> None:
    stage.stop("hub")
    quick: dict[str, Any] = {"look_s": 0.5, "orphan_s": 1.5, "adopted_s": 3.0}
    led = len(stage.events("hub", "lead.taken"))
    stage.start_hub("hub", lanes=[0], **quick)
    until(lambda: readers(stage, 0) == {"hub"}, "the first reads its lane")
    until(lambda: len(stage.events("hub", "lead.taken")) > led, "and its keeper leads")
    stage.start_hub("hub-2", lanes=[1], **quick)
    try:
        until(lambda: "hub-2" in readers(stage, 1), "the second reads its own")
        assert stage.settle_with_time(stage.books.order(20)).clean
        assert stage.events("hub-2", "lead.taken") == []  # one keeper leads
        orders = stage.books.order(30)
        stage.kill("hub")
        count = stage.settle_with_time(orders)
        assert count.clean, count
        until(lambda: (readers(stage, 0), readers(stage, 1)) == ({"hub-2"}, {"hub-2"}), "it adopts the other lane")
        until(lambda: bool(stage.events("hub-2", "lead.taken")), "and its keeper leads now")
        stage.start_hub("hub", lanes=[0], **quick)
        until(lambda: (readers(stage, 0), readers(stage, 1)) == ({"hub"}, {"hub-2"}), "the first has its lane back")
        assert stage.settle_with_time(stage.books.order(20)).clean
    finally:
        stage.stop("hub-2")
        stage.everybody_runs()


def readers(stage: Stage, number: int) -> set[str]:
    """Which of two hub processes say that they read a lane and have not said since that they left it."""
    found = set()
    for name in filter(stage.running, ("hub", "hub-2")):
        own = [line for event in ("process.started", "lane.taken", "lane.left") for line in stage.events(name, event)]
        own = [line for line in own if line.get("lane", number) == number]
        if max(own, key=lambda line: str(line["timestamp"]), default={"event": ""})["event"] == "lane.taken":
            found.add(name)
    return found


# — register and keys —————————————————————————————————————————————————————————————————————————————————————————————


def rolled(stage: Stage, extra: list[dict[str, object]], edit: Any) -> None:  # noqa: ANN401
    """Puts a newer register, and the private keys it lists, where everybody finds them."""
    world = replace(stage.world, private={**stage.world.private, **{str(key["kid"]): key for key in extra}})
    stage.world = world.edited(edit)
    for key in extra:
        oin, use, label = str(key["kid"]).split("/")
        file = stage.folder / oin / "keys" / f"{use}-{label}{SUFFIX}"
        file.touch(mode=0o600)
        file.write_bytes(strictjson.dumps(key))
    new = stage.folder / "register.new"
    new.write_bytes(stage.world.body)
    new.replace(stage.folder / "register.jws")


def versions(stage: Stage, name: str) -> list[int]:
    """The versions of the register that a process took up."""
    return [line["version"] for line in stage.events(name, "register.loaded")]


def test_keys_are_rotated_while_messages_are_under_way(stage: Stage) -> None:
    """Sealed for the old key and signed with it, they arrive after the new register; what is new uses the new keys."""
    before = {name: stage.pid(name) for name in ("hub", SENDER)}
    stage.stop(RECIPIENT)
    under_way = stage.books.order(10)
    until(lambda: stage.books.count(under_way).accepted == 10, "they are under way")
    begins = (datetime.now(UTC) + timedelta(seconds=stage.ahead_s - 60)).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: TID251
    keys = [new_key(TAX, "P-256", "b"), new_key(SHV, "ES256", "b")]

    def rotate(document: dict[str, Any]) -> None:
        by_oin = {one["oin"]: one for one in document["organisations"]}
        for key in keys:
            own = by_oin[str(key["kid"]).split("/")[0]]
            old = next(one for one in own["keys"] if one["use"] == key["use"] and one["status"] == "active")
            old["status"] = "retired"
            own["keys"].append(listed_key(key, nbf=begins))

    rolled(stage, keys, rotate)
    version = stage.world.document["version"]
    until(lambda: versions(stage, "hub")[-1:] == versions(stage, SENDER)[-1:] == [version], "all have it")
    new = stage.books.order(10)
    stage.start_party(TAX)
    count = stage.settle_with_time(range(under_way.start, new.stop))
    assert count.clean, count
    same_processes(stage, before)
    database = Database(stage.database)
    with database.reading() as connection:
        kinds = [row.kind for row in connection.execute(ENTRY.select())]
        kids = {row.kid for row in connection.execute(MESSAGE.select())}
    database.close()
    assert kinds.count("register") == version  # each version that was in use is a leaf, once
    assert {f"{SHV}/sig/a", f"{SHV}/sig/b"} <= kids


def test_a_bad_register_never_takes_the_place_of_a_good_one(stage: Stage) -> None:
    good = stage.folder / "register.jws"
    kept = stage.folder / "register.kept"
    shutil.copy(good, kept)
    refused = len(stage.events("hub", "register.refused"))
    try:
        good.write_bytes(kept.read_bytes()[:-40])
        until(lambda: len(stage.events("hub", "register.refused")) > refused, "it is refused")
        assert stage.settle(stage.books.order(5)).clean
        time.sleep(6)
        assert len(stage.events("hub", "register.refused")) == refused + 1  # one alarm
    finally:
        shutil.copy(kept, good)
