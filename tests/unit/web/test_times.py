"""Instants and durations as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.web.times import ahead_text, clock_text, day_text, moment_text, span_text, whole_text

WINTER, SUMMER = datetime(2026, 11, 23, 15, 41, 7, tzinfo=UTC), datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


def test_times_are_those_of_amsterdam() -> None:
    assert moment_text(WINTER) == "23 nov 16:41"
    assert clock_text(WINTER) == "16:41:07"
    assert moment_text(SUMMER) == "2 jul 00:30"
    assert day_text(SUMMER) == "2 jul 2026"
    assert whole_text(WINTER) == "ma 23 nov 2026 16:41:07"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 u"),
        (3660, "1 u 1 min"),
        (36_060, "10 u"),
        (86_400, "1 dag"),
        (93_600, "1 dag 2 u"),
        (864_000 + 3600, "10 dagen"),
    ],
)
def test_a_span_is_said_in_its_largest_units(seconds: int, text: str) -> None:
    assert span_text(timedelta(seconds=seconds)) == text


def test_what_is_ahead_and_what_is_past() -> None:
    assert ahead_text(WINTER + timedelta(hours=2), WINTER) == "over 2 u"
    assert ahead_text(WINTER - timedelta(days=1), WINTER) == "1 dag geleden"
    assert ahead_text(WINTER, WINTER) == "nu"
