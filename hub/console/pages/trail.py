"""Beheer, the trail: who looked at what, who was refused."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from hub.console.audit import Act
from hub.console.audit.store import visits
from hub.console.desk import Page, Visitor
from hub.console.roles import Permission

AT_ONCE: Final = 100
_DIGITS: Final = 18


async def show(visitor: Visitor) -> Response:
    """The newest lines; looking at them is a line too."""
    query = visitor.request.query_params
    given = query.get("voor", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) <= _DIGITS else None
    acts = frozenset(Act(value) for value in query.getlist("wat") if value in set(Act))
    await visitor.note(Act.VIEWED)
    found = await visitor.desk.database.read(visits, AT_ONCE + 1, before, acts or None)
    rows = found[:AT_ONCE]
    older = rows[-1][0] if len(found) > AT_ONCE else None
    return visitor.shown("spoor.html", rows=rows, older=older, acts=list(Act), chosen=acts)


PAGES: Final = (Page("/beheer/spoor", "spoor", Permission.SEE_AUDIT, show),)
