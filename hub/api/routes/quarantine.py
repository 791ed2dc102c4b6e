"""Quarantine and recoveries, to read; sending again and settling take a person, in the console or at the machine."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from hub.api import parameters as given
from hub.api.access import Scope
from hub.api.answers import Links
from hub.api.answers.quarantine import (
    EvidenceAnswer,
    EvidencePage,
    GroupAnswer,
    GroupList,
    ItemAnswer,
    RecoveryAnswer,
    RecoveryPage,
    WholeRecovery,
)
from hub.api.calls import Call, allowed
from hub.api.problems import Problem, ProblemError
from hub.database import instant
from hub.operations.evidence import store
from hub.operations.evidence.details import evidence_row
from hub.operations.recovery.store import recoveries, recovery, steps

routes = APIRouter()
Reading = Annotated[Call, allowed(Scope.READ)]


@routes.get("/quarantine/groups", name="listQuarantineGroups")
def list_groups(call: Reading) -> GroupList:
    """What lies in quarantine and is not settled, by cause."""
    return GroupList(groups=tuple(map(GroupAnswer.of, call.read(store.groups))))


@routes.get("/quarantine/evidence", name="listEvidence")
def list_evidence(
    call: Reading,
    *,
    cause: given.CauseOf = None,
    settled: given.Settled = False,
    before: given.Before = None,
    most: given.Most = 50,
) -> EvidencePage:
    """Evidence, newest first; none of it is content."""
    found = call.read(lambda connection: store.listed(connection, most + 1, cause, settled=settled, before=before))
    following = found[most - 1].row_id if len(found) > most else None
    rows = [evidence_row(one) for one in found[:most]]
    return EvidencePage.model_validate({"evidence": rows, "_links": call.next(before=following)})


@routes.get("/quarantine/evidence/{number}", name="getEvidence")
def get_evidence(number: given.EvidenceNumber, call: Reading) -> EvidenceAnswer:
    """One piece of evidence, by everything but its content."""
    found = call.read(lambda connection: store.evidence_by_id(connection, [number]), f"evidence/{number}")
    if not found:
        raise ProblemError(Problem.NOT_FOUND)
    return EvidenceAnswer.model_validate(evidence_row(found[0]))


@routes.get("/recoveries", name="listRecoveries")
def list_recoveries(call: Reading, after: given.After = None, most: given.Most = 50) -> RecoveryPage:
    """Recoveries, newest first: plans, and how far their jobs are."""
    found = call.read(lambda connection: recoveries(connection, most + 1, after=given.place_of(after)))
    last = found[most - 1] if len(found) > most else None
    links = call.next(after=(instant(last.planned), last.id) if last else None)
    return RecoveryPage(recoveries=tuple(map(RecoveryAnswer.of, found[:most])), links=Links.model_validate(links))


@routes.get("/recoveries/{id}", name="getRecovery")  # noqa: FAST003 - by its alias
def get_recovery(recovery_id: given.RecoveryId, call: Reading) -> WholeRecovery:
    """One recovery: what is sent, what not and why, and what became of it."""
    found, items = call.read(
        lambda connection: (recovery(connection, recovery_id), steps(connection, recovery_id)), recovery_id
    )
    if found is None:
        raise ProblemError(Problem.NOT_FOUND)
    return WholeRecovery(recovery=RecoveryAnswer.of(found), items=tuple(map(ItemAnswer.of, items)))
