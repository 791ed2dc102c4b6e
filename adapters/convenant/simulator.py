"""Simulated creditors of the covenant with books of their own: a water board and another municipality over HTTP.

`python -m adapters.convenant.simulator HOUSE --db FILE --token-file FILE [--port N --port-file FILE] [--seed CSV]
[--webhook URL --webhook-token-file FILE] [--objection REASON]`, HOUSE one of `waterschap`, `gemeente`; the tax
partnership that takes files is `adapters.convenant.simulator_files`. It imports nothing of the hub, the adapters'
machinery or the schemas. With a webhook it brings its answers; without, they wait to be fetched. Loopback only.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.convenant.simulator_books import Books, KeyReusedError, Said
from adapters.convenant.simulator_words import HOUSES, Document, Words
from adapters.simulators.web import served, token_in, write_ports

RETRY_S = 0.05


class Fault(StrEnum):
    """Every way to misbehave."""

    NONE = "geen"
    ERROR_500 = "fout-500"
    ERROR_IN_200 = "fout-in-200"
    TOO_BUSY = "te-druk"
    GIBBERISH = "onzin"
    CUT = "uit"
    SILENT_AFTER = "stil-na-verwerking"
    OTHER_ORDER = "andere-opdracht"  # an answer about an order that is not this one
    REFUSES = "weigert"
    TWICE = "dubbel"  # every answer is brought twice
    WRONG_TOKEN = "verkeerd-token"  # noqa: S105 - the name of a fault
    UNKNOWN_FIRST = "onbekende-eerst"  # an answer to what nobody asked goes first
    GIBBERISH_FIRST = "onzin-eerst"
    REVERSED = "omgekeerd"  # first the last answer, then *in behandeling*


@dataclass
class Mood:
    """What it does badly at present, and how often still (None: until told otherwise)."""

    fault: Fault = Fault.NONE
    times: int | None = None
    duration_s: float = 5.0

    def takes(self, *kinds: Fault) -> Fault:
        """The present fault if it is one of these, using a counted one up."""
        fault = self.fault
        if fault not in kinds:
            return Fault.NONE
        if self.times is not None:
            self.times -= 1
            if not self.times:
                self.fault, self.times = Fault.NONE, None
        return fault


_AT_THE_DOOR = (Fault.ERROR_500, Fault.ERROR_IN_200, Fault.TOO_BUSY, Fault.GIBBERISH, Fault.CUT, Fault.REFUSES)
_WHEN_BRINGING = (Fault.TWICE, Fault.WRONG_TOKEN, Fault.UNKNOWN_FIRST, Fault.GIBBERISH_FIRST, Fault.REVERSED)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where answers are brought."""

    url: str
    token: str


@dataclass
class House:
    """One creditor: its words, its books, how it answers."""

    words: Words
    books: Books
    token: str
    mood: Mood = field(default_factory=Mood)
    hook: Hook | None = None
    #: Answers at once, in the answer to the order.
    direct: bool = False
    #: A clerk answers; nothing is said by itself.
    by_hand: bool = False
    #: Answers that nobody has taken yet, by a mark.
    out: dict[str, Document] = field(default_factory=dict)
    #: What the other side said to each answer that was brought.
    heard: list[int] = field(default_factory=list)

    def app(self) -> Starlette:
        """What a server serves."""
        paths = {self.words.orders: self._order, self.words.answers: self._waiting, self.words.taken: self._taken}
        return Starlette(routes=[Route(path, call, methods=["POST"]) for path, call in paths.items()])

    def say(self, said: Said) -> None:
        """Answer later: brought by webhook, or left to be fetched."""
        self.out[f"{said.sleutel}/{said.nummer}"] = self.words.said(said)

    async def _order(self, request: Request) -> Response:
        spoiled = self._at_the_door(request)
        if spoiled is not None:
            return spoiled
        try:
            asked = self.words.asked(json.loads(await request.body()))
            said = self.books.do(asked)
        except (KeyError, TypeError, ValueError):
            return JSONResponse({"fout": "ONGELDIG"}, 400)
        except KeyReusedError:
            return JSONResponse({"fout": "SLEUTEL_HERGEBRUIKT"}, 409)
        if request.headers.get("idempotency-key") != asked.sleutel:
            return JSONResponse({"fout": "SLEUTEL"}, 400)
        if self.mood.takes(Fault.SILENT_AFTER) is not Fault.NONE:
            await asyncio.sleep(self.mood.duration_s)
        if self.mood.takes(Fault.OTHER_ORDER) is not Fault.NONE:
            return JSONResponse(self.words.said(replace(said, sleutel="van-een-ander")))
        if self.direct:
            return JSONResponse(self.words.said(said))
        if not self.by_hand:
            self.say(said)
        return JSONResponse(self.words.received(asked), 202)

    async def _waiting(self, request: Request) -> Response:
        return self._at_the_door(request) or JSONResponse(self.words.waiting(dict(self.out)))

    async def _taken(self, request: Request) -> Response:
        spoiled = self._at_the_door(request)
        if spoiled is None:
            for mark in self.words.read(json.loads(await request.body())):
                self.out.pop(mark, None)
        return spoiled or JSONResponse({})

    def _at_the_door(self, request: Request) -> Response | None:
        offered = request.headers.get("authorization", "")
        if not hmac.compare_digest(offered.encode(), f"Bearer {self.token}".encode()):
            return JSONResponse({"fout": "GEEN_TOEGANG"}, 401)
        match self.mood.takes(*_AT_THE_DOOR):
            case Fault.ERROR_500:
                return JSONResponse({"fout": "INTERN"}, 500)
            case Fault.ERROR_IN_200:
                return JSONResponse({"fout": "INTERN"})
            case Fault.TOO_BUSY:
                return JSONResponse({"fout": "TE_DRUK"}, 429, {"retry-after": "1"})
            case Fault.GIBBERISH:
                return Response(b"<html>onderhoud</html>")
            case Fault.CUT:
                # Promising a body and not sending it makes the server cut the connection.
                return Response(b"", headers={"content-length": "9999"})
            case Fault.REFUSES:
                return JSONResponse({"fout": "GEWEIGERD"}, 422)
            case _:
                return None

    async def bring(self) -> None:
        """Bring answers to the webhook until cancelled; each until it is taken."""
        async with httpx2.AsyncClient(trust_env=False, timeout=5) as http:
            while True:
                for mark, document in list(self.out.items()):
                    if self.hook is not None and await self._bring(http, self.hook, document):
                        self.out.pop(mark, None)
                await asyncio.sleep(RETRY_S)

    async def _bring(self, http: httpx2.AsyncClient, hook: Hook, document: Document) -> bool:
        fault = self.mood.takes(*_WHEN_BRINGING)
        if fault is Fault.WRONG_TOKEN:
            await self._post(http, replace(hook, token="geraden"), json.dumps(document))  # noqa: S106 - a wrong one
        if fault is Fault.GIBBERISH_FIRST:
            await self._post(http, hook, "<html>")
        if fault is Fault.UNKNOWN_FIRST:
            unknown = self.words.said(Said("nooit-gevraagd", 1, "gedaan"))
            await self._post(http, hook, json.dumps(unknown))
        if fault is Fault.TWICE:
            await self._post(http, hook, json.dumps(document))
        key = next(str(value) for name, value in document.items() if name in {"opdracht", "verzoekreferentie"})
        if fault is Fault.REVERSED:
            number = "nummer" if "nummer" in document else "versie"
            await self._post(http, hook, json.dumps(document | {number: 2}))
            document = self.words.said(Said(key, 1, "bezig"))
        return await self._post(http, hook, json.dumps(document)) in {204, 404, 422}

    async def _post(self, http: httpx2.AsyncClient, hook: Hook, body: str) -> int:
        headers = {"authorization": f"Bearer {hook.token}", "content-type": "application/json"}
        try:
            status = (await http.post(hook.url, content=body.encode(), headers=headers)).status_code
        except httpx2.HTTPError:
            status = 0
        self.heard.append(status)
        return status


@asynccontextmanager
async def serving(house: House, port: int = 0) -> AsyncIterator[int]:
    """Serve a house on a loopback port (0: any free one) for as long as the block lasts; yields the port."""
    async with served(house.app(), port) as place:
        bringing = asyncio.create_task(house.bring())
        try:
            yield place.port
        finally:
            bringing.cancel()
            with suppress(asyncio.CancelledError):
                await bringing


async def run(options: argparse.Namespace) -> None:
    """Serve until the process is told to stop."""
    books = Books(options.db, objection=options.objection)
    if options.seed:
        books.fill_from(options.seed, options.house)
    hook = Hook(options.webhook, token_in(options.webhook_token_file)) if options.webhook else None
    house = House(HOUSES[options.house], books, token_in(options.token_file), hook=hook)
    async with serving(house, options.port) as port:
        write_ports(options.port_file, port)
        await asyncio.Event().wait()


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("house", choices=sorted(HOUSES))
    parser.add_argument("--db", required=True, help="SQLite file of the creditor")
    parser.add_argument("--port", type=int, default=0, help="loopback port, 0 for any free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port once it listens")
    parser.add_argument("--token-file", type=Path, required=True, help="bearer token; made when absent")
    parser.add_argument("--webhook", help="where answers are brought; without it they wait to be fetched")
    parser.add_argument("--webhook-token-file", type=Path, help="bearer token of the webhook")
    parser.add_argument("--seed", type=Path, help="CSV file with customers and invoices to begin with")
    parser.add_argument("--objection", choices=["saldo-gewijzigd"], help="why each first proposal is refused")
    with suppress(KeyboardInterrupt):
        asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
