"""A simulated system over HTTP: served on loopback, behind a token, its port written down for whoever waits for it."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True)
class Served:
    """Where it is served, and the task that ends when the server does."""

    port: int
    task: asyncio.Task[None]


@asynccontextmanager
async def served(app: ASGIApp, port: int = 0) -> AsyncIterator[Served]:
    """Serve `app` on a loopback port (0: any free one) for as long as the block lasts; it listens at once."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(app, lifespan="off", access_log=False, log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield Served(listener.getsockname()[1], task)
    finally:
        server.should_exit = True
        await task
        listener.close()


def token_in(path: Path) -> str:
    """The bearer token in `path`, which is made (0600) when it is not there."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text().strip()


def write_ports(path: Path | None, *ports: int) -> None:
    """Writes the ports down, one a line, whole or not at all; nowhere when no file was named."""
    if path is None:
        return
    draft = path.with_suffix(".tmp")
    draft.write_text("".join(f"{port}\n" for port in ports))
    draft.replace(path)
