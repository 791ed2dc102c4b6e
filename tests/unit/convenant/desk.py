"""A creditor on its own: real ledger, worker and handlers, and its simulated system over real loopback sockets.

Only the road is missing: messages are put into the ledger as the inbox would, and what is published is listed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import asyncssh

from adapters.convenant import store
from adapters.convenant.client import reached
from adapters.convenant.handlers import Channel, Creditor
from adapters.convenant.orders import Answer
from adapters.convenant.settings import CreditorSettings
from adapters.convenant.simulator import Hook, House
from adapters.convenant.simulator import serving as house_serving
from adapters.convenant.simulator_books import Books
from adapters.convenant.simulator_files import Partnership
from adapters.convenant.simulator_files import serving as files_serving
from adapters.convenant.simulator_words import HOUSES
from adapters.convenant.supply import FileChannel
from adapters.ledger import Ledger
from adapters.outside.sftp import SftpPlace
from adapters.outside.webhook import PATH, Webhook
from schemas.messages import (
    BalanceRequest,
    CollectionDespitePause,
    Message,
    Notice,
    PauseEnd,
    PauseExtension,
    PublicNotice,
    Reconsideration,
    SettlementProposal,
)
from tests.alone import Alone

M = TypeVar("M", bound=Message)
OURS, THEIRS = "token-of-ours", "token-of-theirs"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VRIES, BAKKER, GONE, NOBODY = "999900006", "999900018", "999900031", "999900055"
CONTACT = {"naam": "Team schulddienstverlening", "telefoon": "023-5550100"}
#: How far time goes on after each round of work, so that what waits for another attempt is due.
LATER = timedelta(minutes=20)


def fill(books: Books) -> None:
    """Three customers: one whose claims all rest, one with a claim at a bailiff, one whose claim was transferred."""
    books.add_customer("K1", VRIES, "1979-11-30", "de Vries")
    books.add_invoice("F1", "K1", "herinnering")
    books.add_invoice("F2", "K1", "aanmaning")
    books.add_customer("K2", BAKKER, "1985-00-00", "Bäkker")
    books.add_invoice("F3", "K2", "dwangbevel", "Deurwaarders Kennemerland")
    books.add_customer("K3", GONE, "1990-05-17", "Jansen")
    books.add_invoice("F4", "K3", "aanmaning", None, "Incassohuis Zuid")


@dataclass(kw_only=True)
class Desk(Alone):
    """The creditor with everything that a test looks at."""

    settings: CreditorSettings
    books: Books
    house: House | None = None
    files: Partnership | None = None

    def work_with(self, channel: Channel) -> None:
        """Starts the adapter on this channel, as a new process does."""
        self.start()
        self.creditor = Creditor(self, channel, self.settings, self.clock, lambda: self.link_down_since)
        self.creditor.listen()

    def take(self, answer: Answer) -> bool:
        """Takes an answer in, as the webhook does."""
        with self.ledger.begin() as tx:
            return self.creditor.answers.take(tx, answer)

    async def tick(self, by: timedelta = LATER) -> None:
        """Time goes on, and the adapter does what is due then."""
        self.clock.moment += by
        await self.creditor.tick(self.clock.moment)

    async def rounds(self, count: int = 3) -> None:
        """The adapter supplies, the partnership makes its round, the adapter looks again."""
        assert self.files is not None
        for _ in range(count):
            await self.tick()
            await asyncio.to_thread(self.files.round)

    async def eventually(self, condition: Callable[[], bool], limit_s: float = 10) -> None:
        """Waits until the condition holds."""
        async with asyncio.timeout(limit_s):
            while not condition():  # noqa: ASYNC110 - what is waited for is in another party's books
                await asyncio.sleep(0.01)

    def told(self) -> list[dict[str, object]]:
        """What was published, as it stands on the wire."""
        return [message.to_wire() for message in self.messages]

    def kinds(self) -> list[str]:
        """The names of the message types that were published."""
        return [message.message_type.name for message in self.messages]

    def items(self) -> list[tuple[store.ItemKind, str, str]]:
        """What waits for a person."""
        with self.ledger.begin() as tx:
            return [(store.ItemKind(one.kind), one.place, one.line) for one in store.ITEMS.waiting(tx)]

    def pause(self, conversation: str) -> store.Pause:
        """The pause as the adapter has it."""
        with self.ledger.begin() as tx:
            found = store.pause(tx, conversation)
        assert found is not None
        return found


@asynccontextmanager
async def http_desk(
    folder: Path, words: str, *, webhook: bool = False, direct: bool = False, url: str | None = None, **more: object
) -> AsyncIterator[Desk]:
    """A creditor behind HTTP with these words."""
    (folder / "ours").write_text(OURS)
    (folder / "theirs").write_text(THEIRS)
    async with AsyncExitStack() as stack:
        books = Books(folder / "house.db")
        stack.callback(books.close)
        fill(books)
        house = House(HOUSES[words], books, OURS, direct=direct)
        port = await stack.enter_async_context(house_serving(house))
        way_in = {"token_file": folder / "theirs"} if webhook else None
        http = {"base_url": f"http://127.0.0.1:{port}", "token_file": folder / "ours", "words": words}
        http |= {"deadline_s": 1.5, "webhook": way_in, "poll_s": None if webhook else 60}
        settings = CreditorSettings.model_validate({"bsn": True, "settle_s": 0, "http": http} | more)
        ledger = Ledger(url or f"sqlite:///{folder / 'ledger.db'}")
        stack.callback(ledger.close)
        desk = Desk(ledger=ledger, settings=settings, books=books, house=house)
        assert settings.http is not None
        channel = await stack.enter_async_context(reached(settings.http, ledger))
        desk.work_with(channel)
        if settings.http.webhook is not None:
            hook = Webhook(settings.http.webhook, channel.read, desk.take)
            stack.callback(hook.close)
            stop = asyncio.Event()
            serving = asyncio.create_task(hook.run(stop))
            stack.push_async_callback(lambda: _over(stop, serving))
            house.hook = Hook(f"http://127.0.0.1:{hook.port}{PATH}", THEIRS)
        yield desk


async def _over(stop: asyncio.Event, task: asyncio.Task[None]) -> None:
    stop.set()
    await task


@asynccontextmanager
async def file_desk(folder: Path, url: str | None = None, **more: object) -> AsyncIterator[Desk]:
    """A creditor that takes files, without the right to use the BSN."""
    async with AsyncExitStack() as stack:
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(str(folder / "id"))
        key.write_public_key(str(folder / "id.pub"))
        books = Books(folder / "house.db")
        stack.callback(books.close)
        fill(books)
        files = Partnership(folder / "sftp", folder / "host", "haarlem", folder / "id.pub", books)
        port = await stack.enter_async_context(files_serving(files))
        sftp = {"host": "127.0.0.1", "port": port, "user": "haarlem", "deadline_s": 5}
        sftp |= {"key_file": folder / "id", "host_key_file": folder / "host.pub"}
        settings = CreditorSettings.model_validate({"bsn": False, "settle_s": 0, "sftp": sftp} | more)
        ledger = Ledger(url or f"sqlite:///{folder / 'ledger.db'}")
        stack.callback(ledger.close)
        desk = Desk(ledger=ledger, settings=settings, books=books, files=files)
        assert settings.sftp is not None
        desk.work_with(FileChannel(SftpPlace(settings.sftp), settings.sftp, ledger, desk.clock))
        yield desk


def public_notice(bsn: str = VRIES, birth_date: str = "1979-11-30", **more: object) -> PublicNotice:
    """A notice with BSN, from today for half a year."""
    known: dict[str, object] = {"bsn": bsn, "geboortedatum": birth_date}
    known |= {"voorvoegsel": "de", "geslachtsnaam": "Vries", "gemeentecode": "0392"}
    return PublicNotice.from_wire(known | _pause() | more)


def notice(number: str = "K1", birth_date: str = "1979-11-30", **more: object) -> Notice:
    """A notice without BSN."""
    known: dict[str, object] = {"klantnummerSe": number, "geboortedatum": birth_date}
    known |= {"voorvoegsel": "de", "geslachtsnaam": "Vries"}
    return Notice.from_wire(known | _pause() | more)


def _pause() -> dict[str, object]:
    known: dict[str, object] = {"klantnummerShv": "HLM-1", "contact": CONTACT}
    return known | {"ingangsdatum": "2026-11-23", "einddatum": "2027-05-21"}


def extension(end: date) -> PauseExtension:
    """Pause until `end`."""
    return PauseExtension.from_wire({"einddatum": end.isoformat(), "reden": "Het plan is nog niet klaar."})


def incident() -> CollectionDespitePause:
    """Somebody got a final demand."""
    return CollectionDespitePause.from_wire({"maatregel": "aanmaning", "datum": "2026-11-30"})


def ending(end: date, end_class: str = "beeindigd") -> PauseEnd:
    """The pause ends after `end`."""
    return PauseEnd.from_wire({"einddatum": end.isoformat(), "klasse": end_class})


def balance_request(bsn: str | None = VRIES, **more: object) -> BalanceRequest:
    """What does somebody owe? By BSN, or by number and name."""
    known: dict[str, object] = {"geboortedatum": "1979-11-30", "voorvoegsel": "de", "geslachtsnaam": "Vries"}
    known |= {"bsn": bsn} if bsn else {"klantnummerSe": "K1"}
    return BalanceRequest.from_wire(known | {"klantnummerShv": "HLM-1", "vorderingen": [], "contact": CONTACT} | more)


def proposal() -> SettlementProposal:
    """An offer for one claim."""
    claim = {"factuurnummer": "F1", "actueelBedrag": "125.50", "percentage": "12.00", "prognoseBedrag": "15.06"}
    known: dict[str, object] = {"typeSchuldregeling": "SK", "berekendOp": "2026-11-23", "looptijdMaanden": 18}
    return SettlementProposal.from_wire(known | {"vorderingen": [claim], "geldigTot": "2027-01-31"})


def reconsideration() -> Reconsideration:
    """Think again."""
    return Reconsideration.from_wire({"motivering": "Alle andere schuldeisers stemmen in."})
