"""The addresses of the offices' API, under `/v1`: parse, call one act, answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

from fastapi import APIRouter, FastAPI, Path, Query
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from adapters.api.frame import Frame
from adapters.api.problem import MEDIA_TYPE
from adapters.api.trouble import Trouble, TroubleError
from adapters.bewindvoerder import acts, store
from adapters.bewindvoerder.acts import NotHereError
from adapters.bewindvoerder.desk import Act, Desk, rules_of
from adapters.bewindvoerder.records import Letter, Model
from adapters.bewindvoerder.service.door import Call, ReadCall, WriteCall
from adapters.bewindvoerder.service.shapes import (
    CreditorShape,
    CreditorsShape,
    LetterShape,
    LettersShape,
    ReportShape,
    SentShape,
    StartShape,
    TermsShape,
    letter_shape,
    term_shape,
)
from adapters.bewindvoerder.settings import Kind
from adapters.bewindvoerder.store import Transaction
from adapters.bewindvoerder.terms import open_terms
from adapters.bewindvoerder.trades import model_named
from hub.errors import HubError, RefusedError
from hub.events import Event, frames_of, log
from hub.wire import strictjson
from schemas.errors import PayloadError, Problem, Slug
from schemas.messages import AdministrationStart, CollectionDespitePause, Message

VERSION: Final = "1.0.0"
ROOT: Final = "/v1"
MOST_BYTES: Final = 262_144
UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
LetterId = Annotated[str, Path(alias="berichtId", pattern=UUID)]
CaseId = Annotated[str, Path(alias="zaakId", pattern=UUID)]
After = Annotated[int, Query(alias="na", ge=0, le=2**53 - 1, description="Nummer van het laatste bekende bericht.")]
Most = Annotated[int, Query(alias="aantal", ge=1, le=500)]


class _StrictRequest(Request):
    """A request whose JSON is read as strictly as everything else here: no member twice, nothing that is no text."""

    async def json(self) -> object:
        """The body.

        Raises:
            RefusedError: it is no JSON object.
        """
        return strictjson.loads(await self.body())


class _StrictRoute(APIRoute):
    """An address that reads so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What is called."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return strictly


routes = APIRouter(route_class=_StrictRoute)
LETTER: Final = "/berichten/{berichtId}"
CASE: Final = "/zaken/{zaakId}"


@routes.get("/berichten", name="berichten")
def letters(call: ReadCall, after: After = 0, most: Most = 100) -> LettersShape:
    """Berichten opvragen, zonder inhoud: daarmee is nog niets geopend."""
    found = call.seen(Act.LISTED, None, lambda tx: store.letters_after(tx, after, most))
    return LettersShape(letters=[letter_shape(one) for one in found], last=found[-1].number if found else after)


@routes.get(LETTER, name="bericht")
def letter(call: ReadCall, letter_id: LetterId) -> LetterShape:
    """Een bericht lezen; de eerste keer krijgt de afzender te horen dat het is opgehaald."""

    def work(tx: Transaction) -> Letter:
        return acts.opened(tx, call.office, letter_id, call.author.name, call.office.clock.now())

    return letter_shape(_here(lambda: call.seen(Act.READ, letter_id, work)), whole=True)


@routes.post(LETTER + "/antwoorden", status_code=201, name="antwoorden")
def answer(call: WriteCall, letter_id: LetterId, sent: SentShape) -> LetterShape:
    """Een bericht beantwoorden dat is gelezen."""
    message = _message(model_named(sent.kind), sent.content)
    return _sent(call, Act.ANSWERED, letter_id, message, lambda tx: _answered(tx, call, letter_id, message))


@routes.post("/bewinden", status_code=201, name="bewinden")
def begin(call: WriteCall, sent: StartShape) -> LetterShape:
    """Een bewind melden."""
    if call.office.settings.kind is not Kind.ADMINISTRATOR:
        raise TroubleError(Trouble.UNKNOWN)
    start = _message(AdministrationStart, {**sent.content, "kantoorKvk": call.office.settings.kvk_number})
    assert isinstance(start, AdministrationStart)  # noqa: S101 - as just read
    return _sent(
        call, Act.FILED, sent.case, start, lambda tx: acts.begin(tx, call.office, start, call.author, sent.case)
    )


@routes.post(CASE + "/berichten", status_code=201, name="zaakberichten")
def tell(call: WriteCall, case: CaseId, sent: SentShape) -> LetterShape:
    """Iets laten weten in een bewind of verwijzing die loopt: dossier, rustverzoek of einde."""
    message = _message(model_named(sent.kind), sent.content)
    return _sent(call, Act.FILED, case, message, lambda tx: acts.tell(tx, call.office, case, message, call.author))


@routes.get("/schuldeisers", name="schuldeisers")
def creditors(call: ReadCall) -> CreditorsShape:
    """De schuldeisers en belastingkantoren aan wie dit kantoor incasso ondanks een pauze kan melden."""
    found = call.seen(Act.LISTED, None, lambda _: call.office.may_write_to(CollectionDespitePause))
    return CreditorsShape(creditors=[CreditorShape(oin=one.oin, name=one.name) for one in found])


@routes.post(CASE + "/incassomeldingen", status_code=201, name="incassomeldingen")
def report(call: WriteCall, case: CaseId, sent: ReportShape) -> LetterShape:
    """Aan een schuldeiser melden dat die ondanks de pauze doorging met innen; de schuldhulpverlener hoort het ook."""
    message = _message(CollectionDespitePause, sent.content)
    assert isinstance(message, CollectionDespitePause)  # noqa: S101 - as just read
    if sent.to not in {one.oin for one in call.office.may_write_to(CollectionDespitePause)}:
        raise TroubleError(Trouble.INVALID, [Problem("/aan", Slug.UNKNOWN_CODE)])
    return _sent(
        call, Act.FILED, case, message, lambda tx: acts.report(tx, call.office, case, sent.to, message, call.author)
    )


@routes.get("/termijnen", name="termijnen")
def terms(call: ReadCall) -> TermsShape:
    """Alle termijnen die lopen."""

    def work(tx: Transaction) -> TermsShape:
        running = [one.case for one in store.clients(tx) if one.ended is None]
        found = [term for case in running for term in open_terms(store.letters(tx, case=case), rules_of(call.office))]
        return TermsShape(terms=[term_shape(one) for one in sorted(found, key=lambda one: one.due)])

    return call.seen(Act.LISTED, None, work)


def _answered(tx: Transaction, call: Call, letter_id: str, message: Message) -> str:
    asked = store.letter(tx, letter_id)
    if asked is None or asked.opened is None:
        raise NotHereError  # nobody answers what nobody read
    return acts.answer(tx, call.office, letter_id, message, call.author)


def _message(model: Model | None, content: dict[str, Any]) -> Message:
    if model is None:
        raise TroubleError(Trouble.INVALID, [Problem("/soort", Slug.UNKNOWN_CODE)])
    try:
        return model.from_wire(content)
    except PayloadError as error:
        raise _misfit(error) from None


def _misfit(error: PayloadError) -> TroubleError:
    return TroubleError(Trouble.INVALID, (Problem(f"/inhoud{one.pointer}", one.slug) for one in error.problems))


def _sent(
    call: Call, act: Act, target: str | None, message: Message, work: Callable[[Transaction], str]
) -> LetterShape:
    """Sends once for its key; a key that was used for another message is refused."""

    def once(tx: Transaction) -> Letter:
        made = store.letter(tx, work(tx))
        if made is None or made.data != message.to_wire() or made.type != message.message_type.type:
            raise TroubleError(Trouble.KEY_REUSED)
        return made

    try:
        return letter_shape(_here(lambda: call.seen(act, target, once)), whole=True)
    except PayloadError as error:
        raise _misfit(error) from None
    except RefusedError:
        raise TroubleError(Trouble.UNSENDABLE) from None


def _here(work: Callable[[], Letter]) -> Letter:
    try:
        return work()
    except NotHereError:
        raise TroubleError(Trouble.UNKNOWN) from None


# — put together ———————————————————————————————————————————————————————————————————————————————————————————————————


def create_api(desk: Desk) -> ASGIApp:
    """The ASGI application of the API; mounted under `/v1`, it sees paths without that."""
    api = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    api.state.desk = desk
    api.include_router(routes)
    description = _described(api, desk.origin)

    async def describe(_: Request) -> Response:
        return JSONResponse(description, headers={"Access-Control-Allow-Origin": "*"})

    api.add_route("/openapi.json", describe, include_in_schema=False)
    for kind, handler in (
        (TroubleError, _troubled),
        (RequestValidationError, _misread),
        (HTTPException, _http),
        (HubError, _away),
        (Exception, _fault),
    ):
        api.add_exception_handler(kind, handler)
    return Frame(api, VERSION, MOST_BYTES)


async def _troubled(_: Request, error: Exception) -> Response:
    assert isinstance(error, TroubleError)  # noqa: S101 - as registered
    return error.response()


async def _misread(_: Request, error: Exception) -> Response:
    """Headers, path, query and body that do not fit; only names that we know stand in the places."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = error.errors()
    slugs = {"missing": Slug.REQUIRED, "extra_forbidden": Slug.UNKNOWN_MEMBER}
    places = [one["loc"][:-1] if one["type"] == "extra_forbidden" else one["loc"] for one in found]
    fields = [
        Problem("".join(f"/{part}" for part in place if isinstance(part, str)), slugs.get(one["type"], Slug.WRONG_TYPE))
        for one, place in zip(found, places, strict=True)
    ]
    return TroubleError(Trouble.INVALID, fields).response()


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 400:  # noqa: PLR2004 - the framework could not read the body
        return TroubleError(Trouble.INVALID, [Problem("/body", Slug.WRONG_TYPE)]).response()
    return TroubleError(Trouble.NO_METHOD if error.status_code == 405 else Trouble.UNKNOWN).response()  # noqa: PLR2004


async def _away(_: Request, error: Exception) -> Response:
    assert isinstance(error, HubError)  # noqa: S101
    log().error(Event.TASK_FAILED, task="portal-api", code=error.code, advice=error.advice())
    return TroubleError(Trouble.UNAVAILABLE).response()


async def _fault(_: Request, error: Exception) -> Response:
    """A bug: where it was is logged, what was asked is not."""
    log().error(Event.TASK_FAILED, task="portal-api", error=type(error).__name__, frames=frames_of(error))
    return TroubleError(Trouble.INTERNAL).response()


def _described(api: FastAPI, origin: str) -> dict[str, Any]:
    """The published description: the framework's, with the version header and problems filled in."""
    document = get_openapi(
        title="Kantoorportaal schuldhulp",
        version=VERSION,
        description="Berichten van en naar één kantoor. Elke POST heeft een Idempotency-Key; elk token een kantoor.",
        routes=api.routes,
        servers=[{"url": f"{origin}{ROOT}"}],
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    document["info"]["contact"] = {"name": "Beheer portaal", "url": origin, "email": "beheer@schuldhub.example"}
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = {
        "type": "object",
        "required": ["status", "title", "detail"],
        "properties": {name: {"type": "string"} for name in ("type", "title", "detail")}
        | {"status": {"type": "integer"}, "velden": {"type": "array", "items": {"type": "object"}}},
    }
    refused = {
        "description": "Geweigerd.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operation in (one for path in document["paths"].values() for one in path.values()):
        operation["responses"].pop("422", None)
        operation["responses"] |= {status: dict(refused) for status in ("400", "401", "403", "404", "503")}
        for response in operation["responses"].values():
            response["headers"] = {"API-Version": {"schema": {"type": "string", "examples": [VERSION]}}}
    return document
