"""The address under `/v1` where the case system reports facts of a trajectory that no act of ours brings about."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from adapters.haarlem import openapi, views
from adapters.haarlem.answers import CaseAnswer
from adapters.haarlem.ddas.reporting import TrajectoryFactsRequest
from adapters.haarlem.ddas_desk import recording
from adapters.haarlem.desk.counter import Act, Answered
from adapters.haarlem.desk.entrance import ActCall
from adapters.haarlem.desk.places import CaseId
from adapters.haarlem.store import Transaction

routes = APIRouter()
FACTS = "/schuldenrust/{zaakId}/trajectfeiten"


@routes.post(
    FACTS,
    responses=openapi.answered(CaseAnswer),
    openapi_extra=openapi.body(TrajectoryFactsRequest),
)
def report(call: ActCall, case_id: CaseId) -> Response:
    """Feiten van het traject melden die DDAS vraagt; er gaat niets naar partijen."""

    def work(tx: Transaction) -> Answered:
        recording.report(call.helper, tx, case_id, call.document(TrajectoryFactsRequest))
        return Answered(views.case_view(call.helper, tx, case_id), case_id)

    return call.act(Act.REPORT_FACTS, case_id, work)
