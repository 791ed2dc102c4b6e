"""A creditor on its own: real ledger, worker and handlers, and its simulated system over real loopback sockets.

Only the road is missing: messages are put into the ledger as the inbox would, and what is published is listed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar, cast

import asyncssh

from adapters import ledger as rows
from adapters.breaker import Backoff, Breaker
from adapters.contract import Act, Handler, Office, OutsideKey
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
from adapters.convenant.store import Transaction
from adapters.convenant.supply import FileChannel
from adapters.ledger import Ledger, Taken
from adapters.outside.sftp import SftpPlace
from adapters.outside.webhook import PATH, Webhook
from adapters.worker import Worker
from hub.clock import new_id, new_pseudonym
from hub.database import instant
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

M = TypeVar("M", bound=Message)
HAARLEM = "00000099000000001000"
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


class StandingClock:
    """Tells the time that a test set."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """That time."""
        return self.moment


@dataclass
class Desk:
    """The creditor with everything that a test looks at."""

    ledger: Ledger
    settings: CreditorSettings
    books: Books
    clock: StandingClock = field(default_factory=lambda: StandingClock(NOW))
    house: House | None = None
    files: Partnership | None = None
    handlers: dict[str, Handler[Message]] = field(default_factory=dict)
    sent: list[tuple[str | None, Message]] = field(default_factory=list)
    link_down_since: datetime | None = None
    sequence: int = 0

    def work_with(self, channel: Channel) -> None:
        """Starts the adapter on this channel."""
        self.creditor = Creditor(self, channel, self.settings, self.clock, lambda: self.link_down_since)
        self.creditor.listen()
        party = cast("Office", SimpleNamespace(clock=self.clock))
        self.worker = Worker(
            self.ledger,
            party,
            self.handlers,
            self.publish,
            backoff=Backoff(first_s=1, most_s=1),
            breaker=Breaker(threshold=1000),
        )

    def on(self, model: type[M], act: Act[M], *, outside: OutsideKey = OutsideKey.KEY) -> None:
        """As the edge does."""
        self.handlers[model.message_type.type] = Handler(model, act, outside)  # type: ignore[arg-type]

    def publish(
        self, tx: Transaction, message: Message, *, to: str, case: str, conversation: str, causation: str | None = None
    ) -> str:
        """Lists what would be sent."""
        assert tx.in_transaction()
        assert all((to, case, conversation))
        self.sent.append((causation, message))
        return new_id(self.clock)

    def take(self, answer: Answer) -> bool:
        """Takes an answer in, as the webhook does."""
        with self.ledger.begin() as tx:
            return self.creditor.answers.take(tx, answer)

    def arrives(self, message: Message, conversation: str, *, sender: str = HAARLEM) -> str:
        """Puts a message into the ledger, as the inbox does; returns its id."""
        self.sequence += 1
        row = {
            "source_oin": sender,
            "id": new_id(self.clock),
            "signing_hash": "0" * 64,
            "refhash": "sha-256:" + "0" * 64,
            "type": message.message_type.type,
            "subject": new_pseudonym(),
            "correlationid": conversation,
            "sequence": self.sequence,
            "time": instant(self.clock.now()),
            "expirytime": instant(self.clock.now() + timedelta(days=14)),
            "received": instant(self.clock.now()) + self.sequence,
            "data": json.dumps(message.to_wire()),
            "state": Taken.READY,
            "attempts": 0,
            "receipt_due": False,
        }
        with self.ledger.begin() as tx:
            rows.add_incoming(tx, [row])
        return str(row["id"])

    async def work(self) -> None:
        """Acts on everything that is due now, with one more attempt at what failed."""
        for _ in range(2):
            while await self.worker.act_due():
                pass
            self.clock.moment += timedelta(seconds=2)

    async def receives(self, message: Message, conversation: str, *, sender: str = HAARLEM) -> str:
        """One message, acted on; its id."""
        key = self.arrives(message, conversation, sender=sender)
        await self.work()
        return key

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

    def said(self) -> list[dict[str, object]]:
        """What was published, as it stands on the wire."""
        return [message.to_wire() for _, message in self.sent]

    def kinds(self) -> list[str]:
        """The names of the message types that were published."""
        return [message.message_type.name for _, message in self.sent]

    def states(self, conversation: str) -> list[Taken]:
        """Where the incoming messages of a conversation are, in order."""
        with self.ledger.begin() as tx:
            query = rows.INBOX.select().where(rows.INBOX.c.correlationid == conversation)
            return [Taken(row.state) for row in tx.execute(query.order_by(rows.INBOX.c.sequence))]

    def items(self) -> list[tuple[store.ItemKind, str, str]]:
        """What waits for a person."""
        with self.ledger.begin() as tx:
            return store.items(tx)

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
        http |= {"deadline_s": 0.5, "webhook": way_in, "poll_s": None if webhook else 60}
        settings = CreditorSettings.model_validate({"bsn": True, "settle_s": 0, "http": http} | more)
        ledger = Ledger(url or f"sqlite:///{folder / 'ledger.db'}")
        stack.callback(ledger.close)
        desk = Desk(ledger, settings, books, house=house)
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
        desk = Desk(ledger, settings, books, files=files)
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
