"""Meldingen: which alarms stand, since when, and what to do; those that are over below."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from hub.alarms.kinds import KINDS
from hub.alarms.store import latest
from hub.console.desk import Page, Visitor
from hub.console.roles import Permission

SHOWN: Final = 200


async def show(visitor: Visitor) -> Response:
    """The alarms that stand, and the last of those that are over."""
    standing = await visitor.desk.database.read(latest, SHOWN + 1, standing=True)
    newest = await visitor.desk.database.read(latest, SHOWN)
    return visitor.shown(
        "alarmen.html",
        standing=standing[:SHOWN],
        over=[alarm for alarm in newest if alarm.cleared is not None],
        cut=len(standing) > SHOWN,
        kinds=KINDS,
    )


PAGES: Final = (Page("/alarmen", "alarmen", Permission.SEE_ROAD, show),)
