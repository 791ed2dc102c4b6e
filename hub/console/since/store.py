"""When somebody was here last, and what the log says since. Nothing here commits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select, true, update

from hub.console.since import COUNTED, Changes, LastVisit
from hub.console.tables import LAST_VISIT
from hub.database import instant, moment
from hub.messagelog.health.store import entry_counts
from hub.messagelog.reading.store import last_index
from hub.messagelog.tables import QUARANTINE
from hub.rows import insert_if_absent

#: A visit is written down at most once in this time.
_WRITTEN: Final = timedelta(minutes=1)


def seen(connection: Connection, subject: str, began: datetime, now: datetime) -> LastVisit | None:
    """Notes that somebody looks, in the session that began then; returns where his session before that one ended."""
    row = connection.execute(select(LAST_VISIT).where(LAST_VISIT.c.subject == subject)).one_or_none()
    here = {"began": instant(began), "seen": instant(now), "seen_index": last_index(connection)}
    if row is None:
        connection.execute(insert_if_absent(connection, LAST_VISIT).values(subject=subject, **here))
        return None
    mine = LAST_VISIT.c.subject == subject
    if row.began != instant(began):
        before = {"before_seen": row.seen, "before_index": row.seen_index}
        connection.execute(update(LAST_VISIT).where(mine).values(**here, **before))
        return LastVisit(moment(row.seen), row.seen_index)
    if now - moment(row.seen) >= _WRITTEN:
        connection.execute(update(LAST_VISIT).where(mine).values(**here))
    return None if row.before_seen is None else LastVisit(moment(row.before_seen), row.before_index)


def changes_since(connection: Connection, last: LastVisit) -> Changes:
    """What came since then."""
    counts: dict[str, int] = {}
    for (kind, result), count in entry_counts(connection, last.index, COUNTED).items():
        name = "refused" if result == "refused" else kind
        counts[name] = counts.get(name, 0) + count
    fresh = select(true()).select_from(QUARANTINE).where(QUARANTINE.c.received > instant(last.at)).limit(COUNTED)
    return Changes(
        accepted=counts.get("accepted", 0),
        receipts=counts.get("receipt", 0),
        refused=counts.get("refused", 0),
        expired=counts.get("expired", 0),
        acts=counts.get("operator", 0),
        evidence=int(connection.execute(select(func.count()).select_from(fresh.subquery())).scalar_one()),
        cut=sum(counts.values()) >= COUNTED,
    )
