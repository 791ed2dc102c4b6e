"""The days of the simulated outside systems: those of the calendar on their wall, not those of UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

HERE: Final = ZoneInfo("Europe/Amsterdam")


def day_of(moment: datetime) -> date:
    """The day on which an aware instant falls there."""
    return moment.astimezone(HERE).date()
