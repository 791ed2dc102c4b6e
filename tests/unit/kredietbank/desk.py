"""The Kredietbank on its own, with its simulated case system over real loopback sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncssh

from adapters.kredietbank import store
from adapters.kredietbank.client import reached, read_news
from adapters.kredietbank.handlers import Kredietbank
from adapters.kredietbank.settings import KredietbankSettings
from adapters.kredietbank.simulator import Bank, Hook
from adapters.kredietbank.simulator import serving as bank_serving
from adapters.kredietbank.simulator_books import Books
from adapters.kredietbank.simulator_files import Folders
from adapters.kredietbank.simulator_files import serving as files_serving
from adapters.kredietbank.supply import FileChannel
from adapters.kredietbank.words import News
from adapters.ledger import Ledger
from adapters.outside.sftp import SftpPlace
from adapters.outside.webhook import PATH, Webhook, WebhookSettings
from schemas.messages import Message, Referral, ReferralStatusReport
from tests.alone import Alone
from tests.parties import example
from tests.world import CRED, CRED_WITHOUT_BSN, SHV

OURS, THEIRS = "token-of-ours", "token-of-theirs"
#: Two creditors: one that may use the BSN, and one that may not and knows the entrepreneur by number.
CREDITORS = ((CRED, None), (CRED_WITHOUT_BSN, "K-9"))
CONTACT = {"name": "Team ondernemers", "phone": "088-5550500"}


def referral(**more: object) -> Referral:
    """An entrepreneur is referred."""
    known = example(Referral, "verwijzing").to_wire()
    known.pop("vervolgOp")
    return Referral.from_wire(known | more)


def report(status: str, **more: object) -> ReferralStatusReport:
    """What is said of a referral."""
    return ReferralStatusReport.from_wire({"status": status} | more)


@dataclass
class Desk:
    """The adapter with everything that a test looks at."""

    alone: Alone
    bank: Kredietbank
    books: Books
    http: Bank | None = None
    files: Folders | None = None

    async def receives(self, message: Message, conversation: str, sender: str = SHV) -> str:
        """One message, acted on; its id."""
        return await self.alone.receives(message, conversation, sender=sender)

    async def tick(self, days: float = 0) -> None:
        """Time goes on at both sides, and the adapter does what is due then."""
        await asyncio.to_thread(self.books.advance, days)
        self.alone.clock.move(timedelta(days=days, minutes=20))
        for _ in range(3 if self.files else 1):
            if self.files:
                await asyncio.to_thread(self.files.round)
            self.alone.clock.move(timedelta(minutes=20))
            await self.bank.tick(self.alone.clock.now())

    def stands(self, conversation: str) -> str:
        """Where the adapter has a referral."""
        with self.alone.ledger.begin() as tx:
            kept = store.referral(tx, conversation)
        assert kept is not None
        return kept.standing.value

    def items(self) -> list[tuple[str, str]]:
        """What waits for a person: why, and about what."""
        with self.alone.ledger.begin() as tx:
            return [(one.kind, one.line) for one in store.ITEMS.waiting(tx)]

    def statuses(self) -> list[str]:
        """What whoever referred heard of how it stands."""
        return [str(said["status"]) for name, said in self.alone.said(SHV) if name == "verwijzing-status"]

    async def eventually(self, condition: Callable[[], bool], limit_s: float = 20) -> None:
        """Waits until the condition holds."""
        async with asyncio.timeout(limit_s):
            while not condition():  # noqa: ASYNC110 - what is waited for is in another party's books
                await asyncio.sleep(0.01)


@asynccontextmanager
async def http_desk(folder: Path, *, webhook: bool = False, **more: object) -> AsyncIterator[Desk]:
    """The Kredietbank behind HTTP."""
    (folder / "ours").write_text(OURS)
    (folder / "theirs").write_text(THEIRS)
    async with AsyncExitStack() as stack:
        books = Books(folder / "bank.db", creditors=CREDITORS)
        stack.callback(books.close)
        simulated = Bank(books, OURS)
        port = await stack.enter_async_context(bank_serving(simulated))
        http = {"base_url": f"http://127.0.0.1:{port}", "token_file": folder / "ours", "poll_s": 1, "deadline_s": 2}
        desk = _desk(stack, folder, books, {"http": http} | more)
        desk.http = simulated
        settings = desk.bank._settings.http
        assert settings is not None
        desk.bank.listen(await stack.enter_async_context(reached(settings, desk.alone.ledger, desk.bank.intake)))
        if webhook:
            simulated.hook = await _hook(stack, folder, desk)
        yield desk


async def _hook(stack: AsyncExitStack, folder: Path, desk: Desk) -> Hook:
    settings = {"token_file": folder / "theirs"}

    def take(said: News) -> bool:
        with desk.alone.ledger.begin() as tx:
            return desk.bank.intake.take(tx, said)

    way_in: Webhook[News] = Webhook(WebhookSettings.model_validate(settings), read_news, take)
    stack.callback(way_in.close)
    stop = asyncio.Event()
    serving = asyncio.create_task(way_in.run(stop))

    async def over() -> None:
        stop.set()
        await serving

    stack.push_async_callback(over)
    return Hook(f"http://127.0.0.1:{way_in.port}{PATH}", THEIRS)


@asynccontextmanager
async def file_desk(folder: Path, url: str | None = None) -> AsyncIterator[Desk]:
    """The Kredietbank that takes files."""
    async with AsyncExitStack() as stack:
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(str(folder / "id"))
        key.write_public_key(str(folder / "id.pub"))
        books = Books(folder / "bank.db", creditors=CREDITORS)
        stack.callback(books.close)
        files = Folders(folder / "sftp", folder / "host", "haarlem", folder / "id.pub", books)
        port = await stack.enter_async_context(files_serving(files))
        sftp = {"host": "127.0.0.1", "port": port, "user": "haarlem", "deadline_s": 5}
        sftp |= {"key_file": folder / "id", "host_key_file": folder / "host.pub"}
        desk = _desk(stack, folder, books, {"sftp": sftp}, url)
        desk.files = files
        settings, alone = desk.bank._settings.sftp, desk.alone
        assert settings is not None
        place = SftpPlace(settings)
        desk.bank.listen(FileChannel(place, settings, alone.ledger, alone.clock, alone.publish, desk.bank.intake))
        yield desk


def _desk(
    stack: AsyncExitStack, folder: Path, books: Books, settings: dict[str, object], url: str | None = None
) -> Desk:
    ledger = Ledger(url or f"sqlite:///{folder / 'ledger.db'}")
    stack.callback(ledger.close)
    alone = Alone(ledger=ledger)
    known = KredietbankSettings.model_validate({"contact": CONTACT} | settings)
    bank = Kredietbank(alone, known, alone.clock, lambda oin: oin == CRED)
    return Desk(alone, bank, books)
