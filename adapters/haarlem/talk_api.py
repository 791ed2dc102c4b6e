"""The addresses of the acts in conversations, under `/v1`: parse, call one function, answer (README.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from adapters.haarlem import arranging, balancing, openapi, settling, talk_views
from adapters.haarlem.desk.counter import Act, Answered
from adapters.haarlem.desk.entrance import ActCall, Call, ReadCall
from adapters.haarlem.desk.places import CASE, CaseId, PartyId
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_answers import FiguresAnswer, OverviewAnswer
from adapters.haarlem.talk_requests import (
    AgreeRequest,
    BalancesRequest,
    DecisionRequest,
    EndArrangementRequest,
    ProposalsRequest,
    ReconsiderRequest,
)

routes = APIRouter()
MunicipalityCode = Annotated[str, Query(alias="gemeentecode", pattern=r"^[0-9]{4}$")]
QuarterName = Annotated[str, Query(alias="kwartaal", pattern=r"^20[0-9]{2}Q[1-4]$", description="Bijvoorbeeld 2026Q4.")]
PARTY = CASE + "/partijen/{partijId}"
_SHOWN = openapi.answered(OverviewAnswer)


def _on_case(call: Call, act: Act, case_id: str, do: Callable[[Transaction], object]) -> Response:
    """Does something in the conversations of a case and answers with how they stand now."""

    def work(tx: Transaction) -> Answered:
        do(tx)
        return Answered(talk_views.overview_view(call.helper, tx, case_id), case_id)

    return call.act(act, case_id, work)


# — look ———————————————————————————————————————————————————————————————————————————————————————————————————————————


@routes.get(CASE + "/overzicht", responses=_SHOWN)
def overview(call: ReadCall, case_id: CaseId) -> Response:
    """Alle gesprekken in een zaak: de stand, de termijn en wie aan zet is."""

    def work(tx: Transaction) -> Answered:
        return Answered(talk_views.overview_view(call.helper, tx, case_id), case_id)

    return call.read(Act.OVERVIEW, case_id, work)


@routes.get("/werkpunten", responses=_SHOWN)
def waiting(call: ReadCall) -> Response:
    """Gesprekken in alle zaken waarin de schuldhulpverlener aan zet is; de eerste termijn eerst, hoogstens 500."""
    return call.read(Act.WAITING, None, lambda tx: Answered(talk_views.waiting_view(call.helper, tx)))


@routes.get("/rapportage", responses=openapi.answered(FiguresAnswer))
def report(call: ReadCall, gemeentecode: MunicipalityCode, quarter: QuarterName) -> Response:
    """Cijfers van één gemeente over één kwartaal; wat onder de vijf blijft wordt achtergehouden."""
    return call.read(
        Act.FIGURES, None, lambda tx: Answered(talk_views.figures_view(call.helper, tx, gemeentecode, quarter))
    )


# — settle —————————————————————————————————————————————————————————————————————————————————————————————————————————


@routes.post(CASE + "/saldoverzoeken", responses=_SHOWN, openapi_extra=openapi.body(BalancesRequest))
def request_balances(call: ActCall, case_id: CaseId) -> Response:
    """Schuldeisers en belastingkantoren vragen wat er openstaat."""

    def do(tx: Transaction) -> None:
        balancing.request_balances(call.helper, tx, case_id, call.document(BalancesRequest))

    return _on_case(call, Act.BALANCES, case_id, do)


@routes.post(CASE + "/betaalvoorstellen", responses=_SHOWN, openapi_extra=openapi.body(ProposalsRequest))
def propose(call: ActCall, case_id: CaseId) -> Response:
    """Een betaalvoorstel doen aan wie zijn saldo opgaf, of aan de genoemde partijen."""

    def do(tx: Transaction) -> None:
        settling.propose(call.helper, tx, case_id, call.document(ProposalsRequest))

    return _on_case(call, Act.PROPOSE, case_id, do)


@routes.post(PARTY + "/heroverweging", responses=_SHOWN, openapi_extra=openapi.body(ReconsiderRequest))
def reconsider(call: ActCall, case_id: CaseId, party_id: PartyId) -> Response:
    """Een partij die afwees om heroverweging vragen."""

    def do(tx: Transaction) -> None:
        settling.reconsider(call.helper, tx, case_id, party_id, call.document(ReconsiderRequest))

    return _on_case(call, Act.RECONSIDER, case_id, do)


@routes.post(PARTY + "/besluit", responses=_SHOWN, openapi_extra=openapi.body(DecisionRequest))
def decide(call: ActCall, case_id: CaseId, party_id: PartyId) -> Response:
    """Vastleggen wat een partij per brief of telefoon besloot over het voorstel."""

    def do(tx: Transaction) -> None:
        request = call.document(DecisionRequest)
        settling.decide(call.helper, tx, case_id, party_id, call.caller.employee, request)

    return _on_case(call, Act.DECIDE, case_id, do)


@routes.post(CASE + "/schuldregeling-akkoord", responses=_SHOWN, openapi_extra=openapi.body(AgreeRequest))
def agree(call: ActCall, case_id: CaseId) -> Response:
    """Meedelen dat alle partijen akkoord zijn: de regeling gaat in."""

    def do(tx: Transaction) -> None:
        arranging.agree(call.helper, tx, case_id, call.document(AgreeRequest))

    return _on_case(call, Act.AGREE, case_id, do)


@routes.post(CASE + "/schuldregeling-beeindiging", responses=_SHOWN, openapi_extra=openapi.body(EndArrangementRequest))
def end_arrangement(call: ActCall, case_id: CaseId) -> Response:
    """De schuldregeling, of het overleg erover, beëindigen."""

    def do(tx: Transaction) -> None:
        arranging.end_arrangement(call.helper, tx, case_id, call.document(EndArrangementRequest))

    return _on_case(call, Act.END_ARRANGEMENT, case_id, do)
