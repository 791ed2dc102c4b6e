"""Dutch working days, so that every term and every lifting of a pause counts the same days.

A working day is not a Saturday, a Sunday or a day of article 3 of the Algemene termijnenwet: New Year's Day,
Good Friday, Easter Monday, Ascension Day, Whit Monday, both Christmas days, King's Day, 5 May of *every* year, and the
days that a royal decree sets equal to them (`workdays.toml`, with the source of each). All local days are days in
Europe/Amsterdam.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LAST_SECOND = time(23, 59, 59)
SATURDAY, SUNDAY = 5, 6
AROUND_EASTER = (-2, 1, 39, 50)  # Good Friday, Easter Monday, Ascension Day, Whit Monday


@cache
def _decrees() -> tuple[frozenset[date], int]:
    """The days set equal by royal decree, and the last year that a known decree covers."""
    content = tomllib.loads(files("hub").joinpath("workdays.toml").read_text(encoding="utf-8"))
    days = frozenset(day for decree in content["decree"] for day in decree["days"])
    return days, int(content["known_until"])


@cache
def holidays_of(year: int) -> frozenset[date]:
    """Every day of article 3 of the Algemene termijnenwet in `year`, weekends included when they fall there."""
    kings_day = date(year, 4, 27)
    if kings_day.weekday() == SUNDAY:
        kings_day -= timedelta(days=1)
    fixed = {date(year, 1, 1), kings_day, date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}
    moving = {easter(year) + timedelta(days=days) for days in AROUND_EASTER}
    return frozenset(fixed | moving | {day for day in _decrees()[0] if day.year == year})


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden, (century, in_century) = year % 19, divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leaps, rest = divmod(in_century, 4)
    to_sunday = (32 + 2 * century_rest + 2 * leaps - epact - rest) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def decrees_known_until() -> int:
    """The last year for which the royal decree is in the data file; after it a decreed day counts as a working day."""
    return _decrees()[1]


def is_working_day(day: date) -> bool:
    """Whether `day` is a working day in the Netherlands."""
    return day.weekday() < SATURDAY and day not in holidays_of(day.year)


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day` (before it when negative); `day` itself when `count` is 0."""
    step = timedelta(days=1 if count >= 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def next_working_day(day: date) -> date:
    """The first working day after `day`."""
    return add_working_days(day, 1)


def working_days_between(start: date, end: date) -> int:
    """The number of working days after `start` up to and including `end`; 0 when `end` is not later."""
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def local_day(moment: datetime) -> date:
    """The day that an aware instant falls on in Europe/Amsterdam."""
    return moment.astimezone(AMSTERDAM).date()


def local_instant(day: date, at: time) -> datetime:
    """The instant, in UTC, at which clocks in Europe/Amsterdam show `at` on `day`."""
    return datetime.combine(day, at, tzinfo=AMSTERDAM).astimezone(UTC)


def term_end(day: date, count: int) -> datetime:
    """The instant, in UTC, at which a term of `count` working days that began on local day `day` ends.

    That is 23:59:59 in Europe/Amsterdam of the `count`-th working day after `day` (messages.md 3).
    """
    return local_instant(add_working_days(day, count), LAST_SECOND)
