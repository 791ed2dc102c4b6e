"""What the counter writes and asks: tokens, the access log, kept answers, imports; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.haarlem.tables import ACCESS, ANSWER, IMPORT, IMPORTED_ROW, TOKEN
from hub.database import instant, moment


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token as it is kept: its SHA-256 only."""

    id: str
    name: str
    digest: str
    scopes: frozenset[str]
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to a key before: replayed as it was."""

    digest: str
    status: int
    case_id: str | None
    location: str | None
    body: str


@dataclass(frozen=True, slots=True)
class Import:
    """One import and its result file."""

    id: str
    digest: str
    at: datetime
    employee: str
    total: int
    done: int
    already: int
    refused: int
    result: str


def add_token(tx: Connection, token: Token) -> None:
    """A new token."""
    tx.execute(
        insert(TOKEN).values(
            id=token.id,
            name=token.name,
            digest=token.digest,
            scopes=" ".join(sorted(token.scopes)),
            made_at=instant(token.made_at),
            expires_at=None if token.expires_at is None else instant(token.expires_at),
        ),
    )


def tokens(tx: Connection, digest: str | None = None) -> list[Token]:
    """Every token, or the one with this digest."""
    query = select(TOKEN).order_by(TOKEN.c.made_at)
    if digest is not None:
        query = query.where(TOKEN.c.digest == digest)
    return [
        Token(
            id=row.id,
            name=row.name,
            digest=row.digest,
            scopes=frozenset(row.scopes.split()),
            made_at=moment(row.made_at),
            expires_at=None if row.expires_at is None else moment(row.expires_at),
            revoked_at=None if row.revoked_at is None else moment(row.revoked_at),
        )
        for row in tx.execute(query)
    ]


def revoke_token(tx: Connection, token_id: str, at: datetime) -> bool:
    """Revokes; whether there was such a token that was not revoked yet."""
    wanted = (TOKEN.c.id == token_id, TOKEN.c.revoked_at.is_(None))
    return tx.execute(update(TOKEN).where(*wanted).values(revoked_at=instant(at))).rowcount == 1


def add_access(
    tx: Connection,
    at: datetime,
    token_id: str,
    employee: str,
    act: str,
    case_id: str | None,
    status: int,
    found: int | None,
) -> None:
    """One line of the access log: who did what with which case, and how it was answered."""
    values = {"token_id": token_id, "employee": employee, "act": act, "case_id": case_id}
    tx.execute(insert(ACCESS).values(at=instant(at), status=status, found=found, **values))


def accesses(tx: Connection, case_id: str | None = None) -> list[tuple[datetime, str, str, str | None, int]]:
    """(when, employee, act, case, status) of every line, or of those of one case; oldest first."""
    query = select(ACCESS).order_by(ACCESS.c.row_id)
    if case_id is not None:
        query = query.where(ACCESS.c.case_id == case_id)
    return [(moment(row.at), row.employee, row.act, row.case_id, row.status) for row in tx.execute(query)]


def claim_key(tx: Connection, token_id: str, key: str, digest: str, at: datetime) -> bool:
    """Takes an idempotency key for this transaction; False when it is taken already.

    A second call with the same key waits here until the first has committed or failed.
    """
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    values = {"token_id": token_id, "key": key, "digest": digest, "at": instant(at)}
    claimed = dialect.insert(ANSWER).values(**values).on_conflict_do_nothing().returning(ANSWER.c.key)
    return tx.execute(claimed).first() is not None  # PostgreSQL's driver counts no rows here


def keep_answer(tx: Connection, token_id: str, key: str, answer: KeptAnswer) -> None:
    """Keeps what is answered to a claimed key."""
    values = {"status": answer.status, "case_id": answer.case_id, "location": answer.location, "body": answer.body}
    tx.execute(update(ANSWER).where(ANSWER.c.token_id == token_id, ANSWER.c.key == key).values(**values))


def kept_answer(tx: Connection, token_id: str, key: str) -> KeptAnswer | None:
    """What was answered to this key before."""
    row = tx.execute(select(ANSWER).where(ANSWER.c.token_id == token_id, ANSWER.c.key == key)).first()
    return None if row is None else KeptAnswer(row.digest, row.status, row.case_id, row.location, row.body)


def drop_answers(tx: Connection, before: datetime) -> None:
    """Forgets the answers kept before this instant."""
    tx.execute(delete(ANSWER).where(ANSWER.c.at < instant(before)))


def add_import(tx: Connection, done: Import) -> None:
    """One import that has run to its end."""
    tx.execute(
        insert(IMPORT).values(
            id=done.id,
            digest=done.digest,
            at=instant(done.at),
            employee=done.employee,
            total=done.total,
            done=done.done,
            already=done.already,
            refused=done.refused,
            result=done.result,
        ),
    )


def find_import(tx: Connection, import_id: str) -> Import | None:
    """One import."""
    row = tx.execute(select(IMPORT).where(IMPORT.c.id == import_id)).first()
    if row is None:
        return None
    counts = (row.total, row.done, row.already, row.refused)
    return Import(row.id, row.digest, moment(row.at), row.employee, *counts, row.result)


def imported(tx: Connection, digests: Iterable[str]) -> dict[str, str]:
    """The case of each of these rows that was carried out before."""
    wanted = sorted(set(digests))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), 500):  # databases bound the number of values in one statement
        part = wanted[start : start + 500]
        query = select(IMPORTED_ROW.c.digest, IMPORTED_ROW.c.case_id).where(IMPORTED_ROW.c.digest.in_(part))
        found.update({row.digest: row.case_id for row in tx.execute(query)})
    return found


def add_imported(tx: Connection, digest: str, case_id: str, at: datetime) -> None:
    """Remembers that a row was carried out, in the transaction that did so."""
    tx.execute(insert(IMPORTED_ROW).values(digest=digest, case_id=case_id, at=instant(at)))
