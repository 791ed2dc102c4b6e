"""Ketenpartners: what their edges report, what waits for them, when their keys end."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from hub.console.desk import Page, Visitor
from hub.console.partners import KEY_ALARM, KEY_WARNING, partners_of
from hub.console.partners.store import LOOKED_BACK, last_seen, reports, waiting
from hub.console.roles import Permission
from hub.database import Connection
from hub.messagelog.pauses.store import pauses
from hub.operations.partners.store import windows
from hub.operations.waiting.store import kept_for


async def show(visitor: Visitor) -> Response:
    """A card for each partner, who needs attention first."""
    found = await visitor.desk.database.read(_look, visitor)
    return visitor.shown("ketenpartners.html", 200, **shared(visitor), **found)


def shared(visitor: Visitor) -> dict[str, object]:
    """What a card needs beside its partner."""
    return {
        "register": visitor.desk.register.current,
        "looked_back": LOOKED_BACK,
        "key_warning": KEY_WARNING,
        "key_alarm": KEY_ALARM,
    }


def _look(connection: Connection, visitor: Visitor) -> dict[str, object]:
    organisations = visitor.desk.register.current.organisations.values()
    paused = pauses(connection)
    return {
        "partners": partners_of(
            organisations, reports(connection), waiting(connection), last_seen(connection), visitor.now
        ),
        "pauses": paused,
        "kept": kept_for(connection, list(paused)),
        "windows": windows(connection, visitor.now),
    }


PAGES: Final = (Page("/ketenpartners", "ketenpartners", Permission.SEE_ROAD, show),)
