"""When an edge reports again though nothing changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from adapters.status import EVERY, is_due

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_an_edge_that_never_reported_reports() -> None:
    assert is_due(None, NOW)


def test_a_report_stands_for_five_minutes() -> None:
    assert not is_due(NOW, NOW)
    assert not is_due(NOW, NOW + EVERY - timedelta(seconds=1))
    assert is_due(NOW, NOW + EVERY)


def test_a_clock_that_was_moved_makes_an_edge_report_at_once_whichever_way() -> None:
    assert is_due(NOW, NOW + timedelta(days=8))
    assert is_due(NOW, NOW - timedelta(seconds=1))
