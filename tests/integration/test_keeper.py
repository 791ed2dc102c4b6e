"""The keeper on a real broker: offering again only to who reads, giving up in time and never early, leading alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from hub.database import Database
from hub.keeper import Keeper, KeeperSettings
from hub.keeper.redelivery import LOOK, PATIENCE, UNTAKEN
from hub.messagelog.tables import ENTRY, MESSAGE, QUARANTINE, SEALED, State
from hub.relay.notices import send_connection_test
from hub.wire.link import Link, LinkSettings
from hub.wire.postmark import refhash_of
from hub.wire.topology import DEAD_QUEUE, HUB_USER, desired, inbox_name, user_of
from tests.broker import Broker
from tests.relaybench import WORLD, Bench, arrival, bench_on, notice, receipt
from tests.road import eventually
from tests.stranger import stranger_on
from tests.world import CRED, NOW, SHV, TAX, VISH, World, make_event, make_letter

pytestmark = pytest.mark.anyio
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Both databases."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


async def offered(bench: Bench) -> int:
    """How often the keeper offers bytes again now."""
    return await bench.keeper.redeliver(bench.link)


# — redelivery ————————————————————————————————————————————————————————————————————————————————————————————————————


async def test_bytes_are_offered_again_after_ten_minutes_an_hour_six_hours_and_then_daily(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        await bench.carry([notice()])
        await eventually(lambda: len(bench.recipient.letters) == 1, "it is read")
        for count, wait in enumerate([*PATIENCE, PATIENCE[-1]], 2):
            bench.clock.move(wait - SECOND)
            assert await offered(bench) == 0
            bench.clock.move(SECOND)
            assert await offered(bench) == 1
            await eventually(lambda count=count: len(bench.recipient.letters) == count, "it came again")  # type: ignore[misc]
        assert {letter.body for letter in bench.recipient.letters} == {bench.recipient.letters[0].body}


async def test_an_owner_that_was_away_does_not_come_back_to_copies(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None, reading=(SHV,)) as bench:
        body = notice()
        await bench.carry([body])
        for _ in range(10):
            bench.clock.move(timedelta(hours=2))
            assert await offered(bench) == 0  # nobody reads
        async with stranger_on(bench.road, TAX) as back:
            await eventually(lambda: len(back.letters) == 1, "the one copy is read")
            bench.clock.move(LOOK)
            assert await offered(bench) == 1  # it is there, has read everything, and sent no receipt
            await eventually(lambda: len(back.letters) == 2, "and is offered it again")
            await bench.carry([receipt(body)], TAX)
            bench.clock.move(timedelta(days=2))
            assert await offered(bench) == 0


async def test_what_never_reached_an_inbox_is_offered_until_it_does(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None, oins=(SHV, TAX)) as bench:
        registration = make_letter(WORLD, make_event("schuldenrust-aanmelding", to=VISH)).body()
        await bench.carry([registration])
        assert [state for state, _ in bench.outcomes().values()] == [State.ACCEPTED]
        bench.clock.move(timedelta(minutes=1))
        assert await offered(bench) == 1
        assert [state for state, _ in bench.outcomes().values()] == [State.ACCEPTED]
        inboxes = bench.road.vhost.inboxes | {VISH: inbox_name(VISH, "0" * 32)}
        broker.management.apply(bench.road.vhost.name, desired(inboxes, bench.road.lane_count))
        bench.clock.move(UNTAKEN - SECOND)
        assert await offered(bench) == 0
        bench.clock.move(SECOND)
        assert await offered(bench) == 1
        assert [state for state, _ in bench.outcomes().values()] == [State.FORWARDED]


# — expiry ————————————————————————————————————————————————————————————————————————————————————————————————————————

LIFE = timedelta(days=7)  # of the events in tests
HOPE = LIFE + timedelta(hours=24)


async def test_expired_is_said_a_day_after_the_expiry_and_a_late_receipt_replaces_it_once(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        body = notice()
        await bench.carry([body])
        bench.clock.move(HOPE - SECOND)
        assert await bench.keeper.expire(bench.link) == 0
        bench.clock.move(SECOND)
        assert await bench.keeper.expire(bench.link) == 1
        assert await bench.keeper.expire(bench.link) == 0
        told = await bench.sender.told(body, 2)
        assert [entry["decision"] for entry in told] == ["accepted", "expired"]
        assert list(bench.outcomes().values()) == [(State.EXPIRED, "expired")]
        bench.clock.move(timedelta(days=30))
        assert await offered(bench) == 0

        await bench.carry([body])  # its sender asks again: it is told all, and the bytes go once more
        told = (await bench.sender.told(body, 4))[2:]
        assert [entry["decision"] for entry in told] == ["accepted", "expired"]
        await eventually(lambda: len(bench.recipient.letters) == 2, "the bytes go again where no receipt is held")

        late = receipt(body, result="refused")
        await bench.carry([late], TAX)
        await bench.carry([receipt(body)], TAX)
        assert list(bench.outcomes().values()) == [(State.ANSWERED, "refused")]
        assert bench.kinds() == {"accepted": 1, "expired": 1, "receipt": 1}
        assert bench.rows(SEALED) == []
        await eventually(lambda: len(bench.sender.of("recipient-receipt+jws")) == 2, "both are forwarded")

        await bench.carry([body])  # and again: the receipt is what is held now
        await eventually(lambda: len(bench.sender.of("recipient-receipt+jws")) == 3, "the receipt goes again")
        assert bench.sender.of("recipient-receipt+jws")[2].body == late
        assert [entry["decision"] for entry in await bench.sender.told(body, 5)][4:] == ["accepted"]


async def test_a_receipt_that_comes_while_expired_is_being_said_stands(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        body, other = notice(), notice()
        await bench.carry([body, other])
        bench.clock.move(HOPE)

        class Slow(Link):
            """Publishes, and lets the recipient's receipt come before the keeper can mark what it said."""

            lost = asyncio.Event()

            def __init__(self) -> None:
                """It has no connection of its own."""

            async def publish(self, batch: Any) -> Any:  # noqa: ANN401
                results = await bench.link.publish(batch)
                await bench.carry([receipt(body)], TAX)
                return results

        assert await bench.keeper.expire(Slow()) == 1
        assert sorted(bench.outcomes().values()) == [(State.EXPIRED, "expired"), (State.ANSWERED, "accepted")]
        assert bench.kinds() == {"accepted": 2, "receipt": 1, "expired": 1}


async def test_a_sender_that_cannot_be_told_holds_up_nobody_and_is_told_when_it_asks(
    broker: Broker, tmp_path: Path
) -> None:
    async with bench_on(broker, tmp_path, None, oins=(SHV, TAX)) as bench:
        event = make_event("geen-medewerking", sender=CRED, to=SHV)
        unheard, body = make_letter(WORLD, event).body(), notice()
        await bench.carry([unheard], CRED)  # the creditor has no inbox
        await bench.carry([body])
        bench.clock.move(HOPE)
        assert await bench.keeper.expire(bench.link) == 2
        assert [entry["decision"] for entry in await bench.sender.told(body, 2)] == ["accepted", "expired"]
        inboxes = bench.road.vhost.inboxes | {CRED: inbox_name(CRED, "0" * 32)}
        broker.management.apply(bench.road.vhost.name, desired(inboxes, bench.road.lane_count))
        bench.road.vhost.inboxes[CRED] = inboxes[CRED]
        async with stranger_on(bench.road, CRED) as creditor:
            await bench.carry([unheard], CRED)
            assert [entry["decision"] for entry in await creditor.told(unheard, 2)] == ["accepted", "expired"]


# — what stands still, what is dead, what is said ——————————————————————————————————————————————————————————————————


async def test_what_stands_still_is_alarmed_once_and_once_when_it_is_over(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url, oins=(SHV, TAX)) as bench:
        unrouted = make_letter(WORLD, make_event("schuldenrust-aanmelding", to=VISH)).body()
        bodies = [notice(), notice()]
        await bench.carry([unrouted, *bodies])
        with capture_logs() as early:
            assert await bench.keeper.sweep() == 0
        assert early == []
        bench.clock.move(timedelta(days=1))
        with capture_logs() as logs:
            for _ in range(3):
                await bench.keeper.sweep()
        stuck = [line for line in logs if line["event"] == "message.stuck"]
        said = {(line["event"], line["state"], line["recipient"], line["count"]) for line in stuck}
        assert len(stuck) == len(said)
        assert {("message.stuck", "forward", VISH, 1), ("message.stuck", "receipt", TAX, 2)} <= said
        await bench.carry([receipt(*bodies)], TAX)
        with capture_logs() as logs:
            for _ in range(3):
                await bench.keeper.sweep()
        assert ("message.unstuck", "receipt", TAX) in {
            (line["event"], line["state"], line["recipient"]) for line in logs
        }
        assert not [line for line in logs if line["event"] == "message.stuck"]


async def test_dead_letters_become_evidence_and_leave_the_broker(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with (
        bench_on(broker, tmp_path, url, reading=(SHV,)) as bench,
        Link.opened(bench.road.link(user_of(TAX))) as recipient,
    ):
        from_lane, from_inbox = notice(), notice()
        lanes = sorted(bench.road.vhost.topology.lanes)
        for _ in range(2):  # a crash between keeping and acking brings it twice
            await bench.sender.send(from_lane)
            await given_up(bench.link, lanes)
        await bench.carry([from_inbox])
        await given_up(recipient, [bench.road.vhost.inbox(TAX)])
        await bench.road.run(bench.keeper.run)
        await eventually(lambda: len(bench.rows(QUARANTINE)) == 2, "they are kept, each once")
        kept = {(row.cause, row.refhash, row.oin, row.body) for row in bench.rows(QUARANTINE)}
        assert kept == {
            ("dead-letter", refhash_of(from_lane), SHV, from_lane),
            ("dead-letter", refhash_of(from_inbox), None, from_inbox),
        }
        await emptied(bench.link, DEAD_QUEUE)
        assert len(bench.rows(MESSAGE)) == 1


async def given_up(link: Link, queues: Sequence[str]) -> None:
    """Reads one message from one of the queues and lets the broker give it up."""
    consumers = [await link.consume(name, 1) for name in queues]
    tasks = [asyncio.create_task(consumer.batch(1)) for consumer in consumers]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for consumer, task in zip(consumers, tasks, strict=True):
        if task.done():
            await consumer._underlay.basic_reject(task.result()[0].tag, requeue=False)
        consumer.release()
    await asyncio.gather(*tasks)
    for consumer in consumers:
        await consumer.close()


async def emptied(link: Link, queue: str) -> None:
    """Waits until nothing is ready in a queue."""
    for _ in range(500):
        if (await link.inspect(queue) or (1, 0))[0] == 0:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{queue} is not empty")


def near_end(days: int) -> World:
    """A world in which the debt helper's signing key ends so many days from now."""

    def edit(document: dict[str, Any]) -> None:
        end = NOW + timedelta(days=days)
        document["organisations"][1]["keys"][0]["exp"] = end.strftime("%Y-%m-%dT%H:%M:%SZ")

    return WORLD.edited(edit)


async def test_a_key_near_its_end_is_reminded_of_once_at_each_mark(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url, world=near_end(61)) as bench:
        counts = []
        for day in range(61):
            counts.append((61 - day, await bench.keeper.remind(bench.link)))
            assert await bench.keeper.remind(bench.link) == 0
            bench.clock.move(timedelta(days=1))
        assert [left for left, count in counts if count] == [60, 30, 14, 7, 1]
        await eventually(lambda: len(bench.sender.of("hub-notice+jws")) == 5, "all reached the owner")
        first = bench.sender.of("hub-notice+jws")[0].payload
        assert first["code"] == "key_expiring"
        assert f"{SHV}/sig/a" in first["text"]
        assert bench.recipient.letters == []


async def test_a_connection_test_reaches_the_partner_and_says_why_it_does_not(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None, oins=(SHV, TAX)) as bench:
        assert await send_connection_test(bench.office, bench.link, TAX) is None
        await eventually(lambda: len(bench.recipient.of("hub-notice+jws")) == 1, "it is here")
        assert bench.recipient.letters[0].payload["code"] == "connection_test"
        error = await send_connection_test(bench.office, bench.link, VISH)
        assert error is not None
        assert error.code == "unroutable"


# — leading ———————————————————————————————————————————————————————————————————————————————————————————————————————


def keepers(bench: Bench, count: int) -> Iterator[Keeper]:
    """Keepers of as many processes: each with a database connection of its own."""
    settings = KeeperSettings(lead_s=0.1)
    for _ in range(count):
        database = Database(str(bench.office.database.url.render_as_string(hide_password=False)))
        bench.road.stack.callback(database.close)
        office = replace(bench.office, database=database)
        yield Keeper(office, settings, bench.road.link(HUB_USER), lambda: bench.road.vhost.inboxes)


async def test_one_keeper_leads_and_another_takes_over(broker: Broker, tmp_path: Path, url: str | None) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        first, second = keepers(bench, 2)
        end_first = await bench.road.run(first.run)
        await eventually(lambda: first.leads, "the first leads")
        end_second = await bench.road.run(second.run)
        await bench.carry([notice()])
        await eventually(lambda: bench.rows(ENTRY)[0].leaf_index == 0, "entries get their index")
        assert not second.leads
        await end_first()
        assert not first.leads
        await eventually(lambda: second.leads, "the second leads")
        await bench.carry([notice()])
        await eventually(lambda: [row.leaf_index for row in bench.rows(ENTRY)] == [0, 1], "and goes on where it was")
        await end_second()


async def test_a_keeper_whose_database_session_ends_gives_up_its_lead(
    broker: Broker, tmp_path: Path, postgres_url: str
) -> None:
    async with bench_on(broker, tmp_path, postgres_url) as bench:
        first, second = keepers(bench, 2)
        await bench.road.run(first.run)
        await eventually(lambda: first.leads, "the first leads")
        await bench.road.run(second.run)
        with bench.office.database.begin() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 377887")
            )
        await eventually(lambda: first.leads != second.leads, "one of them leads again")
        await bench.carry([notice() for _ in range(20)])
        await eventually(
            lambda: sorted(row.leaf_index or 0 for row in bench.rows(ENTRY)) == list(range(20)), "every entry once"
        )


async def test_a_keeper_without_a_broker_goes_on_with_what_needs_none(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        nowhere: LinkSettings = replace(bench.road.link(HUB_USER), url="amqps://localhost:1/nergens")
        keeper = Keeper(bench.office, KeeperSettings(), nowhere, dict)
        await bench.relay.handle(bench.link, [arrival(notice(), SHV)])
        await bench.road.run(keeper.run)
        await eventually(lambda: bench.rows(ENTRY)[0].leaf_index == 0, "entries get their index")
