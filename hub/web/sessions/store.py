"""Sessions and sign-ins as rows: begun, found, seen, revoked. Every method takes an open connection."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from hub.database import instant, moment
from hub.web.sessions import Session, SignIn, User, hash_of
from hub.web.sessions.tables import SessionTables


class SessionStore:
    """The sign-ins and sessions of one site."""

    def __init__(self, tables: SessionTables) -> None:
        self._sign_in = tables.sign_in
        self._session = tables.session

    def add_sign_in(self, connection: Connection, state: str, sign_in: SignIn, oldest: datetime) -> None:
        """Remembers a sign-in; those begun before `oldest` are forgotten."""
        connection.execute(delete(self._sign_in).where(self._sign_in.c.begun < instant(oldest)))
        connection.execute(
            insert(self._sign_in),
            {
                "state_hash": hash_of(state),
                "nonce": sign_in.nonce,
                "verifier": sign_in.verifier,
                "return_to": sign_in.return_to,
                "begun": instant(sign_in.begun),
            },
        )

    def take_sign_in(self, connection: Connection, state: str, oldest: datetime) -> SignIn | None:
        """The sign-in with this state, once: who comes second, or too late, gets nothing."""
        key = self._sign_in.c.state_hash == hash_of(state)
        row = connection.execute(select(self._sign_in).where(key)).one_or_none()
        if row is None or connection.execute(delete(self._sign_in).where(key)).rowcount != 1:
            return None
        begun = moment(row.begun)
        return SignIn(row.nonce, row.verifier, row.return_to, begun) if begun >= oldest else None

    def add(self, connection: Connection, token: str, session: Session) -> None:
        """Begins a session; rows of sessions that ended are forgotten, the trail keeps who was there."""
        connection.execute(delete(self._session).where(self._session.c.ends < instant(session.begun)))
        connection.execute(
            insert(self._session),
            {
                "token_hash": hash_of(token),
                "csrf": session.csrf,
                "subject": session.user.subject,
                "name": session.user.name,
                "roles": " ".join(sorted(session.user.roles)),
                "begun": instant(session.begun),
                "seen": instant(session.begun),
                "ends": instant(session.ends),
            },
        )

    def find(self, connection: Connection, token: str, now: datetime, idle: timedelta) -> Session | None:
        """The session that this token opens, unless it was revoked, ended, or not used for `idle`."""
        row = connection.execute(
            select(self._session).where(
                self._session.c.token_hash == hash_of(token),
                self._session.c.revoked.is_(None),
                self._session.c.ends > instant(now),
                self._session.c.seen > instant(now - idle),
            )
        ).one_or_none()
        if row is None:
            return None
        user = User(row.subject, row.name, frozenset(row.roles.split()))
        return Session(user, row.csrf, moment(row.begun), moment(row.ends))

    def touch(self, connection: Connection, token: str, now: datetime, since: timedelta) -> None:
        """Notes that a session is in use; not again within `since`, so that reading pages hardly writes."""
        fresh = (self._session.c.token_hash == hash_of(token), self._session.c.seen < instant(now - since))
        connection.execute(update(self._session).where(*fresh).values(seen=instant(now)))

    def revoke(self, connection: Connection, token: str, now: datetime) -> None:
        """Ends one session."""
        mine = (self._session.c.token_hash == hash_of(token), self._session.c.revoked.is_(None))
        connection.execute(update(self._session).where(*mine).values(revoked=instant(now)))

    def revoke_all(self, connection: Connection, subject: str, now: datetime) -> int:
        """Ends every session of somebody; how many there were."""
        theirs = (self._session.c.subject == subject, self._session.c.revoked.is_(None))
        return connection.execute(update(self._session).where(*theirs).values(revoked=instant(now))).rowcount
