"""The working days of hub/workdays.py against the Algemene termijnenwet, 2024 up to and including 2035."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.workdays import (
    add_working_days,
    decrees_known_until,
    holidays_of,
    is_working_day,
    local_day,
    local_instant,
    next_working_day,
    term_end,
    working_days_between,
)

YEARS = range(2024, 2036)
DECREED = {
    2024: ("05-10", "12-27"),
    2025: ("05-30",),
    2026: ("01-02", "05-15"),
    2027: ("05-07",),
    2028: ("04-28", "05-26"),
}
# Easter Sundays by the ecclesiastical tables, written down so that the test does not share the package's arithmetic.
EASTER = {
    2024: "03-31", 2025: "04-20", 2026: "04-05", 2027: "03-28", 2028: "04-16", 2029: "04-01",
    2030: "04-21", 2031: "04-13", 2032: "03-28", 2033: "04-17", 2034: "04-09", 2035: "03-25",
}  # fmt: skip


def on(year: int, month_day: str) -> date:
    """A day of `year`."""
    return date.fromisoformat(f"{year}-{month_day}")


def by_the_law(year: int) -> set[date]:
    """Article 3 written out for one year."""
    easter = on(year, EASTER[year])
    kings_day = on(year, "04-27")
    if kings_day.weekday() == 6:
        kings_day -= timedelta(days=1)
    fixed = {on(year, day) for day in ("01-01", "05-05", "12-25", "12-26", *DECREED.get(year, ()))}
    return fixed | {kings_day} | {easter + timedelta(days=n) for n in (-2, 1, 39, 50)}


@pytest.mark.parametrize("year", YEARS)
def test_every_day_of_the_year_is_judged_as_the_law_does(year: int) -> None:
    recognised = by_the_law(year)
    day = date(year, 1, 1)
    while day.year == year:
        assert is_working_day(day) == (day.weekday() < 5 and day not in recognised), day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", YEARS)
def test_the_fifth_of_may_is_never_a_working_day(year: int) -> None:
    assert date(year, 5, 5) in holidays_of(year)
    assert not is_working_day(date(year, 5, 5))


def test_kings_day_on_a_sunday_moves_to_the_saturday_so_the_monday_is_worked() -> None:
    assert date(2025, 4, 26) in holidays_of(2025)
    assert is_working_day(date(2025, 4, 28))


def test_the_decrees_cover_the_present_years_and_say_where_they_end() -> None:
    assert decrees_known_until() >= 2028


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-23", 1, "2026-11-24"),
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-12-23", 2, "2026-12-28"),
        ("2026-04-02", 1, "2026-04-07"),
        ("2026-05-13", 1, "2026-05-18"),  # Ascension Day and the decreed Friday after it
        ("2027-05-04", 1, "2027-05-10"),  # 5 May, Ascension Day, decreed Friday, weekend
        ("2026-04-07", -1, "2026-04-02"),
        ("2026-11-21", 0, "2026-11-21"),
    ],
)
def test_working_days_are_counted_over_weekends_and_holidays(start: str, count: int, end: str) -> None:
    assert add_working_days(date.fromisoformat(start), count) == date.fromisoformat(end)


def test_a_term_ends_at_the_last_second_of_its_day_in_amsterdam_in_winter_and_in_summer() -> None:
    assert term_end(date(2026, 11, 23), 2) == datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC)
    assert term_end(date(2026, 7, 1), 2) == datetime(2026, 7, 3, 21, 59, 59, tzinfo=UTC)


def test_a_term_over_the_change_to_summer_time_ends_by_the_clock_on_the_wall() -> None:
    assert term_end(date(2026, 3, 27), 1) == datetime(2026, 3, 30, 21, 59, 59, tzinfo=UTC)


def test_the_local_day_turns_at_midnight_in_amsterdam_not_in_utc() -> None:
    assert local_day(datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert local_day(datetime(2026, 11, 23, 23, 0, tzinfo=UTC)) == date(2026, 11, 24)
    assert local_day(datetime(2026, 7, 1, 22, 0, tzinfo=UTC)) == date(2026, 7, 2)


def test_nine_in_the_morning_is_eight_utc_in_winter_and_seven_in_summer() -> None:
    assert local_instant(date(2026, 11, 23), time(9)) == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert local_instant(date(2026, 7, 1), time(9)) == datetime(2026, 7, 1, 7, tzinfo=UTC)


DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2035, 12, 1))


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_counting_forward_lands_on_a_working_day_and_counts_back_to_the_same_number(day: date, count: int) -> None:
    end = add_working_days(day, count)
    assert is_working_day(end)
    assert working_days_between(day, end) == count


@given(DAYS)
def test_the_next_working_day_is_the_first_one_later(day: date) -> None:
    following = next_working_day(day)
    assert following > day
    assert not any(is_working_day(day + timedelta(days=n)) for n in range(1, (following - day).days))


def test_local_days_are_known_where_the_machine_has_no_time_zones() -> None:
    question = "from hub.workdays import AMSTERDAM; print(AMSTERDAM)"
    nowhere = {"PATH": os.defpath, "PYTHONTZPATH": ""}
    done = subprocess.run([sys.executable, "-c", question], env=nowhere, capture_output=True, text=True, check=False)
    assert done.stdout == "Europe/Amsterdam\n", done.stderr
