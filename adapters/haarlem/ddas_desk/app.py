"""The addresses of DDAS under `/ddas/v1`: a token, a delivery, and the description of both.

What is delivered stands in the access log before the answer goes out, a line for each case.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final, cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ExceptionHandler

from adapters.haarlem.book import DebtHelper
from adapters.haarlem.ddas import store
from adapters.haarlem.ddas_desk import clients, openapi, trouble
from adapters.haarlem.ddas_desk.asking import GegevensRequest
from adapters.haarlem.ddas_desk.delivery import Asked, NoSuchDelivererError, NoSuchPageError, deliver
from adapters.haarlem.ddas_desk.trouble import Denial, DeniedError
from adapters.haarlem.desk.problems import API_VERSION
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, fault, misfit
from hub.errors import HubError, RefusedError
from hub.events import Event, log
from hub.wire import strictjson
from schemas.errors import PayloadError

ROOT: Final = "/ddas/v1"
DELIVERED: Final = "ddas-leveren"
_FORM: Final = "application/x-www-form-urlencoded"


class Desk:
    """Answers for one debt helper."""

    def __init__(self, helper: DebtHelper) -> None:
        self._helper = helper

    async def token(self, request: Request) -> Response:
        """An access token for a client with its secret (RFC 6749, 4.4)."""
        if _media_type(request) != _FORM:
            return trouble.token_refused("invalid_request")
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        if form.get("grant_type") != "client_credentials":
            return trouble.token_refused("unsupported_grant_type" if form.get("grant_type") else "invalid_request")
        if form.get("scope", clients.SCOPE) != clients.SCOPE:
            return trouble.token_refused("invalid_scope")
        credentials = clients.credentials_of(request.headers.get("authorization"), form)
        token = await run_in_threadpool(self._issue, credentials)
        if token is None:
            return trouble.token_refused("invalid_client")
        lasts = self._helper.settings.ddas.token_s
        content = {"access_token": token, "token_type": "Bearer", "expires_in": lasts, "scope": clients.SCOPE}
        return JSONResponse(content, headers={"API-Version": API_VERSION, "Cache-Control": "no-store"})

    def _issue(self, credentials: tuple[str, str] | None) -> str | None:
        lasts = timedelta(seconds=self._helper.settings.ddas.token_s)
        with self._helper.edge.ledger.begin() as tx:
            return clients.issue(tx, credentials, self._helper.now(), lasts)

    async def data(self, request: Request) -> Response:
        """The delivery of a period."""
        client_id = await run_in_threadpool(self._client, request.headers.get("authorization"))
        if _media_type(request) != "application/json":
            return trouble.wrong_media_type()
        asked = self._asked(await request.body())
        return await run_in_threadpool(self._deliver, client_id, asked)

    def _client(self, authorization: str | None) -> str:
        with self._helper.edge.ledger.database.reading() as tx:
            return clients.client_of(tx, authorization, self._helper.now())

    def _asked(self, body: bytes) -> Asked:
        """The question; without an end it is until today, without a start from the first day of that year."""
        try:
            request = GegevensRequest.from_wire(strictjson.loads(body or b"{}"))
        except RefusedError:
            raise ActRefusedError(Refusal.INVALID, fault("", Fault.NOT_JSON)) from None
        except PayloadError as error:
            raise misfit(error) from None
        end = request.end or self._helper.today()
        start = request.start or date(end.year, 1, 1)
        if end < start:
            raise ActRefusedError(Refusal.INVALID, fault("/aanleverperiodeEinddatum", Fault.END_BEFORE_START))
        return Asked(start, end, request.deliverer, request.page, request.size)

    def _deliver(self, client_id: str, asked: Asked) -> Response:
        with self._helper.edge.ledger.begin() as tx:
            try:
                answer, case_ids = deliver(self._helper, tx, asked)
            except NoSuchPageError:
                raise ActRefusedError(Refusal.INVALID, fault("/page", Fault.NO_SUCH_PAGE)) from None
            except NoSuchDelivererError:
                raise ActRefusedError(
                    Refusal.INVALID, fault("/aanleverende_organisatie", Fault.NOT_OUR_MUNICIPALITY)
                ) from None
            store.log_delivered(tx, self._helper.now(), client_id, DELIVERED, case_ids)
        body = json.dumps(answer.to_wire(), ensure_ascii=False).encode()
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")
        return Response(body, HTTPStatus.OK, {"Digest": f"SHA-256={digest}"}, media_type="application/json")


def create_ddas(helper: DebtHelper) -> Starlette:
    """The application of one debt helper, to be mounted at `ROOT`."""
    desk = Desk(helper)
    description = openapi.describe(helper.settings.api, ROOT)

    async def describe(_: Request) -> Response:
        return JSONResponse(description, headers={"Access-Control-Allow-Origin": "*"})

    routes = [
        Route("/token", desk.token, methods=["POST"]),
        Route("/gegevens", desk.data, methods=["POST"]),
        Route("/openapi.json", describe, methods=["GET"]),
    ]
    handlers: dict[Any, ExceptionHandler] = {
        DeniedError: cast("ExceptionHandler", _denied),
        ActRefusedError: cast("ExceptionHandler", _invalid),
        HTTPException: cast("ExceptionHandler", _http),
        HubError: cast("ExceptionHandler", _unavailable),
    }
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _denied(_: Request, error: DeniedError) -> Response:
    return trouble.denied(error.denial)


async def _invalid(_: Request, error: ActRefusedError) -> Response:
    return trouble.invalid(error.fields)


async def _http(_: Request, error: HTTPException) -> Response:
    wrong_method = error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    return trouble.denied(Denial.NO_METHOD if wrong_method else Denial.NO_SERVICE)


async def _unavailable(_: Request, error: HubError) -> Response:
    log().error(Event.TASK_FAILED, task="ddas", code=error.code, advice=error.advice())
    return trouble.unavailable()
