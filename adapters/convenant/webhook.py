"""Where a creditor brings its answers: one address, one bearer token, taken in before it is answered 204."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.convenant.orders import Answer
from adapters.convenant.settings import WebhookSettings
from adapters.outside import token_in
from hub.errors import Code, RefusedError, UnavailableError

PATH: Final = "/antwoorden"
MOST_BYTES: Final = 262_144
#: Reads an answer, ValueError when it is none; and takes it in, False when it answers nothing that was asked.
Read = Callable[[object], Answer | None]
Take = Callable[[Answer], bool]


class _Server(uvicorn.Server):
    """Leaves the signals to the process, which stops everything in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing."""
        yield


class Webhook:
    """One creditor's way in."""

    def __init__(self, settings: WebhookSettings, read: Read, take: Take) -> None:
        """The socket is taken at once, so that a port in use is known before anything runs.

        Raises:
            RefusedError: settings_invalid.
        """
        self._token = f"Bearer {token_in(settings.token_file)}".encode()
        self._read = read
        self._take = take
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        try:
            self._listener = socket.create_server((settings.host, settings.port), family=family)
        except OSError:
            raise RefusedError(Code.SETTINGS_INVALID, "http.webhook.port") from None
        app = Starlette(routes=[Route(PATH, self._answer, methods=["POST"])])
        self._config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
            ssl_certfile=settings.certificate,
            ssl_keyfile=settings.private_key,
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._listener.getsockname()[1]
        return port

    async def run(self, stop: asyncio.Event) -> None:
        """Answers until `stop`; calls in hand are finished."""
        server = _Server(self._config)
        serving = asyncio.create_task(server.serve(sockets=[self._listener]))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopping.cancel()
        await serving

    def close(self) -> None:
        """Gives the port back."""
        self._listener.close()

    async def _answer(self, request: Request) -> Response:
        """204 when it is in our books; what says otherwise may be brought again."""
        offered = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(offered, self._token):
            return _refused(401, "geen toegang")
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                return _refused(413, "te groot")
        try:
            answer = self._read(json.loads(body))
        except (ValueError, RecursionError):
            answer = None
        if answer is None:
            return _refused(422, "dit is geen antwoord dat wij kennen")
        try:
            taken = await asyncio.to_thread(self._take, answer)
        except UnavailableError:
            return _refused(503, "probeer het later opnieuw")
        return Response(status_code=204) if taken else _refused(404, "deze opdracht kennen wij niet")


def _refused(status: int, why: str) -> JSONResponse:
    return JSONResponse({"fout": why}, status, {"retry-after": "60"} if status == 503 else None)  # noqa: PLR2004
