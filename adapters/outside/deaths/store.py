"""Decisions of one adapter's people: every statement takes an open transaction of the edge's ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, MetaData, insert, inspect, select

from adapters.outside.deaths.tables import decision_table
from hub.database import instant


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about the pause of somebody who died: does collecting go on?"""

    resume: bool
    by: str
    """Opaque id of the employee."""
    reason: str


class Decisions:
    """The decisions under one name."""

    def __init__(self, name: str, metadata: MetaData) -> None:
        self._decision = decision_table(name, metadata)

    def is_here(self, tx: Connection) -> bool:
        """Whether this ledger is that of the adapter that has them."""
        return inspect(tx).has_table(self._decision.name)

    def add(self, tx: Connection, conversation: str, decision: Decision, now: datetime) -> None:
        """Keeps who decided what, and why."""
        row = {"conversation": conversation, "resume": decision.resume, "reason": decision.reason}
        tx.execute(insert(self._decision).values(row | {"decided_by": decision.by, "decided_at": instant(now)}))

    def of(self, tx: Connection, conversation: str) -> list[Decision]:
        """What was decided about one pause, the first first."""
        mine = select(self._decision).where(self._decision.c.conversation == conversation)
        rows = tx.execute(mine.order_by(self._decision.c.row_id))
        return [Decision(resume=row.resume, by=row.decided_by, reason=row.reason) for row in rows]
