"""Tokens and the portal's own trail, in the portal's database; in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from adapters.bewindvoerder.access import Token, digest_of
from adapters.bewindvoerder.tables import TOKEN, VISIT
from hub.database import instant, moment
from hub.web.visits import Visit


def add_visit(tx: Connection, visit: Visit) -> None:
    """Who signed in or out, or was refused."""
    values = {"subject": visit.subject, "act": visit.act.value, "page": visit.page, "detail": visit.detail}
    tx.execute(insert(VISIT).values(at=instant(visit.at), **values))


def visits(tx: Connection) -> list[tuple[datetime, str | None, str, str | None]]:
    """(when, who, what, why) of every line, oldest first."""
    query = select(VISIT).order_by(VISIT.c.row_id)
    return [(moment(row.at), row.subject, row.act, row.detail) for row in tx.execute(query)]


def add_token(tx: Connection, token: Token, secret: str) -> None:
    """A new token; its secret is kept as a hash."""
    tx.execute(
        insert(TOKEN).values(
            id=token.id,
            office=token.office,
            name=token.name,
            digest=digest_of(secret),
            scopes=" ".join(sorted(token.scopes)),
            made_at=instant(token.made_at),
            made_by=token.made_by,
        )
    )


def token_with(tx: Connection, secret: str) -> Token | None:
    """The token with this secret, unless it was revoked."""
    usable = (TOKEN.c.digest == digest_of(secret), TOKEN.c.revoked_at.is_(None))
    row = tx.execute(select(TOKEN).where(*usable)).one_or_none()
    return None if row is None else _token(row)


def tokens(tx: Connection, office: str) -> list[Token]:
    """Every token of one office."""
    query = select(TOKEN).where(TOKEN.c.office == office).order_by(TOKEN.c.made_at)
    return [_token(row) for row in tx.execute(query)]


def revoke_token(tx: Connection, office: str, token_id: str, at: datetime) -> bool:
    """Revokes a token of this office; whether there was one that was not revoked yet."""
    wanted = (TOKEN.c.id == token_id, TOKEN.c.office == office, TOKEN.c.revoked_at.is_(None))
    return tx.execute(update(TOKEN).where(*wanted).values(revoked_at=instant(at))).rowcount == 1


def _token(row: Row[Any]) -> Token:
    revoked = None if row.revoked_at is None else moment(row.revoked_at)
    scopes = frozenset(row.scopes.split())
    return Token(row.id, row.office, row.name, scopes, moment(row.made_at), row.made_by, revoked)
