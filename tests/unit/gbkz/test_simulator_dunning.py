"""The dunning ladder of the simulated tax system (adapters/gbkz/simulator_dunning.py)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adapters.gbkz.simulator_dunning import FOLLOW_UPS, after_day, begun, in_the_post, interest_cents, still_to_come

START = date(2026, 11, 23)


@pytest.mark.parametrize("follow_up", FOLLOW_UPS)
def test_the_steps_follow_each_other_with_their_costs(follow_up: str) -> None:
    dunning = begun("AANSLAG", START, follow_up)
    taken = [dunning.step]
    for day in range(1, 200):
        dunning = after_day(dunning, START + timedelta(days=day), paused=False)
        if dunning.step != taken[-1]:
            taken.append(dunning.step)
    assert taken == ["AANSLAG", "HERINNERING", "AANMANING", "DWANGBEVEL", follow_up]
    assert dunning.costs_cents == 59_00


def test_a_paused_day_moves_the_next_step_on() -> None:
    dunning = begun("HERINNERING", START, "DEURWAARDER")
    due = dunning.next_on
    assert due is not None
    for day in range(1, 100):
        dunning = after_day(dunning, START + timedelta(days=day), paused=True)
    assert dunning.step == "HERINNERING"
    assert dunning.next_on == due + timedelta(days=99)


def test_what_a_pause_keeps_from_happening_is_the_rest_of_the_ladder() -> None:
    assert list(still_to_come(begun("AANMANING", START, "BESLAG"))) == ["DWANGBEVEL", "BESLAG"]
    assert list(still_to_come(begun("BESLAG", START, "BESLAG"))) == []


def test_a_letter_is_in_the_post_on_its_day_and_the_next() -> None:
    sent = begun("AANMANING", START, "DEURWAARDER")
    assert [in_the_post(sent, START + timedelta(days=day)) for day in (0, 1, 2)] == [True, True, False]
    assert not in_the_post(begun("AANSLAG", START, "DEURWAARDER"), START)


def test_interest_is_simple_and_yearly() -> None:
    assert interest_cents(1000_00, 365) == 40_00
    assert interest_cents(1000_00, 0) == 0
