"""Beheer: what is agreed on any day, who may do what here, which days count."""

from __future__ import annotations

from datetime import date
from typing import Final

from starlette.responses import Response

from hub.console.administration import agreements_on, holidays_from, instant_on, routes_of
from hub.console.administration.looking import register_on, version_of
from hub.console.administration.store import Kept, versions
from hub.console.audit import Act
from hub.console.desk import Page, Visitor
from hub.console.roles import Permission, Role, allowed
from hub.database import Connection
from hub.workdays import decrees_known_until, local_day

VERSIONS_SHOWN: Final = 20
_BAD: Final = 400


async def show(visitor: Visitor) -> Response:
    """Agreements and routes on a day, roles, calendar."""
    today = local_day(visitor.now)
    given = visitor.request.query_params.get("datum", "")
    day = _day(given) if given else today
    wrong = day is None
    day = day or today
    await visitor.note(Act.VIEWED, detail=f"datum={day.isoformat()}")
    kept, all_versions = await visitor.desk.database.read(_look, day, visitor)
    found = version_of(kept, visitor.desk.register) if kept else None
    register = found.register if found else None
    agreements = agreements_on(register, instant_on(day, visitor.now)) if register else []
    return visitor.shown(
        "beheer.html",
        _BAD if wrong else 200,
        day=day,
        today=today,
        wrong=wrong,
        found=found,
        versions=all_versions,
        agreements=agreements,
        routes=routes_of(register, agreements) if register else [],
        permissions=[(one, [role for role in Role if allowed(one, {role})]) for one in _SHOWN],
        roles=sorted(visitor.desk.role_names.items()),
        four_eyes=visitor.desk.four_eyes,
        holidays=holidays_from(today),
        known_until=decrees_known_until(),
    )


def _look(connection: Connection, day: date, visitor: Visitor) -> tuple[Kept | None, list[Kept]]:
    return register_on(connection, day, visitor.now), versions(connection, VERSIONS_SHOWN)


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


_SHOWN: Final = [one for one in Permission if one not in {Permission.ANYBODY, Permission.SIGNED_IN}]

PAGES: Final = (Page("/beheer", "beheer", Permission.SEE_ROAD, show),)
