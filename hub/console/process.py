"""The console put together from its settings, and run until it is told to stop."""

from __future__ import annotations

import asyncio
import stat
from datetime import timedelta
from pathlib import Path
from typing import Final

from hub.clock import Clock
from hub.console.app import make_app
from hub.console.assets import Assets
from hub.console.desk import Desk, SessionTerms
from hub.console.live.tail import Tail
from hub.console.pages.entrance import CALLBACK
from hub.console.rendering import Renderer
from hub.console.server import ConsoleServer
from hub.console.signin import Issuer, encrypted_or_loopback
from hub.database import Database
from hub.errors import Code, RefusedError
from hub.register.current import CurrentRegister
from hub.settings import ConsoleSettings
from hub.waiting import pause

#: How often it is looked whether a newer register lies there.
REGISTER_S: Final = 5.0
_MAX_SECRET_CHARS: Final = 4_096
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Console:
    """The console of one hub."""

    def __init__(self, settings: ConsoleSettings, database: Database, register: CurrentRegister, clock: Clock) -> None:
        """Puts the parts together; nothing runs yet.

        Raises:
            RefusedError: settings_invalid, with the name of the setting.
        """
        if not encrypted_or_loopback(settings.url):
            raise RefusedError(Code.SETTINGS_INVALID, "console.url")
        encrypted = settings.url.startswith("https:")
        client = (settings.client_id, read_secret(settings.client_secret_file))
        self.desk = Desk(
            database=database,
            register=register,
            clock=clock,
            issuer=Issuer(
                settings.issuer,
                client,
                settings.url + CALLBACK,
                roles_claim=settings.roles_claim,
                roles=settings.roles,
            ),
            terms=SessionTerms(
                timedelta(hours=settings.session_hours),
                timedelta(minutes=settings.idle_minutes),
                "__Host-schuldhub" if encrypted else "schuldhub",
                encrypted,
            ),
            assets=Assets(settings.tokens),
            renderer=Renderer(),
            tail=Tail(database),
            origin=settings.url,
        )
        self.app = make_app(self.desk)
        tls = (settings.certificate, settings.private_key) if settings.certificate and settings.private_key else None
        self._server = ConsoleServer(self.app, settings.host, settings.port, tls=tls)
        self.listening = self._server.listen()

    async def run(self, stop: asyncio.Event) -> None:
        """Answers, follows the log and the register, until `stop`."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._server.run(self.listening, stop))
            group.create_task(self.desk.tail.run(stop))
            group.create_task(self._watch_register(stop))
            await stop.wait()
            self.desk.stopping.set()

    async def _watch_register(self, stop: asyncio.Event) -> None:
        while not await pause(stop, REGISTER_S):
            self.desk.register.refresh(self.desk.clock.now())


def read_secret(path: Path) -> str:
    """The one line of a secret's file, which only its owner may read.

    Raises:
        RefusedError: settings_invalid.
    """
    try:
        if path.stat().st_mode & _OTHERS:
            raise RefusedError(Code.SETTINGS_INVALID, f"{path.name} (chmod 600)")
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise RefusedError(Code.SETTINGS_INVALID, path.name) from None
    if not 0 < len(secret) <= _MAX_SECRET_CHARS:
        raise RefusedError(Code.SETTINGS_INVALID, path.name)
    return secret
