"""An office hears by mail that something waits: once for what is new, again while it lies, never about whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from adapters.bewindvoerder.mail import Postman
from adapters.bewindvoerder.settings import MailSettings
from tests.portal import Stand, later, referral

pytestmark = pytest.mark.anyio


@dataclass
class Mailbox:
    """A server that takes mail, or says that it cannot."""

    port: int = 0
    away: bool = False
    got: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation of SMTP (RFC 5321), as far as a client needs it."""
        writer.write(b"421 away\r\n" if self.away else b"220 mailbox\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                self.got.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                break
        writer.close()


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    """The server, on any free port of loopback."""
    made = Mailbox()
    async with await asyncio.start_server(made.serve, "127.0.0.1", 0) as server:
        made.port = server.sockets[0].getsockname()[1]
        yield made


def postman(stand: Stand, box: Mailbox, *operators: str) -> Postman:
    settings = MailSettings(
        host="127.0.0.1", port=box.port, security="none", sender="portaal@example.test", operators=operators
    )
    return Postman(settings, "https://portaal.example", stand.clock)


async def test_one_mail_tells_of_all_that_came_and_names_nobody(stand: Stand) -> None:
    async with mailbox() as box:
        mail = postman(stand, box)
        stand.arrives("jansen", "verwijzing", **referral())
        stand.arrives("jansen", "verwijzing", **referral(geslachtsnaam="Bakker"))
        for _ in range(3):
            await mail.tick(stand.portal.offices.values())
        assert len(box.got) == 1
        assert "To: jansen@example.test" in box.got[0]
        assert "https://portaal.example" in box.got[0]
        assert not any(said in box.got[0] for said in ("Groot", "Bakker", "verwijzing", "999001012"))
        stand.arrives("jansen", "verwijzing", **referral())
        await mail.tick(stand.portal.offices.values())
        assert len(box.got) == 1  # not every minute
        later(stand.clock, minutes=31)
        stand.arrives("jansen", "verwijzing", **referral())
        await mail.tick(stand.portal.offices.values())
        assert len(box.got) == 2


async def test_what_lies_unread_past_its_term_is_told_again_each_working_day(stand: Stand) -> None:
    async with mailbox() as box:
        mail = postman(stand, box)
        letter = stand.arrives("jansen", "verwijzing", **referral())
        for _ in range(8):  # from Monday to Monday
            await mail.tick(stand.portal.offices.values())
            later(stand.clock, days=1)
        assert len(box.got) == 5  # Monday; then Wednesday, Thursday, Friday and Monday
        await asyncio.to_thread(stand.browser("jansen").get, f"/berichten/{letter.id}")
        await mail.tick(stand.portal.offices.values())
        assert len(box.got) == 5


async def test_a_mail_that_could_not_be_handed_over_comes_later(stand: Stand) -> None:
    async with mailbox() as box:
        mail, box.away = postman(stand, box), True
        stand.arrives("jansen", "verwijzing", **referral())
        await mail.tick(stand.portal.offices.values())
        assert box.got == []
        box.away = False
        await mail.tick(stand.portal.offices.values())
        assert len(box.got) == 1
