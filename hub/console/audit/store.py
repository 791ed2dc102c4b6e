"""Writes and reads the audit trail. A row is never changed; nothing here deletes."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from hub.console.audit import Act, Visit
from hub.console.tables import AUDIT
from hub.database import instant, moment


def add_visit(connection: Connection, visit: Visit) -> None:
    """Adds one line."""
    connection.execute(
        insert(AUDIT),
        {
            "at": instant(visit.at),
            "subject": visit.subject,
            "name": visit.name,
            "act": visit.act.value,
            "page": visit.page,
            "target": visit.target,
            "detail": visit.detail,
        },
    )


def visits(
    connection: Connection, most: int, before: int | None = None, acts: frozenset[Act] | None = None
) -> list[tuple[int, Visit]]:
    """The newest lines with their numbers, newest first; older than line `before`, only `acts`, where given."""
    query = select(AUDIT).order_by(AUDIT.c.row_id.desc()).limit(most)
    if before is not None:
        query = query.where(AUDIT.c.row_id < before)
    if acts is not None:
        query = query.where(AUDIT.c.act.in_(sorted(acts)))
    return [
        (
            row.row_id,
            Visit(moment(row.at), row.subject, row.name, Act(row.act), row.page, row.target, row.detail),
        )
        for row in connection.execute(query)
    ]
