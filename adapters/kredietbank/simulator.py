"""The simulated case system of the Kredietbank over HTTP, with books of its own: a real service, on loopback.

`python -m adapters.kredietbank.simulator --db FILE --token-file FILE [--port N --port-file FILE]
[--webhook URL --webhook-token-file FILE] [--creditor OIN[=NUMBER] ...]`. `/api/v1/…` is what the adapter uses, and with
a webhook it brings what happens there. `/beheer/…` is for tests and the demo: `klok` (`dagen`), `storing` (`soort`,
`aantal`, `duur_s`), `zeg`, `stap`, `afronden`, `boeken`. It imports nothing of ours; files: `simulator_files`.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.kredietbank.simulator_books import Books, Document, KeyReusedError
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
    REFUSES = "weigert"
    SILENT_AFTER = "stil-na-verwerking"
    OTHER_DOSSIER = "ander-dossier"  # an answer about a dossier that is not this one
    TWICE = "dubbel"  # what happened is brought twice
    WRONG_TOKEN = "verkeerd-token"  # noqa: S105 - the name of a fault
    UNKNOWN_FIRST = "onbekende-eerst"  # something about a dossier that does not exist goes first
    GIBBERISH_FIRST = "onzin-eerst"
    LIES = "liegt"  # after the truth another thing under the same number


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
_WHEN_BRINGING = (Fault.TWICE, Fault.WRONG_TOKEN, Fault.UNKNOWN_FIRST, Fault.GIBBERISH_FIRST, Fault.LIES)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where what happens is brought."""

    url: str
    token: str


@dataclass
class Bank:
    """The Kredietbank: its books, and how it answers."""

    books: Books
    token: str
    mood: Mood = field(default_factory=Mood)
    hook: Hook | None = None
    #: What the other side said to each thing that was brought.
    heard: list[int] = field(default_factory=list)

    def app(self) -> Starlette:
        """What a server serves."""
        calls = {
            "/api/v1/opdrachten": self._told,
            "/api/v1/gebeurtenissen/ophalen": self._waiting,
            "/api/v1/gebeurtenissen/verwerkt": self._taken,
            "/beheer/{what}": self._manage,
        }
        return Starlette(routes=[Route(path, call, methods=["POST"]) for path, call in calls.items()])

    async def _told(self, request: Request) -> Response:
        spoiled = self._at_the_door(request)
        if spoiled is not None:
            return spoiled
        try:
            asked = json.loads(await request.body())
            if request.headers.get("idempotency-key") != asked["sleutel"]:
                return JSONResponse({"fout": "SLEUTEL"}, 400)
            await asyncio.to_thread(self.books.do, asked)
        except (KeyError, TypeError, ValueError):
            return JSONResponse({"fout": "ONGELDIG"}, 400)
        except KeyReusedError:
            return JSONResponse({"fout": "SLEUTEL_HERGEBRUIKT"}, 409)
        if self.mood.takes(Fault.SILENT_AFTER) is not Fault.NONE:
            await asyncio.sleep(self.mood.duration_s)
        if self.mood.takes(Fault.OTHER_DOSSIER) is not Fault.NONE:
            other = {"kenmerk": "van-een-ander", "nummer": 1, "soort": "stand", "stand": "LOOPT"}
            return JSONResponse({"ontvangen": True, "gebeurtenissen": [other]})
        return JSONResponse({"ontvangen": True, "versie": "2026.4"}, 202)

    async def _waiting(self, request: Request) -> Response:
        return self._at_the_door(request) or JSONResponse({"gebeurtenissen": self.books.waiting()})

    async def _taken(self, request: Request) -> Response:
        spoiled = self._at_the_door(request)
        if spoiled is None:
            for one in json.loads(await request.body())["verwerkt"]:
                self.books.taken(one["kenmerk"], one["nummer"])
        return spoiled or JSONResponse({})

    async def _manage(self, request: Request) -> Response:
        if not self._known(request):
            return JSONResponse({"fout": "GEEN_TOEGANG"}, 401)
        asked = json.loads(await request.body() or b"{}")
        match request.path_params["what"]:
            case "klok":
                await asyncio.to_thread(self.books.advance, asked["dagen"])
            case "storing":
                self.mood = Mood(Fault(asked["soort"]), asked.get("aantal"), asked.get("duur_s", 5.0))
            case "zeg":
                self.books.say(**asked)
            case "stap":
                self.books.step(**asked)
            case "afronden":
                self.books.finish(asked["kenmerk"])
            case "boeken":
                return JSONResponse({"dossiers": self.books.dossiers(), "opdrachten": self.books.effects()})
            case _:
                return JSONResponse({"fout": "ONBEKEND"}, 404)
        return JSONResponse({})

    def _known(self, request: Request) -> bool:
        offered = request.headers.get("authorization", "")
        return hmac.compare_digest(offered.encode(), f"Bearer {self.token}".encode())

    def _at_the_door(self, request: Request) -> Response | None:
        if not self._known(request):
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
        """Bring what happened to the webhook until cancelled; each until it is taken."""
        async with httpx2.AsyncClient(trust_env=False, timeout=5) as http:
            while True:
                for said in self.books.waiting() if self.hook is not None else ():
                    if self.hook is None or not await self._bring(http, self.hook, said):
                        break  # in its order: what cannot be brought now holds up what came after it
                    self.books.taken(said["kenmerk"], said["nummer"])
                await asyncio.sleep(RETRY_S)

    async def _bring(self, http: httpx2.AsyncClient, hook: Hook, said: Document) -> bool:
        fault = self.mood.takes(*_WHEN_BRINGING)
        whole = json.dumps({"gebeurtenis": said})
        if fault is Fault.WRONG_TOKEN:
            await self._post(http, Hook(hook.url, "geraden"), whole)
        if fault is Fault.GIBBERISH_FIRST:
            await self._post(http, hook, "<html>")
        if fault is Fault.UNKNOWN_FIRST:
            await self._post(http, hook, json.dumps({"gebeurtenis": said | {"kenmerk": "bestaat-niet"}}))
        if fault is Fault.TWICE:
            await self._post(http, hook, whole)
        taken = await self._post(http, hook, whole) in {204, 404, 422}
        if fault is Fault.LIES:
            other = {"kenmerk": said["kenmerk"], "nummer": said["nummer"], "soort": "stand", "stand": "MISLUKT"}
            await self._post(http, hook, json.dumps({"gebeurtenis": other | {"reden": "anders"}}))
        return taken

    async def _post(self, http: httpx2.AsyncClient, hook: Hook, body: str) -> int:
        headers = {"authorization": f"Bearer {hook.token}", "content-type": "application/json"}
        try:
            status = (await http.post(hook.url, content=body.encode(), headers=headers)).status_code
        except httpx2.HTTPError:
            status = 0
        self.heard.append(status)
        return status


@asynccontextmanager
async def serving(bank: Bank, port: int = 0) -> AsyncIterator[int]:
    """Serve on a loopback port (0: any free one) for as long as the block lasts; yields the port."""
    async with served(bank.app(), port) as place:
        bringing = asyncio.create_task(bank.bring())
        try:
            yield place.port
        finally:
            bringing.cancel()
            with suppress(asyncio.CancelledError):
                await bringing


async def run(options: argparse.Namespace) -> None:
    """Serve until the process is told to stop."""
    named = (one.partition("=") for one in options.creditor)
    books = Books(options.db, creditors=tuple((party, number or None) for party, _, number in named))
    hook = Hook(options.webhook, token_in(options.webhook_token_file)) if options.webhook else None
    async with serving(Bank(books, token_in(options.token_file), hook=hook), options.port) as port:
        write_ports(options.port_file, port)
        await asyncio.Event().wait()


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, help="SQLite file of the Kredietbank")
    parser.add_argument("--port", type=int, default=0, help="loopback port, 0 for any free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port once it listens")
    parser.add_argument("--token-file", type=Path, required=True, help="bearer token; made when absent")
    parser.add_argument("--webhook", help="where what happens is brought; without it, it waits to be fetched")
    parser.add_argument("--webhook-token-file", type=Path, help="bearer token of the webhook")
    parser.add_argument("--creditor", action="append", default=[], help="OIN[=customer number] of every dossier")
    with suppress(KeyboardInterrupt):
        asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
