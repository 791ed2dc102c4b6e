"""A simulated local tax system over HTTP, with its own books and its own clock, and with switches to misbehave.

It stands for what is publicly known of such a system and imports nothing of the hub, the adapters or the schemas:
`python -m adapters.gbkz.simulator --db FILE --port N --token-file FILE`. It listens on loopback only.

`/v1/…` is what an adapter uses; `/beheer/…` is for a test or the demonstration: fill the books, set the clock,
misbehave, read the books, count effects per idempotency key.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from adapters.gbkz.simulator_books import Books, KeyReusedError
from adapters.gbkz.simulator_faults import Fault, Misbehaviour
from adapters.gbkz.simulator_office import Office
from adapters.gbkz.simulator_record import Record, UnknownRecordError
from adapters.gbkz.simulator_words import (
    Change,
    ClockSetting,
    DossierQuestion,
    Ending,
    ForcedStep,
    Placement,
    Removal,
    Seed,
    TaxpayerQuestion,
    Words,
)
from adapters.simulators.web import served, token_in, write_ports

W = TypeVar("W", bound=Words)
Answer = Callable[[Request], Awaitable[Response]]


class TaxSystem:
    """The application: one method per question, all behind the bearer token."""

    def __init__(self, record: Record, token: str) -> None:
        self._record = record
        self._books = Books(record)
        self._office = Office(record)
        self._token = token
        self._door = Misbehaviour(self._application())

    @property
    def app(self) -> ASGIApp:
        """What a server serves."""
        return self._door

    def _application(self) -> Starlette:
        asked = {
            "/v1/belastingplichtigen/zoeken": self._find,
            "/v1/dossiers/zoeken": self._dossiers,
            "/v1/uitstel": self._place,
            "/v1/uitstel/wijzigen": self._change,
            "/v1/uitstel/beeindigen": self._end,
            "/v1/uitstel/verwijderen": self._remove,
            "/beheer/vullen": self._fill,
            "/beheer/klok": self._set_clock,
            "/beheer/storing": self._misbehave,
            "/beheer/stap": self._force,
        }
        read = {
            "/beheer/klok": self._clock,
            "/beheer/boeken": self._read_books,
            "/beheer/effecten": self._effects,
            "/beheer/journaal": self._journal,
        }
        routes = [Route(path, self._guarded(answer), methods=["POST"]) for path, answer in asked.items()]
        routes += [Route(path, self._guarded(answer), methods=["GET"]) for path, answer in read.items()]
        handlers: dict[Any, Any] = {
            HTTPException: _refused,
            ValidationError: _invalid,
            UnknownRecordError: _unknown,
            KeyReusedError: _key_reused,
        }
        return Starlette(routes=routes, exception_handlers=handlers)

    def _guarded(self, answer: Answer) -> Answer:
        """Ask for the token, let the days pass, then answer."""

        async def guarded(request: Request) -> Response:
            offered = request.headers.get("authorization", "")
            if not hmac.compare_digest(offered.encode(), f"Bearer {self._token}".encode()):
                raise HTTPException(401, "GEEN_TOEGANG")
            self._office.catch_up()
            return await answer(request)

        return guarded

    async def _find(self, request: Request) -> Response:
        asked = await _read(request, TaxpayerQuestion)
        return JSONResponse(self._books.find(asked.bsn, asked.geboortedatum))

    async def _dossiers(self, request: Request) -> Response:
        asked = await _read(request, DossierQuestion)
        return JSONResponse(self._books.open_dossiers(asked.subjectnummer))

    async def _place(self, request: Request) -> Response:
        return JSONResponse(self._books.place(await _read(request, Placement), _key(request)))

    async def _change(self, request: Request) -> Response:
        return JSONResponse(self._books.change(await _read(request, Change), _key(request)))

    async def _end(self, request: Request) -> Response:
        return JSONResponse(self._books.end(await _read(request, Ending), _key(request)))

    async def _remove(self, request: Request) -> Response:
        return JSONResponse(self._books.remove(await _read(request, Removal), _key(request)))

    async def _fill(self, request: Request) -> Response:
        self._office.fill(await _read(request, Seed))
        return JSONResponse({})

    async def _clock(self, _: Request) -> Response:
        return JSONResponse({"nu": self._record.clock.now().isoformat()})

    async def _set_clock(self, request: Request) -> Response:
        asked = await _read(request, ClockSetting)
        if asked.nu is not None or asked.snelheid is not None:
            self._record.clock.set(asked.nu, asked.snelheid)
        self._record.clock.advance(timedelta(days=asked.vooruit_dagen, seconds=asked.vooruit_seconden))
        self._office.catch_up()
        return await self._clock(request)

    async def _misbehave(self, request: Request) -> Response:
        self._door.fault = await _read(request, Fault)
        return JSONResponse({})

    async def _force(self, request: Request) -> Response:
        self._office.force(await _read(request, ForcedStep))
        return JSONResponse({})

    async def _read_books(self, _: Request) -> Response:
        return JSONResponse(self._office.record())

    async def _effects(self, _: Request) -> Response:
        return JSONResponse(self._office.effects())

    async def _journal(self, _: Request) -> Response:
        return JSONResponse(self._office.journal())


async def _read(request: Request, words: type[W]) -> W:
    return words.model_validate_json(await request.body(), by_alias=True, by_name=False)


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not key:
        raise HTTPException(400, "SLEUTEL_ONTBREEKT")
    return key


async def _refused(_: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    return JSONResponse({"fout": {"code": getattr(error, "detail", "INTERN")}}, code)


async def _invalid(_: Request, __: Exception) -> Response:
    return JSONResponse({"fout": {"code": "ONGELDIGE_VRAAG"}}, 400)


async def _unknown(_: Request, __: Exception) -> Response:
    return JSONResponse({"fout": {"code": "ONBEKEND"}}, 404)


async def _key_reused(_: Request, __: Exception) -> Response:
    return JSONResponse({"fout": {"code": "SLEUTEL_HERGEBRUIKT"}}, 409)


async def run(options: argparse.Namespace) -> None:
    """Serve until the process is told to stop."""
    record = Record(options.db)
    if options.seed:
        Office(record).fill(Seed.model_validate_json(options.seed.read_bytes(), by_alias=True, by_name=False))
    async with served(TaxSystem(record, token_in(options.token_file)).app, options.port) as place:
        write_ports(options.port_file, place.port)
        await asyncio.wait([place.task])


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, help="SQLite file of the tax system")
    parser.add_argument("--port", type=int, default=0, help="loopback port, 0 for any free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port once it listens")
    parser.add_argument("--token-file", type=Path, required=True, help="bearer token; made when absent")
    parser.add_argument("--seed", type=Path, help="JSON file with taxpayers and dossiers to begin with")
    with suppress(KeyboardInterrupt):
        asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
