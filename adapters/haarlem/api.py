"""The addresses of the HTTP API of the debt helper, under `/v1`: parse, call one function, answer (README.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from adapters.haarlem import (
    acts,
    calls,
    correcting,
    endings,
    extending,
    helping_api,
    importing,
    openapi,
    repeating,
    splitting,
    talk_api,
    views,
)
from adapters.haarlem.answers import CallsAnswer, CaseAnswer, EventsAnswer, ImportAnswer, SearchAnswer
from adapters.haarlem.ddas_desk import api as ddas
from adapters.haarlem.desk.counter import Act, Answered
from adapters.haarlem.desk.entrance import ActCall, Call, ImportCall, ImportReadCall, ReadCall, SearchCall
from adapters.haarlem.desk.places import CASE, CASES, CallId, CaseId, ImportId, PartyId, PersonId
from adapters.haarlem.letter import api as letter
from adapters.haarlem.requests import (
    CallDoneRequest,
    CorrectRequest,
    EmptyRequest,
    EndPartyRequest,
    EndRequest,
    ExtendRequest,
    NewPersonRequest,
    PartyRequest,
    RegisterRequest,
    SearchRequest,
    SplitRequest,
)
from adapters.haarlem.store import Transaction

After = Annotated[int, Query(alias="na", ge=0, le=2**53 - 1, description="Nummer van de laatste bekende gebeurtenis.")]
Most = Annotated[int, Query(alias="aantal", ge=1, le=500)]
Confirmed = Annotated[int | None, Query(alias="aantalPauzes", ge=0, le=100_000)]
Running = Annotated[bool, Query(alias="bestaand", description="Neem over wat al loopt, zonder iets te versturen.")]

routes = APIRouter()
routes.include_router(ddas.routes)
routes.include_router(talk_api.routes)
routes.include_router(letter.routes)
routes.include_router(helping_api.routes)
CALL = "/belpunten/{belpuntId}"
IMPORT = "/importen/{importId}"
_SHOWN = openapi.answered(CaseAnswer)
_MADE = openapi.answered(CaseAnswer, 201, "Aangemeld; zie Location.")


def _on_case(call: Call, act: Act, case_id: str, do: Callable[[Transaction], object]) -> Response:
    """Does something to a case and answers with how it stands now."""

    def work(tx: Transaction) -> Answered:
        do(tx)
        return Answered(views.case_view(call.helper, tx, case_id), case_id)

    return call.act(act, case_id, work)


def _new_case(call: Call, act: Act, case_id: str | None, do: Callable[[Transaction], str]) -> Response:
    """Does something that makes a case and answers with it."""

    def work(tx: Transaction) -> Answered:
        made = do(tx)
        return Answered(views.case_view(call.helper, tx, made), made, 201, f"/v1{CASES}/{made}")

    return call.act(act, case_id, work)


# — begin ——————————————————————————————————————————————————————————————————————————————————————————————————————————


@routes.post(CASES, status_code=201, responses=_MADE, openapi_extra=openapi.body(RegisterRequest))
def register(call: ActCall) -> Response:
    """Schuldenrust aanmelden: één handeling voor een zaak, verteld aan alle partijen."""
    return _new_case(
        call, Act.REGISTER, None, lambda tx: acts.register(call.helper, tx, call.document(RegisterRequest))
    )


@routes.post(CASE + "/partijen", responses=_SHOWN, openapi_extra=openapi.body(PartyRequest))
def add_party(call: ActCall, case_id: CaseId) -> Response:
    """Eén partij toevoegen en op de hoogte brengen."""

    def do(tx: Transaction) -> None:
        acts.add_party(call.helper, tx, case_id, call.document(PartyRequest))

    return _on_case(call, Act.ADD_PARTY, case_id, do)


@routes.post(CASE + "/personen", responses=_SHOWN, openapi_extra=openapi.body(NewPersonRequest))
def add_person(call: ActCall, case_id: CaseId) -> Response:
    """De partner toevoegen en aan alle partijen melden."""

    def do(tx: Transaction) -> None:
        acts.add_person(call.helper, tx, case_id, call.document(NewPersonRequest))

    return _on_case(call, Act.ADD_PERSON, case_id, do)


@routes.post(
    CASE + "/personen/{persoonId}/afsplitsing",
    status_code=201,
    responses=_MADE,
    openapi_extra=openapi.body(SplitRequest),
)
def split(call: ActCall, case_id: CaseId, person_id: PersonId) -> Response:
    """Met één persoon verder in een eigen zaak: de nieuwe pauzes gaan open voordat de oude eindigen."""
    return _new_case(
        call,
        Act.SPLIT,
        case_id,
        lambda tx: splitting.split(call.helper, tx, case_id, person_id, call.document(SplitRequest)),
    )


# — end ————————————————————————————————————————————————————————————————————————————————————————————————————————————


@routes.post(CASE + "/beeindiging", responses=_SHOWN, openapi_extra=openapi.body(EndRequest))
def end_case(call: ActCall, case_id: CaseId) -> Response:
    """De zaak beëindigen, bij iedereen."""

    def do(tx: Transaction) -> None:
        endings.end_case(call.helper, tx, case_id, call.document(EndRequest))

    return _on_case(call, Act.END_CASE, case_id, do)


@routes.post(CASE + "/personen/{persoonId}/beeindiging", responses=_SHOWN, openapi_extra=openapi.body(EndRequest))
def end_person(call: ActCall, case_id: CaseId, person_id: PersonId) -> Response:
    """De hulp aan één persoon beëindigen."""

    def do(tx: Transaction) -> None:
        endings.end_person(call.helper, tx, case_id, person_id, call.document(EndRequest))

    return _on_case(call, Act.END_PERSON, case_id, do)


@routes.post(CASE + "/partijen/{partijId}/beeindiging", responses=_SHOWN, openapi_extra=openapi.body(EndPartyRequest))
def end_party(call: ActCall, case_id: CaseId, party_id: PartyId) -> Response:
    """De rust bij één partij beëindigen."""

    def do(tx: Transaction) -> None:
        endings.end_party(call.helper, tx, case_id, party_id, call.document(EndPartyRequest))

    return _on_case(call, Act.END_PARTY, case_id, do)


# — change —————————————————————————————————————————————————————————————————————————————————————————————————————————


@routes.post(CASE + "/correctie", responses=_SHOWN, openapi_extra=openapi.body(CorrectRequest))
def correct(call: ActCall, case_id: CaseId) -> Response:
    """Rechtzetten wat fout was; partijen horen alleen wat voor hen anders is."""

    def do(tx: Transaction) -> None:
        correcting.correct(call.helper, tx, case_id, call.document(CorrectRequest))

    return _on_case(call, Act.CORRECT, case_id, do)


@routes.post(CASE + "/verlenging", responses=_SHOWN, openapi_extra=openapi.body(ExtendRequest))
def extend(call: ActCall, case_id: CaseId) -> Response:
    """De rust verlengen, bij elke partij hoogstens tot het maximum van de afspraak."""

    def do(tx: Transaction) -> None:
        extending.extend(call.helper, tx, case_id, call.document(ExtendRequest))

    return _on_case(call, Act.EXTEND, case_id, do)


@routes.post(CASE + "/partijen/{partijId}/herhaling", responses=_SHOWN, openapi_extra=openapi.body(EmptyRequest))
def repeat(call: ActCall, case_id: CaseId, party_id: PartyId) -> Response:
    """Een partij opnieuw op de hoogte brengen waar dat niet lukte of niet standhield."""

    def do(tx: Transaction) -> None:
        call.document(EmptyRequest)
        repeating.repeat(call.helper, tx, case_id, party_id)

    return _on_case(call, Act.REPEAT, case_id, do)


@routes.post(CALL + "/afhandeling", responses=_SHOWN, openapi_extra=openapi.body(CallDoneRequest))
def settle_call(call: ActCall, call_id: CallId) -> Response:
    """Vastleggen hoe een telefoongesprek afliep."""

    def work(tx: Transaction) -> Answered:
        request = call.document(CallDoneRequest)
        case_id = calls.settle_call(call.helper, tx, call_id, call.caller.employee, request)
        return Answered(views.case_view(call.helper, tx, case_id), case_id)

    return call.act(Act.SETTLE_CALL, None, work)


# — look ———————————————————————————————————————————————————————————————————————————————————————————————————————————


@routes.get(CASE, responses=_SHOWN)
def look_up(call: ReadCall, case_id: CaseId) -> Response:
    """Hoe het staat: per persoon of er rust is, per partij de stand in woorden."""
    return call.read(Act.LOOK_UP, case_id, lambda tx: Answered(views.case_view(call.helper, tx, case_id), case_id))


@routes.post("/zoekopdrachten", responses=openapi.answered(SearchAnswer), openapi_extra=openapi.body(SearchRequest))
def search(call: SearchCall) -> Response:
    """Zaken van één persoon zoeken, met POST: een BSN hoort niet in een adres."""

    def work(tx: Transaction) -> Answered:
        request = call.document(SearchRequest)
        found = views.search_view(call.helper, tx, request.bsn, only_open=request.only_open)
        return Answered(found, found=len(found.hits))

    return call.act(Act.SEARCH, None, work)


@routes.get("/gebeurtenissen", responses=openapi.answered(EventsAnswer))
def events(call: ReadCall, after: After = 0, most: Most = 100) -> Response:
    """Wat er gebeurd is na een nummer: zo haalt het zaaksysteem uitkomsten op."""
    return call.read(Act.EVENTS, None, lambda tx: Answered(views.events_view(tx, after, most)))


@routes.get(CASE + "/gebeurtenissen", responses=openapi.answered(EventsAnswer))
def events_of_case(call: ReadCall, case_id: CaseId, after: After = 0, most: Most = 100) -> Response:
    """Wat er in één zaak gebeurd is na een nummer."""

    def work(tx: Transaction) -> Answered:
        return Answered(views.case_events_view(tx, case_id, after, most), case_id)

    return call.read(Act.EVENTS, case_id, work)


@routes.get("/belpunten", responses=openapi.answered(CallsAnswer))
def open_calls(call: ReadCall) -> Response:
    """Waar een consulent over moet bellen; de oudste eerst, hoogstens 500."""
    return call.read(Act.CALLS, None, lambda tx: Answered(calls.open_calls(tx)))


@routes.get(CASE + "/belpunten", responses=openapi.answered(CallsAnswer))
def open_calls_of_case(call: ReadCall, case_id: CaseId) -> Response:
    """Waar een consulent in één zaak over moet bellen."""
    return call.read(Act.CALLS, case_id, lambda tx: Answered(calls.open_calls(tx, case_id), case_id))


# — imports ————————————————————————————————————————————————————————————————————————————————————————————————————————


@routes.post(
    "/importen",
    status_code=202,
    responses=openapi.answered(ImportAnswer, 202, "Aangenomen; zie Location voor de stand."),
    openapi_extra=openapi.csv_body(),
)
def import_file(call: ImportCall, running: Running = False, confirmed: Confirmed = None) -> Response:  # noqa: FBT002
    """Dezelfde handelingen uit een CSV-bestand; hetzelfde bestand twee keer heeft geen tweede gevolg."""
    return importing.import_file(call, running=running, count=confirmed)


@routes.get(IMPORT, responses=openapi.answered(ImportAnswer))
def import_state(call: ImportReadCall, import_id: ImportId) -> Response:
    """Hoe ver een import is: wacht, bezig of klaar."""
    return importing.look_at(call, import_id)


@routes.get(IMPORT + "/resultaat", responses=openapi.answered_csv())
def import_result(call: ImportReadCall, import_id: ImportId) -> Response:
    """Het resultaat per regel, als CSV-bestand."""
    return importing.result_file(call, import_id)
