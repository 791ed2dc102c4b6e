"""Puts the API together: routes, the frame around them, the description, and where errors become answers."""

from __future__ import annotations

from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp, ExceptionHandler

from adapters.api.frame import Frame
from adapters.api.trouble import Trouble, TroubleError
from adapters.haarlem import openapi
from adapters.haarlem.api import routes
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.ddas_desk import app as ddas
from adapters.haarlem.desk import problems
from adapters.haarlem.desk.counter import Counter
from adapters.haarlem.refusals import ActRefusedError
from adapters.haarlem.settings import ApiSettings
from hub.errors import HubError
from hub.events import Event, frames_of, log
from hub.web.server import WebServer

ROOT = "/v1"
#: As many calls side by side as there are connections to the database.
CALLS_AT_ONCE = 8
_GRACE_S = 10
_OF_STATUS = {404: Trouble.NO_PAGE, 405: Trouble.NO_METHOD}


def create_api(helper: DebtHelper) -> ASGIApp:
    """The ASGI application of one debt helper."""
    api = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    api.state.counter = Counter(helper)
    api.include_router(routes)
    settings = helper.settings.api
    description = openapi.describe(api, settings)

    async def describe(_: Request) -> Response:
        return JSONResponse(description, headers={"Access-Control-Allow-Origin": "*"})

    api.add_route("/openapi.json", describe, include_in_schema=False)
    _handle_errors(api)
    outside = Starlette(routes=[Mount(ROOT, app=api), Mount(ddas.ROOT, app=ddas.create_ddas(helper))])
    outside.router.redirect_slashes = False
    _handle_errors(outside)
    return Frame(outside, problems.API_VERSION, settings.most_json_bytes, {f"{ROOT}/importen": settings.most_csv_bytes})


def api_server(app: ASGIApp, settings: ApiSettings) -> WebServer:
    """The server of the API.

    Raises:
        RefusedError: settings_invalid, for an address other than loopback without certificate and key.
    """
    tls = (settings.certificate, settings.private_key) if settings.certificate and settings.private_key else None
    return WebServer(app, settings.host, settings.port, part="api", tls=tls, grace_s=_GRACE_S, threads=CALLS_AT_ONCE)


def _handle_errors(app: Starlette) -> None:
    handlers: dict[type[Exception], Any] = {
        ActRefusedError: _refused,
        TroubleError: _troubled,
        RequestValidationError: _misread,
        HTTPException: _http,
        HubError: _unavailable,
        Exception: _fault,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, cast("ExceptionHandler", handler))


async def _refused(_: Request, error: ActRefusedError) -> Response:
    return problems.refused(error)


async def _troubled(_: Request, error: TroubleError) -> Response:
    return error.response()


async def _misread(_: Request, error: RequestValidationError) -> Response:
    return problems.refused(problems.misread(list(error.errors())))


async def _http(_: Request, error: HTTPException) -> Response:
    trouble = _OF_STATUS.get(error.status_code, Trouble.NO_PAGE)
    return TroubleError(trouble, headers=error.headers).response()


async def _unavailable(_: Request, error: HubError) -> Response:
    """The register, our keys or the database cannot be used now: nothing was done, and it can be asked again."""
    log().error(Event.TASK_FAILED, task="api", code=error.code, advice=error.advice())
    return TroubleError(Trouble.UNAVAILABLE).response()


async def _fault(_: Request, error: Exception) -> Response:
    """A fault of ours: where it was is logged, what was asked is not."""
    log().error(Event.TASK_FAILED, task="api", error=type(error).__name__, frames=frames_of(error))
    return TroubleError(Trouble.INTERNAL).response()
