"""Serves the console over HTTP: on loopback, or with TLS; never open to a network without."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from hub.console.signin import is_loopback
from hub.errors import Code, RefusedError

_GRACE_S: Final = 5


class _Server(uvicorn.Server):
    """Leaves the signals to the process, which stops everything in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing."""
        yield


class ConsoleServer:
    """The console on one address."""

    def __init__(self, app: ASGIApp, host: str, port: int, *, tls: tuple[Path, Path] | None = None) -> None:
        """Checks that strangers cannot listen in.

        Args:
            app: what answers.
            host: address to listen on.
            port: 0 for any that is free.
            tls: certificate and private key.

        Raises:
            RefusedError: settings_invalid, for an address other than loopback without TLS.
        """
        if tls is None and not is_loopback(host):
            raise RefusedError(Code.SETTINGS_INVALID, "console.certificate")
        self._address = (host, port)
        self._config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=_GRACE_S,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
        )

    def listen(self) -> socket.socket:
        """The socket, taken at once so that a port in use is known before anything runs.

        Raises:
            RefusedError: settings_invalid.
        """
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        try:
            return socket.create_server(self._address, family=family)
        except OSError:
            raise RefusedError(Code.SETTINGS_INVALID, "console.port") from None

    async def run(self, listening: socket.socket, stop: asyncio.Event) -> None:
        """Answers until `stop`; pages in hand are finished, open streams end."""
        server = _Server(self._config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopping.cancel()
        await serving
