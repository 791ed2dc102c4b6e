"""A simulated referral index of the bailiffs behind a real SFTP server, with its own books and switches to misbehave.

It stands for what is publicly known of such an index and imports nothing of the hub, the adapters or the schemas:
`python -m adapters.vish.simulator serve --db FILE --root DIR --host-key FILE --user NAME --authorized-keys FILE
--token-file FILE`; `… consult --db FILE` reads a BSN from standard input, as a bailiff would ask. Loopback only.

Beside SFTP it speaks HTTP: `POST /raadplegen` for a bailiff, `/beheer/…` for a test or the demonstration.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.simulators.files import Place
from adapters.simulators.web import served, token_in, write_ports
from adapters.vish.simulator_index import Index
from adapters.vish.simulator_round import Mood, ResultFault, Round
from adapters.vish.simulator_sftp import Door, DoorFault, sftp_serving

Answer = Callable[[Request], Awaitable[Response]]


class Words(BaseModel):
    """A closed document."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Consultation(Words):
    """What a bailiff asks."""

    bsn: str = Field(pattern="^[0-9]{9}$")


class Seed(Words):
    """Who is connected, and whom the bailiffs know."""

    aansluitingen: dict[str, str] = Field(default_factory=dict)
    personen: tuple[tuple[str, str, str], ...] = ()


class Fault(Words):
    """Misbehave like this, the next `aantal` times."""

    deur: DoorFault = DoorFault.NONE
    uitslag: ResultFault = ResultFault.NONE
    aantal: int | None = Field(default=None, ge=1)
    duur: float = Field(default=30.0, ge=0)


class Ahead(Words):
    """Put the clock ahead."""

    dagen: int = Field(ge=0)


class Lapsing(Words):
    """End this registration unasked."""

    registratienummer: str


@dataclass(frozen=True)
class Desk:
    """The HTTP side of the index."""

    index: Index
    round: Round
    door: Door
    mood: Mood
    token: str

    def app(self) -> Starlette:
        """What a server serves."""
        asked = {
            "/raadplegen": self._consult,
            "/beheer/vullen": self._fill,
            "/beheer/storing": self._misbehave,
            "/beheer/klok": self._advance,
            "/beheer/laten-vervallen": self._lapse,
        }
        read = {"/beheer/boeken": self._books, "/beheer/effecten": self._effects, "/beheer/journaal": self._journal}
        routes = [Route(path, self._guarded(answer), methods=["POST"]) for path, answer in asked.items()]
        routes += [Route(path, self._guarded(answer), methods=["GET"]) for path, answer in read.items()]
        return Starlette(routes=routes, exception_handlers={ValidationError: _invalid})

    def _guarded(self, answer: Answer) -> Answer:
        async def guarded(request: Request) -> Response:
            offered = request.headers.get("authorization", "")
            if not hmac.compare_digest(offered.encode(), f"Bearer {self.token}".encode()):
                raise HTTPException(401)
            return await answer(request)

        return guarded

    async def _consult(self, request: Request) -> Response:
        asked = Consultation.model_validate_json(await request.body())
        found = self.index.consult(asked.bsn)
        return JSONResponse({"geregistreerd": bool(found), "registraties": found})

    async def _fill(self, request: Request) -> Response:
        seed = Seed.model_validate_json(await request.body())
        self.index.fill(seed.aansluitingen, list(seed.personen))
        return JSONResponse({})

    async def _misbehave(self, request: Request) -> Response:
        asked = Fault.model_validate_json(await request.body())
        self.door.fault, self.door.times, self.door.duration_s = asked.deur, asked.aantal, asked.duur
        self.mood.fault, self.mood.times, self.mood.duration_s = asked.uitslag, asked.aantal, asked.duur
        return JSONResponse({})

    async def _advance(self, request: Request) -> Response:
        self.index.advance(timedelta(days=Ahead.model_validate_json(await request.body()).dagen))
        return JSONResponse({"nu": self.index.now().isoformat()})

    async def _lapse(self, request: Request) -> Response:
        self.round.lapse(Lapsing.model_validate_json(await request.body()).registratienummer)
        return JSONResponse({})

    async def _books(self, _: Request) -> Response:
        return JSONResponse({"registraties": self.index.record(), "vandaag": self.index.today().isoformat()})

    async def _effects(self, _: Request) -> Response:
        return JSONResponse(self.index.effects())

    async def _journal(self, _: Request) -> Response:
        return JSONResponse(self.index.journal())


async def _invalid(_: Request, __: Exception) -> Response:
    return JSONResponse({"fout": "ONGELDIGE_VRAAG"}, 400)


@dataclass(frozen=True, slots=True)
class Served:
    """A simulator that runs: where it listens, and the task that ends when it is told to stop."""

    sftp_port: int
    http_port: int
    task: asyncio.Task[None]


@asynccontextmanager
async def serving(index: Index, place: Place, token: str, ports: tuple[int, int] = (0, 0)) -> AsyncIterator[Served]:
    """SFTP, HTTP and the index itself, for as long as the block lasts; `ports` are those of SFTP and HTTP."""
    door, mood = Door(), Mood()
    rounds = Round(index, place.root, mood)
    app = Desk(index, rounds, door, mood, token).app()
    async with sftp_serving(place, door, ports[0]) as sftp_port, served(app, ports[1]) as http:
        working = asyncio.create_task(rounds.run())
        try:
            yield Served(sftp_port, http.port, http.task)
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working


async def run(options: argparse.Namespace) -> None:
    """Serve until the process is told to stop."""
    index = Index(options.db)
    if options.seed:
        seed = Seed.model_validate_json(options.seed.read_bytes())
        index.fill(seed.aansluitingen, list(seed.personen))
    place = Place(options.root, options.host_key, options.user, options.authorized_keys)
    async with serving(index, place, token_in(options.token_file), (options.port, options.http_port)) as known:
        write_ports(options.port_file, known.sftp_port, known.http_port)
        await asyncio.wait([known.task])


def consult(options: argparse.Namespace) -> None:
    """Read a BSN from standard input and print what a bailiff may see."""
    index = Index(options.db)
    found = index.consult(sys.stdin.readline().strip())
    print(json.dumps({"geregistreerd": bool(found), "registraties": found}, ensure_ascii=False, indent=1))  # noqa: T201
    index.close()


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="the index with its SFTP server")
    serve.add_argument("--db", required=True, help="SQLite file of the index")
    serve.add_argument("--root", type=Path, required=True, help="folder of the SFTP user")
    serve.add_argument("--host-key", type=Path, required=True, help="made when absent; public half in <file>.pub")
    serve.add_argument("--user", required=True, help="the only user that is let in")
    serve.add_argument("--authorized-keys", type=Path, required=True, help="public keys of that user")
    serve.add_argument("--port", type=int, default=0, help="SFTP port on loopback, 0 for any free one")
    serve.add_argument("--http-port", type=int, default=0, help="HTTP port on loopback, 0 for any free one")
    serve.add_argument("--port-file", type=Path, help="where to write both ports once they listen")
    serve.add_argument("--token-file", type=Path, required=True, help="bearer token of HTTP; made when absent")
    serve.add_argument("--seed", type=Path, help="JSON file with connected organisations and known persons")
    asking = commands.add_parser("consult", help="what a bailiff sees; reads a BSN from standard input")
    asking.add_argument("--db", required=True, help="SQLite file of the index")
    options = parser.parse_args()
    if options.command == "consult":
        consult(options)
        return
    with suppress(KeyboardInterrupt):
        asyncio.run(run(options))


if __name__ == "__main__":
    main()
