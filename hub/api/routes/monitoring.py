"""For monitoring: what needs attention, alarms, whether the hub keeps up, how the log's proof stands; in numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter
from starlette.responses import Response

from hub.alarms.details import alarm_row
from hub.alarms.kinds import AlarmClass
from hub.alarms.store import latest, stands
from hub.api import metrics
from hub.api import parameters as given
from hub.api.access import Scope
from hub.api.answers.monitoring import (
    AlarmPage,
    Head,
    Health,
    OverviewAnswer,
    QuestionCounts,
    VerificationAnswer,
    VerificationList,
    WitnessAnswer,
    WitnessList,
)
from hub.api.calls import Call, allowed
from hub.api.problems import Problem, ProblemError
from hub.console.overview import COUNTED, WAITS_LONG
from hub.console.overview.store import quarantined, waiting_since
from hub.conversations.store import attention
from hub.database import Connection, instant
from hub.messagelog.auditing.store import verifications
from hub.messagelog.checkpoints.witnessing import all_witnesses, newest_head
from hub.messagelog.health.store import backlog, edge_reports
from hub.messagelog.tree.store import trees

routes = APIRouter()
Looking = Annotated[Call, allowed(Scope.MONITOR)]
SEQUENCED_WITHIN: Final = timedelta(minutes=1)
_AUDITS: Final = 50


@routes.get("/overview", name="getOverview")
def get_overview(call: Looking) -> OverviewAnswer:
    """What needs attention now: the first screen in numbers."""

    def ask(connection: Connection) -> OverviewAnswer:
        asks = attention(connection, call.now, COUNTED)
        standing = [alarm.of for alarm in stands(connection)]
        return OverviewAnswer(
            quarantined=quarantined(connection),
            questions=QuestionCounts(
                in_danger=asks.in_danger,
                overdue=asks.overdue,
                rest_undelivered=asks.rest_undelivered,
                rest_failed=asks.rest_failed,
                rest_overdue=asks.rest_overdue,
            ),
            away=tuple(one.oin for one in edge_reports(connection) if one.unreachable(call.now)),
            waiting=waiting_since(connection, call.now - WAITS_LONG),
            alarms={of: standing.count(of) for of in AlarmClass},
            counted=COUNTED,
        )

    return call.look(ask)


@routes.get("/alarms", name="listAlarms")
def list_alarms(
    call: Annotated[Call, allowed(Scope.READ)],
    *,
    past: given.Past = False,
    after: given.After = None,
    most: given.Most = 50,
) -> AlarmPage:
    """Alarms, newest first: those that stand."""
    found = call.read(lambda connection: latest(connection, most + 1, standing=not past, after=given.place_of(after)))
    last = found[most - 1] if len(found) > most else None
    links = call.next(after=(instant(last.started), last.id) if last else None)
    rows = [alarm_row(alarm, call.names) for alarm in found[:most]]
    return AlarmPage.model_validate({"alarms": rows, "_links": links})


@routes.get("/health", name="getHealth")
def get_health(call: Looking) -> Health:
    """Whether the hub keeps up with itself, as its database shows it."""
    late = call.now - SEQUENCED_WITHIN
    found = call.look(lambda connection: backlog(connection, late, late))
    return Health(
        keeps_up=found.unsequenced == 0 and found.overdue == 0,
        unsequenced=found.unsequenced,
        overdue=found.overdue,
        quarantined=found.quarantined,
    )


@routes.get("/metrics", name="getMetrics", response_class=metrics.MetricsResponse)
def get_metrics(call: Looking) -> Response:
    """The same and more as OpenMetrics text: for Prometheus and what reads its format."""
    tally: metrics.Tally = call.request.app.state.tally
    return metrics.MetricsResponse(call.look(lambda connection: metrics.written(connection, tally, call.now)))


@routes.get("/log/checkpoint", name="getCheckpoint")
def get_checkpoint(call: Looking) -> Head:
    """The newest signed head of the message log."""
    found = call.look(lambda connection: newest_head(connection, trees(connection)))
    if found is None:
        raise ProblemError(Problem.NOT_FOUND)
    tree, kept = found
    return Head(origin=str(tree.origin), size=kept.size, made=kept.made, note=kept.note)


@routes.get("/log/witnesses", name="listWitnesses")
def list_witnesses(call: Looking) -> WitnessList:
    """Partners that confirm the heads of the log."""
    return WitnessList(
        witnesses=tuple(
            WitnessAnswer(
                oin=one.oin,
                confirmed_size=one.word.size if one.word else None,
                confirmed_at=one.word.at if one.word else None,
                sent_size=one.told.size if one.told else None,
                sent_at=one.told.at if one.told else None,
                silent=one.silent(call.now),
            )
            for one in call.look(all_witnesses)
        )
    )


@routes.get("/log/verifications", name="listVerifications")
def list_verifications(call: Looking) -> VerificationList:
    """The newest full audits of the log, under way or done."""
    found = call.look(lambda connection: verifications(connection, _AUDITS))
    return VerificationList(verifications=tuple(map(VerificationAnswer.of, found)))
