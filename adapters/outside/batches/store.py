"""Rows and batches of one adapter: every statement takes an open transaction of the edge's ledger and never commits."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, func, insert, select, update

from adapters.outside.batches.tables import batch_tables

Transaction = Connection
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A row that goes out, or went out."""

    key: str
    conversation: str
    message: str | None
    party: str
    cells: Cells
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch file that was not fetched yet."""

    id: str
    content: bytes
    supplied: int | None
    alarmed: bool


class Batches:
    """The rows and batches under one name."""

    def __init__(self, name: str, metadata: MetaData) -> None:
        self._row, self._batch = batch_tables(name, metadata)

    def add(self, tx: Transaction, row: BatchRow, now: int) -> None:
        """Writes a row down for the next round; one that is there already stays as it is."""
        if tx.execute(select(self._row.c.key).where(self._row.c.key == row.key)).first() is not None:
            return
        known = {"key": row.key, "conversation": row.conversation, "message": row.message, "party": row.party}
        rest = {"content": json.dumps(row.cells), "urgent": row.urgent, "created": now}
        tx.execute(insert(self._row).values(known | rest))

    def is_round_due(self, tx: Transaction, last_made_before: int) -> bool:
        """Whether there is something to supply, and the last round was that long ago or something is urgent."""
        waiting = select(self._row.c.key).where(self._row.c.batch.is_(None)).limit(1)
        if tx.execute(waiting).first() is None:
            return False
        if tx.execute(waiting.where(self._row.c.urgent)).first() is not None:
            return True
        last = tx.execute(select(func.max(self._batch.c.made))).scalar()
        return last is None or last <= last_made_before

    def take(self, tx: Transaction, batch: str, most: int) -> list[Cells]:
        """The next rows in their order; they are in this batch from now on."""
        waiting = select(self._row).where(self._row.c.batch.is_(None))
        rows = tx.execute(waiting.order_by(self._row.c.created, self._row.c.key).limit(most)).all()
        tx.execute(update(self._row).where(self._row.c.key.in_([row.key for row in rows])).values(batch=batch))
        return [json.loads(row.content) for row in rows]

    def add_batch(self, tx: Transaction, batch: str, content: bytes, made: int) -> None:
        """Keeps a batch as it was made."""
        tx.execute(insert(self._batch).values(id=batch, content=content, made=made, alarmed=False))

    def unfetched(self, tx: Transaction) -> list[Batch]:
        """Batches that nobody has fetched, oldest first."""
        query = select(self._batch).where(self._batch.c.fetched.is_(None))
        rows = tx.execute(query.order_by(self._batch.c.made, self._batch.c.id))
        return [Batch(row.id, row.content, row.supplied, row.alarmed) for row in rows]

    def supplied(self, tx: Transaction, batch: str, at: int) -> None:
        """The batch lies in their folder."""
        tx.execute(update(self._batch).where(self._batch.c.id == batch).values(supplied=at))

    def fetched(self, tx: Transaction, batch: str, at: int) -> list[BatchRow]:
        """Their system has taken the batch; returns its rows, whose content is kept no longer."""
        tx.execute(update(self._batch).where(self._batch.c.id == batch).values(fetched=at, content=None))
        mine = self._row.c.batch == batch
        rows = tx.execute(select(self._row).where(mine).order_by(self._row.c.created)).all()
        tx.execute(update(self._row).where(mine).values(content=None))
        return [BatchRow(row.key, row.conversation, row.message, row.party, {}, row.urgent) for row in rows]

    def alarmed(self, tx: Transaction, batch: str) -> None:
        """Somebody has been told that nobody fetches it."""
        tx.execute(update(self._batch).where(self._batch.c.id == batch).values(alarmed=True))
