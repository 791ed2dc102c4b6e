"""A mail server and a webhook on loopback that know nothing of ours: they keep what they were given, or refuse it.

Run as a program it keeps what came in a folder, for tests whose sender is a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"


@dataclass
class PostOffice:
    """What came; `closed` refuses everything for now."""

    mails: list[Message] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    closed: bool = False
    smtp_port: int = 0
    http_port: int = 0
    tls: ssl.SSLContext | None = None
    folder: Path | None = None

    def subjects(self) -> list[str]:
        """Of the mails, in order."""
        return [str(mail["Subject"]) for mail in self.mails]

    def keep_mail(self, body: bytes, to: list[str], *, encrypted: bool) -> None:
        """A mail was taken."""
        self.mails.append(message_from_bytes(body, policy=policy.default))
        self.recipients.append(to)
        self.encrypted.append(encrypted)
        if self.folder:
            (self.folder / f"{len(self.mails):04}.eml").write_bytes(body)

    async def smtp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation with somebody who delivers mail."""
        await Session(self, reader, writer).run()

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One POST a connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if self.closed:
            answer = "503 Service Unavailable"
        else:
            answer = "204 No Content"
            self.posts.append(json.loads(body))
            self.tokens.append(headers.get("authorization"))
        writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@dataclass
class Session:
    """RFC 5321, as far as somebody who delivers mail needs it."""

    office: PostOffice
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    to: list[str] = field(default_factory=list)
    encrypted: bool = False

    async def run(self) -> None:
        """Until it says goodbye."""
        self.say("220 post.example.test")
        while line := (await self.reader.readline()).decode().strip():
            verb, _, rest = line.partition(" ")
            if verb == "QUIT":
                self.say("221 bye")
                break
            await self.heard(verb.upper(), rest)
            await self.writer.drain()
        self.writer.close()

    def say(self, *lines: str) -> None:
        """An answer of one line or more."""
        for number, line in enumerate(lines, 1):
            shown = line if number == len(lines) else f"{line[:3]}-{line[4:]}"
            self.writer.write(shown.encode() + b"\r\n")

    async def heard(self, verb: str, rest: str) -> None:
        """One line of the other side."""
        match verb:
            case "EHLO":
                offers = ["AUTH PLAIN"] if self.encrypted else ["STARTTLS"] if self.office.tls else []
                self.say("250 post.example.test", *(f"250 {offer}" for offer in offers), "250 8BITMIME")
            case "STARTTLS" if self.office.tls:
                self.say("220 go ahead")
                await self.writer.start_tls(self.office.tls)
                self.encrypted = True
            case "AUTH":
                self.office.logins.append(rest)
                self.say("235 welcome")
            case "RCPT":
                self.to.append(rest.partition("<")[2].rpartition(">")[0])
                self.say("250 ok")
            case "DATA":
                await self.data()
            case _:
                self.say("250 ok")

    async def data(self) -> None:
        """The mail itself."""
        if self.office.closed:
            self.say("451 try again later")
            return
        self.say("354 go on")
        body = await self.reader.readuntil(b"\r\n.\r\n")
        self.office.keep_mail(body[:-5].replace(b"\r\n..", b"\r\n."), self.to, encrypted=self.encrypted)
        self.to = []
        self.say("250 taken")


@asynccontextmanager
async def post_office(tls: ssl.SSLContext | None = None, folder: Path | None = None) -> AsyncIterator[PostOffice]:
    """Both servers on free ports."""
    office = PostOffice(tls=tls, folder=folder)
    async with (
        await asyncio.start_server(office.smtp, LOOPBACK, 0) as smtp,
        await asyncio.start_server(office.http, LOOPBACK, 0) as http,
    ):
        office.smtp_port = smtp.sockets[0].getsockname()[1]
        office.http_port = http.sockets[0].getsockname()[1]
        yield office


async def _main(folder: Path) -> None:
    async with post_office(folder=folder) as office:
        (folder / "ports.new").write_text(json.dumps([office.smtp_port, office.http_port]))
        (folder / "ports.new").rename(folder / "ports.json")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
