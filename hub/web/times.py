"""Instants and durations as people here read them: Amsterdam time, Dutch words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from hub.workdays import AMSTERDAM

_MONTHS: Final = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_DAYS: Final = ("ma", "di", "wo", "do", "vr", "za", "zo")
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_DAY_S: Final = 86_400


def clock_text(moment: datetime) -> str:
    """`15:41:07`."""
    return f"{moment.astimezone(AMSTERDAM):%H:%M:%S}"


def moment_text(moment: datetime) -> str:
    """`23 nov 15:41`: the year is left out, a full instant stands in the element's attribute."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day} {_MONTHS[local.month - 1]} {local:%H:%M}"


def day_text(moment: datetime) -> str:
    """`23 nov 2026`."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def whole_text(moment: datetime) -> str:
    """`ma 23 nov 2026 15:41:07`."""
    local = moment.astimezone(AMSTERDAM)
    return f"{_DAYS[local.weekday()]} {day_text(moment)} {local:%H:%M:%S}"


def span_text(span: timedelta) -> str:
    """A duration in its largest unit and, below ten, the next: `3 u 5 min`, `12 dagen`; never negative."""
    seconds = max(0, int(span.total_seconds()))
    days, rest = divmod(seconds, _DAY_S)
    hours, rest = divmod(rest, _HOUR_S)
    minutes, left = divmod(rest, _MINUTE_S)
    if days:
        name = "dag" if days == 1 else "dagen"
        return f"{days} {name} {hours} u" if hours and days < 10 else f"{days} {name}"  # noqa: PLR2004
    if hours:
        return f"{hours} u {minutes} min" if minutes and hours < 10 else f"{hours} u"  # noqa: PLR2004
    return f"{minutes} min" if minutes else f"{left} s"


def ahead_text(moment: datetime, now: datetime) -> str:
    """`over 3 u`, `nu` or `2 dagen geleden`."""
    if abs(moment - now) < timedelta(seconds=1):
        return "nu"
    return f"over {span_text(moment - now)}" if moment > now else f"{span_text(now - moment)} geleden"
