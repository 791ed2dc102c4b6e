"""Between a request and a page: who is it, may he, did he mean it. A page that forgets to ask does not exist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.web.desk import Desk, Page, Visitor
from hub.web.visits import ANYBODY, Entry

SIGN_IN: Final = "/aanmelden"
CSRF_FIELD: Final = "csrf"
_SEE_OTHER: Final = 303
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_TOO_LARGE: Final = 413


def guarded(page: Page[Any]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a page, with every check before it."""

    async def endpoint(request: Request) -> Response:
        desk: Desk = request.app.state.desk
        session = None if page.path.startswith("/static/") else await desk.session(request)
        visitor = Visitor(desk, request, page.name, session, desk.clock.now())
        if page.permission != ANYBODY and session is None:
            return _to_sign_in(visitor)
        if not visitor.may(page.permission):
            await visitor.note(Entry.REFUSED, detail="role")
            return visitor.shown("geweigerd.html", _FORBIDDEN, reason="role")
        if page.method != "GET" and not _fits(request, page):
            raise HTTPException(_TOO_LARGE)
        if page.method != "GET" and not await _meant(visitor, page):
            await visitor.note(Entry.REFUSED, detail="csrf")
            return visitor.shown("geweigerd.html", _FORBIDDEN, reason="csrf")
        return await page.handler(visitor)

    async def tidy(request: Request) -> Response:
        try:
            return await endpoint(request)
        finally:
            await request.close()  # files of a form

    return tidy


def _to_sign_in(visitor: Visitor[Desk]) -> Response:
    """A person is sent to sign in and comes back; a part of a page that is fetched is only told."""
    request = visitor.request
    if request.method != "GET" or "text/html" not in request.headers.get("accept", "text/html"):
        return Response(status_code=_UNAUTHORIZED)
    if request.headers.get("hx-request"):
        return Response(status_code=_UNAUTHORIZED, headers={"HX-Refresh": "true"})
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{SIGN_IN}?terug={quote(wanted, safe='')}", _SEE_OTHER)


def _fits(request: Request, page: Page[Any]) -> bool:
    """Whether a form says how large it is, and that is not too much; the server holds it to its word."""
    said = request.headers.get("content-length", "")
    return said.isdecimal() and int(said) <= page.most_bytes


async def _meant(visitor: Visitor[Desk], page: Page[Any]) -> bool:
    """Whether a form comes from a page of ours that this session was shown."""
    request = visitor.request
    origin = request.headers.get("origin")
    if origin is not None and origin != visitor.desk.origin:
        return False
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    form = await request.form(max_files=page.files, max_fields=page.fields)
    return visitor.session is None or visitor.session.confirms(form.get(CSRF_FIELD))
