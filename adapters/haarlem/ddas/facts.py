"""What DDAS wants to know of a case, one fact a line; only ever added to. Pure.

Of what can be one thing only, the newest fact counts: a correction is one more line, and what was said before stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

YES: Final = "ja"
NO: Final = "nee"


class FactKind(StrEnum):
    """What a fact is about, in the words of the API."""

    MUNICIPALITY = "gemeente"  # the responsible one; its day is the start of the trajectory
    PHASE = "fase"
    CRISIS = "crisis"
    GRANTED = "toekenning"
    DECISION = "beschikking"
    GUIDANCE = "begeleiding"
    MORATORIUM = "moratorium"
    ARRANGEMENT = "schuldregeling"
    SOLUTION = "oplossing"
    FREE_AMOUNT = "vtlb"
    DEBT = "schuldbedrag"
    EXIT = "uitstroom"
    REOPENED = "heropend"


class ArrangementStep(StrEnum):
    """What happened to a proposal to all creditors."""

    GRANTED = "toegekend"
    REFUSED = "afgewezen"
    WITHDRAWN = "ingetrokken"
    COMPULSION_ASKED = "dwangakkoord-verzocht"
    COMPULSORY = "dwangakkoord"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: what, since which day, and when we came to know it. `number` counts up over all cases."""

    case_id: str
    at: datetime
    day: date
    kind: FactKind
    value: str | None = None
    end: date | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """The facts of one case up to a day, oldest first."""

    facts: Sequence[Fact]

    def of(self, kind: FactKind) -> list[Fact]:
        """Every fact of this kind, in order of telling."""
        return [fact for fact in self.facts if fact.kind is kind]

    def last(self, *kinds: FactKind) -> Fact | None:
        """The newest fact of these kinds."""
        return next((fact for fact in reversed(self.facts) if fact.kind in kinds), None)

    def each(self, kind: FactKind) -> dict[str, Fact]:
        """The newest fact of this kind for each of its values."""
        return {fact.value or "": fact for fact in self.of(kind)}

    def until(self, day: date) -> Story:
        """What had happened by the end of this day."""
        return Story([fact for fact in self.facts if fact.day <= day])


def stories(facts: Iterable[Fact]) -> dict[str, Story]:
    """The story of each case, in order of the first fact of each."""
    found: dict[str, list[Fact]] = {}
    for fact in sorted(facts, key=lambda one: one.number):
        found.setdefault(fact.case_id, []).append(fact)
    return {case_id: Story(told) for case_id, told in found.items()}
