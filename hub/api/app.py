"""`/v1` as one application: its routes, its description, and where errors become problems."""

from __future__ import annotations

from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

from hub.api import openapi
from hub.api.calls import Api
from hub.api.metrics import Tally
from hub.api.problems import API_VERSION, Problem, ProblemError, answer
from hub.api.routes import cases, messages, monitoring, partners, quarantine, trail
from hub.errors import Code, HubError, RefusedError, UnavailableError
from hub.events import Event, frames_of, log

__all__ = ["Api", "create_api"]


def create_api(api: Api) -> FastAPI:
    """The application; it is mounted under `/v1`."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.api = api
    app.state.tally = Tally()
    for part in (messages, cases, quarantine, partners, monitoring, trail):
        app.include_router(part.routes)
    description = openapi.describe(app, api.register.current.hub, api.url)

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
    if isinstance(error, HTTPException) and error.status_code == Problem.NO_METHOD.status:
        return answer(Problem.NO_METHOD, error.headers)  # which methods there are
    return answer(_problem_of(error))


def _problem_of(error: Exception) -> Problem:
    match error:
        case ProblemError():
            return error.problem
        case RequestValidationError():
            return Problem.INVALID
        case HTTPException() | RefusedError(code=Code.NOT_FOUND):
            return Problem.NOT_FOUND
        case UnavailableError():
            return Problem.UNAVAILABLE
        case _:
            log().error(Event.TASK_FAILED, task="api", error=type(error).__name__, frames=frames_of(error))
            return Problem.FAULT
