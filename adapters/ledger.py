"""The adapter's own record: what it must send (outbox), what it was sent and did (inbox), on SQLite or PostgreSQL.

The ledger is the truth; the broker is transport. It holds plaintext, so the file is 0600 and belongs to one party.
Statements take an open connection and never commit, so that an adapter's own tables change in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    LargeBinary,
    MetaData,
    Row,
    SmallInteger,
    String,
    Table,
    Text,
    bindparam,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from hub.database import Database

METADATA = MetaData()
Key = tuple[str, str]  # (source OIN, message id)
Values = dict[str, object]
OutgoingRow = Row[Any]
IncomingRow = Row[Any]


class Sent(IntEnum):
    """Where an outgoing message is; only ever moves up."""

    QUEUED = 1  # in this ledger, not confirmed by the broker yet
    PUBLISHED = 2  # at the broker; the hub has not answered yet
    ACCEPTED = 3  # the hub keeps it
    EXPIRED = 4  # the hub gave up hope; a late receipt still replaces this once
    SETTLED = 5  # refused by the hub, or answered by the recipient


class Taken(IntEnum):
    """Where an incoming message is."""

    WAITING = 1  # for an earlier message of its conversation; its receipt is withheld
    READY = 2  # receipted; to be acted on at `next_attempt`
    ACTING = 3  # the intent is recorded; a crash here may have come after the act
    UNCERTAIN = 4  # the act may or may not have happened and the outside system cannot tell: a person decides
    FAILED = 5  # the outside system refuses: a person decides
    DONE = 6
    OVERTAKEN = 7  # a newer state-setting message was applied first: never acted on
    REFUSED = 8  # refused with a receipt


OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("type", String(120), nullable=False),
    Column("recipient", String(20), nullable=False),
    Column("subject", String(36), nullable=False),
    Column("correlationid", String(36), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("refhash", String(72), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expirytime", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("next_attempt", BigInteger),
    Column("outcome", String(8)),
    Column("outcome_code", String(32)),
    Column("outcome_by", String(9)),
    Column("outcome_at", BigInteger),
    Index("outbox_due", "next_attempt"),
    Index("outbox_correlation", "correlationid"),
)

INBOX = Table(
    "inbox",
    METADATA,
    Column("source_oin", String(20), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("signing_hash", String(64), nullable=False),
    Column("refhash", String(72), nullable=False),
    Column("type", String(120), nullable=False),
    Column("subject", String(36), nullable=False),
    Column("correlationid", String(36), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("expirytime", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("data", Text),  # the payload as JSON: plaintext, this party's own copy
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("next_attempt", BigInteger),
    Column("result", String(8)),  # of the receipt; null while it is withheld
    Column("code", String(32)),
    Column("receipt_due", Boolean, nullable=False),
    Column("acted_at", BigInteger),
    Column("note", String(64)),  # why a person must look: a code and place, never a value
    Index("inbox_correlation", "correlationid", "sequence"),
    Index("inbox_state", "state", "next_attempt"),
)

HELD = Table(
    "held",
    METADATA,
    Column("refhash", String(72), primary_key=True),
    Column("code", String(32), nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("refhash", String(72), primary_key=True),
    Column("code", String(32), nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

CONVERSATION = Table(
    "conversation",
    METADATA,
    Column("correlationid", String(36), primary_key=True),
    Column("counterpart", String(20), primary_key=True),
    Column("last_sent", BigInteger, nullable=False, default=0),
    Column("last_applied", BigInteger, nullable=False, default=0),
)


class Ledger:
    """One party's ledger; an adapter adds its own tables with `create`."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self._on_commit: list[Callable[[], None]] = []
        self.create(METADATA)

    def create(self, metadata: MetaData) -> None:
        """Makes the tables that are not there yet."""
        with self.database.begin() as connection:
            metadata.create_all(connection)

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

    def close(self) -> None:
        """Closes the database."""
        self.database.close()


# — outbox ————————————————————————————————————————————————————————————————————————————————————————————————————————


def next_sequence(tx: Connection, conversation: str, counterpart: str, floor: int) -> int:
    """The next sequence towards this counterpart: max(last + 1, floor), so that a restored ledger reuses none."""
    key = {"correlationid": conversation, "counterpart": counterpart}
    row = tx.execute(select(CONVERSATION.c.last_sent).filter_by(**key)).scalar()
    sequence = floor if row is None else max(row + 1, floor)
    _put_conversation(tx, key, last_sent=sequence)
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


def update_outgoing(tx: Connection, message_id: str, below: Sent, **values: object) -> bool:
    """Moves a message up; False when it already is at `below` or higher."""
    changed = tx.execute(update(OUTBOX).where(OUTBOX.c.id == message_id, OUTBOX.c.state < below).values(**values))
    return changed.rowcount == 1


# — inbox —————————————————————————————————————————————————————————————————————————————————————————————————————————


def incoming(tx: Connection, keys: Sequence[Key]) -> dict[Key, Row[Any]]:
    """Inbox rows by (source OIN, id)."""
    if not keys:
        return {}
    rows = tx.execute(select(INBOX).where(tuple_(INBOX.c.source_oin, INBOX.c.id).in_(sorted(set(keys)))))
    return {(row.source_oin, row.id): row for row in rows}


def add_incoming(tx: Connection, rows: Sequence[Values]) -> None:
    """Stores messages durably: from here on they are this party's to act on."""
    if rows:
        tx.execute(insert(INBOX), list(rows))


def update_incoming(tx: Connection, keys: Sequence[Key], **values: object) -> None:
    """Changes these rows alike."""
    if keys:
        tx.execute(update(INBOX).where(tuple_(INBOX.c.source_oin, INBOX.c.id).in_(sorted(keys))).values(**values))


def receipts_due(tx: Connection, most: int) -> Sequence[Row[Any]]:
    """Decided messages whose receipt the broker has not confirmed yet."""
    query = select(INBOX).where(INBOX.c.receipt_due.is_(True), INBOX.c.result.is_not(None)).limit(most)
    return tx.execute(query).all()


def types_seen(tx: Connection, conversation: str) -> set[str]:
    """Full names of the types of this conversation that were accepted here or sent from here."""
    here = select(INBOX.c.type).where(INBOX.c.correlationid == conversation, INBOX.c.result == "accepted")
    sent = select(OUTBOX.c.type).where(OUTBOX.c.correlationid == conversation)
    return set(tx.execute(here.union(sent)).scalars())


def waiting(tx: Connection, conversations: Sequence[str] | None = None) -> Sequence[Row[Any]]:
    """Messages that wait for an earlier one, of these conversations or of all."""
    query = select(INBOX).where(INBOX.c.state == Taken.WAITING)
    if conversations is not None:
        query = query.where(INBOX.c.correlationid.in_(sorted(set(conversations))))
    return tx.execute(query.order_by(INBOX.c.sequence)).all()


def heads(tx: Connection, now: int, most: int) -> list[Row[Any]]:
    """The next message to act on of each conversation that has one, where it is due: order within, none across.

    A conversation whose oldest open message is being acted on, uncertain, failed or backing off waits; no other does.
    """
    open_states = (Taken.READY, Taken.ACTING, Taken.UNCERTAIN, Taken.FAILED)
    first = (
        select(INBOX.c.correlationid, func.min(INBOX.c.sequence).label("sequence"))
        .where(INBOX.c.state.in_(open_states))
        .group_by(INBOX.c.correlationid)
        .subquery()
    )
    query = (
        select(INBOX)
        .join(first, (INBOX.c.correlationid == first.c.correlationid) & (INBOX.c.sequence == first.c.sequence))
        .where(INBOX.c.state == Taken.READY, or_(INBOX.c.next_attempt.is_(None), INBOX.c.next_attempt <= now))
        .order_by(INBOX.c.received)
        .limit(most)
    )
    return list(tx.execute(query).all())


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


def open_counts(tx: Connection) -> tuple[int, int | None, int]:
    """(acts not done yet, when the oldest came, how many are uncertain): what the edge reports of itself."""
    undone = INBOX.c.state.in_((Taken.READY, Taken.ACTING))
    waiting_count, oldest = tx.execute(select(func.count(), func.min(INBOX.c.received)).where(undone)).one()
    uncertain = tx.execute(select(func.count()).where(INBOX.c.state == Taken.UNCERTAIN)).scalar() or 0
    return waiting_count, oldest, uncertain


# — what could not be read ————————————————————————————————————————————————————————————————————————————————————————


def hold(tx: Connection, refhash: str, code: str, body: bytes, now: int) -> None:
    """Keeps a body that could not be read through what may be our own fault; the first time of arrival counts."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    values = {"refhash": refhash, "code": code, "body": body, "received": now}
    tx.execute(dialect.insert(HELD).values(**values).on_conflict_do_nothing())


def held(tx: Connection) -> Sequence[Row[Any]]:
    """All bodies that are held."""
    return tx.execute(select(HELD).order_by(HELD.c.received)).all()


def release(tx: Connection, refhash: str) -> None:
    """Holds this body no longer."""
    tx.execute(HELD.delete().where(HELD.c.refhash == refhash))


def add_evidence(tx: Connection, refhash: str, code: str, body: bytes, now: int) -> None:
    """Keeps a body that nobody may be told about: an outer layer that does not hold, another's message, a reused id."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    values = {"refhash": refhash, "code": code, "body": body, "received": now}
    tx.execute(dialect.insert(EVIDENCE).values(**values).on_conflict_do_nothing())


def evidence(tx: Connection) -> Sequence[Row[Any]]:
    """All evidence, oldest first."""
    return tx.execute(select(EVIDENCE).order_by(EVIDENCE.c.received)).all()
