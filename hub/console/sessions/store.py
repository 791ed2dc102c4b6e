"""Sessions and sign-ins as rows: begun, found, seen, revoked. Every function takes an open connection."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from hub.console.roles import Role
from hub.console.sessions import Operator, Session, SignIn, hash_of
from hub.console.tables import SESSION, SIGN_IN
from hub.database import instant, moment


def add_sign_in(connection: Connection, state: str, sign_in: SignIn, oldest: datetime) -> None:
    """Remembers a sign-in; those begun before `oldest` are forgotten."""
    connection.execute(delete(SIGN_IN).where(SIGN_IN.c.begun < instant(oldest)))
    connection.execute(
        insert(SIGN_IN),
        {
            "state_hash": hash_of(state),
            "nonce": sign_in.nonce,
            "verifier": sign_in.verifier,
            "return_to": sign_in.return_to,
            "begun": instant(sign_in.begun),
        },
    )


def take_sign_in(connection: Connection, state: str, oldest: datetime) -> SignIn | None:
    """The sign-in with this state, once: who comes second, or too late, gets nothing."""
    key = SIGN_IN.c.state_hash == hash_of(state)
    row = connection.execute(select(SIGN_IN).where(key)).one_or_none()
    if row is None or connection.execute(delete(SIGN_IN).where(key)).rowcount != 1:
        return None
    begun = moment(row.begun)
    return SignIn(row.nonce, row.verifier, row.return_to, begun) if begun >= oldest else None


def add_session(connection: Connection, token: str, session: Session) -> None:
    """Begins a session; rows of sessions that ended are forgotten, the trail keeps who was there."""
    connection.execute(delete(SESSION).where(SESSION.c.ends < instant(session.begun)))
    connection.execute(
        insert(SESSION),
        {
            "token_hash": hash_of(token),
            "csrf": session.csrf,
            "subject": session.operator.subject,
            "name": session.operator.name,
            "roles": " ".join(sorted(session.operator.roles)),
            "begun": instant(session.begun),
            "seen": instant(session.begun),
            "ends": instant(session.ends),
        },
    )


def session_of(connection: Connection, token: str, now: datetime, idle: timedelta) -> Session | None:
    """The session that this token opens, unless it was revoked, ended, or not used for `idle`."""
    row = connection.execute(
        select(SESSION).where(
            SESSION.c.token_hash == hash_of(token),
            SESSION.c.revoked.is_(None),
            SESSION.c.ends > instant(now),
            SESSION.c.seen > instant(now - idle),
        )
    ).one_or_none()
    if row is None:
        return None
    operator = Operator(row.subject, row.name, frozenset(Role(role) for role in row.roles.split()))
    return Session(operator, row.csrf, moment(row.begun), moment(row.ends))


def touch(connection: Connection, token: str, now: datetime, since: timedelta) -> None:
    """Notes that a session is in use; not again within `since`, so that reading pages hardly writes."""
    fresh = (SESSION.c.token_hash == hash_of(token), SESSION.c.seen < instant(now - since))
    connection.execute(update(SESSION).where(*fresh).values(seen=instant(now)))


def revoke(connection: Connection, token: str, now: datetime) -> None:
    """Ends one session."""
    mine = (SESSION.c.token_hash == hash_of(token), SESSION.c.revoked.is_(None))
    connection.execute(update(SESSION).where(*mine).values(revoked=instant(now)))
