"""The office itself: colleagues, who read what, and tokens for software of its own."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from adapters.bewindvoerder import store
from adapters.bewindvoerder.access import Scope, Token, new_secret
from adapters.bewindvoerder.access.store import add_token, revoke_token, tokens
from adapters.bewindvoerder.desk import Act, Page, Permission, Visitor, not_here, office_of, seen
from adapters.bewindvoerder.records import Access, Colleague
from adapters.bewindvoerder.store import Transaction
from adapters.bewindvoerder.trades import kind_of
from hub.clock import new_pseudonym

SHOWN: Final = 200
_NAME_CHARS: Final = 80
_WRONG: Final = 400


async def show(visitor: Visitor) -> Response:
    """The office: who its colleagues are; for who looks after it also the access log and the tokens."""
    return await _page(visitor)


async def end_sessions(visitor: Visitor) -> Response:
    """Signs a colleague out everywhere; only one of this office."""
    subject = str((await visitor.request.form()).get("collega", ""))
    known, _ = await seen(visitor, Act.ENDED, None, _people)
    if subject not in {one.subject for one in known}:
        raise not_here()
    await visitor.desk.database.run(visitor.desk.sessions.revoke_all, subject, visitor.now)
    return visitor.go("/kantoor")


async def make_token(visitor: Visitor) -> Response:
    """A token for software of the office; its secret is on this page and nowhere else."""
    form, office = await visitor.request.form(), office_of(visitor)
    name = str(form.get("naam", "")).strip()
    scopes = frozenset(one for one in map(str, form.getlist("recht")) if one in set(Scope))
    if not name or len(name) > _NAME_CHARS or not name.isprintable() or not scopes:
        return await _page(visitor, problem="Geef het token een naam en kies minstens één recht.")
    secret, subject = new_secret(), visitor.session.user.subject if visitor.session else "-"
    token = Token(new_pseudonym(), office.settings.key, name, scopes, visitor.now, subject)
    await seen(visitor, Act.TOKENS, token.id, _nothing)
    await visitor.desk.database.run(add_token, token, secret)
    return await _page(visitor, secret=secret)


async def end_token(visitor: Visitor) -> Response:
    """Revokes a token of this office."""
    token_id, office = str((await visitor.request.form()).get("token", "")), office_of(visitor)
    if not await visitor.desk.database.run(revoke_token, office.settings.key, token_id, visitor.now):
        raise not_here()
    await seen(visitor, Act.TOKENS, token_id, _nothing)
    return visitor.go("/kantoor")


async def _page(visitor: Visitor, *, secret: str | None = None, problem: str | None = None) -> Response:
    colleagues, log = await seen(visitor, Act.LISTED, None, _people)
    manages = visitor.may(Permission.MANAGE)
    kept = await visitor.desk.database.read(tokens, office_of(visitor).settings.key) if manages else []
    return visitor.shown(
        "kantoor.html",
        _WRONG if problem else 200,
        colleagues=colleagues,
        log=log if manages else [],
        kept=[one for one in kept if one.revoked_at is None],
        manages=manages,
        scopes=list(Scope),
        secret=secret,
        problem=problem,
        itself=office_of(visitor).itself,
        takes=sorted(kind_of(one.message_type.type) for one in office_of(visitor).trade.takes),
    )


def _people(tx: Transaction) -> tuple[list[Colleague], list[Access]]:
    return store.colleagues(tx), store.accesses(tx, SHOWN)


def _nothing(_: Transaction) -> None:
    """Only the line in the access log."""


PAGES: Final = (
    Page("/kantoor", "kantoor", Permission.OFFICE, show),
    Page("/kantoor/collega-afmelden", "collega-afmelden", Permission.MANAGE, end_sessions, "POST"),
    Page("/kantoor/tokens", "token-maken", Permission.MANAGE, make_token, "POST"),
    Page("/kantoor/tokens/intrekken", "token-intrekken", Permission.MANAGE, end_token, "POST"),
)
