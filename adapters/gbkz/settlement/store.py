"""Rows of settlements: every statement takes an open transaction of the edge's ledger and never commits."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection, Row, delete, insert, select

from adapters.gbkz.settlement.tables import SETTLEMENT
from hub.errors import Code, RefusedError
from schemas.codes import ProposalRefusalReason

Transaction = Connection
#: What a person decides when the office agrees; every other decision is a reason of list D.
AGREED = "akkoord"


class SettlementState(StrEnum):
    """Where a settlement stands at this office."""

    KNOWN = "known"  # the balance was answered
    PROPOSED = "proposed"  # a person decides
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RUNNING = "running"  # everybody agreed
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Settlement:
    """One conversation about settling what one taxpayer owes."""

    conversation: str
    case: str
    sender: str
    taxpayer: str | None
    state: SettlementState
    proposal: str | None
    offer: str | None
    decision: str | None
    decided_by: str | None
    changed: int
    turn: int

    @property
    def lines(self) -> list[dict[str, str]]:
        """What is offered for each claim, by its number."""
        found: list[dict[str, str]] = json.loads(self.offer or "[]")
        return found


def settlement(tx: Transaction, conversation: str) -> Settlement | None:
    """The settlement of this conversation."""
    row = tx.execute(select(SETTLEMENT).where(SETTLEMENT.c.conversation == conversation)).first()
    return None if row is None else _settlement(row)


def put(tx: Transaction, kept: Settlement) -> None:
    """Writes the settlement, whether it was there or not."""
    values = {column: getattr(kept, column) for column in SETTLEMENT.c.keys()}  # noqa: SIM118 - of columns
    tx.execute(delete(SETTLEMENT).where(SETTLEMENT.c.conversation == kept.conversation))
    tx.execute(insert(SETTLEMENT).values(values | {"state": kept.state.value}))


def to_decide(tx: Transaction) -> list[Settlement]:
    """Proposals that wait for a person, the oldest first."""
    waiting = (SETTLEMENT.c.state == SettlementState.PROPOSED.value) & SETTLEMENT.c.decision.is_(None)
    return [_settlement(row) for row in tx.execute(select(SETTLEMENT).where(waiting).order_by(SETTLEMENT.c.changed))]


def decided(tx: Transaction) -> list[Settlement]:
    """Proposals on which a person decided, and of which the sender was not told yet."""
    query = select(SETTLEMENT).where(SETTLEMENT.c.decision.is_not(None)).order_by(SETTLEMENT.c.changed)
    return [_settlement(row) for row in tx.execute(query)]


def decide(tx: Transaction, conversation: str, decision: ProposalRefusalReason | None, by: str, now: int) -> None:
    """A person decides about a proposal: a reason of list D refuses it, none agrees.

    Raises:
        RefusedError: `not_found` when no such proposal waits.
    """
    known = settlement(tx, conversation)
    if known is None or known.state is not SettlementState.PROPOSED or known.decision is not None:
        raise RefusedError(Code.NOT_FOUND, "proposal")
    said = AGREED if decision is None else decision.value
    put(tx, replace(known, decision=said, decided_by=by, changed=now))


def _settlement(row: Row[tuple[object, ...]]) -> Settlement:
    known = dict(row._mapping)  # noqa: SLF001 - its documented mapping
    return Settlement(**(known | {"state": SettlementState(row.state)}))
