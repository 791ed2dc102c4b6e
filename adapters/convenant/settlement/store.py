"""Rows of settlements: every statement takes an open transaction of the edge's ledger and never commits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, delete, insert, select

from adapters.convenant.settlement.tables import SETTLEMENT

Transaction = Connection


class SettlementState(StrEnum):
    """Where a settlement stands at this creditor."""

    ASKED = "asked"
    KNOWN = "known"  # the balance was answered
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Settlement:
    """One conversation about settling what one customer owes."""

    conversation: str
    case: str
    sender: str
    state: SettlementState
    impeded: bool
    proposal: str | None
    turn: int
    silent_at: int | None


def settlement(tx: Transaction, conversation: str) -> Settlement | None:
    """The settlement of this conversation."""
    row = tx.execute(select(SETTLEMENT).where(SETTLEMENT.c.conversation == conversation)).first()
    return None if row is None else _settlement(row)


def put(tx: Transaction, kept: Settlement) -> None:
    """Writes the settlement, whether it was there or not."""
    values = {column: getattr(kept, column) for column in SETTLEMENT.c.keys()}  # noqa: SIM118 - of columns
    tx.execute(delete(SETTLEMENT).where(SETTLEMENT.c.conversation == kept.conversation))
    tx.execute(insert(SETTLEMENT).values(values | {"state": kept.state.value}))


def silent(tx: Transaction, now: int, most: int = 100) -> list[Settlement]:
    """Settlements in which silence has become consent by `now`."""
    query = select(SETTLEMENT).where(SETTLEMENT.c.silent_at <= now).order_by(SETTLEMENT.c.silent_at).limit(most)
    return [_settlement(row) for row in tx.execute(query)]


def _settlement(row: Row[tuple[object, ...]]) -> Settlement:
    known = dict(row._mapping)  # noqa: SLF001 - its documented mapping
    return Settlement(**(known | {"state": SettlementState(row.state)}))
