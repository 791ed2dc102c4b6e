"""The portal put together from its settings and its offices, and run until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from adapters.bewindvoerder.access.store import add_visit
from adapters.bewindvoerder.desk import Desk, Members
from adapters.bewindvoerder.handlers import Office
from adapters.bewindvoerder.mail import Postman
from adapters.bewindvoerder.pages import PAGES
from adapters.bewindvoerder.rendering import PART, make_assets, make_renderer
from adapters.bewindvoerder.service.api import ROOT, create_api
from adapters.bewindvoerder.settings import PortalSettings
from adapters.bewindvoerder.tables import PORTAL_SCHEMA, SESSIONS
from adapters.bewindvoerder.watch import Watchman
from adapters.migrations import upgrade
from hub.clock import Clock
from hub.database import Database
from hub.web.app import Fork, make_app
from hub.web.sessions.store import SessionStore
from hub.web.site import issuer_of, server_of, terms_of

COOKIE: Final = "kantoorportaal"


class Portal:
    """One portal for several offices."""

    def __init__(self, settings: PortalSettings, offices: Sequence[Office], database: Database, clock: Clock) -> None:
        """Puts the parts together; the offices listen from here on, and nothing runs yet.

        Raises:
            RefusedError: settings_invalid, with the name of the setting, or for a database of a newer release.
        """
        upgrade(database, PORTAL_SCHEMA)
        self.offices = {office.settings.key: office for office in offices}
        members = Members(self.offices)
        self.desk = Desk(
            database=database,
            clock=clock,
            issuer=issuer_of(settings, members.groups, PART),
            terms=terms_of(settings, COOKIE),
            assets=make_assets(settings.tokens),
            renderer=make_renderer(),
            origin=settings.url,
            sessions=SessionStore(SESSIONS),
            rights=members.allows,
            trail=add_visit,
            members=members,
            title=settings.title,
        )
        for office in offices:
            office.listen()
        self.app = Fork(make_app(self.desk, PAGES), {ROOT: create_api(self.desk)})
        self._postman = Postman(settings.mail, settings.url, clock) if settings.mail else None
        self._watchman = Watchman(self._postman, clock)
        self._server = server_of(self.app, settings, PART)
        self.listening = self._server.listen()

    async def run(self, stop: asyncio.Event) -> None:
        """Answers until `stop`; the edges of the offices run beside it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._server.run(self.listening, stop))
            group.create_task(self._watchman.run(self.offices.values(), stop))
            if self._postman is not None:
                group.create_task(self._postman.run(self.offices.values(), stop))
