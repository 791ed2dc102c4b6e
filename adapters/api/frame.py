"""Around every answer: a body is measured before anybody reads it, and each answer says the version of the API.

Plain ASGI, outside the framework, so that nothing can get past it: not a 404, not a fault.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.api.problem import VERSION_HEADER, problem

#: Nothing of a case is to be kept by a cache or guessed at by a browser.
_ALWAYS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

TOO_LARGE: Final = "De inhoud is groter dan hier is toegestaan."


class Frame:
    """Holds an application of this version; `limits` are bytes by path, `limit` those of every other path."""

    def __init__(self, app: ASGIApp, version: str, limit: int, limits: dict[str, int] | None = None) -> None:
        self._app = app
        self._limit = limit
        self._limits = limits or {}
        self._headers = {VERSION_HEADER: version, **_ALWAYS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        framed = _with_headers(send, self._headers)
        body = await self._body(scope, receive)
        if body is None:
            await problem(413, "te-groot", "Te groot", TOO_LARGE)(scope, receive, framed)
            return
        await self._app(scope, _replayed(body, receive), framed)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body, or None as soon as it is larger than allowed: by its own word, or by what came."""
        limit = self._limits.get(scope["path"], self._limit)
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            return None
        found = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return bytes(found)
            found += message.get("body", b"")
            more = message.get("more_body", False)
            if len(found) > limit:
                return None
        return bytes(found)


def _replayed(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _with_headers(send: Send, always: dict[str, str]) -> Send:
    async def framed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in always.items():
                headers.setdefault(name, value)
        await send(message)

    return framed
