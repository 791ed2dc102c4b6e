"""Writes down what DDAS wants to know, in the transaction of the act that brings it about.

Each act says in one call what it did. What an act cannot know (a decision, the kind of a solution) the case system
reports itself, as facts of the trajectory.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from adapters.haarlem import casefile, store
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.ddas import store as ddas
from adapters.haarlem.ddas.facts import NO, YES, Fact, FactKind
from adapters.haarlem.ddas.reporting import TrajectoryFactsRequest, check
from adapters.haarlem.dossier import Case, CaseState
from adapters.haarlem.reasons import EndReason
from adapters.haarlem.refusals import Fault, invalid
from adapters.haarlem.store import Transaction
from hub.workdays import local_day


def opened(tx: Transaction, case: Case) -> None:
    """Help begins."""
    ddas.add_facts(tx, _beginning(case))


def _beginning(case: Case) -> list[Fact]:
    # A pause may start later or have started before; help starts when the case system says so for the first time.
    day = min(case.start, local_day(case.opened_at))
    begun = [
        Fact(case.id, case.opened_at, day, FactKind.MUNICIPALITY, case.gemeentecode),
        Fact(case.id, case.opened_at, day, FactKind.PHASE, case.phase.value),
    ]
    return [*begun, Fact(case.id, case.opened_at, day, FactKind.CRISIS, YES)] if case.urgent else begun


def split_off(helper: DebtHelper, tx: Transaction, old: Case, new: Case) -> None:
    """Somebody goes on in a case of its own: what was true of the old one until now is true of the new one too."""
    taken = [replace(fact, case_id=new.id) for fact in ddas.facts(tx, old.id)]
    ddas.add_facts(tx, taken)
    if new.gemeentecode != old.gemeentecode:
        ddas.add_facts(tx, [Fact(new.id, helper.now(), helper.today(), FactKind.MUNICIPALITY, new.gemeentecode)])


def went_on(helper: DebtHelper, tx: Transaction, before: Case, after: Case) -> None:
    """A case is in another phase, or has become (or ceased to be) a crisis."""
    if after.phase is not before.phase:
        record(helper, tx, after.id, FactKind.PHASE, after.phase.value)
    if after.urgent is not before.urgent:
        record(helper, tx, after.id, FactKind.CRISIS, YES if after.urgent else NO)


def ended(helper: DebtHelper, tx: Transaction, case_id: str, reason: EndReason) -> None:
    """Help ended, or went on in an arrangement: which of the two follows from the reason."""
    record(helper, tx, case_id, FactKind.EXIT, reason.value)


def reopened(helper: DebtHelper, tx: Transaction, case_id: str) -> None:
    """An end was taken back."""
    record(helper, tx, case_id, FactKind.REOPENED)


def record(
    helper: DebtHelper,
    tx: Transaction,
    case_id: str,
    kind: FactKind,
    value: str | None = None,
    day: date | None = None,
    end: date | None = None,
) -> None:
    """One more fact of a case, known now and true since `day`, or since today."""
    ddas.add_facts(tx, [Fact(case_id, helper.now(), day or helper.today(), kind, value, end)])


def report(helper: DebtHelper, tx: Transaction, case_id: str, request: TrajectoryFactsRequest) -> None:
    """Facts that the case system knows and no act of ours brings about; of an ended case too.

    Raises:
        ActRefusedError: UNKNOWN, INVALID.
    """
    casefile.held(helper, tx, case_id, running=False)
    check(request)
    for place, fact in enumerate(request.facts):
        if fact.day > helper.today():
            raise invalid(Fault.TOO_FAR_AHEAD, f"/feiten/{place}/datum")
        record(helper, tx, case_id, FactKind(fact.kind.value), fact.value, fact.day, fact.end)


def catch_up(helper: DebtHelper, tx: Transaction) -> int:
    """Gives cases that are older than these books the facts that their rows tell; returns how many there were."""
    older = ddas.cases_without_facts(tx)
    for case_id in older:
        case = store.find_case(tx, case_id)
        if case is None:
            continue
        opened(tx, case)
        if case.state is CaseState.ENDED and case.ended_at is not None:
            day = local_day(case.ended_at)
            record(helper, tx, case_id, FactKind.EXIT, case.reason or EndReason.OTHER.value, day)
    return len(older)
