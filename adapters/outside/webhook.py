"""Where an outside system brings what it has to say: one address, one bearer token, kept before it is answered 204."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Generic, Self, TypeVar

import uvicorn
from pydantic import Field, model_validator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.outside import LOOPBACK, Settings, placed, token_in
from adapters.outside.http import HttpSystemSettings
from hub.errors import Code, RefusedError, UnavailableError

PATH: Final = "/antwoorden"
MOST_BYTES: Final = 262_144
T = TypeVar("T")


class WebhookSettings(Settings):
    """Where the answers of an outside system come in."""

    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65_535)
    #: What it must show; another secret than ours for its interface.
    token_file: Path
    #: Both, or loopback behind a TLS front.
    certificate: Path | None = None
    private_key: Path | None = None

    @model_validator(mode="after")
    def _never_in_the_open(self) -> Self:
        if (self.certificate is None) != (self.private_key is None):
            message = "certificate and private_key go together"
            raise ValueError(message)
        if self.certificate is None and self.host not in LOOPBACK:
            message = "needs a certificate, except on loopback"
            raise ValueError(message)
        return self


class _Server(uvicorn.Server):
    """Leaves the signals to the process, which stops everything in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing."""
        yield


class AnsweringSystemSettings(HttpSystemSettings):
    """A system over HTTP that also says things in its own time: by webhook, or when it is asked."""

    webhook: WebhookSettings | None = None
    #: Between two looks for what it has to say; None where the webhook is all there is.
    poll_s: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _what_it_says_comes_in(self) -> Self:
        if self.webhook is None and self.poll_s is None:
            message = "needs a webhook or poll_s: nothing else brings what it says later"
            raise ValueError(message)
        return self

    def anchored(self, folder: Path) -> Self:
        """The same with every path counted from `folder`, the one of the settings file."""
        webhook = self.webhook and placed(self.webhook, folder, "token_file", "certificate", "private_key")
        return placed(self, folder, "token_file").model_copy(update={"webhook": webhook})


class Webhook(Generic[T]):
    """One outside system's way in.

    `read` reads what is brought, ValueError or None when it is nothing we know; `take` keeps it, False when it answers
    nothing that was asked.
    """

    def __init__(
        self, settings: WebhookSettings, read: Callable[[object], T | None], take: Callable[[T], bool]
    ) -> None:
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
            raise RefusedError(Code.SETTINGS_INVALID, "webhook.port") from None
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
