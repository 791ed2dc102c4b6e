"""One call: by whose token, whether that allows it, its line in the trail, and where the next page is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from hub.api.access import Scope, Token, digest_of
from hub.api.access.store import token_of
from hub.api.problems import Problem, ProblemError
from hub.clock import Clock
from hub.console.audit import Act, Visit
from hub.console.audit.store import add_visit
from hub.database import Connection, Database, Place
from hub.register.current import CurrentRegister

T = TypeVar("T")
_BEARER: Final = re.compile(r"Bearer ([A-Za-z0-9_-]{20,100})", re.IGNORECASE)
#: The parameters that may be given more than once.
_SEVERAL: Final = frozenset({"state"})
#: Those that say where in a list, and not what.
_PAGING: Final = frozenset({"before", "after", "most"})


@dataclass(frozen=True, slots=True)
class Api:
    """What the routes work with; `url` is where callers reach them, `…/v1`."""

    database: Database
    register: CurrentRegister
    clock: Clock
    url: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call that is allowed."""

    api: Api
    token: Token
    request: Request
    now: datetime

    @property
    def names(self) -> dict[str, str]:
        """Names of organisations by OIN."""
        return {oin: one.name for oin, one in self.api.register.current.organisations.items()}

    def read(self, ask: Callable[[Connection], T], target: str | None = None) -> T:
        """Writes the line of the trail, then asks; without the line there is no answer."""
        asked = {name for name, _ in self.request.query_params.multi_items()}
        act = Act.SEARCHED if asked - _PAGING else Act.VIEWED
        detail = str(self.request.query_params) or None
        with self.api.database.begin() as connection:
            add_visit(connection, _visit(self.now, self.token, self.request, act, target, detail))
        return self.look(ask)

    def look(self, ask: Callable[[Connection], T]) -> T:
        """Asks for numbers, which say nothing of any case or message: no line for each look of a monitor."""
        with self.api.database.reading() as connection:
            return ask(connection)

    def next(self, **places: int | str | Place | None) -> dict[str, object]:
        """The links of a page: to the one after it, from these places on; none on the last."""
        query = [(name, value) for name, value in self.request.query_params.multi_items() if name not in places]
        for name, place in places.items():
            if place is None:
                return {}
            query.append((name, f"{place[0]}.{place[1]}" if isinstance(place, tuple) else str(place)))
        path = self.request.scope["path"].removeprefix(self.request.scope.get("root_path", ""))
        return {"next": {"href": f"{self.api.url}{path}?{urlencode(query)}"}}


def allowed(scope: Scope) -> Any:  # noqa: ANN401 - what FastAPI takes
    """A dependency: the call, by a token that allows `scope`; every refusal is in the trail."""

    def check(request: Request) -> Call:
        api: Api = request.app.state.api
        now = api.clock.now()
        found = _BEARER.fullmatch(request.headers.get("authorization", ""))
        with api.database.begin() as connection:
            token = token_of(connection, digest_of(found[1])) if found else None
            problem = _refusal(token, scope, now)
            if problem is not None:
                add_visit(connection, _visit(now, token, request, Act.REFUSED, None, problem.name.lower()))
        if token is None or problem is not None:
            raise ProblemError(problem or Problem.NO_TOKEN)
        _check_names(request)
        return Call(api, token, request, now)

    return Depends(check)


def _refusal(token: Token | None, scope: Scope, now: datetime) -> Problem | None:
    if token is None or not token.usable(now):
        return Problem.NO_TOKEN
    return None if scope in token.scopes else Problem.NO_SCOPE


def _visit(
    now: datetime, token: Token | None, request: Request, act: Act, target: str | None, detail: str | None
) -> Visit:
    """A line of the operators' trail: who calls is a token, and the page an operation."""
    subject, name = (f"token:{token.id}", f"{token.name} (API)") if token else (None, None)
    return Visit(now, subject, name, act, str(request.scope["route"].name), target, detail)


def _check_names(request: Request) -> None:
    """A filter that is not known is refused: left out, it would answer more than was asked for.

    Raises:
        ProblemError: INVALID, also for one that is given twice and takes one value.
    """
    route: APIRoute = request.scope["route"]
    known = {parameter.alias for parameter in route.dependant.query_params}
    given = [name for name, _ in request.query_params.multi_items()]
    once = [name for name in given if name not in _SEVERAL]
    if not known.issuperset(given) or len(once) != len(set(once)):
        raise ProblemError(Problem.INVALID)
