"""The live list: what is sent on a real road is on an open screen within a second, and a reconnect loses no row."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from hub.clock import new_pseudonym
from hub.console.live.tail import KEPT
from hub.messagelog.entries.store import sequence_entries
from schemas.messages import NoticeAnswer, PublicNotice
from tests.broker import Broker
from tests.console import Stand
from tests.filled import Writer
from tests.integration.test_road import acted, finished, notice
from tests.road import eventually, road_on
from tests.world import SHV, TAX, FixedClock, World, make_world

pytestmark = pytest.mark.anyio
BADGE = re.compile(r'utrecht-badge-status--\w+ nowrap">([^<]+)<')
ROW = re.compile(r'<tr class="[^"]*" id="rij-\d+-([0-9a-f-]{36})"')


@dataclass
class Screen:
    """What an open live list got: ids of rows in order, how each stands, the last event's id, and named events."""

    rows: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    last: str = ""
    named: list[str] = field(default_factory=list)
    text: str = ""
    here: str = ""
    ended: bool = False

    def take(self, line: str) -> None:
        """One line of the stream."""
        if line.startswith("id: "):
            self.last = line[4:]
        elif line.startswith("event: "):
            self.named.append(line[7:])
        elif line.startswith("data: "):
            self.text += line
            self.here = (ROW.findall(line) or [self.here])[-1]
            self.rows += [] if "hx-swap-oob" in line else ROW.findall(line)
            for said in BADGE.findall(line):
                self.states[self.here] = said


@asynccontextmanager
async def running(stand: Stand) -> AsyncIterator[str]:
    """The console's own server, on loopback; yields its address."""
    stop = asyncio.Event()
    task = asyncio.create_task(stand.console.run(stop))
    try:
        yield f"http://127.0.0.1:{stand.console.listening.getsockname()[1]}"
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


@asynccontextmanager
async def open_screen(
    stand: Stand, address: str, query: str = "", last: str | None = None, token: str | None = None
) -> AsyncIterator[Screen]:
    """A live list that is read until the context ends."""
    screen = Screen()
    desk = stand.console.desk
    headers = {"host": "127.0.0.1"} | ({"last-event-id": last} if last is not None else {})
    cookies = {desk.terms.cookie: token or stand.token()}
    async with httpx2.AsyncClient(cookies=cookies, headers=headers, timeout=30) as client:
        opened = asyncio.Event()

        async def read() -> None:
            async with client.stream("GET", f"{address}/berichtenlog/live{query}") as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                opened.set()
                async for line in answer.aiter_lines():
                    screen.take(line)
            screen.ended = True

        task = asyncio.create_task(read())
        await asyncio.wait_for(opened.wait(), 10)
        yield screen
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def written(stand: Stand, count: int) -> list[str]:
    """Messages that were accepted just now, with their index."""
    with stand.database.begin() as connection:
        writer = Writer(connection, stand.clock.now())
        case = new_pseudonym()
        found = [
            writer.message("statusbericht", SHV, TAX, timedelta(seconds=count - number), case, new_pseudonym())
            for number in range(count)
        ]
        sequence_entries(connection, 10 * count)
    return found


async def test_what_is_sent_is_on_an_open_screen_within_a_second(broker: Broker, tmp_path: Path) -> None:
    async with road_on(broker, tmp_path) as road:
        await road.hub()
        haarlem, gbkz = road.edge(SHV), road.edge(TAX)
        gbkz.on(PublicNotice, acted)
        haarlem.on(NoticeAnswer, finished)
        await road.run(haarlem.run)
        await road.run(gbkz.run)
        stand = Stand.on(tmp_path, road.world, road.database_url)
        async with running(stand) as address, open_screen(stand, address) as screen:
            with haarlem.ledger.begin() as tx:
                sent = haarlem.publish(tx, notice(), to=TAX, case=new_pseudonym(), conversation=new_pseudonym())
            began = asyncio.get_running_loop().time()
            await eventually(lambda: sent in screen.rows, "the message is on the screen")
            took = asyncio.get_running_loop().time() - began
            await eventually(
                lambda: list(screen.states.values()) == ["afgeleverd"] * 2, "and both receipts change what stands there"
            )
            assert len(screen.rows) == 2
        stand.close()
    assert took < 1.5, f"{took:.2f} s"  # a second, and what a machine that is shared takes


async def test_a_reconnect_loses_no_row_and_shows_none_twice(tmp_path: Path, world: World) -> None:
    stand = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}")
    async with running(stand) as address:
        async with open_screen(stand, address, "?na=0") as first:
            before = written(stand, 30)
            await eventually(lambda: len(first.rows) >= 29, "the first screen is full")
        away = written(stand, 25)
        async with open_screen(stand, address, "?na=0", last=first.last) as second:
            await eventually(lambda: len(second.rows) >= 25, "what came while it was away")
            after = written(stand, 5)
            await eventually(lambda: len(second.rows) >= 30, "and what comes now")
    stand.close()
    assert first.rows == before[1:]  # index 0 was seen
    assert second.rows == away + after


async def test_more_than_fits_is_told_as_a_gap(tmp_path: Path, world: World) -> None:
    stand = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}")
    written(stand, KEPT + 50)
    async with running(stand) as address, open_screen(stand, address, "?na=3") as screen:
        await eventually(lambda: bool(screen.rows), "the newest rows")
        assert len(screen.rows) <= 200
        assert "Er zijn regels overgeslagen" in screen.text
    stand.close()


async def test_a_flood_is_shown_by_its_newest_rows_to_everybody(tmp_path: Path, world: World) -> None:
    stand = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}")
    written(stand, 1)
    async with running(stand) as address, AsyncExitStack() as stack:
        screens = [await stack.enter_async_context(open_screen(stand, address)) for _ in range(5)]
        sent = written(stand, 500)
        for screen in screens:
            await eventually(lambda: screen.rows[-1:] == sent[-1:], "the newest row")  # noqa: B023 - awaited here
            assert set(screen.rows) <= set(sent[-200:])
            assert "Er zijn regels overgeslagen" in screen.text
    stand.close()


async def test_a_filtered_screen_gets_what_fits(tmp_path: Path, world: World) -> None:
    stand = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}")
    written(stand, 1)
    async with (
        running(stand) as address,
        open_screen(stand, address, "?soort=kennisgeving") as filtered,
        open_screen(stand, address, "?soort=statusbericht&stand=accepted") as fitting,
    ):
        written(stand, 2)
        await eventually(lambda: len(fitting.rows) == 2, "the rows that fit")
        assert filtered.rows == []
    stand.close()


async def test_a_screen_ends_when_its_session_is_revoked(tmp_path: Path, world: World) -> None:
    clock = FixedClock()
    stand = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}", clock)
    written(stand, 1)
    token = stand.token()
    async with running(stand) as address, open_screen(stand, address, token=token) as screen:
        with stand.database.begin() as connection:
            stand.console.desk.sessions.revoke(connection, token, clock.now())
        clock.move(timedelta(seconds=20))
        written(stand, 1)
        await eventually(lambda: screen.ended, "the stream ends")
        assert screen.named == ["afgelopen"]
    stand.close()


async def test_nobody_watching_reads_nothing(tmp_path: Path, world: World) -> None:
    stand = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}")
    async with running(stand) as address:
        async with open_screen(stand, address):
            assert stand.console.desk.tail.watchers == 1
        await eventually(lambda: stand.console.desk.tail.watchers == 0, "the screen is closed")
    stand.close()
