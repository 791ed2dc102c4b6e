from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from adapters.clocks import ClockOffset
from tests.world import NOW

MINUTE = timedelta(minutes=1)
delays = st.timedeltas(timedelta(0), timedelta(days=3))
offsets = st.timedeltas(-timedelta(hours=5), timedelta(hours=5))


def exchange(clock: ClockOffset, offset: timedelta, out: timedelta, back: timedelta) -> None:
    """A message and its receipt, when our clock is `offset` ahead and both are under way for some time."""
    made = NOW + offset
    received = NOW + out
    signed = received
    clock.learn_sent(made, received)
    clock.learn_heard(signed, signed + back + offset)


@given(offsets, delays, delays)
def test_the_offset_is_never_overstated_whatever_a_queue_did(
    offset: timedelta, out: timedelta, back: timedelta
) -> None:
    clock = ClockOffset()
    exchange(clock, offset, out, back)
    assert abs(clock.value) <= abs(offset)
    assert clock.value * offset.total_seconds() >= timedelta(0)


@given(offsets, offsets)
def test_a_quick_receipt_shows_the_offset_whatever_was_thought_before(before: timedelta, now: timedelta) -> None:
    clock = ClockOffset()
    quick = timedelta(milliseconds=50)
    exchange(clock, before, quick, quick)
    exchange(clock, now, quick, quick)
    assert abs(clock.value - now) <= quick


def test_a_receipt_that_waited_a_day_is_no_wrong_clock() -> None:
    clock = ClockOffset()
    with capture_logs() as logs:
        exchange(clock, timedelta(0), timedelta(hours=2), timedelta(days=1))
    assert (clock.level, clock.value, logs) == ("ok", timedelta(0), [])


def test_a_wrong_clock_is_alarmed_once_when_it_begins_gets_worse_and_ends() -> None:
    clock = ClockOffset()
    with capture_logs() as logs:
        for offset in (0.4 * MINUTE, 0.6 * MINUTE, 0.7 * MINUTE, 3 * MINUTE, -3 * MINUTE, timedelta(0), timedelta(0)):
            exchange(clock, offset, timedelta(0), timedelta(0))
    assert [(line["log_level"], line["state"], line["deviation_ms"]) for line in logs] == [
        ("warning", "warning", 36_000),
        ("error", "alarm", 180_000),
        ("info", "ok", 0),
    ]
