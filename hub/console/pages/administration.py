"""Beheer: what is agreed on any day, who may do what here, which days count."""

from __future__ import annotations

from datetime import date
from typing import Final

from starlette.responses import Response

from hub.console.administration import RegisterVersion, agreements_on, end_of, holidays_from, routes_of
from hub.console.administration.store import Kept, register_at, versions
from hub.console.audit import Act
from hub.console.desk import Page, Visitor
from hub.console.roles import Permission, Role, allowed
from hub.database import Connection
from hub.errors import HubError
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
    found = _version(visitor, kept) if kept else None
    register = found.register if found else None
    at = visitor.now if day == today else end_of(day)
    agreements = agreements_on(register, at) if register else []
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
    at = visitor.now if day >= local_day(visitor.now) else end_of(day)
    return register_at(connection, at), versions(connection, VERSIONS_SHOWN)


def _version(visitor: Visitor, kept: Kept) -> RegisterVersion:
    """The register of those bytes, whose signature is checked again; the present one needs none."""
    version, loaded, body = kept
    current = visitor.desk.register.current
    if version == current.version:
        return RegisterVersion(version, loaded, current)
    try:
        register = visitor.desk.register.read(body) if body is not None else None
    except HubError:
        register = None
    return RegisterVersion(version, loaded, register)


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


_SHOWN: Final = [one for one in Permission if one not in {Permission.ANYBODY, Permission.SIGNED_IN}]

PAGES: Final = (Page("/beheer", "beheer", Permission.SEE_ROAD, show),)
