"""The door: who calls, with which right, on behalf of whom, and with what in hand; as dependencies of the framework.

The token is looked at before anything else is, so that a stranger learns nothing from what we find wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import Response

from adapters.api.trouble import Trouble, TroubleError
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.desk import access
from adapters.haarlem.desk.access import EMPLOYEE_HEADER, KEY_HEADER, Caller, Scope
from adapters.haarlem.desk.counter import Act, Answered, Counter, Posted
from adapters.haarlem.desk.store import Token
from adapters.haarlem.refusals import Fault, invalid, misfit
from adapters.haarlem.store import Transaction
from hub.errors import RefusedError
from hub.wire import strictjson
from schemas.document import Document
from schemas.errors import PayloadError

D = TypeVar("D", bound=Document)
JSON, CSV = "application/json", "text/csv"
_BEARER = HTTPBearer(auto_error=False, description="Token van `python -m adapters.haarlem token-new`.")
_EMPLOYEE = Header(alias=EMPLOYEE_HEADER, description="Nietszeggend kenmerk van de handelende medewerker; verplicht.")
_KEY = Header(alias=KEY_HEADER, description="Eén per handeling; herhaling geeft hetzelfde antwoord; verplicht.")


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was let in. `posted` is what a POST brought."""

    counter: Counter
    caller: Caller
    posted: Posted

    @property
    def helper(self) -> DebtHelper:
        """What every act needs."""
        return self.counter.helper

    def document(self, model: type[D]) -> D:
        """The body as its model.

        Raises:
            ActRefusedError: INVALID, with places and never values.
        """
        try:
            return model.from_wire(strictjson.loads(self.posted.body))
        except RefusedError:
            raise invalid(Fault.NOT_JSON, "") from None
        except PayloadError as error:
            raise misfit(error) from None

    def read(self, act: Act, case_id: str | None, work: Callable[[Transaction], Answered]) -> Response:
        """Looks something up and answers."""
        return self.counter.read(self.caller, act, case_id, work)

    def act(self, act: Act, case_id: str | None, work: Callable[[Transaction], Answered]) -> Response:
        """Does something once for its key and answers."""
        return self.counter.act(self.caller, act, case_id, self.posted, work)


def counter_of(request: Request) -> Counter:
    """The counter of this application."""
    counter: Counter = request.app.state.counter
    return counter


TheCounter = Annotated[Counter, Depends(counter_of)]


def token_of(
    counter: TheCounter, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
) -> Token:
    """The token, when it may be used."""
    secret = credentials.credentials if credentials is not None else None
    with counter.helper.edge.ledger.database.reading() as tx:
        return access.authenticate(tx, secret, counter.helper.now())


TheToken = Annotated[Token, Depends(token_of)]


async def body_of(request: Request) -> bytes:
    """The body, of which the frame has measured the size."""
    return await request.body()


def _reading(scope: Scope) -> Callable[..., Call]:
    def enter(counter: TheCounter, token: TheToken, employee: Annotated[str | None, _EMPLOYEE] = None) -> Call:
        access.require(token, scope)
        caller = Caller(token, access.employee_of(employee))
        return Call(counter, caller, Posted("", "", b""))

    return enter


def _posting(scope: Scope, media_type: str) -> Callable[..., Call]:
    def enter(
        request: Request,
        counter: TheCounter,
        token: TheToken,
        body: Annotated[bytes, Depends(body_of)],
        employee: Annotated[str | None, _EMPLOYEE] = None,
        key: Annotated[str | None, _KEY] = None,
    ) -> Call:
        access.require(token, scope)
        caller = Caller(token, access.employee_of(employee))
        said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if said != media_type:
            raise TroubleError(Trouble.MEDIA_TYPE)
        address = f"{request.url.path}?{request.url.query}"
        return Call(counter, caller, Posted(access.key_of(key), address, body))

    return enter


ReadCall = Annotated[Call, Depends(_reading(Scope.READ))]
ImportReadCall = Annotated[Call, Depends(_reading(Scope.IMPORT))]
ActCall = Annotated[Call, Depends(_posting(Scope.ACT, JSON))]
SearchCall = Annotated[Call, Depends(_posting(Scope.SEARCH, JSON))]
ImportCall = Annotated[Call, Depends(_posting(Scope.IMPORT, CSV))]
