"""Serves a site or an API over HTTP: on loopback, or with TLS; never open to a network without."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import anyio.to_thread
import uvicorn
from starlette.types import ASGIApp

from hub.errors import Code, RefusedError
from hub.web.addresses import is_loopback

GRACE_S: Final = 5


class _Server(uvicorn.Server):
    """Leaves the signals to the process, which stops everything in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing."""
        yield


class WebServer:
    """An application on one address."""

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        *,
        part: str,
        tls: tuple[Path, Path] | None = None,
        grace_s: int = GRACE_S,
        threads: int | None = None,
    ) -> None:
        """Checks that strangers cannot listen in.

        Args:
            app: what answers.
            host: address to listen on.
            port: 0 for any that is free.
            part: name of the part of the settings that says so, for who must mend it.
            tls: certificate and private key.
            grace_s: how long what is in hand may take when we stop.
            threads: how many calls that block run side by side; the default of the library when left out.

        Raises:
            RefusedError: settings_invalid, for an address other than loopback without TLS.
        """
        if tls is None and not is_loopback(host):
            raise RefusedError(Code.SETTINGS_INVALID, f"{part}.certificate")
        self._address = (host, port)
        self._part = part
        self._threads = threads
        self._config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=grace_s,
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
            raise RefusedError(Code.SETTINGS_INVALID, f"{self._part}.port") from None

    async def run(self, listening: socket.socket, stop: asyncio.Event) -> None:
        """Answers until `stop`; what is in hand is finished, open streams end."""
        if self._threads is not None:
            anyio.to_thread.current_default_thread_limiter().total_tokens = self._threads
        server = _Server(self._config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopping.cancel()
        await serving
