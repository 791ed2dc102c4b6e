"""In and out: signing in at the issuer, coming back from it, leaving; and the files that pages are made of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from hub.errors import RefusedError
from hub.web.desk import Desk, Page, Visitor
from hub.web.sessions import Session, User, new_token
from hub.web.visits import ANYBODY, SIGNED_IN, Entry

CALLBACK: Final = "/aanmelden/terug"
#: How long somebody may take at the issuer.
SIGN_IN_TERM: Final = timedelta(minutes=10)
_SEE_OTHER: Final = 303
_NOT_FOUND: Final = 404
_FORBIDDEN: Final = 403
_KEPT: Final = "public, max-age=31536000, immutable"
_MAX_CHARS: Final = 2_000


async def static(visitor: Visitor[Desk]) -> Response:
    """A file under the name of its content: kept by the browser for good."""
    asset = visitor.desk.assets.at(visitor.request.url.path)
    if asset is None:
        raise HTTPException(_NOT_FOUND)
    return Response(asset.body, media_type=asset.media_type, headers={"Cache-Control": _KEPT})


async def sign_in(visitor: Visitor[Desk]) -> Response:
    """What this is, and a link to the issuer; nobody is sent away without asking."""
    return_to = _local(visitor.request.query_params.get("terug", "/"))
    if visitor.session is not None:
        return RedirectResponse(return_to, _SEE_OTHER)
    return visitor.shown("aanmelden.html", return_to=return_to, left="afgemeld" in visitor.request.query_params)


async def to_issuer(visitor: Visitor[Desk]) -> Response:
    """Sends the browser to the issuer, with what its answer must fit kept here and in a cookie."""
    return_to = _local(visitor.request.query_params.get("terug", "/"))
    desk = visitor.desk
    url, state, begun = await desk.issuer.begin(return_to, visitor.now)
    await desk.database.run(desk.sessions.add_sign_in, state, begun, visitor.now - SIGN_IN_TERM)
    response = RedirectResponse(url, _SEE_OTHER)
    _set_cookie(visitor, response, _state_cookie(desk), state, SIGN_IN_TERM)
    return response


async def back(visitor: Visitor[Desk]) -> Response:
    """Takes the issuer's answer: who is it, and may he in?"""
    query = visitor.request.query_params
    state, code = query.get("state", ""), query.get("code", "")
    desk = visitor.desk
    kept = visitor.request.cookies.get(_state_cookie(desk))
    if not state or not code or state != kept or len(code) > _MAX_CHARS:
        return await _not_in(visitor, "state")
    begun = await desk.database.run(desk.sessions.take_sign_in, state, visitor.now - SIGN_IN_TERM)
    if begun is None:
        return await _not_in(visitor, "state")
    try:
        user = await desk.issuer.finish(code, begun)
    except RefusedError:
        return await _not_in(visitor, "token")
    if not user.roles:
        return await _not_in(visitor, "no role", user)
    return await _begin(visitor, user, begun.return_to)


async def leave(visitor: Visitor[Desk]) -> Response:
    """Ends the session here; at the issuer somebody stays signed in, as the page says."""
    token = visitor.request.cookies.get(visitor.desk.terms.cookie, "")
    await visitor.note(Entry.SIGNED_OUT)
    await visitor.desk.database.run(visitor.desk.sessions.revoke, token, visitor.now)
    response = RedirectResponse("/aanmelden?afgemeld=1", _SEE_OTHER)
    response.delete_cookie(visitor.desk.terms.cookie, secure=visitor.desk.terms.encrypted, httponly=True)
    return response


async def _begin(visitor: Visitor[Desk], user: User, return_to: str) -> Response:
    desk, token = visitor.desk, new_token()
    session = Session(user, new_token(), visitor.now, visitor.now + desk.terms.whole)
    await desk.database.run(desk.sessions.add, token, session)
    entered = Visitor(desk, visitor.request, visitor.page, session, visitor.now)
    await entered.note(Entry.SIGNED_IN, detail=" ".join(sorted(user.roles)))
    response = RedirectResponse(return_to, _SEE_OTHER)
    _set_cookie(visitor, response, desk.terms.cookie, token, desk.terms.whole)
    response.delete_cookie(_state_cookie(desk), secure=desk.terms.encrypted, httponly=True)
    return response


async def _not_in(visitor: Visitor[Desk], why: str, user: User | None = None) -> Response:
    """Not let in, and written down; why in detail is for the trail, not for a stranger."""
    session = Session(user, "", visitor.now, visitor.now) if user else None
    await Visitor(visitor.desk, visitor.request, visitor.page, session, visitor.now).note(Entry.REFUSED, detail=why)
    reason = "no-role" if user else "sign-in"
    return visitor.shown("geweigerd.html", _FORBIDDEN, reason=reason)


def _state_cookie(desk: Desk) -> str:
    """Not the same for two sites of one host."""
    return f"{desk.terms.cookie}-aanmelding"


def _set_cookie(visitor: Visitor[Desk], response: Response, name: str, value: str, term: timedelta) -> None:
    # Lax and not Strict: the way back from the issuer begins at another site.
    response.set_cookie(
        name,
        value,
        max_age=int(term.total_seconds()),
        secure=visitor.desk.terms.encrypted,
        httponly=True,
        samesite="lax",
    )


def _local(wanted: str) -> str:
    """A place of ours to go back to; anything else is the first screen."""
    parts = urlsplit(wanted)
    strange = parts.scheme or parts.netloc or not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted
    return "/" if strange or len(wanted) > _MAX_CHARS or not wanted.isprintable() else wanted


PAGES: Final[tuple[Page[Any], ...]] = (
    Page("/static/{digest}/{name}", "bestand", ANYBODY, static),
    Page("/aanmelden", "aanmelden", ANYBODY, sign_in),
    Page("/aanmelden/start", "naar-aanmelden", ANYBODY, to_issuer),
    Page(CALLBACK, "terug", ANYBODY, back),
    Page("/afmelden", "afmelden", SIGNED_IN, leave, "POST"),
)
