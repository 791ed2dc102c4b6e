"""The page put together from the debt helper's settings, and run until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from adapters.haarlem.book import DebtHelper
from adapters.haarlem.desk import store
from adapters.haarlem.desk.counter import Counter
from adapters.haarlem.letter.printing import STYLE, written_day
from adapters.haarlem.page.desk import TOKEN_ID, PageDesk, employee_of
from adapters.haarlem.page.pages import PAGES
from adapters.haarlem.page.roles import allowed
from adapters.haarlem.page.tables import SESSIONS
from adapters.haarlem.page.words import birth_date, plain, spaced, standing
from adapters.haarlem.page_settings import PageSettings
from hub.clock import Clock
from hub.database import Connection
from hub.web.app import make_app
from hub.web.assets import Assets, Bundle, styles
from hub.web.entrance import PAGES as ENTRANCE
from hub.web.rendering import Renderer
from hub.web.sessions.store import SessionStore
from hub.web.site import issuer_of, server_of, terms_of
from hub.web.visits import Visit

PART: Final = "page"
HERE: Final = Path(__file__).parent


def _note(connection: Connection, visit: Visit) -> None:
    """Coming, going and being refused are lines of the access log too."""
    store.add_access(connection, visit.at, TOKEN_ID, employee_of(visit.subject), visit.act.value, None, 200, None)


class PageSite:
    """The page of one debt helper."""

    def __init__(self, helper: DebtHelper, settings: PageSettings, clock: Clock) -> None:
        """Puts the parts together; nothing runs yet.

        Raises:
            RefusedError: settings_invalid, with the name of the setting.
        """
        self.desk = PageDesk(
            database=helper.edge.ledger.database,
            clock=clock,
            issuer=issuer_of(settings, settings.roles, PART),
            terms=terms_of(settings, "consulent"),
            assets=make_assets(settings.tokens),
            renderer=make_renderer(),
            origin=settings.url,
            sessions=SessionStore(SESSIONS),
            rights=allowed,
            trail=_note,
            counter=Counter(helper),
        )
        self.app = make_app(self.desk, (*ENTRANCE, *PAGES))
        self._server = server_of(self.app, settings, PART)
        self.listening = self._server.listen()

    async def run(self, stop: asyncio.Event) -> None:
        """Answers until `stop`."""
        await self._server.run(self.listening, stop)


def make_assets(tokens: Path | None = None) -> Assets:
    """The files that pages are made of; no script is among them."""
    bundles = {
        "stijl.css": styles(HERE / "static" / "pagina.css"),
        "rustbrief.css": Bundle("text/css", (STYLE,)),
        "merk.svg": Bundle("image/svg+xml", (HERE / "static" / "merk.svg",)),
    }
    return Assets(bundles, part=PART, tokens=tokens)


def make_renderer() -> Renderer:
    """The templates of this release, with the words that they use."""
    filters: dict[str, Callable[..., Any]] = {
        "written": _written,
        "birth": birth_date,
        "standing": standing,
        "plain": plain,
        "spaced": spaced,
    }
    return Renderer(HERE / "templates", filters=filters)


def _written(day: date | datetime | None) -> str:
    return "" if day is None else written_day(day)
