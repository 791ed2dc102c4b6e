from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import rfc3339
from hub.wire import instants


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("1970-01-01T00:00:01.5Z", 1_500_000_000),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("2026-11-23T12:00:00Z", 1_795_435_200_000_000_000),
        ("2024-02-29T23:59:59Z", 1_709_251_199_000_000_000),
        ("9999-12-31T23:59:59.999999999Z", 253_402_300_799_999_999_999),
    ],
)
def test_instants_are_exact_to_the_nanosecond(text: str, ns: int) -> None:
    assert instants.parse_ns(text) == ns


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23",
        "2026-11-23T12:00Z",
        "2026-11-23T12:00:00",
        "2026-11-23T12:00:00+00:00",
        "2026-11-23t12:00:00Z",
        "2026-11-23T12:00:00z",
        "2026-11-23 12:00:00Z",
        "2026-11-23T12:00:60Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T12:60:00Z",
        "2026-13-01T12:00:00Z",
        "2026-00-01T12:00:00Z",
        "2026-11-31T12:00:00Z",
        "2026-02-29T12:00:00Z",
        "2026-11-00T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-11-23T12:00:00.Z",
        "2026-11-23T12:00:00.0123456789Z",
        "2026-11-23T12:00:00,5Z",
        "26-11-23T12:00:00Z",
        "+2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00Z\n",
        " 2026-11-23T12:00:00Z",
        "\uff12\uff10\uff12\uff16-11-23T12:00:00Z",
    ],
)
def test_anything_else_is_no_instant(text: str) -> None:
    assert instants.parse_ns(text) is None


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 the strategy adds the zone
def test_datetimes_survive(moment: datetime) -> None:
    assert instants.to_datetime(instants.to_ns(moment)) == moment


def test_any_zone_counts_from_the_same_epoch() -> None:
    moment = datetime(2026, 11, 23, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert instants.to_ns(moment) == instants.parse_ns("2026-11-23T12:00:00Z")


def test_our_own_instants_have_the_form_of_the_wire() -> None:
    assert instants.parse_ns(rfc3339(datetime(2026, 11, 23, 12, 0, 0, 123_000, tzinfo=UTC))) is not None
