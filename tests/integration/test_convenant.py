"""Three creditors of the covenant on the real road, each with a system of its own, told at once; and on PostgreSQL."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from adapters.contract import Done, Received
from adapters.convenant.process import compose
from adapters.convenant.simulator import Fault, Hook, House
from adapters.convenant.simulator import serving as house_serving
from adapters.convenant.simulator_books import Books
from adapters.convenant.simulator_files import Partnership, rounds
from adapters.convenant.simulator_files import serving as files_serving
from adapters.convenant.simulator_words import HOUSES
from adapters.edge import Edge
from adapters.outside.webhook import PATH
from hub.clock import new_pseudonym
from schemas.messages import Message, NoCooperation, NoticeAnswer, StatusReport
from tests.broker import Broker
from tests.road import Road, eventually, road_on
from tests.unit.convenant import desk as alone
from tests.world import CRED, CRED_WITHOUT_BSN, SHV, TAX_HAARLEM, World, make_world

pytestmark = pytest.mark.anyio
#: The tests' world has one creditor with a right to the BSN; its second tax office stands in as another municipality.
WATER_BOARD, MUNICIPALITY, PARTNERSHIP = CRED, TAX_HAARLEM, CRED_WITHOUT_BSN
CREDITORS = (WATER_BOARD, MUNICIPALITY, PARTNERSHIP)
DEMO = Path(__file__).parents[2] / "deploy" / "demo" / "creditors.csv"


def three_creditors() -> World:
    """The world, with a third creditor."""

    def edit(document: dict[str, Any]) -> None:
        organisation = next(one for one in document["organisations"] if one["oin"] == MUNICIPALITY)
        organisation |= {"roles": ["CRED"], "gemeentecodes": [], "name": "Gemeente Zeewijk"}

    return make_world(edit=edit)


@dataclass
class Parties:
    """Haarlem with a plain edge, and what it heard from whom."""

    haarlem: Edge
    water_board: House
    municipality: House
    partnership: Partnership
    case: str = field(default_factory=new_pseudonym)
    talks: dict[str, str] = field(default_factory=lambda: {oin: new_pseudonym() for oin in CREDITORS})
    heard: list[tuple[str, Message]] = field(default_factory=list)

    async def hear(self, received: Received[Message]) -> Done:
        """Haarlem takes note."""
        self.heard.append((received.sender, received.message))
        return Done()

    def says(self, messages: dict[str, Message]) -> None:
        """Haarlem tells several creditors at once, in one transaction."""
        with self.haarlem.ledger.begin() as tx:
            for oin, message in messages.items():
                self.haarlem.publish(tx, message, to=oin, case=self.case, conversation=self.talks[oin])

    def answers(self, kind: type[Message]) -> dict[str, Message]:
        """The last message of this kind from each creditor."""
        return {sender: message for sender, message in self.heard if isinstance(message, kind)}

    @property
    def books(self) -> tuple[Books, Books, Books]:
        """What each creditor has on record itself."""
        return self.water_board.books, self.municipality.books, self.partnership.books


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _settings(folder: Path, hook: int, ports: tuple[int, int, int]) -> dict[str, Path]:
    """The settings file of each creditor."""
    http = '[http]\nbase_url = "http://127.0.0.1:{}"\ntoken_file = "ours"\nwords = "{}"\n'
    texts = {
        WATER_BOARD: f"bsn = true\ntick_s = 0.1\n{http.format(ports[0], 'waterschap')}"
        f'[http.webhook]\nport = {hook}\ntoken_file = "theirs"\n',
        MUNICIPALITY: f"bsn = true\ntick_s = 0.1\n{http.format(ports[1], 'gemeente')}poll_s = 0.2\n",
        PARTNERSHIP: f'bsn = false\ntick_s = 0.1\n[sftp]\nhost = "127.0.0.1"\nport = {ports[2]}\nuser = "haarlem"\n'
        'key_file = "id"\nhost_key_file = "host.pub"\nsupply_minutes = 0.01\npoll_s = 0.2\n',
    }
    files = {oin: folder / f"{oin}.toml" for oin in texts}
    for oin, text in texts.items():
        files[oin].write_text(text)
    return files


def _secrets(folder: Path) -> None:
    (folder / "ours").write_text(alone.OURS)
    (folder / "theirs").write_text(alone.THEIRS)
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(folder / "id"))
    key.write_public_key(str(folder / "id.pub"))


def _books(folder: Path, name: str) -> Books:
    books = Books(folder / f"{name}.db")
    alone.fill(books)
    return books


@asynccontextmanager
async def parties_on(road: Road, folder: Path) -> AsyncIterator[Parties]:
    """Everybody, running."""
    _secrets(folder)
    hook = _free_port()
    way_in = Hook(f"http://127.0.0.1:{hook}{PATH}", alone.THEIRS)
    async with AsyncExitStack() as stack:
        water_board = House(HOUSES["waterschap"], _books(folder, "waterschap"), alone.OURS, hook=way_in)
        municipality = House(HOUSES["gemeente"], _books(folder, "gemeente"), alone.OURS)
        partnership = Partnership(folder / "sftp", folder / "host", "haarlem", folder / "id.pub", _books(folder, "bs"))
        await road.hub()
        parties = Parties(road.edge(SHV), water_board, municipality, partnership)
        for books in parties.books:
            stack.callback(books.close)
        ports = (
            await stack.enter_async_context(house_serving(water_board)),
            await stack.enter_async_context(house_serving(municipality)),
            await stack.enter_async_context(files_serving(partnership)),
        )
        working = asyncio.create_task(rounds(partnership, 0.3))
        stack.push_async_callback(_cancelled, working)
        for model in (NoticeAnswer, NoCooperation, StatusReport):
            parties.haarlem.on(model, parties.hear)
        for oin, own in _settings(folder, hook, ports).items():
            edge = road.edge(oin)
            for part in (edge.run, *await stack.enter_async_context(compose(edge, own))):
                await road.run(part)
        await road.run(parties.haarlem.run)
        yield parties
        await road.stack.aclose()


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _notices(end: str) -> dict[str, Message]:
    """One notice to each: with BSN where it may be used."""
    public, plain = alone.public_notice(einddatum=end), alone.notice(einddatum=end)
    return {WATER_BOARD: public, MUNICIPALITY: public, PARTNERSHIP: plain}


async def test_three_creditors_are_told_at_once_and_all_three_answer(broker: Broker, tmp_path: Path) -> None:
    world, oins = three_creditors(), (SHV, *CREDITORS)
    async with (
        road_on(broker, tmp_path / "road", world=world, oins=oins) as road,
        parties_on(road, tmp_path) as parties,
    ):
        parties.water_board.mood.fault, parties.water_board.mood.times = Fault.ERROR_500, 1
        parties.municipality.mood.fault, parties.municipality.mood.times = Fault.CUT, 1
        parties.says(_notices("2030-01-01"))
        await eventually(lambda: set(parties.answers(NoticeAnswer)) == set(CREDITORS), "all three have answered")
        assert [len(books.pauses()) for books in parties.books] == [1, 1, 1]
        assert {done for books in parties.books for done, _ in books.effects().values()} == {1}
        assert {one["bsn"] for one in parties.partnership.books.asked()} == {None}
        mistake = alone.ending(date(2030, 1, 1), "ten-onrechte-gemeld")
        before = len([one for _, one in parties.heard if isinstance(one, NoticeAnswer)])
        parties.says(dict.fromkeys(CREDITORS, mistake))
        await eventually(
            lambda: len([one for _, one in parties.heard if isinstance(one, NoticeAnswer)]) == before + 3,
            "all three have taken it back",
        )
        assert [books.pauses() for books in parties.books] == [[], [], []]
        assert {done for books in parties.books for done, _ in books.effects().values()} == {1}


async def test_whoever_does_not_know_the_resident_says_so_and_the_others_pause(broker: Broker, tmp_path: Path) -> None:
    world, oins = three_creditors(), (SHV, *CREDITORS)
    async with (
        road_on(broker, tmp_path / "road", world=world, oins=oins) as road,
        parties_on(road, tmp_path) as parties,
    ):
        messages = _notices("2030-01-01")
        messages[MUNICIPALITY] = alone.public_notice(alone.GONE, "1990-05-17", einddatum="2030-01-01")
        messages[PARTNERSHIP] = alone.notice("K9", einddatum="2030-01-01")
        parties.says(messages)
        await eventually(lambda: len(parties.answers(NoCooperation)) == 2, "two have refused")
        await eventually(lambda: len(parties.answers(NoticeAnswer)) == 1, "one has paused")
        assert parties.answers(NoCooperation)[MUNICIPALITY].to_wire() == {
            "reden": "vordering-overgedragen",
            "toelichting": "De vordering is overgedragen aan Incassohuis Zuid.",
        }
        assert parties.answers(NoCooperation)[PARTNERSHIP].to_wire() == {"reden": "klant-onbekend"}
        assert [len(books.pauses()) for books in parties.books] == [1, 0, 0]


async def test_a_creditor_keeps_its_books_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    async with alone.file_desk(tmp_path, postgres_url) as desk:
        talk = new_pseudonym()
        await desk.receives(alone.notice(), talk)
        await desk.rounds()
        await desk.receives(alone.ending(date(2026, 12, 4), "ten-onrechte-gemeld"), talk)
        await desk.rounds()
        assert desk.kinds().count("kennisgeving-antwoord") == 2
        assert desk.books.pauses() == []


def test_the_demo_has_customers_of_each_of_the_three(tmp_path: Path) -> None:
    for name, count in (("waterschap", 4), ("gemeente", 3), ("belastingsamenwerking", 3)):
        books = Books(tmp_path / f"{name}.db")
        books.fill_from(DEMO, name)
        assert books.customers() == count
        books.close()
