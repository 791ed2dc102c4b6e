"""What the relay writes and asks, a statement per table and batch, inside the caller's transaction.

Every function takes an open connection and never commits. States only move up; keys are (source OIN, id).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.database import instant
from hub.messagelog.tables import EDGE_STATUS, ENTRY, MESSAGE, QUARANTINE, RECEIPT, SALT, SEALED, State

Key = tuple[str, str]  # (source OIN, message id)
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Known:
    """A message that the hub holds, as far as a decision about a duplicate or a receipt needs it."""

    source_oin: str
    id: str
    signing_hash: str
    refhash: str
    source: str
    recipient_oin: str
    type: str
    correlationid: str
    subject: str
    received: int
    state: State
    outcome: str | None
    outcome_code: str | None
    receipt_id: str | None
    attempts: int

    @property
    def key(self) -> Key:
        """(source OIN, id)."""
        return (self.source_oin, self.id)


@dataclass(frozen=True, slots=True)
class Opener:
    """An accepted message of a conversation: what was said first decides what may be answered."""

    correlationid: str
    source_oin: str
    recipient_oin: str
    type: str
    received: int


_KNOWN = [MESSAGE.c[name] for name in Known.__dataclass_fields__]
_OPENER = [MESSAGE.c[name] for name in Opener.__dataclass_fields__]


def known(connection: Connection, keys: Iterable[Key]) -> dict[Key, Known]:
    """The messages among `keys` that the hub holds."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    rows = connection.execute(select(*_KNOWN).where(tuple_(MESSAGE.c.source_oin, MESSAGE.c.id).in_(wanted)))
    found = (Known(**{**row._mapping, "state": State(row.state)}) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name
    return {one.key: one for one in found}


def openers(connection: Connection, conversations: Iterable[str]) -> list[Opener]:
    """Every accepted message of these conversations, oldest first."""
    wanted = sorted(set(conversations))
    if not wanted:
        return []
    query = select(*_OPENER).where(MESSAGE.c.correlationid.in_(wanted)).order_by(MESSAGE.c.received)
    return [Opener(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001


def add_messages(connection: Connection, rows: Sequence[Row], bodies: Mapping[Key, bytes]) -> None:
    """Keeps accepted messages and their sealed bytes; rows sorted by key, so that two writers cannot deadlock."""
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: (str(row["source_oin"]), str(row["id"])))
    connection.execute(insert(MESSAGE), ordered)
    connection.execute(
        insert(SEALED),
        [{"source_oin": row["source_oin"], "id": row["id"], "body": bodies[_key(row)]} for row in ordered],
    )


def _key(row: Row) -> Key:
    return (str(row["source_oin"]), str(row["id"]))


def sealed(connection: Connection, keys: Iterable[Key]) -> dict[Key, bytes]:
    """The bytes that are still held for these messages."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    rows = connection.execute(select(SEALED).where(tuple_(SEALED.c.source_oin, SEALED.c.id).in_(wanted)))
    return {(row.source_oin, row.id): row.body for row in rows}


def mark_forwarded(connection: Connection, keys: Sequence[Key], now: datetime, next_attempt: datetime) -> None:
    """The broker confirmed these in their inbox; `next_attempt` is when the keeper looks whether a receipt came."""
    if not keys:
        return
    connection.execute(
        update(MESSAGE)
        .where(tuple_(MESSAGE.c.source_oin, MESSAGE.c.id).in_(sorted(keys)), MESSAGE.c.state <= State.FORWARDED)
        .values(
            state=State.FORWARDED,
            forwarded_at=instant(now),
            attempts=MESSAGE.c.attempts + 1,
            next_attempt=instant(next_attempt),
        ),
    )


def postpone(connection: Connection, keys: Sequence[Key], next_attempt: datetime) -> None:
    """These could not be published; the keeper tries again at `next_attempt`."""
    if not keys:
        return
    connection.execute(
        update(MESSAGE)
        .where(tuple_(MESSAGE.c.source_oin, MESSAGE.c.id).in_(sorted(keys)), MESSAGE.c.state <= State.FORWARDED)
        .values(attempts=MESSAGE.c.attempts + 1, next_attempt=instant(next_attempt)),
    )


def add_outcomes(connection: Connection, rows: Sequence[Row]) -> None:
    """Recipients' results: `{key_oin, key_id, new_outcome, new_code, at, by_receipt}`; then the sealed bytes go.

    A receipt moves a message up from every lower state, from EXPIRED too (T2); a second receipt changes nothing.
    """
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: (str(row["key_oin"]), str(row["key_id"])))
    connection.execute(
        update(MESSAGE)
        .where(
            MESSAGE.c.source_oin == bindparam("key_oin"),
            MESSAGE.c.id == bindparam("key_id"),
            MESSAGE.c.state < State.ANSWERED,
        )
        .values(
            state=State.ANSWERED,
            outcome=bindparam("new_outcome"),
            outcome_code=bindparam("new_code"),
            outcome_at=bindparam("at"),
            receipt_id=bindparam("by_receipt"),
            next_attempt=None,
        ),
        ordered,
    )
    keys = [(str(row["key_oin"]), str(row["key_id"])) for row in ordered]
    connection.execute(delete(SEALED).where(tuple_(SEALED.c.source_oin, SEALED.c.id).in_(keys)))


def mark_expired(connection: Connection, keys: Sequence[Key], now: datetime) -> None:
    """The hub gave up hope for these (T1), where no receipt came in the meantime; the bytes stay until one does."""
    if not keys:
        return
    connection.execute(
        update(MESSAGE)
        .where(tuple_(MESSAGE.c.source_oin, MESSAGE.c.id).in_(sorted(keys)), MESSAGE.c.state < State.EXPIRED)
        .values(state=State.EXPIRED, outcome="expired", outcome_at=instant(now), next_attempt=None),
    )


def add_receipts(connection: Connection, rows: Sequence[Row]) -> None:
    """Keeps recipients' receipts, to be sent again to a sender that asks; one that is held already stays as it is."""
    if rows:
        connection.execute(_insert_if_absent(connection, RECEIPT), list(rows))


def receipts(connection: Connection, keys: Iterable[Key]) -> dict[Key, bytes]:
    """Receipt bodies by (recipient OIN, receipt id)."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    rows = connection.execute(select(RECEIPT).where(tuple_(RECEIPT.c.source_oin, RECEIPT.c.id).in_(wanted)))
    return {(row.source_oin, row.id): row.body for row in rows}


def add_entries(connection: Connection, rows: Sequence[Row]) -> None:
    """Appends log entries; the sequencer gives them their index later. `subject` becomes its salted hash."""
    if not rows:
        return
    salts = _salts(connection, {str(row["subject"]) for row in rows if row.get("subject")})
    complete = []
    for row in rows:
        subject = row.get("subject")
        hashed = hashlib.sha256(salts[str(subject)] + str(subject).encode()).hexdigest() if subject else None
        complete.append({**_EMPTY_ENTRY, **{name: row[name] for name in row if name != "subject"}, "subj": hashed})
    connection.execute(insert(ENTRY), complete)


_EMPTY_ENTRY: Row = dict.fromkeys(("id", "ref", "type", "src", "rcpt", "kid", "refhash", "result", "code"))


def _salts(connection: Connection, subjects: set[str]) -> dict[str, bytes]:
    """One random salt per case pseudonym, in a table of its own: erased with the case, the tree stays whole."""
    if not subjects:
        return {}
    new = [{"subject": subject, "salt": os.urandom(16)} for subject in sorted(subjects)]
    connection.execute(_insert_if_absent(connection, SALT), new)
    rows = connection.execute(select(SALT).where(SALT.c.subject.in_(sorted(subjects))))
    return {row.subject: row.salt for row in rows}


def _insert_if_absent(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def add_quarantined(connection: Connection, row: Row) -> None:
    """Keeps evidence of a message that could not be carried or attributed."""
    connection.execute(insert(QUARANTINE), [row])


def put_edge_status(connection: Connection, rows: Sequence[Row]) -> None:
    """What each edge last said about itself; an older report never replaces a newer one."""
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(EDGE_STATUS)
    newer = statement.on_conflict_do_update(
        index_elements=[EDGE_STATUS.c.oin],
        set_={column.name: statement.excluded[column.name] for column in EDGE_STATUS.c if column.name != "oin"},
        where=EDGE_STATUS.c.time <= statement.excluded.time,
    )
    connection.execute(newer, list(rows))


def undelivered(connection: Connection, now: datetime, most: int) -> list[Known]:
    """Messages whose next attempt is due and that have no outcome yet, oldest first."""
    query = (
        select(*_KNOWN)
        .where(MESSAGE.c.state <= State.FORWARDED, MESSAGE.c.next_attempt <= instant(now))
        .order_by(MESSAGE.c.next_attempt)
        .limit(most)
    )
    return [Known(**{**row._mapping, "state": State(row.state)}) for row in connection.execute(query)]  # noqa: SLF001


def overdue_expiry(connection: Connection, passed_before: datetime, most: int) -> list[Known]:
    """Messages without an outcome whose `expirytime` lies before `passed_before`."""
    query = (
        select(*_KNOWN)
        .where(and_(MESSAGE.c.state < State.EXPIRED, MESSAGE.c.expirytime <= instant(passed_before)))
        .order_by(MESSAGE.c.expirytime)
        .limit(most)
    )
    return [Known(**{**row._mapping, "state": State(row.state)}) for row in connection.execute(query)]  # noqa: SLF001


def sequence_entries(connection: Connection, most: int) -> int:
    """Gives the oldest entries without an index the next ones; only the keeper's one leader may call this."""
    last = connection.execute(
        select(ENTRY.c.leaf_index).order_by(ENTRY.c.leaf_index.desc().nulls_last()).limit(1)
    ).scalar()
    pending = connection.execute(
        select(ENTRY.c.row_id).where(ENTRY.c.leaf_index.is_(None)).order_by(ENTRY.c.row_id).limit(most),
    ).scalars()
    start = -1 if last is None else int(last)
    rows = [{"key": row_id, "index": start + offset} for offset, row_id in enumerate(pending, 1)]
    if rows:
        connection.execute(
            update(ENTRY).where(ENTRY.c.row_id == bindparam("key")).values(leaf_index=bindparam("index")),
            rows,
        )
    return len(rows)
