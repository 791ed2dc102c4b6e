"""Who calls, with which right; and how a call is done: with its line in the access log, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from adapters.api.trouble import Trouble, TroubleError
from adapters.bewindvoerder import store
from adapters.bewindvoerder.access import Scope, Token
from adapters.bewindvoerder.access.store import token_with
from adapters.bewindvoerder.acts import Author
from adapters.bewindvoerder.desk import Act, Desk
from adapters.bewindvoerder.handlers import Office
from adapters.bewindvoerder.store import Transaction
from hub.web.visits import Visit

T = TypeVar("T")
_BEARER: Final = HTTPBearer(auto_error=False, description="Token van de pagina Kantoor.")
_KEY: Final = Header(
    alias="Idempotency-Key",
    pattern=r"^[A-Za-z0-9][A-Za-z0-9._~:-]{0,63}$",
    description="Eén per bericht; herhaling geeft hetzelfde bericht; verplicht.",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was let in, for one office."""

    office: Office
    token: Token
    page: str
    key: str

    @property
    def author(self) -> Author:
        """Who writes, and the key under which it is written once."""
        key = hashlib.sha256(f"{self.token.id}\0{self.key}".encode()).hexdigest()
        return Author(f"{self.token.name} (API)", key, self.office.clock.now())

    def seen(self, act: Act, target: str | None, work: Callable[[Transaction], T]) -> T:
        """Does something in the office's ledger, with its line in the access log in the same transaction."""
        visit = Visit(self.office.clock.now(), f"token:{self.token.id}", self.author.name, act, self.page, target)
        with self.office.edge.ledger.begin() as tx:
            found = work(tx)
            store.add_access(tx, visit)
        return found


def _entered(scope: Scope) -> Callable[..., Call]:
    def enter(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    ) -> Call:
        return _call(request, credentials, scope, "")

    return enter


def _posted(scope: Scope) -> Callable[..., Call]:
    def enter(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
        key: Annotated[str, _KEY],
    ) -> Call:
        return _call(request, credentials, scope, key)

    return enter


def _call(request: Request, credentials: HTTPAuthorizationCredentials | None, scope: Scope, key: str) -> Call:
    desk: Desk = request.app.state.desk
    token = None
    if credentials is not None:
        with desk.database.reading() as tx:
            token = token_with(tx, credentials.credentials)
    office = desk.members.offices.get(token.office) if token else None
    if token is None or office is None:
        raise TroubleError(Trouble.NO_TOKEN)
    if scope not in token.scopes:
        raise TroubleError(Trouble.NO_SCOPE)
    return Call(office, token, request.scope["route"].name[:40], key)


ReadCall = Annotated[Call, Depends(_entered(Scope.READ))]
WriteCall = Annotated[Call, Depends(_posted(Scope.WRITE))]
