"""Serves the API over HTTP beside the edge: on loopback, or with TLS; never open to a network without."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import anyio.to_thread
import uvicorn
from starlette.types import ASGIApp

from adapters.haarlem.settings import ApiSettings
from hub.errors import Code, RefusedError

#: As many calls side by side as there are connections to the database.
CALLS_AT_ONCE: Final = 8
_GRACE_S: Final = 10


class _Server(uvicorn.Server):
    """Leaves the signals to the process, which stops everything in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing."""
        yield


class ApiServer:
    """One API on one address."""

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        """Checks that strangers cannot listen in.

        Raises:
            RefusedError: settings_invalid, for an address other than loopback without certificate and key.
        """
        secured = settings.certificate is not None and settings.private_key is not None
        if not secured and not _is_loopback(settings.host):
            raise RefusedError(Code.SETTINGS_INVALID, "api.certificate")
        self._settings = settings
        self._config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=_GRACE_S,
            ssl_certfile=settings.certificate if secured else None,
            ssl_keyfile=settings.private_key if secured else None,
        )

    def listen(self) -> socket.socket:
        """The socket, taken at once so that a port in use is known before anything runs.

        Raises:
            RefusedError: settings_invalid.
        """
        family = socket.AF_INET6 if ":" in self._settings.host else socket.AF_INET
        try:
            return socket.create_server((self._settings.host, self._settings.port), family=family)
        except OSError:
            raise RefusedError(Code.SETTINGS_INVALID, "api.port") from None

    async def run(self, listening: socket.socket, stop: asyncio.Event) -> None:
        """Answers until `stop`; calls in hand are finished."""
        anyio.to_thread.current_default_thread_limiter().total_tokens = CALLS_AT_ONCE
        server = _Server(self._config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopping.cancel()
        await serving


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
