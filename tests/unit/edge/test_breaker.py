from __future__ import annotations

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.breaker import Backoff, Breaker
from tests.world import NOW

PAUSE = timedelta(seconds=30)
MOST = 8


def opened() -> Breaker:
    breaker = Breaker(threshold=3, pause=PAUSE)
    assert [breaker.failed(NOW) for _ in range(3)] == [False, False, True]
    return breaker


@given(st.integers(1, 100), st.floats(0, 10_000) | st.none(), st.integers())
def test_a_wait_is_spread_below_its_ceiling_and_never_shorter_than_was_asked_for(
    attempt: int, asked_s: float | None, seed: int
) -> None:
    backoff = Backoff(first_s=2, most_s=900)
    ceiling = min(2 * 2 ** min(attempt - 1, 20), 900)
    chance = random.Random(seed)  # noqa: S311 - jitter, not a secret
    waited = backoff.after(attempt, chance, asked_s).total_seconds()
    assert max(ceiling / 10, asked_s or 0) - 1e-5 <= waited <= max(ceiling, asked_s or 0) + 1e-5


def test_a_circuit_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker(threshold=3, pause=PAUSE)
    for _ in range(5):
        assert not breaker.failed(NOW)
        assert not breaker.failed(NOW)
        assert not breaker.succeeded(MOST)
    assert (breaker.state, breaker.width(NOW, MOST)) == ("closed", MOST)


def test_an_open_circuit_lets_nothing_through_until_its_pause_is_over_and_then_one() -> None:
    breaker = opened()
    assert breaker.width(NOW, MOST) == 0
    assert breaker.width(NOW + PAUSE - timedelta(seconds=1), MOST) == 0
    assert (breaker.width(NOW + PAUSE, MOST), breaker.state) == (1, "half-open")


def test_a_probe_that_fails_opens_the_circuit_again() -> None:
    breaker = opened()
    assert breaker.allows(NOW + PAUSE)
    assert breaker.failed(NOW + PAUSE)
    assert breaker.width(NOW + PAUSE, MOST) == 0


def test_a_pause_is_never_shorter_than_the_other_side_asked_for() -> None:
    breaker = Breaker(threshold=1, pause=PAUSE)
    breaker.failed(NOW, 3600)
    assert not breaker.allows(NOW + timedelta(seconds=3599))
    assert breaker.allows(NOW + timedelta(seconds=3600))


def test_after_an_outage_calls_come_back_slowly() -> None:
    breaker = opened()
    assert breaker.allows(NOW + PAUSE)
    widths = []
    for _ in range(6):
        breaker.succeeded(MOST)
        widths.append(breaker.width(NOW + PAUSE, MOST))
    assert widths == [1, 2, 4, 8, 8, 8]
    assert breaker.recovering is None
