"""Lifts what is due: on the first working day after the end date, not before nine, never because our road was down."""

from __future__ import annotations

from datetime import datetime

from adapters.convenant import store
from adapters.convenant.pauses import Pauses
from adapters.convenant.store import Transaction
from adapters.outside.lifting import LiftingGate
from hub.database import instant
from hub.workdays import local_day


class Lifter:
    """Goes through the pauses whose last day of rest is past."""

    def __init__(self, pauses: Pauses, gate: LiftingGate) -> None:
        self._pauses = pauses
        self._gate = gate

    def order_due(self, tx: Transaction, now: datetime) -> None:
        """Makes the orders for what is due at `now`; what must wait keeps its pause there."""
        may_lift = self._gate.is_open(now)
        for due in store.due_pauses(tx, instant(now)):
            if may_lift and self._pauses.lift(tx, due.conversation, instant(now)):
                continue
            self._pauses.hold_on(tx, due, local_day(now))
