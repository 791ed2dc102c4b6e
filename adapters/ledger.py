"""The adapter's own record: what it must send (outbox), what it was sent and did (inbox), on SQLite or PostgreSQL.

The ledger is the truth; the broker is transport. It holds plaintext, so the file is 0600 and belongs to one party.
Statements take an open connection and never commit, so that an adapter's own tables change in the same transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import (
    Connection,
    Row,
    Table,
    Update,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from adapters.migrations import Schema, upgrade
from adapters.tables import CONVERSATION, EVIDENCE, HELD, INBOX, OUTBOX, SCHEMA, Sent, Taken
from hub.database import Database

__all__ = ["INBOX", "OUTBOX", "IncomingRow", "Key", "Ledger", "OutgoingRow", "Sent", "Taken", "Values"]

P = ParamSpec("P")
T = TypeVar("T")
Key = tuple[str, str]  # (source OIN, message id)
Values = dict[str, object]
OutgoingRow = Row[Any]
IncomingRow = Row[Any]


class Ledger:
    """One party's ledger; an adapter adds its own tables with `upgrade`."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self._on_commit: list[Callable[[], None]] = []
        self.upgrade(SCHEMA)

    def upgrade(self, schema: Schema) -> None:
        """Brings the tables of one part to this release; those of the edge already are.

        Raises:
            RefusedError: `settings_invalid` for a ledger of a newer release.
        """
        upgrade(self.database, schema)

    def on_commit(self, call: Callable[[], None]) -> None:
        """`call` is called, in the committing thread, after every transaction of `begin`."""
        self._on_commit.append(call)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction, in this thread; what it published is sent as soon as it commits."""
        with self.database.begin() as connection:
            yield connection
        for call in self._on_commit:
            call()

    async def committed(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `act(connection, …)` in one transaction of `begin`, off the event loop."""

        def transaction() -> T:
            with self.begin() as connection:
                return act(connection, *args, **kwargs)

        return await asyncio.to_thread(transaction)

    def check(self) -> None:
        """Return only if it takes a row: a full disk answers a question and cannot keep a message."""
        with self.database.begin() as connection:
            _put_conversation(connection, {"correlationid": "-", "counterpart": "-"}, last_sent=0)

    def close(self) -> None:
        """Closes the database."""
        self.database.close()


# — outbox ————————————————————————————————————————————————————————————————————————————————————————————————————————


def next_sequence(tx: Connection, conversation: str, counterpart: str, floor: int) -> int:
    """The next sequence in this conversation: max(last + 1, floor), so that a restored ledger reuses none."""
    last = tx.execute(select(func.max(CONVERSATION.c.last_sent)).filter_by(correlationid=conversation)).scalar()
    sequence = floor if last is None else max(last + 1, floor)
    _put_conversation(tx, {"correlationid": conversation, "counterpart": counterpart}, last_sent=sequence)
    return sequence


def _put_conversation(tx: Connection, key: dict[str, str], **values: int) -> None:
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(CONVERSATION).values(**{"last_sent": 0, "last_applied": 0, **key, **values})
    tx.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def add_outgoing(tx: Connection, values: Values) -> None:
    """Puts a sealed message into the outbox."""
    tx.execute(insert(OUTBOX), [values])


def outgoing_due(tx: Connection, now: int, most: int) -> Sequence[Row[Any]]:
    """Messages to publish now, in the order in which they were made."""
    query = select(OUTBOX).where(OUTBOX.c.next_attempt <= now).order_by(OUTBOX.c.created, OUTBOX.c.sequence).limit(most)
    return tx.execute(query).all()


def mark_published(tx: Connection, marks: Sequence[Values]) -> None:
    """`{key, was, to, new_attempts, at}` each: only where no news of the hub moved the message up in the meantime."""
    tx.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id == bindparam("key"), OUTBOX.c.state == bindparam("was"))
        .values(state=bindparam("to"), attempts=bindparam("new_attempts"), next_attempt=bindparam("at")),
        list(marks),
    )


def outgoing(tx: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Outbox rows by id."""
    return {row.id: row for row in tx.execute(select(OUTBOX).where(OUTBOX.c.id.in_(sorted(ids))))}


def settle_outgoing(tx: Connection, news: Sequence[Values]) -> None:
    """`{key, to, at, new_outcome, new_code, new_by, told}` each: moves messages up; never down."""
    if news:
        tx.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id == bindparam("key"), OUTBOX.c.state < bindparam("to"))
            .values(
                state=bindparam("to"),
                next_attempt=bindparam("at"),
                outcome=bindparam("new_outcome"),
                outcome_code=bindparam("new_code"),
                outcome_by=bindparam("new_by"),
                outcome_at=bindparam("told"),
            ),
            list(news),
        )


# — inbox —————————————————————————————————————————————————————————————————————————————————————————————————————————


def incoming(tx: Connection, keys: Sequence[Key]) -> dict[Key, Row[Any]]:
    """Inbox rows by (source OIN, id).

    Both columns apart and not as a pair, because SQLite reads the whole table for more than one pair.
    """
    asked = set(keys)
    if not asked:
        return {}
    oins, ids = sorted({oin for oin, _ in asked}), sorted({message_id for _, message_id in asked})
    rows = tx.execute(select(INBOX).where(INBOX.c.source_oin.in_(oins), INBOX.c.id.in_(ids)))
    return {(row.source_oin, row.id): row for row in rows if (row.source_oin, row.id) in asked}


def add_incoming(tx: Connection, rows: Sequence[Values]) -> None:
    """Stores messages durably: from here on they are this party's to act on."""
    if rows:
        tx.execute(insert(INBOX), list(rows))


def update_incoming(tx: Connection, keys: Sequence[Key], **values: object) -> None:
    """Changes these rows alike."""
    if keys:
        tx.execute(_one_incoming().values(**values), _named(keys))


def owe_receipt_again(tx: Connection, keys: Sequence[Key]) -> None:
    """A duplicate came: the same answer goes out again, where there is one yet."""
    if keys:
        tx.execute(_one_incoming().where(INBOX.c.result.is_not(None)).values(receipt_due=True), _named(keys))


def _one_incoming() -> Update:
    return update(INBOX).where(INBOX.c.source_oin == bindparam("key_oin"), INBOX.c.id == bindparam("key_id"))


def _named(keys: Sequence[Key]) -> list[dict[str, str]]:
    return [{"key_oin": oin, "key_id": message_id} for oin, message_id in sorted(set(keys))]


def receipts_due(tx: Connection, most: int) -> Sequence[Row[Any]]:
    """Decided messages whose receipt the broker has not confirmed yet."""
    query = select(INBOX).where(INBOX.c.receipt_due.is_(True), INBOX.c.result.is_not(None)).limit(most)
    return tx.execute(query).all()


def types_seen(tx: Connection, conversations: Iterable[str]) -> dict[str, set[str]]:
    """Per conversation the full names of the types that were accepted here or sent from here."""
    wanted = sorted(set(conversations))
    if not wanted:
        return {}
    here = select(INBOX.c.correlationid, INBOX.c.type).where(
        INBOX.c.correlationid.in_(wanted), INBOX.c.result == "accepted"
    )
    sent = select(OUTBOX.c.correlationid, OUTBOX.c.type).where(OUTBOX.c.correlationid.in_(wanted))
    found: dict[str, set[str]] = {}
    for conversation, message_type in tx.execute(here.union(sent)):
        found.setdefault(conversation, set()).add(message_type)
    return found


def waiting(tx: Connection, conversations: Iterable[str] | None = None) -> Sequence[Row[Any]]:
    """Messages that wait for an earlier one, of these conversations or of all."""
    query = select(INBOX).where(INBOX.c.state == Taken.WAITING)
    if conversations is not None:
        wanted = sorted(set(conversations))
        if not wanted:
            return []
        query = query.where(INBOX.c.correlationid.in_(wanted))
    return tx.execute(query.order_by(INBOX.c.sequence)).all()


def heads(tx: Connection, now: int, types: Sequence[str], most: int) -> list[Row[Any]]:
    """The next message to act on of each conversation that has one of these types, where it is due.

    A conversation is what one counterpart says under one correlationid. Next is what was begun and not concluded, for
    it may have been done: an older one that came since would undo it. Else the lowest sequence. A conversation whose
    next message is being acted on, uncertain, failed or backing off waits; no other does.
    """
    counterpart = (INBOX.c.correlationid, INBOX.c.source_oin)
    rank = case((INBOX.c.attempts > 0, -1), else_=INBOX.c.sequence)
    first = (
        select(*counterpart, func.min(rank).label("rank"))
        .where(INBOX.c.state.in_((Taken.READY, Taken.ACTING, Taken.UNCERTAIN, Taken.FAILED)))
        .group_by(*counterpart)
        .subquery()
    )
    query = (
        select(INBOX)
        .join(
            first,
            and_(
                INBOX.c.correlationid == first.c.correlationid,
                INBOX.c.source_oin == first.c.source_oin,
                rank == first.c.rank,
            ),
        )
        .where(
            INBOX.c.state == Taken.READY,
            or_(INBOX.c.next_attempt.is_(None), INBOX.c.next_attempt <= now),
            INBOX.c.type.in_(types),
        )
        .order_by(INBOX.c.crashes.desc(), INBOX.c.received, INBOX.c.id)
        .limit(most)
    )
    found: dict[tuple[str, str], Row[Any]] = {}
    for row in tx.execute(query):
        found.setdefault((row.correlationid, row.source_oin), row)
    return list(found.values())


def in_state(tx: Connection, *states: Taken) -> Sequence[Row[Any]]:
    """Inbox rows in these states, oldest first."""
    return tx.execute(select(INBOX).where(INBOX.c.state.in_(states)).order_by(INBOX.c.received)).all()


def last_applied(tx: Connection, conversation: str, counterpart: str) -> int:
    """The sequence of the newest state-setting message of this counterpart that was applied."""
    query = select(CONVERSATION.c.last_applied).filter_by(correlationid=conversation, counterpart=counterpart)
    return tx.execute(query).scalar() or 0


def put_applied(tx: Connection, conversation: str, counterpart: str, sequence: int) -> None:
    """Remembers that a state-setting message was applied."""
    key = {"correlationid": conversation, "counterpart": counterpart}
    _put_conversation(tx, key, last_applied=max(sequence, last_applied(tx, conversation, counterpart)))


def last_done(tx: Connection, conversation: str, counterpart: str, message_type: str) -> int:
    """The sequence of the newest message of this type of this counterpart that was acted on in this conversation."""
    query = select(func.max(INBOX.c.sequence)).where(
        INBOX.c.correlationid == conversation,
        INBOX.c.source_oin == counterpart,
        INBOX.c.type == message_type,
        INBOX.c.state == Taken.DONE,
    )
    return tx.execute(query).scalar() or 0


def open_counts(tx: Connection) -> tuple[int, int | None, int]:
    """(acts not done yet, when the oldest came, how many are uncertain): what the edge reports of itself."""
    undone = INBOX.c.state.in_((Taken.READY, Taken.ACTING))
    waiting_count, oldest = tx.execute(select(func.count(), func.min(INBOX.c.received)).where(undone)).one()
    uncertain = tx.execute(select(func.count()).where(INBOX.c.state == Taken.UNCERTAIN)).scalar() or 0
    return waiting_count, oldest, uncertain


# — what could not be read ————————————————————————————————————————————————————————————————————————————————————————


def hold(tx: Connection, held: Sequence[Values]) -> None:
    """Keeps bodies that could not be read through what may be our own fault; the first time of arrival counts."""
    _add_once(tx, HELD, held)


def _add_once(tx: Connection, table: Table, values: Sequence[Values]) -> None:
    if values:
        dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
        tx.execute(dialect.insert(table).on_conflict_do_nothing(), list(values))


def held(tx: Connection, most: int, after: str = "") -> Sequence[Row[Any]]:
    """Bodies that are held, a page at a time: those whose refhash comes after the last one of the page before."""
    return tx.execute(select(HELD).where(HELD.c.refhash > after).order_by(HELD.c.refhash).limit(most)).all()


def release(tx: Connection, refhashes: Sequence[str]) -> None:
    """Holds these bodies no longer."""
    if refhashes:
        tx.execute(HELD.delete().where(HELD.c.refhash.in_(sorted(refhashes))))


def add_evidence(tx: Connection, found: Sequence[Values]) -> None:
    """Keeps bodies that nobody may be told about: an outer layer that fails, another's message, a reused id."""
    _add_once(tx, EVIDENCE, found)


def evidence(tx: Connection) -> Sequence[Row[Any]]:
    """All evidence, oldest first."""
    return tx.execute(select(EVIDENCE).order_by(EVIDENCE.c.received)).all()
