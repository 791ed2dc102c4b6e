"""The console as one ASGI application: every page behind its guard, every answer with its headers."""

from __future__ import annotations

from typing import Final

from hub.console.desk import Desk, Page
from hub.console.pages import (
    administration,
    alarms,
    case,
    control,
    live,
    message,
    messagelog,
    overview,
    partner,
    partners,
    quarantine,
    recoveries,
    terms,
    trail,
)
from hub.web import app, entrance
from hub.web.headers import SecurityHeaders

PAGES: Final[tuple[Page, ...]] = (
    *entrance.PAGES,
    *overview.PAGES,
    *alarms.PAGES,
    *messagelog.PAGES,
    *live.PAGES,
    *message.PAGES,
    *terms.PAGES,
    *case.PAGES,
    *quarantine.PAGES,
    *recoveries.PAGES,
    *partners.PAGES,
    *partner.PAGES,
    *administration.PAGES,
    *control.PAGES,
    *trail.PAGES,
)


def make_app(desk: Desk) -> SecurityHeaders:
    """The application around a desk."""
    return app.make_app(desk, PAGES)
