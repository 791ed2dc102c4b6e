"""Alarms start once, clear once, and are told once each way, by real mail and HTTP servers, when their class says."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.alarms import store
from hub.alarms.kinds import AlarmKind, Subject
from hub.alarms.letters import Letter
from hub.alarms.memory import Memory
from hub.alarms.messenger import HookRoute, MailRoute, Messenger
from hub.alarms.store import Channel, Window
from hub.alarms.vitals import Vitals, VitalsSettings
from hub.alarms.watchman import PATIENCE, Watchman
from hub.clock import SystemClock, new_id, new_pseudonym
from hub.conversations.tables import RUNG
from hub.database import Database
from hub.keeper.alarms import Teller
from hub.messagelog import schema
from hub.messagelog.store import AT_WORK, say
from hub.register.certificates import CA_CERTIFICATE, issue_server, new_authority
from hub.wire.topology import HUB_USER
from tests.broker import Broker
from tests.filled import Writer
from tests.postoffice import LOOPBACK, PostOffice, post_office
from tests.relaybench import Bench, bench_on, notice, receipt
from tests.road import Road, road_on
from tests.world import NOW, SHV, TAX, VISH, FixedClock

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OPERATORS = "beheer@hub.example.test"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Both databases."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database(url: str | None, tmp_path: Path) -> Iterator[Database]:
    """An empty hub's database."""
    made = Database(url or f"sqlite:///{tmp_path / 'hub.db'}")
    schema.upgrade(made)
    yield made
    made.close()


def messenger_to(office: PostOffice, clock: Any = None, **mail: Any) -> Messenger:  # noqa: ANN401
    """Both ways to a post office, in the clear on loopback unless given."""
    route = MailRoute(LOOPBACK, office.smtp_port, "none", "hub@hub.example.test", (OPERATORS,))
    hook = HookRoute(f"http://{LOOPBACK}:{office.http_port}/alarmen", "geheim")
    return Messenger(replace(route, **mail), hook, clock or SystemClock())


# — rows ——————————————————————————————————————————————————————————————————————————————————————————————————————————————


def settle(database: Database, *oins: str, at: datetime = NOW, silenced: tuple[str, ...] = ()) -> tuple[int, int]:
    """These partners are unreachable now; how many alarms start and clear."""
    present = {(AlarmKind.PARTNER, oin): Subject(oin, oin) for oin in oins}
    with database.begin() as connection:
        changes = store.settle(connection, {AlarmKind.PARTNER}, present, at, silenced=silenced)
    return len(changes.started), len(changes.cleared)


def test_an_alarm_starts_once_and_clears_once(database: Database) -> None:
    assert settle(database, TAX, VISH) == (2, 0)
    assert settle(database, TAX, VISH, at=NOW + MINUTE) == (0, 0)
    assert settle(database, VISH, at=NOW + 2 * MINUTE) == (0, 1)
    assert settle(database, VISH, at=NOW + 3 * MINUTE) == (0, 0)
    assert settle(database, TAX, VISH, at=NOW + 4 * MINUTE) == (1, 0)
    with database.reading() as connection:
        assert [one.subject.oin for one in store.stands(connection)] == [VISH, TAX]
        assert [one.started for one in store.stands(connection)] == [NOW, NOW + 4 * MINUTE]
        assert len(store.latest(connection, 10)) == 3
        assert len(store.latest(connection, 10, standing=True)) == 2


def test_two_that_look_at_once_start_one_alarm(database: Database) -> None:
    for _ in range(2):
        with database.begin() as connection:
            store.start(connection, AlarmKind.TERM, Subject("gesprek"), NOW)
            store.start(connection, AlarmKind.TERM, Subject("gesprek"), NOW + MINUTE)
    with database.reading() as connection:
        assert len(store.stands(connection)) == 1


def test_a_planned_window_starts_no_alarm_and_ends_none(database: Database) -> None:
    assert settle(database, TAX, silenced=(TAX,)) == (0, 0)
    assert settle(database, VISH) == (1, 0)
    assert settle(database, silenced=(VISH,)) == (0, 0)
    assert settle(database) == (0, 1)


# — the keeper ————————————————————————————————————————————————————————————————————————————————————————————————————————


def standing(bench: Bench) -> set[tuple[str, str | None]]:
    """(kind, OIN) of the alarms that stand."""
    with bench.office.database.reading() as connection:
        return {(one.kind.value, one.subject.oin) for one in store.stands(connection)}


MONDAY_EIGHT = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)


@pytest.mark.anyio
async def test_the_keeper_alarms_for_partners_terms_and_pauses_and_tells_each_once(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench, post_office() as post:
        teller = Teller(bench.office, messenger_to(post, bench.clock), "https://hub.example")
        body = notice()
        await bench.carry([body])
        await bench.carry([receipt(body)], TAX)
        with bench.office.database.begin() as connection:
            Writer(connection, NOW).edge(VISH, timedelta(0))
        await bench.keeper.sequence()
        await bench.keeper.follow()
        assert standing(bench) == set()
        bench.clock.moment = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)  # Sunday: the term passed on Wednesday
        await bench.keeper.climb()
        for _ in range(2):
            await bench.keeper.sweep()
        assert standing(bench) == {("pause", TAX), ("partner", VISH)}
        assert await teller.tell() == 0  # nobody is woken on a Sunday
        bench.clock.moment = MONDAY_EIGHT
        assert await teller.tell() == 3
        assert await teller.tell() == 0
        assert post.subjects() == [
            "[schuldhub] 2 meldingen begonnen, 0 voorbij",
            "[schuldhub] 1 vraag wacht op uw antwoord",
        ]
        assert post.recipients == [[OPERATORS], ["escalatie@example.test"]]
        assert [one["kind"] for one in post.posts[0]["alarms"]] == ["pause", "partner"]
        assert post.tokens == ["Bearer geheim"]

        with bench.office.database.begin() as connection:
            Writer(connection, bench.clock.moment).edge(VISH, timedelta(0))
        await bench.keeper.sweep()
        assert standing(bench) == {("pause", TAX)}
        bench.clock.move(timedelta(days=1))
        assert await teller.tell() == 2
        assert post.subjects()[2] == "[schuldhub] voorbij: Ketenpartner onbereikbaar: VISH"
        assert [row.told is not None for row in bench.rows(RUNG)] == [
            True,
            False,
            True,
            True,
        ]  # the reminder needs a link


@pytest.mark.anyio
async def test_a_window_silences_a_partner_but_no_term(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None) as bench:
        with bench.office.database.begin() as connection:
            writer = Writer(connection, NOW)
            writer.edge(TAX, HOUR)
            writer.delivered("kennisgeving-publiek", SHV, TAX, timedelta(days=9), new_pseudonym(), new_pseudonym())
            store.add_window(connection, Window(new_pseudonym(), TAX, NOW - HOUR, NOW + HOUR, None))
        await bench.keeper.sequence()
        await bench.keeper.climb()
        await bench.keeper.sweep()
        assert standing(bench) == {("pause", TAX)}
        bench.clock.move(HOUR)
        await bench.keeper.sweep()
        assert standing(bench) == {("pause", TAX), ("partner", TAX)}


@pytest.mark.anyio
async def test_an_id_that_was_used_again_is_an_alarm_at_once_and_stands_for_a_day(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench, post_office() as post:
        teller = Teller(bench.office, messenger_to(post, bench.clock), None)
        with bench.office.database.begin() as connection:
            Writer(connection, NOW).refused_by_hub("id_reused", SHV, TAX, timedelta(0))
            Writer(connection, NOW).refused_by_hub("no_agreement", SHV, TAX, timedelta(0))
        await bench.keeper.sequence()
        for _ in range(2):
            await bench.keeper.sweep()
        assert standing(bench) == {("id-reused", SHV)}
        assert await teller.tell() == 2
        assert post.subjects() == [
            "[schuldhub] NU Onder een gebruikt nummer kwam een ander bericht: Schuldhulp Haarlem"
        ]
        bench.clock.move(timedelta(hours=25))
        await bench.keeper.sweep()
        assert standing(bench) == set()


@pytest.mark.anyio
async def test_what_one_way_does_not_take_is_told_by_the_other_and_later(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None) as bench, post_office() as post:
        nowhere = MailRoute(LOOPBACK, 9, "none", "hub@hub.example.test", (OPERATORS,))
        hook = HookRoute(f"http://{LOOPBACK}:{post.http_port}/", None)
        broken = Teller(bench.office, Messenger(nowhere, hook, bench.clock), None)
        with bench.office.database.begin() as connection:
            store.start(connection, AlarmKind.FORK, Subject("log"), NOW)
        assert await broken.tell() == 1
        assert len(post.posts) == 1
        post.closed = True
        teller = Teller(bench.office, messenger_to(post, bench.clock), None)
        assert await teller.tell() == 0
        post.closed = False
        assert await teller.tell() == 1
        assert (len(post.mails), len(post.posts)) == (1, 1)
        assert "schuldhub alarms list" in str(post.mails[0].get_payload())


@pytest.mark.anyio
async def test_without_a_way_out_nothing_is_kept_to_be_told_later(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None) as bench, post_office() as post:
        with bench.office.database.begin() as connection:
            store.start(connection, AlarmKind.FORK, Subject("log"), NOW)
        assert await bench.keeper.tell_outside() == 0
        assert await Teller(bench.office, messenger_to(post), None).tell() == 0


@pytest.mark.anyio
async def test_mail_goes_encrypted_and_signed_in_where_that_is_set(tmp_path: Path) -> None:
    now = SystemClock().now()
    authority = new_authority(tmp_path / "ca", now)
    certificate, key = issue_server(authority, ("localhost",), tmp_path, now)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    async with post_office(tls=context) as post:
        ca = tmp_path / "ca" / CA_CERTIFICATE
        given = {"host": "localhost", "encryption": "starttls", "user": "hub", "password": "p", "ca": ca}
        letter = Letter(new_id(SystemClock()), "proef", "proef\n", {})
        await messenger_to(post, **given).tell(Channel.MAIL, letter)
        assert post.encrypted == [True]
        assert len(post.logins) == 1
        assert post.mails[0]["Message-ID"] == f"<{letter.id}@hub.example.test>"


# — the watchman ——————————————————————————————————————————————————————————————————————————————————————————————————————


class Watch:
    """A watchman on a road, whose steps a test takes by itself."""

    def __init__(self, road: Road, post: PostOffice, clock: FixedClock, database_url: str) -> None:
        self.clock = clock
        self.database = Database(database_url, threads=2)
        self.memory = Memory(road.folder)
        settings = VitalsSettings(road.link(HUB_USER), road.lane_count, [road.folder], 0)
        self.vitals = Vitals(self.database, settings, clock)
        self.watchman = Watchman(self.vitals, self.database, messenger_to(post, clock), self.memory, clock)

    async def twice(self) -> None:
        """Two looks with the patience between them."""
        await self.watchman.look()
        self.clock.move(PATIENCE)
        await self.watchman.look()

    async def close(self) -> None:
        """Gives back what it holds."""
        await self.vitals.close()
        self.database.close()


def alarms_of(database: Database) -> list[tuple[str, bool]]:
    """(kind, over) of every alarm in the table, oldest first."""
    with database.reading() as connection:
        return [(one.kind.value, one.cleared is not None) for one in store.latest(connection, 100)][::-1]


@pytest.mark.anyio
async def test_a_broker_that_is_away_is_told_and_told_again_when_it_is_back(broker: Broker, tmp_path: Path) -> None:
    clock = FixedClock(SystemClock().now())
    async with road_on(broker, tmp_path, None, clock=clock) as road, post_office() as post:
        office = road.hub_office()
        watch = Watch(road, post, clock, road.database_url)
        await watch.twice()
        assert post.mails == []
        good = watch.vitals._settings
        watch.vitals._settings = replace(good, link=replace(good.link, url="amqps://localhost:1/nergens"))
        await watch.vitals.close()
        await watch.watchman.look()
        assert post.mails == []  # a restart is no alarm
        await watch.twice()
        await watch.watchman.look()
        assert post.subjects() == ["[schuldhub] NU De broker beweegt niet"]
        assert alarms_of(office.database) == [("broker", False)]
        watch.vitals._settings = good
        await watch.watchman.look()
        await watch.watchman.look()
        assert post.subjects()[1:] == ["[schuldhub] voorbij: De broker beweegt niet"]
        assert [one["alarms"][0]["event"] for one in post.posts] == ["started", "cleared"]
        assert alarms_of(office.database) == [("broker", True)]
        await watch.close()


@pytest.mark.anyio
async def test_a_database_that_is_away_is_told_from_memory_and_written_down_when_it_is_back(
    broker: Broker, tmp_path: Path, postgres_url: str
) -> None:
    clock = FixedClock(SystemClock().now())
    async with road_on(broker, tmp_path, postgres_url, clock=clock) as road, post_office() as post:
        office = road.hub_office()
        away = postgres_url.rpartition("/")[0] + "/er_is_geen_database"
        watch = Watch(road, post, clock, away)
        await watch.twice()
        assert post.subjects() == ["[schuldhub] NU De database neemt niets aan"]
        assert (tmp_path / "alarms.json").exists()
        await watch.close()
        again = Watch(road, post, clock, postgres_url)  # another process, with what the file says
        assert again.memory.mine()
        await again.watchman.look()
        assert post.subjects()[1:] == ["[schuldhub] voorbij: De database neemt niets aan"]
        assert alarms_of(office.database) == [("database", True)]
        await again.watchman.look()
        assert len(post.mails) == 2
        assert again.memory.raised == []
        await again.close()


@pytest.mark.anyio
async def test_a_keeper_that_says_nothing_any_more_and_lanes_that_nobody_reads_are_the_hub_not_moving(
    broker: Broker, tmp_path: Path
) -> None:
    clock = FixedClock(SystemClock().now())
    async with road_on(broker, tmp_path, None, clock=clock) as road, post_office() as post:
        office = road.hub_office()
        watch = Watch(road, post, clock, road.database_url)
        await watch.twice()
        assert post.mails == []  # no keeper ever worked here
        with office.database.begin() as connection:
            say(connection, AT_WORK, clock.now())
        clock.move(3 * MINUTE)
        await watch.twice()
        assert post.subjects() == ["[schuldhub] NU De hub beweegt niet"]
        with office.database.begin() as connection:
            say(connection, AT_WORK, clock.now())
        await watch.watchman.look()
        assert post.subjects()[1:] == ["[schuldhub] voorbij: De hub beweegt niet"]
        await watch.close()


@pytest.mark.anyio
async def test_a_disk_that_fills_is_told(broker: Broker, tmp_path: Path) -> None:
    clock = FixedClock(SystemClock().now())
    async with road_on(broker, tmp_path, None, clock=clock) as road, post_office() as post:
        road.hub_office()
        watch = Watch(road, post, clock, road.database_url)
        watch.vitals._settings = replace(watch.vitals._settings, disk_free_bytes=2**62)
        await watch.twice()
        assert post.subjects() == ["[schuldhub] NU De schijf raakt vol"]
        await watch.close()


def test_one_of_several_processes_looks_and_another_takes_over(tmp_path: Path) -> None:
    first, second = Memory(tmp_path), Memory(tmp_path)
    with first, second:
        assert first.mine()
        assert not second.mine()
        first.__exit__()
        assert second.mine()
        assert not first.mine()


@pytest.mark.anyio
async def test_a_watchman_stops_when_it_is_told_to(broker: Broker, tmp_path: Path) -> None:
    clock = FixedClock(SystemClock().now())
    async with road_on(broker, tmp_path, None, clock=clock) as road, post_office() as post:
        road.hub_office()
        watch = Watch(road, post, clock, road.database_url)
        stop = asyncio.Event()
        running = asyncio.create_task(watch.watchman.run(stop))
        stop.set()
        async with asyncio.timeout(30):
            await running
        watch.database.close()
