"""What DDAS writes and asks, inside the caller's transaction; nothing here commits. Facts are only added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update

from adapters.haarlem.ddas.facts import Fact, FactKind
from adapters.haarlem.ddas.tables import ACCESS_TOKEN, CLIENT, FACT
from adapters.haarlem.tables import ACCESS, CASE
from hub.database import instant, moment


@dataclass(frozen=True, slots=True)
class Client:
    """A system that may fetch deliveries; of its secret only the SHA-256 is kept."""

    id: str
    name: str
    digest: str
    made_at: datetime
    revoked_at: datetime | None = None


# — facts —————————————————————————————————————————————————————————————————————————————————————————————————————————


def add_facts(tx: Connection, facts: Iterable[Fact]) -> None:
    """More facts, in this order."""
    for fact in facts:
        tx.execute(
            insert(FACT).values(
                case_id=fact.case_id,
                at=instant(fact.at),
                day=fact.day.isoformat(),
                kind=fact.kind.value,
                value=fact.value,
                end=None if fact.end is None else fact.end.isoformat(),
            ),
        )


def facts(tx: Connection, case_id: str | None = None) -> list[Fact]:
    """The facts of one case, or of all; oldest first."""
    query = select(FACT).order_by(FACT.c.number)
    if case_id is not None:
        query = query.where(FACT.c.case_id == case_id)
    return [
        Fact(
            case_id=row.case_id,
            at=moment(row.at),
            day=date.fromisoformat(row.day),
            kind=FactKind(row.kind),
            value=row.value,
            end=None if row.end is None else date.fromisoformat(row.end),
            number=row.number,
        )
        for row in tx.execute(query)
    ]


def cases_without_facts(tx: Connection) -> list[str]:
    """Cases that are older than these books."""
    told = select(FACT.c.case_id)
    return list(tx.execute(select(CASE.c.id).where(CASE.c.id.not_in(told))).scalars())


# — who may fetch —————————————————————————————————————————————————————————————————————————————————————————————————


def add_client(tx: Connection, client: Client) -> None:
    """A new client."""
    values = {"id": client.id, "name": client.name, "digest": client.digest, "made_at": instant(client.made_at)}
    tx.execute(insert(CLIENT).values(**values))


def clients(tx: Connection, client_id: str | None = None) -> list[Client]:
    """Every client, or the one with this id."""
    query = select(CLIENT).order_by(CLIENT.c.made_at)
    if client_id is not None:
        query = query.where(CLIENT.c.id == client_id)
    return [
        Client(row.id, row.name, row.digest, moment(row.made_at), row.revoked_at and moment(row.revoked_at))
        for row in tx.execute(query)
    ]


def revoke_client(tx: Connection, client_id: str, at: datetime) -> bool:
    """Revokes a client and every token that it has; whether there was one that was not revoked yet."""
    wanted = (CLIENT.c.id == client_id, CLIENT.c.revoked_at.is_(None))
    revoked = tx.execute(update(CLIENT).where(*wanted).values(revoked_at=instant(at))).rowcount == 1
    tx.execute(delete(ACCESS_TOKEN).where(ACCESS_TOKEN.c.client_id == client_id))
    return revoked


def add_access_token(tx: Connection, digest: str, client_id: str, now: datetime, expires_at: datetime) -> None:
    """A new access token; those that ended more than a day ago are forgotten."""
    tx.execute(delete(ACCESS_TOKEN).where(ACCESS_TOKEN.c.expires_at < instant(now) - 86_400_000_000))
    tx.execute(insert(ACCESS_TOKEN).values(digest=digest, client_id=client_id, expires_at=instant(expires_at)))


def access_token(tx: Connection, digest: str) -> tuple[str, datetime] | None:
    """The client of an access token, and until when the token may be used."""
    row = tx.execute(select(ACCESS_TOKEN).where(ACCESS_TOKEN.c.digest == digest)).first()
    return None if row is None else (row.client_id, moment(row.expires_at))


def log_delivered(tx: Connection, at: datetime, client_id: str, act: str, case_ids: Iterable[str]) -> None:
    """A line of the access log for each case that is delivered, and one for the delivery as a whole."""
    told = list(case_ids)
    line = {"at": instant(at), "token_id": client_id, "employee": client_id, "act": act, "status": 200}
    tx.execute(insert(ACCESS).values(**line, case_id=None, found=len(told)))
    if told:
        tx.execute(insert(ACCESS), [{**line, "case_id": case_id, "found": None} for case_id in told])
