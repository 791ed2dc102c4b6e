"""Finds the entries of the log that are an alarm by themselves, each once, by its index. Nothing here commits."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, func, select, update

from hub.errors import Code
from hub.messagelog.tables import ENTRY, FOLLOWED
from hub.rows import insert_if_absent

_MARK: Final = "incidents"


def follow_incidents(connection: Connection) -> list[str | None]:
    """The senders that used an id again since the last time that somebody asked; None where nobody knows who."""
    after = connection.execute(select(FOLLOWED.c.leaf_index).where(FOLLOWED.c.name == _MARK)).scalar()
    last = connection.execute(select(func.max(ENTRY.c.leaf_index))).scalar()
    if last is None or (after is not None and last <= after):
        return []
    between = (ENTRY.c.leaf_index > (-1 if after is None else after), ENTRY.c.leaf_index <= last)
    reused = (ENTRY.c.kind == "refused", ENTRY.c.code == Code.ID_REUSED.value)
    found = list(connection.execute(select(ENTRY.c.src).distinct().where(*between, *reused)).scalars())
    if after is None:
        connection.execute(insert_if_absent(connection, FOLLOWED), {"name": _MARK, "leaf_index": last})
    connection.execute(update(FOLLOWED).where(FOLLOWED.c.name == _MARK).values(leaf_index=last))
    return found
