"""Tokens as rows. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hub.api.access import Scope, Token
from hub.api.access.tables import TOKEN
from hub.database import instant, moment


def add_token(connection: Connection, token: Token, digest: str) -> None:
    """Keeps a token by its hash."""
    scopes = " ".join(sorted(token.scopes))
    row = {"id": token.id, "name": token.name, "digest": digest, "scopes": scopes, "made": instant(token.made)}
    connection.execute(insert(TOKEN), {**row, "expires": instant(token.expires), "revoked": None})


def token_of(connection: Connection, digest: str) -> Token | None:
    """The token with this hash."""
    row = connection.execute(select(TOKEN).where(TOKEN.c.digest == digest)).first()
    return None if row is None else _token(row)


def tokens(connection: Connection) -> list[Token]:
    """All tokens, newest first."""
    return [_token(row) for row in connection.execute(select(TOKEN).order_by(TOKEN.c.made.desc()))]


def revoke(connection: Connection, token_id: str, now: datetime) -> bool:
    """Ends a token at once; False for one that is not there or over already."""
    one = update(TOKEN).where(TOKEN.c.id == token_id, TOKEN.c.revoked.is_(None))
    return connection.execute(one.values(revoked=instant(now))).rowcount == 1


def _token(row: Row[Any]) -> Token:
    scopes = frozenset(Scope(one) for one in row.scopes.split())
    revoked = None if row.revoked is None else moment(row.revoked)
    return Token(row.id, row.name, scopes, moment(row.made), moment(row.expires), revoked)
