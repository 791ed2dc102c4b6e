"""How the simulated tax system misbehaves when told to: faults as middleware around an application that knows none."""

from __future__ import annotations

import asyncio
import json
from enum import StrEnum

from pydantic import Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.gbkz.simulator_words import Words


class FaultKind(StrEnum):
    """Every way to misbehave."""

    NONE = "geen"
    ERROR_500 = "fout-500"
    SILENT_AFTER = "stil-na-verwerking"
    ERROR_IN_200 = "fout-in-200"
    TOO_BUSY = "te-druk"
    DRIP = "druppel"
    DOWN = "uit"
    WRONG_ANSWER = "verkeerd-antwoord"
    GIBBERISH = "onzin"


class Fault(Words):
    """Misbehave like this on the next `aantal` questions (without it: until told otherwise) to paths under `pad`."""

    soort: FaultKind
    aantal: int | None = Field(default=None, ge=1)
    pad: str = "/v1/"
    duur_s: float = Field(default=30.0, ge=0)
    retry_after_s: int = Field(default=1, ge=0)


class Misbehaviour:
    """Stands before the application and does to its answers what the present fault says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.fault = Fault(soort=FaultKind.NONE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, well or badly."""
        fault = self._taken(scope)
        match fault.soort:
            case FaultKind.NONE:
                await self._app(scope, receive, send)
            case FaultKind.ERROR_500:
                await _answer(send, 500, {"fout": {"code": "INTERN"}})
            case FaultKind.ERROR_IN_200:
                await _answer(send, 200, {"fout": {"code": "INTERN"}})
            case FaultKind.TOO_BUSY:
                await _answer(send, 429, {"fout": {"code": "TE_DRUK"}}, {"retry-after": str(fault.retry_after_s)})
            case FaultKind.GIBBERISH:
                await _answer_bytes(send, 200, b"<html>onderhoud</html>")
            case FaultKind.DOWN:
                # Promising a body and not sending it makes the server cut the connection.
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9999")]})
            case FaultKind.SILENT_AFTER | FaultKind.DRIP | FaultKind.WRONG_ANSWER:
                await self._spoil(fault, scope, receive, send)

    async def _spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Do what was asked, then spoil the answer."""
        status, body = await _collected(self._app, scope, receive)
        if fault.soort is FaultKind.SILENT_AFTER:
            await asyncio.sleep(fault.duur_s)
            await _answer_bytes(send, status, body)
        elif fault.soort is FaultKind.WRONG_ANSWER:
            await _answer_bytes(send, status, _wrong(body))
        else:
            await _drip(send, status, body, fault.duur_s)

    def _taken(self, scope: Scope) -> Fault:
        """The fault for this request; a counted one is used up."""
        fault = self.fault
        if scope["type"] != "http" or fault.soort is FaultKind.NONE or not scope["path"].startswith(fault.pad):
            return Fault(soort=FaultKind.NONE)
        if fault.aantal is not None:
            left = fault.aantal - 1
            self.fault = fault.model_copy(update={"aantal": left}) if left else Fault(soort=FaultKind.NONE)
        return fault


async def _collected(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[int, bytes]:
    """What the application answers, kept from the wire."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages[0]["status"], b"".join(message.get("body", b"") for message in messages[1:])


def _wrong(body: bytes) -> bytes:
    """A well-formed answer about somebody or something else."""
    answer = json.loads(body)
    for member in ("belastingplichtige",):
        if member in answer:
            answer[member] |= {"bsn": "999990019", "subjectnummer": "S-ANDERS"}
            return json.dumps(answer).encode()
    return json.dumps({"resultaten": [], "verwerkt": ["U999999"], "dossiers": "?"}).encode()


async def _answer(send: Send, status: int, document: object, headers: dict[str, str] | None = None) -> None:
    await _answer_bytes(send, status, json.dumps(document).encode(), headers)


async def _answer_bytes(send: Send, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
    await _start(send, status, body, headers)
    await send({"type": "http.response.body", "body": body})


async def _drip(send: Send, status: int, body: bytes, duration_s: float) -> None:
    await _start(send, status, body)
    for at in range(len(body)):
        await asyncio.sleep(duration_s / len(body))
        await send({"type": "http.response.body", "body": body[at : at + 1], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _start(send: Send, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
    known = {"content-type": "application/json", "content-length": str(len(body))} | (headers or {})
    encoded = [(name.encode(), value.encode()) for name, value in known.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
