"""The hours of the trail as the log has them. Nothing here commits."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

import rfc8785
from sqlalchemy import Connection, func, select

from hub.console.tables import AUDIT, AUDIT_HOUR
from hub.database import instant, moment
from hub.messagelog.entries.store import add_entries
from hub.messagelog.tables import ENTRY
from hub.rows import insert_if_absent

HOUR: Final = timedelta(hours=1)
#: The `code` of such a leaf; its `ts` is the end of the hour, its `refhash` the hash of the lines.
CODE: Final = "trail-hour"


def next_hour(connection: Connection) -> datetime | None:
    """The begin of the first hour with lines that the log does not have yet."""
    last = connection.execute(select(func.max(AUDIT_HOUR.c.begins))).scalar()
    after = 0 if last is None else last + HOUR // timedelta(microseconds=1)
    first = connection.execute(select(func.min(AUDIT.c.at)).where(AUDIT.c.at >= after)).scalar()
    return None if first is None else moment(first).replace(minute=0, second=0, microsecond=0)


def add_hour(connection: Connection, begins: datetime) -> bool:
    """Writes the leaf of an hour; False when another process did."""
    lines, digest = hour_hash(connection, begins)
    row = {"begins": instant(begins), "lines": lines, "hash": digest}
    added = insert_if_absent(connection, AUDIT_HOUR).values(row).returning(AUDIT_HOUR.c.begins)
    if connection.execute(added).first() is None:
        return False
    add_entries(connection, [{"kind": "operator", "ts": instant(begins + HOUR), "code": CODE, "refhash": digest}])
    return True


def hour_hash(connection: Connection, begins: datetime) -> tuple[int, str]:
    """How many lines an hour has, and the SHA-256 over each as canonical JSON (RFC 8785) with a line end."""
    query = select(AUDIT).where(AUDIT.c.at >= instant(begins), AUDIT.c.at < instant(begins + HOUR))
    digest, lines = hashlib.sha256(), 0
    for row in connection.execute(query.order_by(AUDIT.c.row_id)):
        kept = {name: value for name, value in row._mapping.items() if value is not None}  # noqa: SLF001 - its own name
        digest.update(rfc8785.dumps({**kept, "at": str(kept["at"])}) + b"\n")  # microseconds are beyond JSON's numbers
        lines += 1
    return lines, f"sha-256:{digest.hexdigest()}"


def altered_hours(connection: Connection) -> list[str]:
    """Hours whose lines are not those that the log has the hash of, or of which the log has no leaf."""
    logged = select(ENTRY.c.ts, ENTRY.c.refhash).where(ENTRY.c.kind == "operator", ENTRY.c.code == CODE)
    leaves = {(row.ts, row.refhash) for row in connection.execute(logged)}
    found = []
    for row in connection.execute(select(AUDIT_HOUR).order_by(AUDIT_HOUR.c.begins)):
        begins = moment(row.begins)
        digest = hour_hash(connection, begins)[1]
        if digest != row.hash or (instant(begins + HOUR), digest) not in leaves:
            found.append(f"audit trail: the hour from {begins:%Y-%m-%dT%H:%MZ} is not what the log has of it")
    known = {row.refhash for row in connection.execute(logged)}
    kept = set(connection.execute(select(AUDIT_HOUR.c.hash)).scalars())
    return found + [f"audit trail: an hour of {len(known - kept)} is gone"] * bool(known - kept)
