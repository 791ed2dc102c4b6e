"""What a person asks of a ledger and decides in it: statements on an open connection, never a commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, func, insert, inspect, or_, select, update

from adapters import ledger, order
from adapters.migrations import upgrade
from adapters.tables import EVIDENCE, HELD, INBOX, OUTBOX, SCHEMA, Sent, Taken
from adapters.upkeep.records import SENT_STATES, TAKEN_STATES, Cursor, Item, ItemState, Kind, Wanted
from adapters.upkeep.tables import ACCESS, DECISION
from hub.database import Database, instant, moment

Decision = Literal["done", "redo"]
UNDECIDED = (Taken.UNCERTAIN, Taken.FAILED)


def is_ledger(database: Database) -> bool:
    """Whether the tables of a ledger are there."""
    with database.reading() as tx:
        return inspect(tx).has_table(INBOX.name)


def prepare(database: Database) -> None:
    """Brings the ledger to this release, which may know of decisions and of an access log that it has not yet."""
    upgrade(database, SCHEMA)


# — looking ———————————————————————————————————————————————————————————————————————————————————————————————————————


def items(tx: Connection, wanted: Wanted, most: int) -> list[Item]:
    """The newest items that fit, newest first."""
    found: list[Item] = []
    if Kind.IN in wanted.kinds:
        found += [_incoming(row) for row in _page(tx, INBOX, "received", "id", wanted, most)]
    if Kind.OUT in wanted.kinds:
        found += [_outgoing(row) for row in _page(tx, OUTBOX, "created", "id", wanted, most)]
    if Kind.HELD in wanted.kinds:
        found += [_aside(row, Kind.HELD) for row in _page(tx, HELD, "received", "refhash", wanted, most)]
    if Kind.EVIDENCE in wanted.kinds:
        found += [_aside(row, Kind.EVIDENCE) for row in _page(tx, EVIDENCE, "received", "refhash", wanted, most)]
    return sorted(found, key=lambda item: (item.at, item.id), reverse=True)[:most]


def _page(tx: Connection, table: Table, at: str, key: str, wanted: Wanted, most: int) -> Sequence[Row[Any]]:
    conditions = _conditions(table, wanted)
    if conditions is None:
        return []
    query: Select[Any] = select(table).where(*conditions).order_by(table.c[at].desc(), table.c[key].desc()).limit(most)
    if wanted.before is not None:
        last = wanted.before
        query = query.where(or_(table.c[at] < last.at, and_(table.c[at] == last.at, table.c[key] < last.id)))
    return tx.execute(query).all()


def _conditions(table: Table, wanted: Wanted) -> list[ColumnElement[bool]] | None:
    """None where nothing of this table can fit."""
    if table is HELD or table is EVIDENCE:
        own = ItemState.HELD if table is HELD else ItemState.EVIDENCE
        fits = wanted.cases is None and (wanted.states is None or own in wanted.states)
        return [] if fits else None
    found: list[ColumnElement[bool]] = []
    if wanted.cases is not None:
        found.append(table.c.subject.between(*wanted.cases))
    if wanted.states is not None:
        found.append(or_(*(_has_state(table, state) for state in sorted(wanted.states))))
    elif wanted.unfinished and table is INBOX:
        found.append(INBOX.c.state.not_in((Taken.DONE, Taken.OVERTAKEN, Taken.REFUSED)))
    elif wanted.unfinished:
        found.append(or_(OUTBOX.c.state < Sent.SETTLED, OUTBOX.c.outcome != "accepted"))
    return found


def _has_state(table: Table, state: ItemState) -> ColumnElement[bool]:
    if table is INBOX:
        return INBOX.c.state.in_([taken for taken, word in TAKEN_STATES.items() if word is state])
    if state is ItemState.DELIVERED:
        return and_(OUTBOX.c.state == Sent.SETTLED, OUTBOX.c.outcome == "accepted")
    if state is ItemState.REFUSED:
        return or_(OUTBOX.c.state == Sent.REFUSED, and_(OUTBOX.c.state == Sent.SETTLED, OUTBOX.c.outcome != "accepted"))
    return OUTBOX.c.state.in_([sent for sent, word in SENT_STATES.items() if word is state])


def found(tx: Connection, item_id: str, oin: str | None = None) -> list[Item]:
    """Everything by this id: a message that came or was sent, or a body by its refhash."""
    rows: list[Item] = [_incoming(row) for row in tx.execute(_of(INBOX, item_id, oin))]
    if oin is None:
        rows += [_outgoing(row) for row in tx.execute(select(OUTBOX).where(OUTBOX.c.id == item_id))]
        rows += [_aside(row, Kind.HELD) for row in tx.execute(select(HELD).where(HELD.c.refhash == item_id))]
        evidence = select(EVIDENCE).where(EVIDENCE.c.refhash == item_id)
        rows += [_aside(row, Kind.EVIDENCE) for row in tx.execute(evidence)]
    return rows


def _of(table: Table, message_id: str, oin: str | None) -> Select[Any]:
    query = select(table).where(table.c.id == message_id)
    return query if oin is None else query.where(table.c.source_oin == oin)


def counts(tx: Connection) -> list[tuple[Kind, ItemState, int, datetime]]:
    """How many there are of each kind and state, and since when the oldest."""
    counted: list[tuple[Kind, ItemState, int, datetime]] = []
    for state, count, oldest in tx.execute(
        select(INBOX.c.state, func.count(), func.min(INBOX.c.received)).group_by(INBOX.c.state)
    ):
        counted.append((Kind.IN, TAKEN_STATES[Taken(state)], count, moment(oldest)))
    for state, outcome, count, oldest in tx.execute(
        select(OUTBOX.c.state, OUTBOX.c.outcome, func.count(), func.min(OUTBOX.c.created)).group_by(
            OUTBOX.c.state, OUTBOX.c.outcome
        )
    ):
        counted.append((Kind.OUT, _sent_state(Sent(state), outcome), count, moment(oldest)))
    for table, kind, word in ((HELD, Kind.HELD, ItemState.HELD), (EVIDENCE, Kind.EVIDENCE, ItemState.EVIDENCE)):
        count, oldest = tx.execute(select(func.count(), func.min(table.c.received))).one()
        if count:
            counted.append((kind, word, count, moment(oldest)))
    return counted


def undecided(tx: Connection) -> int:
    """How many acts wait for a person."""
    return tx.execute(select(func.count()).where(INBOX.c.state.in_(UNDECIDED))).scalar() or 0


def payload(tx: Connection, source_oin: str, message_id: str) -> str | None:
    """What a message says, as JSON: personal data. Look only after `record_access`."""
    query = select(INBOX.c.data).where(INBOX.c.source_oin == source_oin, INBOX.c.id == message_id)
    found_text = tx.execute(query).scalar()
    return None if found_text is None else str(found_text)


def decisions(tx: Connection, source_oin: str, message_id: str) -> list[tuple[datetime, str, str, str, str]]:
    """(when, who, what it was, decision, reason) of everything that was decided about a message, oldest first."""
    if not inspect(tx).has_table(DECISION.name):
        return []
    query = select(DECISION).where(DECISION.c.source_oin == source_oin, DECISION.c.id == message_id)
    return [
        (moment(row.at), row.who, TAKEN_STATES[Taken(row.was)].value, row.decision, row.reason)
        for row in tx.execute(query.order_by(DECISION.c.row_id))
    ]


# — deciding ——————————————————————————————————————————————————————————————————————————————————————————————————————


def record_access(tx: Connection, key: ledger.Key, who: str, command: str, now: datetime) -> None:
    """Writes down who is about to see what a message says, by the OIN it came from and its id."""
    source_oin, message_id = key
    values = {"at": instant(now), "who": who, "command": command, "source_oin": source_oin, "id": message_id}
    tx.execute(insert(ACCESS), [values])


def decide(tx: Connection, item: Item, decision: Decision, *, who: str, reason: str, now: datetime) -> bool:
    """Closes an uncertain or failed act as done, or lets it be done again; False when it is neither any more."""
    key = and_(INBOX.c.source_oin == item.counterpart, INBOX.c.id == item.id)
    row = tx.execute(select(INBOX).where(key, INBOX.c.state.in_(UNDECIDED)).with_for_update()).first()
    if row is None:
        return False
    if decision == "done":
        tx.execute(update(INBOX).where(key).values(state=Taken.DONE, acted_at=instant(now)))
        order.put_applied(tx, row)
    else:
        tx.execute(update(INBOX).where(key).values(state=Taken.READY, next_attempt=None, note=None))
    entry = {"who": who, "was": row.state, "decision": decision, "reason": reason, "at": instant(now)}
    tx.execute(insert(DECISION), [{**entry, "source_oin": row.source_oin, "id": row.id}])
    return True


def retry(tx: Connection, item: Item, now: datetime) -> bool:
    """Lets what waits for its next attempt have it now; False when nothing of the kind is due to be done again."""
    at = instant(now)
    if item.kind is Kind.IN:
        waits = and_(INBOX.c.source_oin == item.counterpart, INBOX.c.id == item.id, INBOX.c.state == Taken.READY)
        return tx.execute(update(INBOX).where(waits).values(next_attempt=at)).rowcount == 1
    unsettled = (Sent.QUEUED, Sent.PUBLISHED, Sent.ACCEPTED)
    waits = and_(OUTBOX.c.id == item.id, OUTBOX.c.state.in_(unsettled))
    return tx.execute(update(OUTBOX).where(waits).values(next_attempt=at)).rowcount == 1


# — rows as items —————————————————————————————————————————————————————————————————————————————————————————————————


def cursor_of(item: Item) -> Cursor:
    """Where the page after this item begins."""
    return Cursor(instant(item.at), item.id)


def _incoming(row: Row[Any]) -> Item:
    return Item(
        kind=Kind.IN,
        id=row.id,
        state=TAKEN_STATES[Taken(row.state)],
        at=moment(row.received),
        type=row.type,
        counterpart=row.source_oin,
        case=row.subject,
        conversation=row.correlationid,
        sequence=row.sequence,
        attempts=row.attempts,
        next_attempt=_moment(row.next_attempt),
        expirytime=moment(row.expirytime),
        refhash=row.refhash,
        code=row.note or row.code,
        ended=_moment(row.acted_at),
        receipt_due=row.receipt_due,
    )


def _outgoing(row: Row[Any]) -> Item:
    return Item(
        kind=Kind.OUT,
        id=row.id,
        state=_sent_state(Sent(row.state), row.outcome),
        at=moment(row.created),
        type=row.type,
        counterpart=row.recipient,
        case=row.subject,
        conversation=row.correlationid,
        sequence=row.sequence,
        attempts=row.attempts,
        next_attempt=_moment(row.next_attempt),
        expirytime=moment(row.expirytime),
        refhash=row.refhash,
        code=row.outcome_code,
        by=row.outcome_by,
        ended=_moment(row.outcome_at),
    )


def _aside(row: Row[Any], kind: Kind) -> Item:
    state = ItemState.HELD if kind is Kind.HELD else ItemState.EVIDENCE
    return Item(kind=kind, id=row.refhash, state=state, at=moment(row.received), refhash=row.refhash, code=row.code)


def _sent_state(state: Sent, outcome: str | None) -> ItemState:
    if state is Sent.SETTLED:
        return ItemState.DELIVERED if outcome == "accepted" else ItemState.REFUSED
    return SENT_STATES[state]


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else moment(microseconds)
