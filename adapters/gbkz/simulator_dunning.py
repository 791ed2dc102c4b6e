"""How a tax debt is dunned in the simulated tax system: the ladder of steps, day by day, pure.

The names and the order of the steps are those of local tax collection (Invorderingswet 1990, Leidraad invordering); the
numbers of days and the amounts are made up for the simulator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

LADDER = ("AANSLAG", "HERINNERING", "AANMANING", "DWANGBEVEL")
FOLLOW_UPS = ("DEURWAARDER", "LOONVORDERING", "BESLAG")
STEPS = LADDER + FOLLOW_UPS
DAYS_IN_STEP = {"AANSLAG": 60, "HERINNERING": 14, "AANMANING": 14, "DWANGBEVEL": 21}
COST_CENTS = {"AANMANING": 9_00, "DWANGBEVEL": 50_00}
INTEREST_YEARLY = 0.04
#: A letter of a step is with the printer on the day of the step and the day after it: it cannot be called back.
DAYS_IN_THE_POST = 1


@dataclass(frozen=True, slots=True)
class Dunning:
    """Where the collection of one dossier stands; `next_on` is None when nothing follows by itself."""

    step: str
    step_on: date
    next_on: date | None
    follow_up: str
    costs_cents: int


def begun(step: str, step_on: date, follow_up: str) -> Dunning:
    """A dossier that came to `step` on `step_on`."""
    days = DAYS_IN_STEP.get(step)
    return Dunning(step, step_on, step_on + timedelta(days=days) if days else None, follow_up, 0)


def next_step(dunning: Dunning) -> str | None:
    """What comes after the present step, None at the end of the ladder."""
    if dunning.step not in LADDER:
        return None
    following = LADDER.index(dunning.step) + 1
    return LADDER[following] if following < len(LADDER) else dunning.follow_up


def after_day(dunning: Dunning, day: date, *, paused: bool) -> Dunning:
    """The dossier after `day` has passed: a paused day moves the next step on by a day, another takes it when due."""
    if dunning.next_on is None:
        return dunning
    if paused:
        return replace(dunning, next_on=dunning.next_on + timedelta(days=1))
    step = next_step(dunning)
    if step is None or day < dunning.next_on:
        return dunning
    costs = dunning.costs_cents + COST_CENTS.get(step, 0)
    return replace(begun(step, day, dunning.follow_up), costs_cents=costs)


def still_to_come(dunning: Dunning) -> Iterator[str]:
    """The steps that a pause keeps from happening."""
    step = dunning
    while (name := next_step(step)) is not None:
        yield name
        step = replace(step, step=name)


def in_the_post(dunning: Dunning, today: date) -> bool:
    """Whether the letter of the present step has been sent and cannot be called back."""
    return dunning.step in LADDER[1:] and (today - dunning.step_on).days <= DAYS_IN_THE_POST


def interest_cents(amount_cents: int, days: int) -> int:
    """Simple interest over `days` on `amount_cents`."""
    return round(amount_cents * INTEREST_YEARLY * days / 365)
