"""From the facts of a case to its trajectory as DDAS wants it (domain.md 2, *DDAS*). Pure.

Where we know only that something had happened by a day, nothing is said about it: no date is made up. A case that was
registered by mistake is no trajectory. Rest that ends because an arrangement was agreed is the end of our case, and not
of help: the trajectory goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from adapters.haarlem.ddas.facts import YES, ArrangementStep, Fact, FactKind, Story
from adapters.haarlem.ddas.model import (
    Application,
    Arrangement,
    Client,
    Debt,
    Decision,
    Exit,
    ExitReason,
    Guidance,
    Guided,
    Intake,
    Moratorium,
    Plan,
    Solution,
    SolutionKind,
    Span,
    Trajectory,
)
from adapters.haarlem.reasons import EndReason
from schemas.codes import Phase

#: Our reasons (messages.md 4, C and E) in those of DDAS. Not here: what is no end of help, and what was a mistake.
EXIT_OF: Final = MappingProxyType(
    {
        EndReason.HELP_REFUSED: ExitReason.NOT_QUALIFIED,
        EndReason.DECEASED: ExitReason.DECEASED,
        EndReason.MOVED: ExitReason.MOVED,
        EndReason.NOT_APPEARED: ExitReason.NOT_APPEARED,
        EndReason.WITHDRAWN: ExitReason.WITHDRAWN,
        EndReason.NOT_FITTING: ExitReason.NOT_FITTING,
        EndReason.NOT_QUALIFIED: ExitReason.NOT_QUALIFIED,
        EndReason.COMPLETED: ExitReason.COMPLETED,
        EndReason.BY_THEMSELVES: ExitReason.BY_THEMSELVES,
        EndReason.TERM_PASSED: ExitReason.OTHER,
        EndReason.WSNP: ExitReason.OTHER,
        EndReason.DISCHARGED: ExitReason.COMPLETED,
        EndReason.NOT_COMPLIED: ExitReason.NOT_QUALIFIED,
        EndReason.NEW_DEBTS: ExitReason.NOT_QUALIFIED,
        EndReason.INCOME_CHANGED: ExitReason.OTHER,
        EndReason.BANKRUPT: ExitReason.OTHER,
        EndReason.OTHER: ExitReason.OTHER,
    },
)
#: The pauses end and help goes on: in an arrangement, or under the protection of the court.
GOES_ON: Final = frozenset({EndReason.ARRANGEMENT_AGREED, EndReason.MORATORIUM})
MISTAKE: Final = EndReason.WRONGLY_REGISTERED


@dataclass(frozen=True, slots=True)
class About:
    """What stands in the case itself and not in its facts: who is helped, and what they owe as far as that is known."""

    clients: Sequence[Client] = ()
    debts: Sequence[Debt] = ()


def gemeentecode_of(story: Story) -> str | None:
    """The municipality that is responsible."""
    told = story.last(FactKind.MUNICIPALITY)
    return told.value if told is not None else None


def start_of(story: Story) -> date | None:
    """The first day of the trajectory."""
    return min((fact.day for fact in story.facts), default=None)


def exit_of(story: Story) -> Fact | None:
    """The end of help, unless it was taken back or is none."""
    told = story.last(FactKind.EXIT, FactKind.REOPENED)
    return told if told is not None and told.kind is FactKind.EXIT and _reason(told) not in GOES_ON else None


def _reason(fact: Fact) -> EndReason:
    return EndReason(fact.value or EndReason.OTHER)


def is_mistake(story: Story) -> bool:
    """Whether this case should never have been."""
    told = exit_of(story)
    return told is not None and _reason(told) is MISTAKE


def belongs(story: Story, start: date, end: date) -> bool:
    """Whether help was given on some day from `start` to `end`, as far as told by `end`."""
    begun, over = start_of(story), exit_of(story)
    if begun is None or gemeentecode_of(story) is None or is_mistake(story):
        return False
    return begun <= end and (over is None or over.day >= start)


def trajectory_of(story: Story, gemeentecode: str, about: About) -> Trajectory:
    """The trajectory that these facts tell."""
    over = exit_of(story)
    phases = _phases(story, over)
    granted, total = story.last(FactKind.GRANTED), story.last(FactKind.DEBT)
    crises = _crises(story)
    return Trajectory(
        start=start_of(story),
        end=over.day if over else None,
        granted=granted.day if granted else None,
        total_debt=int(total.value or 0) if total else None,
        gemeentecode=gemeentecode,
        application=_application(phases, begun_in_crisis=bool(crises)),
        intake=_intake(story, phases),
        plan=_plan(phases),
        stabilisation=phases.get(Phase.STABILISATION),
        arrangement=_arrangement(story, phases),
        solution=_solution(story, phases),
        aftercare=phases.get(Phase.AFTERCARE),
        guidance=_guidance(story),
        moratoria=_moratoria(story),
        crises=crises or None,
        clients=tuple(about.clients) or None,
        debts=tuple(about.debts) or None,
        exit=_exit(over),
    )


def _phases(story: Story, over: Fact | None) -> dict[Phase, Span]:
    """Each phase from its day to the day before the next began: of each phase the newest fact counts."""
    told = {Phase(name): fact.day for name, fact in story.each(FactKind.PHASE).items()}
    ordered = sorted(told, key=lambda phase: (told[phase], list(Phase).index(phase)))
    spans = {phase: Span(start=told[phase]) for phase in ordered}
    for phase, following in pairwise(ordered):
        spans[phase] = Span(start=told[phase], end=max(told[phase], told[following] - timedelta(days=1)))
    if over is not None and ordered and ordered[-1] is not Phase.OUTFLOW:
        last = ordered[-1]
        spans[last] = Span(start=told[last], end=max(told[last], over.day))
    return spans


def _application(phases: dict[Phase, Span], *, begun_in_crisis: bool) -> Application | None:
    span = phases.get(Phase.APPLICATION)
    return None if span is None else Application(start=span.start, end=span.end, crisis=begun_in_crisis)


def _intake(story: Story, phases: dict[Phase, Span]) -> Intake | None:
    span, decision = phases.get(Phase.INTAKE), story.last(FactKind.DECISION)
    if span is None and decision is None:
        return None
    return Intake(
        start=span.start if span else None,
        end=span.end if span else None,
        decided=decision.day if decision else None,
        decision=Decision(decision.value or "") if decision else None,
    )


def _plan(phases: dict[Phase, Span]) -> Plan | None:
    span = phases.get(Phase.ACTION_PLAN)
    return Plan(completed=span.end) if span is not None and span.end is not None else None


def _arrangement(story: Story, phases: dict[Phase, Span]) -> Arrangement | None:
    span, steps = phases.get(Phase.ARRANGEMENT), story.each(FactKind.ARRANGEMENT)
    days = {ArrangementStep(name): fact.day for name, fact in steps.items()}
    agreed = _agreed_on(story)
    if agreed is not None:
        days.setdefault(ArrangementStep.GRANTED, agreed)
    if span is None and not days:
        return None
    return Arrangement(
        submitted=span.start if span else None,
        granted=days.get(ArrangementStep.GRANTED),
        refused=days.get(ArrangementStep.REFUSED),
        withdrawn=days.get(ArrangementStep.WITHDRAWN),
        compulsion_asked=days.get(ArrangementStep.COMPULSION_ASKED),
        compulsory=True if ArrangementStep.COMPULSORY in days else None,
    )


def _agreed_on(story: Story) -> date | None:
    told = [fact.day for fact in story.of(FactKind.EXIT) if _reason(fact) is EndReason.ARRANGEMENT_AGREED]
    return told[-1] if told else None


def _solution(story: Story, phases: dict[Phase, Span]) -> Solution | None:
    span, kind, free = phases.get(Phase.SOLUTION), story.last(FactKind.SOLUTION), story.last(FactKind.FREE_AMOUNT)
    if span is None and kind is None and free is None:
        return None
    return Solution(
        start=span.start if span else kind.day if kind else None,
        end=span.end if span else None,
        kind=SolutionKind(kind.value or "") if kind else None,
        free_amount=int(free.value or 0) if free else None,
    )


def _guidance(story: Story) -> tuple[Guided, ...] | None:
    told = story.each(FactKind.GUIDANCE)
    return tuple(Guided(kind=Guidance(name), start=one.day, end=one.end) for name, one in told.items()) or None


def _moratoria(story: Story) -> tuple[Moratorium, ...] | None:
    told = {fact.day: fact.end for fact in story.of(FactKind.MORATORIUM)}
    return tuple(Moratorium(start=day, end=end) for day, end in sorted(told.items())) or None


def _crises(story: Story) -> tuple[Span, ...]:
    """Each crisis from the fact that says so to the fact that says no longer."""
    spans: list[Span] = []
    begun: date | None = None
    for fact in story.of(FactKind.CRISIS):
        if fact.value == YES:
            begun = begun or fact.day
        elif begun is not None:
            spans.append(Span(start=begun, end=fact.day))
            begun = None
    return (*spans, Span(start=begun)) if begun is not None else tuple(spans)


def _exit(over: Fact | None) -> Exit | None:
    if over is None:
        return None
    reason = _reason(over)
    named = EXIT_OF[reason]
    return Exit(day=over.day, reason=named, summary=reason.value if named is ExitReason.OTHER else None)
