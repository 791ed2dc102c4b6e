"""Who calls, with which right; and how a call is done: with its line in the access log, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import Response

from adapters.api.problem import problem
from adapters.bewindvoerder import store
from adapters.bewindvoerder.access import Scope, Token
from adapters.bewindvoerder.access.store import token_with
from adapters.bewindvoerder.acts import Author
from adapters.bewindvoerder.desk import Act, Desk
from adapters.bewindvoerder.handlers import Office
from adapters.bewindvoerder.store import Transaction
from hub.web.visits import Visit
from schemas.errors import Problem

T = TypeVar("T")
_BEARER: Final = HTTPBearer(auto_error=False, description="Token van de pagina Kantoor.")
_KEY: Final = Header(
    alias="Idempotency-Key",
    pattern=r"^[A-Za-z0-9][A-Za-z0-9._~:-]{0,63}$",
    description="Eén per bericht; herhaling geeft hetzelfde bericht; verplicht.",
)


class Trouble(StrEnum):
    """Why a call is refused; stable, it is the end of the problem's `type`."""

    NO_TOKEN = "geen-toegang"  # noqa: S105 a slug, no secret
    NO_SCOPE = "geen-recht"
    INVALID = "ongeldige-invoer"
    UNKNOWN = "niet-gevonden"
    NO_METHOD = "methode-niet-toegestaan"
    KEY_REUSED = "idempotentiesleutel-hergebruikt"
    UNSENDABLE = "niet-te-versturen"
    UNAVAILABLE = "tijdelijk-niet-beschikbaar"
    INTERNAL = "interne-fout"


_TROUBLE: Final[dict[Trouble, tuple[int, str, str]]] = {
    Trouble.NO_TOKEN: (401, "Geen toegang", "Stuur een geldig toegangstoken mee (Authorization: Bearer)."),
    Trouble.NO_SCOPE: (403, "Geen recht", "Dit token geeft geen recht op deze handeling."),
    Trouble.INVALID: (400, "Ongeldige invoer", "Een of meer gegevens kloppen niet; zie velden."),
    Trouble.UNKNOWN: (404, "Niet gevonden", "Dit bestaat niet, of kan niet bij dit bericht of deze zaak."),
    Trouble.NO_METHOD: (405, "Methode niet toegestaan", "Dit adres kent deze methode niet; zie openapi.json."),
    Trouble.KEY_REUSED: (400, "Sleutel hergebruikt", "Deze Idempotency-Key is eerder met een andere inhoud gebruikt."),
    Trouble.UNSENDABLE: (409, "Niet te versturen", "De ontvanger mag of kan dit bericht nu niet krijgen."),
    Trouble.UNAVAILABLE: (503, "Tijdelijk niet beschikbaar", "Er is niets gebeurd; probeer het straks opnieuw."),
    Trouble.INTERNAL: (500, "Interne fout", "Er ging hier iets mis; er is niets gebeurd."),
}


class TroubleError(Exception):
    """A call is refused; `fields` are what is wrong in what was sent, by place and never by value."""

    def __init__(self, trouble: Trouble, fields: Iterable[Problem] = ()) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.fields = tuple(fields)

    def response(self) -> Response:
        """The answer."""
        status, title, detail = _TROUBLE[self.trouble]
        members: dict[str, Any] = {}
        if self.fields:
            members["velden"] = [
                {"pointer": one.pointer, "code": one.slug.value, "toelichting": one.explain()} for one in self.fields
            ]
        headers = {Trouble.NO_TOKEN: {"WWW-Authenticate": "Bearer"}, Trouble.UNAVAILABLE: {"Retry-After": "30"}}
        return problem(status, self.trouble.value, title, detail, members, headers.get(self.trouble))


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
