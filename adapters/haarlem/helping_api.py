"""The addresses of referrals, administrations, questions and phases, under `/v1`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from adapters.haarlem import advising, asides, openapi, outdated, phasing, questions, referring, talk_views
from adapters.haarlem.desk.counter import Act, Answered
from adapters.haarlem.desk.entrance import ActCall, Call, ReadCall
from adapters.haarlem.desk.places import CASE, CaseId, PartyId, TalkId
from adapters.haarlem.requests import EmptyRequest
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_answers import OverviewAnswer, TalkAnswer
from adapters.haarlem.talk_requests import (
    AdviseRequest,
    AnswerRequest,
    IncidentRequest,
    MoratoriumRequest,
    PhaseRequest,
    ReferRequest,
    WithdrawRequest,
)
from adapters.haarlem.talks import store as talks

routes = APIRouter()
TALK = "/gesprekken/{gesprekId}"
ADMINISTRATION = "/bewinden/{gesprekId}"
QUESTION = "/verzoeken/{gesprekId}"
_LINES = openapi.answered(OverviewAnswer)
_SHOWN = openapi.answered(TalkAnswer)
OnlyOpen = Annotated[bool, Query(alias="alleenLopend")]


def _on_case(call: Call, act: Act, case_id: str, do: Callable[[Transaction], object]) -> Response:
    def work(tx: Transaction) -> Answered:
        do(tx)
        return Answered(talk_views.overview_view(call.helper, tx, case_id), case_id)

    return call.act(act, case_id, work)


def _on_talk(call: Call, act: Act, talk_id: str, do: Callable[[Transaction], object]) -> Response:
    def work(tx: Transaction) -> Answered:
        do(tx)
        return _shown(call, tx, talk_id)

    return call.act(act, None, work)


def _shown(call: Call, tx: Transaction, talk_id: str) -> Answered:
    found = talks.find(tx, talk_id)
    case_id = None if found is None else found.case_id
    return Answered(talk_views.talk_view(call.helper, tx, talk_id), case_id)


@routes.get(TALK, responses=_SHOWN)
def talk(call: ReadCall, talk_id: TalkId) -> Response:
    """Eén gesprek met alles wat erin gezegd is: saldo, voorstel, uitkomst, dossier, vraag."""
    return call.read(Act.TALK, None, lambda tx: _shown(call, tx, talk_id))


@routes.post(TALK + "/gegevens-doorgegeven", responses=_SHOWN, openapi_extra=openapi.body(EmptyRequest))
def told(call: ActCall, talk_id: TalkId) -> Response:
    """Vastleggen dat de andere partij de gecorrigeerde gegevens heeft, bijvoorbeeld na een telefoontje."""

    def do(tx: Transaction) -> None:
        call.document(EmptyRequest)
        outdated.told(call.helper, tx, talk_id)

    return _on_talk(call, Act.TOLD, talk_id, do)


# — referrals ——————————————————————————————————————————————————————————————————————————————————————————————————————


@routes.post(CASE + "/verwijzingen", responses=_LINES, openapi_extra=openapi.body(ReferRequest))
def refer(call: ActCall, case_id: CaseId) -> Response:
    """Eén persoon naar een andere partij verwijzen."""

    def do(tx: Transaction) -> None:
        referring.refer(call.helper, tx, case_id, call.document(ReferRequest))

    return _on_case(call, Act.REFER, case_id, do)


@routes.post(
    CASE + "/verwijzingen/{gesprekId}/intrekking", responses=_LINES, openapi_extra=openapi.body(WithdrawRequest)
)
def withdraw(call: ActCall, case_id: CaseId, talk_id: TalkId) -> Response:
    """Een verwijzing intrekken."""

    def do(tx: Transaction) -> None:
        referring.withdraw(call.helper, tx, case_id, talk_id, call.document(WithdrawRequest))

    return _on_case(call, Act.WITHDRAW, case_id, do)


# — administrations ————————————————————————————————————————————————————————————————————————————————————————————————


@routes.get("/bewinden", responses=_LINES)
def administrations(call: ReadCall, only_open: OnlyOpen = True) -> Response:  # noqa: FBT002
    """De bewinden die kantoren meldden; hoogstens 500."""

    def work(tx: Transaction) -> Answered:
        found = talk_views.administrations_view(call.helper, tx, only_open=only_open)
        return Answered(found, found=len(found.lines))

    return call.read(Act.ADMINISTRATIONS, None, work)


@routes.post(ADMINISTRATION + "/advies", responses=_SHOWN, openapi_extra=openapi.body(AdviseRequest))
def advise(call: ActCall, talk_id: TalkId) -> Response:
    """Advies uitbrengen over het nieuwste dossier van een bewind."""

    def do(tx: Transaction) -> None:
        advising.advise(call.helper, tx, talk_id, call.document(AdviseRequest))

    return _on_talk(call, Act.ADVISE, talk_id, do)


# — questions and phases ———————————————————————————————————————————————————————————————————————————————————————————


@routes.post(QUESTION + "/uitvoering", responses=_SHOWN, openapi_extra=openapi.body(EmptyRequest))
def carry_out(call: ActCall, talk_id: TalkId) -> Response:
    """Uitvoeren wat een andere hulpverlener aan rust vroeg, en dat melden."""

    def do(tx: Transaction) -> None:
        call.document(EmptyRequest)
        questions.carry_out(call.helper, tx, talk_id)

    return _on_talk(call, Act.CARRY_OUT, talk_id, do)


@routes.post(QUESTION + "/antwoord", responses=_SHOWN, openapi_extra=openapi.body(AnswerRequest))
def answer(call: ActCall, talk_id: TalkId) -> Response:
    """Een verzoek in woorden beantwoorden."""

    def do(tx: Transaction) -> None:
        questions.answer(call.helper, tx, talk_id, call.document(AnswerRequest))

    return _on_talk(call, Act.ANSWER, talk_id, do)


@routes.post(CASE + "/fasewijziging", responses=_LINES, openapi_extra=openapi.body(PhaseRequest))
def change_phase(call: ActCall, case_id: CaseId) -> Response:
    """De zaak naar een andere fase brengen, en dat aan de gemeente melden."""

    def do(tx: Transaction) -> None:
        phasing.change_phase(call.helper, tx, case_id, call.document(PhaseRequest))

    return _on_case(call, Act.PHASE, case_id, do)


# — beside a pause —————————————————————————————————————————————————————————————————————————————————————————————————


@routes.post(CASE + "/afkoelingsperiode", responses=_LINES, openapi_extra=openapi.body(MoratoriumRequest))
def protect(call: ActCall, case_id: CaseId) -> Response:
    """Aan alle partijen en VISH melden dat de rechter de inning voor een tijd verbiedt."""

    def do(tx: Transaction) -> None:
        asides.protect(call.helper, tx, case_id, call.document(MoratoriumRequest))

    return _on_case(call, Act.PROTECT, case_id, do)


@routes.post(CASE + "/partijen/{partijId}/incidenten", responses=_LINES, openapi_extra=openapi.body(IncidentRequest))
def report(call: ActCall, case_id: CaseId, party_id: PartyId) -> Response:
    """Een partij melden dat er ondanks de pauze geïncasseerd is."""

    def do(tx: Transaction) -> None:
        asides.report(call.helper, tx, case_id, party_id, call.document(IncidentRequest))

    return _on_case(call, Act.INCIDENT, case_id, do)
