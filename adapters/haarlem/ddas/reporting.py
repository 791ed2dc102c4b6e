"""What the case system may report of a trajectory, and the values that each kind of fact can have. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

from pydantic import ConfigDict, Field

from adapters.haarlem.ddas.facts import ArrangementStep, FactKind
from adapters.haarlem.ddas.model import Decision, Guidance, SolutionKind
from adapters.haarlem.reasons import EndReason
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, fault
from schemas.codes import Phase
from schemas.document import Absent, Document, Listed, OneOrSeveral
from schemas.identifiers import Date, Reference

_MOST_DIGITS: Final = 8


class ReportKind(StrEnum):
    """The kinds of fact that are reported, in the words of the API."""

    PHASE = FactKind.PHASE.value
    GRANTED = FactKind.GRANTED.value
    DECISION = FactKind.DECISION.value
    GUIDANCE = FactKind.GUIDANCE.value
    MORATORIUM = FactKind.MORATORIUM.value
    ARRANGEMENT = FactKind.ARRANGEMENT.value
    SOLUTION = FactKind.SOLUTION.value
    FREE_AMOUNT = FactKind.FREE_AMOUNT.value
    DEBT = FactKind.DEBT.value
    EXIT = FactKind.EXIT.value


class TrajectoryFactRequest(Document):
    """One fact of a trajectory."""

    model_config = ConfigDict(title="Trajectfeit")

    kind: Listed[ReportKind] = Field(alias="soort")
    day: Date = Field(alias="datum", description="Sinds wanneer het zo is.")
    value: Absent[Reference] = Field(
        default=None, alias="waarde", description="Uit de lijst van dit soort, of een bedrag in hele euro's."
    )
    end: Absent[Date] = Field(default=None, alias="einddatum", description="Van begeleiding en moratorium.")


class TrajectoryFactsRequest(Document):
    """Facts that DDAS asks for and no act brings about."""

    model_config = ConfigDict(title="Trajectfeiten")

    facts: OneOrSeveral[TrajectoryFactRequest] = Field(alias="feiten")


def _one_of(values: Iterable[StrEnum]) -> Callable[[str | None], bool]:
    known = {value.value for value in values}
    return lambda value: value in known


def _nothing(value: str | None) -> bool:
    return value is None


def _euros(value: str | None) -> bool:
    return value is not None and value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS


_FITS: Final[dict[ReportKind, Callable[[str | None], bool]]] = {
    ReportKind.PHASE: _one_of(Phase),
    ReportKind.GRANTED: _nothing,
    ReportKind.DECISION: _one_of(Decision),
    ReportKind.GUIDANCE: _one_of(Guidance),
    ReportKind.MORATORIUM: _nothing,
    ReportKind.ARRANGEMENT: _one_of(ArrangementStep),
    ReportKind.SOLUTION: _one_of(SolutionKind),
    ReportKind.FREE_AMOUNT: _euros,
    ReportKind.DEBT: _euros,
    ReportKind.EXIT: _one_of(EndReason),
}
_WITH_END: Final = frozenset({ReportKind.GUIDANCE, ReportKind.MORATORIUM})


def check(request: TrajectoryFactsRequest) -> None:
    """Refuses facts whose value or end does not go with their kind.

    Raises:
        ActRefusedError: INVALID, with the places.
    """
    faults = []
    for place, fact in enumerate(request.facts):
        if not _FITS[fact.kind](fact.value):
            faults.append(fault(f"/feiten/{place}/waarde", Fault.NOT_OF_THIS_KIND))
        if fact.end is not None and (fact.kind not in _WITH_END or fact.end < fact.day):
            faults.append(fault(f"/feiten/{place}/einddatum", Fault.NOT_OF_THIS_KIND))
    if faults:
        raise ActRefusedError(Refusal.INVALID, *faults)
