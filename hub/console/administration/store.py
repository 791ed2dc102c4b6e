"""Which version of the register the hub used at an instant, with its signed bytes. Reads only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from hub.database import instant, moment
from hub.messagelog.tables import REGISTER_VERSION

Kept = tuple[int, datetime, bytes | None]  # version, in use since, bytes


def register_at(connection: Connection, at: datetime) -> Kept | None:
    """The version in use at that instant; None before the first."""
    query = (
        select(REGISTER_VERSION)
        .where(REGISTER_VERSION.c.loaded <= instant(at))
        .order_by(REGISTER_VERSION.c.version.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.version, moment(row.loaded), row.body)


def versions(connection: Connection, most: int) -> list[Kept]:
    """The newest versions, newest first, without their bytes."""
    query = select(REGISTER_VERSION.c.version, REGISTER_VERSION.c.loaded)
    rows = connection.execute(query.order_by(REGISTER_VERSION.c.version.desc()).limit(most))
    return [(row.version, moment(row.loaded), None) for row in rows]
