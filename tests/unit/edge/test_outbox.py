from __future__ import annotations

from datetime import timedelta

from adapters.outbox import next_repeat


def test_the_same_bytes_go_out_after_five_minutes_doubling_to_six_hours() -> None:
    waits = [next_repeat(attempt, accepted=False) for attempt in range(12)]
    assert waits[:7] == [timedelta(minutes=5 * 2**doubled) for doubled in range(7)]
    assert set(waits[7:]) == {timedelta(hours=6)}


def test_once_the_hub_has_them_they_go_out_once_a_day() -> None:
    assert {next_repeat(attempt, accepted=True) for attempt in range(100)} == {timedelta(days=1)}
