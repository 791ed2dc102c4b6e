"""`/v1`: the routes, each with its scope and its line in the trail; and where errors become problems."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

from hub.api import openapi
from hub.api.access import Scope, digest_of
from hub.api.access.store import add_call, token_of
from hub.api.problems import API_VERSION, Problem, ProblemError, answer
from hub.clock import Clock, rfc3339
from hub.database import Connection, Database
from hub.errors import Code, HubError, RefusedError, UnavailableError
from hub.events import Event, frames_of, log
from hub.messagelog.checkpoints.store import last_checkpoint
from hub.messagelog.health.store import backlog, edge_reports
from hub.messagelog.proof import prove
from hub.messagelog.reading import details, store
from hub.messagelog.reading.records import Filters
from hub.messagelog.reading.standing import MessageState
from hub.messagelog.tree.store import trees
from hub.register.current import CurrentRegister
from hub.wire.shortnames import cases_named, names_case

UUID_FORM: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
OIN_FORM: Final = "^[0-9A-Z]{20}$"
TYPE_FORM: Final = r"^[a-z0-9]+([.-][a-z0-9]+)*$"
CASE_FORM: Final = "^([0-9A-Fa-f]{10}|[0-9a-f-]{36})$"
SEQUENCED_WITHIN: Final = timedelta(minutes=1)
_BEARER: Final = re.compile(r"Bearer ([A-Za-z0-9_-]{20,100})", re.IGNORECASE)

routes = APIRouter()


@dataclass(frozen=True, slots=True)
class Api:
    """What the routes work with."""

    database: Database
    register: CurrentRegister
    clock: Clock


@dataclass(frozen=True, slots=True)
class Call:
    """One call that is allowed."""

    api: Api
    token_id: str
    operation: str
    now: datetime

    def read(self, ask: Callable[[Connection], Any], target: str | None = None) -> Any:  # noqa: ANN401 - as `ask`
        """Writes the line of the trail, then asks; without the line there is no answer."""
        with self.api.database.begin() as connection:
            add_call(connection, self.now, self.token_id, self.operation, target, 200)
        with self.api.database.reading() as connection:
            return ask(connection)


def allowed(scope: Scope) -> Any:  # noqa: ANN401 - what FastAPI takes
    """A dependency: the call, by a token that allows `scope`."""

    def check(request: Request) -> Call:
        api: Api = request.app.state.api
        now, operation = api.clock.now(), str(request.scope["route"].name)
        found = _BEARER.fullmatch(request.headers.get("authorization", ""))
        with api.database.begin() as connection:
            token = token_of(connection, digest_of(found[1])) if found else None
            if token is None or not token.usable(now):
                add_call(connection, now, token.id if token else None, operation, None, 401)
                problem = Problem.NO_TOKEN
            elif scope not in token.scopes:
                add_call(connection, now, token.id, operation, None, 403)
                problem = Problem.NO_SCOPE
            else:
                return Call(api, token.id, operation, now)
        raise ProblemError(problem)

    return Depends(check)


MessageId = Annotated[str, Path(alias="id", pattern=UUID_FORM, description="Id of the message.")]


@routes.get("/messages", name="listMessages")
def list_messages(
    call: Annotated[Call, allowed(Scope.READ)],
    *,
    case: Annotated[str | None, Query(pattern=CASE_FORM, description="Dossierkenmerk or case pseudonym.")] = None,
    oin: Annotated[str | None, Query(pattern=OIN_FORM, description="Sent by or to this organisation.")] = None,
    kind: Annotated[str | None, Query(alias="type", pattern=TYPE_FORM, max_length=120)] = None,
    state: Annotated[MessageState | None, Query(description="Where they are.")] = None,
    before: Annotated[int | None, Query(ge=0, le=10**15, description="Older than this index: the next page.")] = None,
    most: Annotated[int, Query(ge=1, le=200, description="How many at once.")] = 50,
) -> Any:  # noqa: ANN401
    """Messages, newest first: accepted ones, and those that the hub refused."""
    if case is not None and not names_case(case):
        raise ProblemError(Problem.INVALID)
    cases = cases_named(case) if case is not None else None
    states = frozenset({state}) if state is not None else None
    filters = Filters(cases, oin, kind, states, None, before)
    found = call.read(lambda connection: store.listed(connection, filters, most))
    following = found[-1].index if len(found) == most else None
    names = {one: org.name for one, org in call.api.register.current.organisations.items()}
    return {"messages": [details.listed_row(one, names) for one in found], "before": following}


@routes.get("/messages/{id}", name="getMessage")  # noqa: FAST003 - by its alias
def get_message(message_id: MessageId, call: Annotated[Call, allowed(Scope.READ)]) -> Any:  # noqa: ANN401
    """One message: its way so far, who must act, and the next automatic step."""
    found, entries = call.read(
        lambda connection: (store.carried(connection, message_id), store.entries_about(connection, message_id)),
        message_id,
    )
    names = {one: org.name for one, org in call.api.register.current.organisations.items()}
    refused = [entry for entry in entries if entry.kind == "refused"]
    if found:
        return details.carried_record(found[0], entries, names, call.now)
    if refused:
        return details.refused_record(refused, names, call.now)
    raise ProblemError(Problem.NOT_FOUND)


@routes.get("/messages/{id}/proof", name="getProof")  # noqa: FAST003
def get_proof(message_id: MessageId, call: Annotated[Call, allowed(Scope.READ)]) -> Any:  # noqa: ANN401
    """The proof that the log says of a message that it was accepted or refused, and the leaf that it proves."""

    def ask(connection: Connection) -> dict[str, object]:
        entries = store.entries_about(connection, message_id)
        index = next((one.index for one in entries if one.kind in {"accepted", "refused"}), None)
        if index is None:
            raise RefusedError(Code.NOT_FOUND)
        proof, leaf = prove(connection, index)
        return {"index": index, "proof": str(proof), "leaf": leaf.decode()}

    return call.read(ask, message_id)


@routes.get("/partners", name="listPartners")
def list_partners(call: Annotated[Call, allowed(Scope.READ)]) -> Any:  # noqa: ANN401
    """The organisations of the register, with what each edge last said of itself."""
    reports = {one.oin: one for one in call.read(edge_reports)}
    partners = [
        {
            "oin": one.oin,
            "name": one.name,
            "roles": sorted(one.roles),
            "status": one.status,
            "reported": rfc3339(reports[one.oin].received) if one.oin in reports else None,
            "waiting": reports[one.oin].waiting if one.oin in reports else None,
            "uncertain": reports[one.oin].uncertain if one.oin in reports else None,
            "circuit": reports[one.oin].circuit if one.oin in reports else None,
        }
        for one in call.api.register.current.organisations.values()
    ]
    return {"partners": partners}


@routes.get("/log/checkpoint", name="getCheckpoint")
def get_checkpoint(call: Annotated[Call, allowed(Scope.MONITOR)]) -> Any:  # noqa: ANN401
    """The newest signed head of the message log."""

    def ask(connection: Connection) -> dict[str, object]:
        for tree in reversed(trees(connection)):
            kept = last_checkpoint(connection, tree.id)
            if kept is not None:
                return {"origin": str(tree.origin), "size": kept.size, "made": rfc3339(kept.made), "note": kept.note}
        raise RefusedError(Code.NOT_FOUND)

    return call.read(ask)


@routes.get("/health", name="getHealth")
def get_health(call: Annotated[Call, allowed(Scope.MONITOR)]) -> Any:  # noqa: ANN401
    """Whether the hub keeps up with itself, as its database shows it."""
    late = call.now - SEQUENCED_WITHIN
    found = call.read(lambda connection: backlog(connection, late, late))
    return {
        "keepsUp": found.unsequenced == 0 and found.overdue == 0,
        "unsequenced": found.unsequenced,
        "overdue": found.overdue,
        "quarantined": found.quarantined,
    }


def create_api(api: Api, url: str) -> FastAPI:
    """The application; it is mounted under `/v1`."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.api = api
    app.include_router(routes)
    description = openapi.describe(app, api.register.current.hub, url)

    async def describe(_: Request) -> Response:
        return JSONResponse(description, headers={"API-Version": API_VERSION, "Access-Control-Allow-Origin": "*"})

    async def versioned(request: Request, go_on: Any) -> Response:  # noqa: ANN401 - the framework's own
        response: Response = await go_on(request)
        response.headers["API-Version"] = API_VERSION
        response.headers["Cache-Control"] = "no-store"
        return response

    app.add_route("/openapi.json", describe, include_in_schema=False)
    app.middleware("http")(versioned)
    for kind in (ProblemError, RequestValidationError, HTTPException, HubError, Exception):
        app.add_exception_handler(kind, cast("ExceptionHandler", _problem))
    return app


async def _problem(_: Request, error: Exception) -> Response:
    return answer(_problem_of(error))


def _problem_of(error: Exception) -> Problem:
    match error:
        case ProblemError():
            return error.problem
        case RequestValidationError():
            return Problem.INVALID
        case HTTPException():
            return Problem.NO_METHOD if error.status_code == Problem.NO_METHOD.value[0] else Problem.NOT_FOUND
        case UnavailableError():
            return Problem.UNAVAILABLE
        case RefusedError(code=Code.NOT_FOUND):
            return Problem.NOT_FOUND
        case _:
            log().error(Event.TASK_FAILED, task="api", error=type(error).__name__, frames=frames_of(error))
            return Problem.FAULT
