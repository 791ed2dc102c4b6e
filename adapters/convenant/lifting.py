"""Lifts what is due: on the first working day after the end date, not before nine, never because our road was down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from adapters.convenant import store
from adapters.convenant.pauses import Pauses
from adapters.convenant.settings import CreditorSettings
from adapters.convenant.store import Transaction
from hub.database import instant
from hub.workdays import is_working_day, local_day, local_instant

#: Since when the link to the hub has been down; None while it is up.
LinkDownSince = Callable[[], datetime | None]


class Lifter:
    """Goes through the pauses whose last day of rest is past."""

    def __init__(
        self, pauses: Pauses, settings: CreditorSettings, started: datetime, link_down_since: LinkDownSince
    ) -> None:
        self._pauses = pauses
        self._settings = settings
        self._link_down_since = link_down_since
        # Before we started, the link may have been down for days.
        self._settled_at = started + settings.settle_time

    def order_due(self, tx: Transaction, now: datetime) -> None:
        """Makes the orders for what is due at `now`; what must wait keeps its pause there."""
        may_lift = self._is_settled(now) and self._is_open_for_business(now)
        for due in store.due_pauses(tx, instant(now)):
            if may_lift and self._pauses.lift(tx, due.conversation, instant(now)):
                continue
            self._pauses.hold_on(tx, due, local_day(now))

    def _is_settled(self, now: datetime) -> bool:
        """Whether what could still forbid a lifting must have come in."""
        down_since = self._link_down_since()
        if down_since is not None and now - down_since >= self._settings.link_down_limit:
            self._settled_at = now + self._settings.settle_time
            return False
        return now >= self._settled_at

    def _is_open_for_business(self, now: datetime) -> bool:
        """Nothing is lifted at night, in a weekend or on a holiday, however long it has been due."""
        day = local_day(now)
        return is_working_day(day) and now >= local_instant(day, self._settings.lift_not_before)
