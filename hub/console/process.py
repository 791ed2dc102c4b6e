"""The console put together from its settings, and run until it is told to stop."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from hub.clock import Clock
from hub.console import trail
from hub.console.app import make_app
from hub.console.audit.store import add_visit
from hub.console.desk import Desk
from hub.console.live.tail import Tail
from hub.console.rendering import make_renderer
from hub.console.roles import allowed
from hub.console.tables import SESSIONS
from hub.database import Database
from hub.register.current import CurrentRegister
from hub.settings import ConsoleSettings
from hub.waiting import pause
from hub.web.assets import Assets, Bundle, scripts, styles
from hub.web.sessions.store import SessionStore
from hub.web.site import issuer_of, server_of, terms_of

#: How often it is looked whether a newer register lies there.
API_ROOT: Final = "/v1"
REGISTER_S: Final = 5.0
PART: Final = "console"
STATIC: Final = Path(__file__).parent / "static"


class Console:
    """The console of one hub."""

    def __init__(
        self,
        settings: ConsoleSettings,
        database: Database,
        register: CurrentRegister,
        clock: Clock,
        floor: Path | None = None,
        api: ASGIApp | None = None,
    ) -> None:
        """Puts the parts together; nothing runs yet.

        Raises:
            RefusedError: settings_invalid, with the name of the setting.
        """
        self.desk = Desk(
            database=database,
            clock=clock,
            issuer=issuer_of(settings, settings.roles, PART),
            terms=terms_of(settings, "schuldhub"),
            assets=make_assets(settings.tokens),
            renderer=make_renderer(),
            origin=settings.url,
            sessions=SessionStore(SESSIONS),
            rights=allowed,
            trail=add_visit,
            register=register,
            tail=Tail(database),
            four_eyes=settings.four_eyes,
            role_names=settings.roles,
            floor=floor,
        )
        self.app = make_app(self.desk)
        served = self.app if api is None else beside(self.app, api)
        self._server = server_of(served, settings, PART)
        self.listening = self._server.listen()

    async def run(self, stop: asyncio.Event) -> None:
        """Answers, follows the log and the register, until `stop`."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._server.run(self.listening, stop))
            group.create_task(self.desk.tail.run(stop))
            group.create_task(self._watch_register(stop))
            group.create_task(trail.run(self.desk.database, self.desk.clock, stop))
            await stop.wait()
            self.desk.stopping.set()

    async def _watch_register(self, stop: asyncio.Event) -> None:
        while not await pause(stop, REGISTER_S):
            self.desk.register.refresh(self.desk.clock.now())


def beside(console: ASGIApp, api: ASGIApp) -> ASGIApp:
    """One application of two: the API under `/v1`, the console's pages everywhere else."""

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        if path == API_ROOT or path.startswith(f"{API_ROOT}/"):
            await api({**scope, "root_path": API_ROOT}, receive, send)
        else:
            await console(scope, receive, send)

    return either


def make_assets(tokens: Path | None = None) -> Assets:
    """The files that the console's pages are made of; `tokens`: colours of one's own.

    Raises:
        TamperedError, RefusedError: as `Assets`.
    """
    bundles = {
        "stijl.css": styles(STATIC / "console.css"),
        "htmx.js": scripts("htmx.min.js", "hx-sse.min.js", "hx-upsert.min.js"),
        "console.js": Bundle("text/javascript", (STATIC / "console.js",)),
        "merk.svg": Bundle("image/svg+xml", (STATIC / "merk.svg",)),
    }
    return Assets(bundles, part=PART, tokens=tokens)
