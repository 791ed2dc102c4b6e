"""Which register the hub used on a day, read anew from what was kept of it."""

from __future__ import annotations

from datetime import date, datetime

from hub.console.administration import RegisterVersion, instant_on
from hub.console.administration.store import Kept, register_at
from hub.database import Connection
from hub.errors import HubError
from hub.register.current import CurrentRegister


def register_on(connection: Connection, day: date, now: datetime) -> Kept | None:
    """The version in use at the end of that day; of days to come the present one. None before the first."""
    return register_at(connection, min(now, instant_on(day, now)))


def version_of(kept: Kept, registers: CurrentRegister) -> RegisterVersion:
    """The register of those bytes, whose signature is checked again; the present one needs none."""
    version, loaded, body = kept
    if version == registers.current.version:
        return RegisterVersion(version, loaded, registers.current)
    try:
        register = registers.read(body) if body is not None else None
    except HubError:
        register = None
    return RegisterVersion(version, loaded, register)
