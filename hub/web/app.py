"""A site as one ASGI application: every page behind its guard, every answer with its headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.database import RowError
from hub.errors import HubError
from hub.events import Event, frames_of, log
from hub.web.desk import Desk, Page, Visitor
from hub.web.guard import guarded
from hub.web.headers import SecurityHeaders

TASK: Final = "web.page"
_UNAVAILABLE: Final = 503
_BROKEN: Final = 500


def make_app(desk: Desk, pages: Iterable[Page[Any]]) -> SecurityHeaders:
    """The application around a desk; the headers are outermost, so that the page of a bug has them too."""
    host = urlsplit(desk.origin).netloc.rpartition(":")[0] or urlsplit(desk.origin).netloc
    app = Starlette(
        routes=[Route(page.path, guarded(page), methods=[page.method], name=page.name) for page in pages],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[host], www_redirect=False)],
        exception_handlers={HTTPException: _problem, HubError: _away, RowError: _broken, Exception: _broken},
    )
    app.state.desk = desk
    return SecurityHeaders(app, encrypted=desk.terms.encrypted)


class Fork:
    """A site with other applications beside it on the same address: each gets what lies below its path, without it."""

    def __init__(self, site: ASGIApp, beside: Mapping[str, ASGIApp]) -> None:
        """`beside`: paths without a slash at the end, and who answers below them."""
        self._site = site
        self._beside = beside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call."""
        for path, app in self._beside.items():
            if scope["type"] == "http" and scope["path"].startswith(f"{path}/"):
                below = {"path": scope["path"].removeprefix(path), "root_path": "", "raw_path": b""}
                await app({**scope, **below}, receive, send)
                return
        await self._site(scope, receive, send)


async def _problem(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else _BROKEN
    return _page(request, "fout.html", status)


async def _away(request: Request, error: Exception) -> Response:
    """Something that we need does not answer; the page says what still works."""
    assert isinstance(error, HubError)  # noqa: S101 - as registered
    log().warning(Event.TASK_FAILED, task=TASK, code=error.code, place=error.place, advice=error.advice())
    return _page(request, "storing.html", _UNAVAILABLE, code=error.code.value, place=error.place)


async def _broken(request: Request, error: Exception) -> Response:
    """A bug: where it is goes to the log, nothing of it to the screen."""
    log().error(Event.TASK_FAILED, task=TASK, error=type(error).__name__, frames=frames_of(error))
    return _page(request, "fout.html", _BROKEN)


def _page(request: Request, template: str, status: int, **context: object) -> Response:
    """A page without a session: what went wrong may be the session's own database."""
    desk: Desk = request.app.state.desk
    return Visitor(desk, request, "fout", None, desk.clock.now()).shown(template, status, number=status, **context)
