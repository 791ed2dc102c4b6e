"""Instants as written on the wire (wire.md 4, `time`), exact to the nanosecond.

Nine digits of a second are allowed there and Python's datetime holds six, so comparisons are made in whole
nanoseconds since 1970-01-01T00:00:00Z.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

FORM: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?Z",
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_NS: Final = 1_000_000_000
MILLISECOND_NS: Final = 1_000_000
DAY_NS: Final = 86_400 * SECOND_NS


def parse_ns(text: str) -> int | None:
    """Nanoseconds since the epoch of `YYYY-MM-DDThh:mm:ss[.1-9 digits]Z`; None where form or date is wrong."""
    found = FORM.fullmatch(text)
    return None if found is None else ns_of(found)


def ns_of(found: re.Match[str]) -> int | None:
    """Nanoseconds since the epoch of a whole match of `FORM`; None where there is no such date or time of day."""
    year, month, day, hour, minute, second, fraction = found.groups()
    try:
        whole = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return None
    return to_ns(whole) + (int(fraction.ljust(9, "0")) if fraction else 0)


def to_ns(moment: datetime) -> int:
    """Nanoseconds since the epoch of an aware instant."""
    passed = moment - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * SECOND_NS + passed.microseconds * 1_000


def to_datetime(ns: int) -> datetime:
    """The aware instant in UTC, cut off to whole microseconds."""
    return _EPOCH + timedelta(microseconds=ns // 1_000)
