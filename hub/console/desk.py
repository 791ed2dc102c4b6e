"""The parts that every page works with, put together once; and what one request may count on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hub.clock import Clock
from hub.console.assets import Assets
from hub.console.audit import Act, Visit
from hub.console.audit.store import add_visit
from hub.console.live.tail import Tail
from hub.console.rendering import Renderer
from hub.console.roles import Permission, Role, allowed
from hub.console.sessions import Session
from hub.console.sessions.store import session_of, touch
from hub.console.signin import Issuer
from hub.database import Database
from hub.register.current import CurrentRegister

#: A session in use is written down at most once in this time: reading pages must hardly write.
TOUCH_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """How long a session lasts, and the cookie that holds its token."""

    whole: timedelta
    idle: timedelta
    cookie: str
    encrypted: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that pages share."""

    database: Database
    register: CurrentRegister
    clock: Clock
    issuer: Issuer
    terms: SessionTerms
    assets: Assets
    renderer: Renderer
    tail: Tail
    origin: str
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def names(self) -> Mapping[str, str]:
        """Names of organisations by OIN."""
        return {oin: one.name for oin, one in self.register.current.organisations.items()}

    async def session(self, request: Request) -> Session | None:
        """Who asks, or None for who is not signed in."""
        token = request.cookies.get(self.terms.cookie)
        if not token:
            return None
        now = self.clock.now()
        found = await self.database.read(session_of, token, now, self.terms.idle)
        if found is not None:
            await self.database.run(touch, token, now, TOUCH_EVERY)
        return found


@dataclass(frozen=True, slots=True)
class Visitor:
    """One request: who asks for which page, and how it is answered and noted."""

    desk: Desk
    request: Request
    page: str
    session: Session | None
    now: datetime

    @property
    def roles(self) -> frozenset[Role]:
        """What the visitor may be; nothing for who is not signed in."""
        return self.session.operator.roles if self.session else frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether the visitor has this permission."""
        return allowed(permission, self.roles)

    async def note(self, act: Act, target: str | None = None, detail: str | None = None) -> None:
        """Writes a line of the audit trail; a page is not shown when it cannot be written.

        Raises:
            UnavailableError: the database is away.
        """
        operator = self.session.operator if self.session else None
        visit = Visit(
            self.now,
            operator.subject if operator else None,
            operator.name if operator else None,
            act,
            self.page,
            target,
            detail,
        )
        await self.desk.database.run(add_visit, visit)

    def shown(self, template: str, status: int = 200, **context: object) -> Response:
        """A page."""
        return HTMLResponse(self.text(template, **context), status)

    def text(self, template: str, **context: object) -> str:
        """A page, or a part of one, as text."""
        shared = {
            "assets": self.desk.assets,
            "names": self.desk.names,
            "now": self.now,
            "page": self.page,
            "session": self.session,
            "may": lambda permission: self.may(Permission(permission)),
        }
        return self.desk.renderer.render(template, {**shared, **context})


Handler = Callable[[Visitor], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """One route: where, who may, and what it does. Every route of the console is one of these."""

    path: str
    name: str
    permission: Permission
    handler: Handler
    method: str = "GET"
