"""Items of one adapter: every statement takes an open transaction of the edge's ledger and never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, MetaData, insert, inspect, select, update

from adapters.outside.items.tables import item_table
from hub.database import instant, moment
from hub.errors import Code, RefusedError
from hub.wire.names import UUID

Transaction = Connection


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a person must look at; what an outside system wrote may be about persons."""

    id: int
    kind: str
    place: str
    line: str
    found: datetime

    @property
    def conversation(self) -> str | None:
        """The conversation that it is about, where it is about one."""
        return self.place if UUID.fullmatch(self.place) else None


class Items:
    """The items under one name."""

    def __init__(self, name: str, metadata: MetaData) -> None:
        self._item = item_table(name, metadata)

    def is_here(self, tx: Transaction) -> bool:
        """Whether this ledger is that of the adapter that has them."""
        return inspect(tx).has_table(self._item.name)

    def add(self, tx: Transaction, kind: str, place: str, line: str, found: int) -> None:
        """Puts something before a person; the same that lies there already is one."""
        item = self._item
        row = {"kind": kind, "place": place[:200], "line": line.replace("\x00", "\\x00"), "resolved": False}
        same = [item.c[name] == value for name, value in row.items()]
        if tx.execute(select(item.c.id).where(*same)).first() is None:
            tx.execute(insert(item).values(row | {"found": found}))

    def waiting(self, tx: Transaction) -> list[Item]:
        """What nobody has resolved, oldest first."""
        item = self._item
        rows = tx.execute(select(item).where(item.c.resolved.is_(False)).order_by(item.c.id))
        return [Item(row.id, row.kind, row.place, row.line, moment(row.found)) for row in rows]

    def resolve(self, tx: Transaction, item_id: int, *, by: str, reason: str, now: datetime) -> None:
        """A person has looked, and done what there was to do.

        Args:
            tx: a transaction of the edge's ledger.
            item_id: as listed by `waiting`.
            by: opaque id of the employee.
            reason: what was done, in one line.
            now: the present instant.

        Raises:
            RefusedError: `not_found` when there is no such open item.
        """
        item = self._item
        values = {"resolved": True, "resolved_by": by, "resolved_at": instant(now), "reason": reason}
        still_open = (item.c.id == item_id) & item.c.resolved.is_(False)
        if tx.execute(update(item).where(still_open).values(values)).rowcount != 1:
            raise RefusedError(Code.NOT_FOUND, "item")
