"""When a pause is lifted (messages.md 3, *Ends*): on the first working day after its end, never by our failure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from pydantic import Field

from adapters.outside import Settings
from hub.workdays import add_working_days, is_working_day, local_day, local_instant, next_working_day

#: Since when the link to the hub has been down; None while it is up.
LinkDownSince = Callable[[], datetime | None]


class LiftingSettings(Settings):
    """The terms of lifting; settings, because agreements differ."""

    #: The outside system gets the end date plus this, and the adapter does the lifting.
    margin_working_days: int = Field(default=5, ge=1, le=20)
    lift_not_before: time = time(9, 0)
    #: Nothing is lifted while the link has been down for this long.
    link_down_h: float = Field(default=24, gt=0)
    #: After such an outage or a start, the inbox gets this long to bring what waited before anything is lifted.
    settle_s: float = Field(default=900, ge=0)

    def lift_due(self, until: date) -> datetime:
        """When a pause is lifted whose last day of rest this is."""
        return local_instant(next_working_day(until), self.lift_not_before)

    def with_margin(self, until: date) -> date:
        """The end that the outside system gets."""
        return add_working_days(until, self.margin_working_days)


class LiftingGate:
    """Opens when what could still forbid a lifting must have come in, and somebody is at work to see it."""

    def __init__(self, settings: LiftingSettings, started: datetime, link_down_since: LinkDownSince) -> None:
        self._settings = settings
        self._link_down_since = link_down_since
        # Before we started, the link may have been down for days.
        self._settled_at = started + timedelta(seconds=settings.settle_s)

    def is_open(self, now: datetime) -> bool:
        """Whether anything may be lifted at `now`: never at night, in a weekend or on a holiday."""
        day = local_day(now)
        at_work = is_working_day(day) and now >= local_instant(day, self._settings.lift_not_before)
        return self._is_settled(now) and at_work

    def _is_settled(self, now: datetime) -> bool:
        down_since = self._link_down_since()
        if down_since is not None and now - down_since >= timedelta(hours=self._settings.link_down_h):
            self._settled_at = now + timedelta(seconds=self._settings.settle_s)
            return False
        return now >= self._settled_at
