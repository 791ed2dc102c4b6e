"""Around every answer: a body is measured before anybody reads it, and each answer says the version of the API.

Plain ASGI, outside the framework, so that nothing can get past it: not a 404, not a fault.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.haarlem.desk.problems import API_VERSION, Trouble, TroubleError, troubled

#: Nothing of a case is to be kept by a cache or guessed at by a browser.
_ALWAYS: Final = {"API-Version": API_VERSION, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Frame:
    """Holds the application; `limits` are bytes by path, `limit` those of every other path."""

    def __init__(self, app: ASGIApp, limit: int, limits: dict[str, int]) -> None:
        self._app = app
        self._limit = limit
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        framed = _with_headers(send)
        body = await self._body(scope, receive)
        if body is None:
            await troubled(TroubleError(Trouble.TOO_LARGE))(scope, receive, framed)
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


def _with_headers(send: Send) -> Send:
    async def framed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _ALWAYS.items():
                headers.setdefault(name, value)
        await send(message)

    return framed
