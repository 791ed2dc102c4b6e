"""Ketenpartners: what their edges report, what waits for them, when their keys end."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from hub.console.desk import Page, Visitor
from hub.console.partners import KEY_ALARM, KEY_WARNING, SILENT_AFTER, Partner, partners_of
from hub.console.partners.store import LOOKED_BACK, last_seen, reports, waiting
from hub.console.roles import Permission
from hub.database import Connection


async def show(visitor: Visitor) -> Response:
    """A card for each partner, who needs attention first."""
    found = await visitor.desk.database.read(_look, visitor)
    return visitor.shown(
        "ketenpartners.html",
        partners=found,
        register=visitor.desk.register.current,
        silent_after=SILENT_AFTER,
        looked_back=LOOKED_BACK,
        key_warning=KEY_WARNING,
        key_alarm=KEY_ALARM,
    )


def _look(connection: Connection, visitor: Visitor) -> list[Partner]:
    organisations = visitor.desk.register.current.organisations.values()
    return partners_of(organisations, reports(connection), waiting(connection), last_seen(connection), visitor.now)


PAGES: Final = (Page("/ketenpartners", "ketenpartners", Permission.SEE_ROAD, show),)
