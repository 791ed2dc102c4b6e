"""The parts that every page of a site works with, put together once; and what one request may count on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.clock import Clock
from hub.database import Connection, Database
from hub.web.assets import Assets
from hub.web.rendering import Renderer
from hub.web.sessions import Session
from hub.web.sessions.store import SessionStore
from hub.web.signin import Issuer
from hub.web.visits import Visit

#: A session in use is written down at most once in this time: reading pages must hardly write.
TOUCH_EVERY: Final = timedelta(minutes=1)
MOST_FIELDS: Final = 20
MOST_BYTES: Final = 262_144
_SEE_OTHER: Final = 303

#: Whether these roles have that permission.
Rights = Callable[[str, frozenset[str]], bool]
#: Writes one line of the audit trail.
Trail = Callable[[Connection, Visit], None]


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """How long a session lasts, and the cookie that holds its token."""

    whole: timedelta
    idle: timedelta
    cookie: str
    encrypted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that pages share; a site derives its own with what its pages need besides."""

    database: Database
    clock: Clock
    issuer: Issuer
    terms: SessionTerms
    assets: Assets
    renderer: Renderer
    origin: str
    sessions: SessionStore
    rights: Rights
    trail: Trail

    async def session(self, request: Request) -> Session | None:
        """Who asks, or None for who is not signed in."""
        token = request.cookies.get(self.terms.cookie)
        if not token:
            return None
        now = self.clock.now()
        found = await self.database.read(self.sessions.find, token, now, self.terms.idle)
        if found is not None:
            await self.database.run(self.sessions.touch, token, now, TOUCH_EVERY)
        return found

    def shared(self, session: Session | None) -> Mapping[str, object]:  # noqa: ARG002 - a site's may ask who it is for
        """What every template of this site may use, beside what the kit gives."""
        return {}


D = TypeVar("D", bound=Desk)


@dataclass(frozen=True)  # Python 3.11 cannot make a generic class with slots frozen
class Visitor(Generic[D]):
    """One request: who asks for which page, and how it is answered and noted."""

    desk: D
    request: Request
    page: str
    session: Session | None
    now: datetime

    @property
    def roles(self) -> frozenset[str]:
        """What the visitor may be; nothing for who is not signed in."""
        return self.session.user.roles if self.session else frozenset()

    def may(self, permission: str) -> bool:
        """Whether the visitor has this permission."""
        return self.desk.rights(permission, self.roles)

    async def note(self, act: StrEnum, target: str | None = None, detail: str | None = None) -> None:
        """Writes a line of the audit trail; a page is not shown when it cannot be written.

        Raises:
            UnavailableError: the database is away.
        """
        await self.desk.database.run(self.desk.trail, self.visit(act, target, detail))

    def visit(self, act: StrEnum, target: str | None = None, detail: str | None = None) -> Visit:
        """A line of the audit trail, for who writes it in a transaction of his own."""
        user = self.session.user if self.session else None
        return Visit(
            self.now,
            user.subject if user else None,
            user.name if user else None,
            act,
            self.page,
            target,
            detail,
        )

    def shown(self, template: str, status: int = 200, **context: object) -> Response:
        """A page."""
        return HTMLResponse(self.text(template, **context), status)

    def go(self, path: str) -> Response:
        """On to another page of ours, by GET: what was sent is not sent again by a reload."""
        return RedirectResponse(path, _SEE_OTHER)

    def text(self, template: str, **context: object) -> str:
        """A page, or a part of one, as text."""
        shared = {
            "assets": self.desk.assets,
            "now": self.now,
            "page": self.page,
            "session": self.session,
            "may": self.may,
        }
        return self.desk.renderer.render(template, {**shared, **self.desk.shared(self.session), **context})


Handler = Callable[[Visitor[D]], Awaitable[Response]]


@dataclass(frozen=True)
class Page(Generic[D]):
    """One route: where, who may, and what it does. Every route of a site is one of these.

    `fields`, `files` and `most_bytes` bound what a form may hold.
    """

    path: str
    name: str
    permission: str
    handler: Handler[D]
    method: str = "GET"
    fields: int = MOST_FIELDS
    files: int = 0
    most_bytes: int = MOST_BYTES
