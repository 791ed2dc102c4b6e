"""Rows of the adapter of the index: every statement takes an open transaction of the edge's ledger, none commits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, delete, func, insert, inspect, or_, select, update

from adapters.vish.batch import Act, Cells
from adapters.vish.tables import BATCH, ITEM, REGISTRATION, ROW
from hub.database import instant, moment
from hub.errors import Code, RefusedError

Transaction = Connection


class Standing(StrEnum):
    """Where the registration of one person stands (messages.md 2, *VISH registration*)."""

    REQUESTED = "requested"  # from the request to its result; `submitted` is a row that is batched
    REGISTERED = "registered"
    REJECTED = "rejected"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class RowState(StrEnum):
    """Where a row for the index is."""

    WANTED = "wanted"
    WAITING = "waiting"  # for the number of an earlier row
    BATCHED = "batched"
    DONE = "done"


class ItemKind(StrEnum):
    """Why a person must look."""

    UNREADABLE_FILE = "unreadable-file"
    UNREADABLE_LINE = "unreadable-line"
    UNKNOWN_ROW = "unknown-row"
    CONFLICT = "conflict"
    UNEXPECTED = "unexpected"
    NOT_CHANGED = "not-changed"
    NOT_ENDED = "not-ended"


@dataclass(frozen=True, slots=True)
class Registration:
    """One conversation about the registration of one person."""

    conversation: str
    case: str
    sender: str
    bsn: str | None
    connection_code: str
    current: str
    number: str | None
    state: Standing


@dataclass(frozen=True, slots=True)
class Supply:
    """One row for the index."""

    key: str
    conversation: str
    act: Act
    state: RowState
    urgent: bool
    cells: Cells | None
    answers: tuple[str, ...]
    waits_for: str | None
    created: int
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Something that came back and fits nothing; what the index wrote may be about persons."""

    id: int
    kind: ItemKind
    file: str
    line: str
    key: str | None
    case: str | None
    found: datetime


# — registrations —————————————————————————————————————————————————————————————————————————————————————————————————


def registration(tx: Transaction, conversation: str) -> Registration | None:
    """The registration of this conversation."""
    return _registration(tx.execute(select(REGISTRATION).where(REGISTRATION.c.conversation == conversation)).first())


def registration_by_number(tx: Transaction, number: str) -> Registration | None:
    """The registration that has this number at the index."""
    return _registration(tx.execute(select(REGISTRATION).where(REGISTRATION.c.number == number)).first())


def put_registration(tx: Transaction, kept: Registration) -> None:
    """Writes the registration, whether it was there or not."""
    tx.execute(delete(REGISTRATION).where(REGISTRATION.c.conversation == kept.conversation))
    tx.execute(insert(REGISTRATION).values(asdict(kept) | {"state": kept.state.value}))


def _registration(row: Row[tuple[object, ...]] | None) -> Registration | None:
    if row is None:
        return None
    return Registration(**(dict(row._mapping) | {"state": Standing(row.state)}))  # noqa: SLF001 - its documented mapping


# — rows ——————————————————————————————————————————————————————————————————————————————————————————————————————————


def put_row(tx: Transaction, row: Supply) -> None:
    """Writes a row, whether it was there or not; it is in no batch."""
    values = asdict(row) | {"act": row.act.value, "state": row.state.value, "answers": json.dumps(row.answers)}
    values["cells"] = None if row.cells is None else json.dumps(asdict(row.cells))
    tx.execute(delete(ROW).where(ROW.c.key == row.key))
    tx.execute(insert(ROW).values(values))


def row(tx: Transaction, key: str) -> Supply | None:
    """The row with this key."""
    found = tx.execute(select(ROW).where(ROW.c.key == key)).first()
    return None if found is None else _supply(found)


def add_answer(tx: Transaction, key: str, message_id: str) -> None:
    """The result of this row, when it comes, answers this message too."""
    known = tx.execute(select(ROW.c.answers).where(ROW.c.key == key)).scalar_one()
    answers = dict.fromkeys((*json.loads(known), message_id))
    tx.execute(update(ROW).where(ROW.c.key == key).values(answers=json.dumps(list(answers))))


def unsent(tx: Transaction, conversation: str) -> list[Supply]:
    """Rows of this conversation that are in no batch yet, and wait for nothing or for a number."""
    states = (RowState.WANTED.value, RowState.WAITING.value)
    query = select(ROW).where(ROW.c.conversation == conversation, ROW.c.state.in_(states))
    return [_supply(found) for found in tx.execute(query.order_by(ROW.c.created))]


def waiting_for(tx: Transaction, key: str) -> list[Supply]:
    """Rows that need the number of this one."""
    query = select(ROW).where(ROW.c.waits_for == key, ROW.c.state == RowState.WAITING.value)
    return [_supply(found) for found in tx.execute(query.order_by(ROW.c.created))]


def drop(tx: Transaction, key: str) -> bool:
    """Takes a row away that is in no batch; False when it has been put into one in the meantime."""
    unsent_states = (RowState.WANTED.value, RowState.WAITING.value)
    return tx.execute(delete(ROW).where(ROW.c.key == key, ROW.c.state.in_(unsent_states))).rowcount == 1


def finish(tx: Transaction, key: str, result: str) -> None:
    """The row has its result; what it said is not needed any more."""
    values = {"state": RowState.DONE.value, "result": result[:200], "cells": None}
    tx.execute(update(ROW).where(ROW.c.key == key).values(values))


def _supply(found: Row[tuple[object, ...]]) -> Supply:
    return Supply(
        key=found.key,
        conversation=found.conversation,
        act=Act(found.act),
        state=RowState(found.state),
        urgent=found.urgent,
        cells=None if found.cells is None else Cells(**json.loads(found.cells)),
        answers=tuple(json.loads(found.answers)),
        waits_for=found.waits_for,
        created=found.created,
        result=found.result,
    )


# — batches ———————————————————————————————————————————————————————————————————————————————————————————————————————


def is_round_due(tx: Transaction, before: int, now: int) -> bool:
    """Whether a batch is to be made: something is urgent, or waits and no batch was made after `before`.

    A batch later than `now` was made while the clock was ahead; it holds nothing up once the clock is right again.
    """
    wanted = select(ROW.c.urgent).where(ROW.c.state == RowState.WANTED.value).distinct()
    urgencies = set(tx.execute(wanted).scalars())
    last = tx.execute(select(func.max(BATCH.c.made))).scalar()
    return True in urgencies or (bool(urgencies) and (last is None or not before < last <= now))


def take(tx: Transaction, batch: str, most: int) -> list[Cells]:
    """Puts the rows that wait into this batch, urgent ones first, and returns their cells."""
    wanted = (
        select(ROW.c.key)
        .where(ROW.c.state == RowState.WANTED.value)
        .order_by(ROW.c.urgent.desc(), ROW.c.created)
        .limit(most)
    )
    keys = list(tx.execute(wanted).scalars())
    still = (ROW.c.key.in_(keys)) & (ROW.c.state == RowState.WANTED.value)
    tx.execute(update(ROW).where(still).values(state=RowState.BATCHED.value, batch=batch))
    query = select(ROW.c.cells).where(ROW.c.batch == batch).order_by(ROW.c.created)
    return [Cells(**json.loads(text)) for text in tx.execute(query).scalars()]


def add_batch(tx: Transaction, batch: str, content: bytes, now: int) -> None:
    """Keeps a batch file as it was made: a second supply is byte for byte the first."""
    row = {"id": batch, "content": content, "made": now, "supplied": None, "attempts": 0, "next_attempt": now}
    tx.execute(insert(BATCH).values(row))


def due_batches(tx: Transaction, now: int) -> list[tuple[str, bytes, int]]:
    """Batches to be supplied, for the first time or again: id, content, attempts so far."""
    query = select(BATCH).where(BATCH.c.next_attempt <= now, BATCH.c.content.is_not(None)).order_by(BATCH.c.made)
    return [(found.id, found.content, found.attempts) for found in tx.execute(query)]


def put_attempt(tx: Transaction, batch: str, next_attempt: int, supplied: int | None) -> None:
    """Records an attempt to supply a batch."""
    values: dict[str, object] = {"attempts": BATCH.c.attempts + 1, "next_attempt": next_attempt}
    if supplied is not None:
        values |= {"supplied": supplied, "attempts": 0}
    tx.execute(update(BATCH).where(BATCH.c.id == batch).values(values))


def close_batches(tx: Transaction) -> None:
    """Forgets the content of batches of which every row has its result."""
    open_rows = select(ROW.c.batch).where(ROW.c.state == RowState.BATCHED.value, ROW.c.batch.is_not(None))
    done = BATCH.c.id.not_in(open_rows) & or_(BATCH.c.content.is_not(None), BATCH.c.next_attempt.is_not(None))
    tx.execute(update(BATCH).where(done).values(content=None, next_attempt=None))


# — what is odd ———————————————————————————————————————————————————————————————————————————————————————————————————


def is_index(tx: Transaction) -> bool:
    """Whether this ledger is that of the adapter of the index."""
    return inspect(tx).has_table(ITEM.name)


def add_item(tx: Transaction, kind: ItemKind, file: str, line: str, now: int, key: str | None = None) -> None:
    """Keeps something for a person to look at; once. `key` is that of our row, where it is about one."""
    same = (ITEM.c.kind == kind.value) & (ITEM.c.file == file[:200]) & (ITEM.c.line == line)
    if tx.execute(select(ITEM.c.id).where(same)).first() is None:
        row = {"kind": kind.value, "file": file[:200], "line": line, "key": key, "found": now, "resolved": False}
        tx.execute(insert(ITEM).values(row))


def open_items(tx: Transaction) -> Sequence[Item]:
    """What a person must look at, oldest first."""
    about = ITEM.outerjoin(ROW, ROW.c.key == ITEM.c.key).outerjoin(
        REGISTRATION, REGISTRATION.c.conversation == ROW.c.conversation
    )
    query = select(ITEM, REGISTRATION.c.case).select_from(about).where(ITEM.c.resolved.is_(False))
    return [
        Item(
            id=found.id,
            kind=ItemKind(found.kind),
            file=found.file,
            line=found.line,
            key=found.key,
            case=found.case,
            found=moment(found.found),
        )
        for found in tx.execute(query.order_by(ITEM.c.id))
    ]


def resolve_item(tx: Transaction, item: int, *, by: str, reason: str, now: datetime) -> None:
    """A person has looked, and done what there was to do.

    Args:
        tx: a transaction of the edge's ledger.
        item: as listed by `open_items`.
        by: opaque id of the employee.
        reason: what was done, in one line.
        now: the present instant.

    Raises:
        RefusedError: `not_found` when there is no such open item.
    """
    values = {"resolved": True, "resolved_by": by, "resolved_at": instant(now), "reason": reason}
    still_open = (ITEM.c.id == item) & ITEM.c.resolved.is_(False)
    if tx.execute(update(ITEM).where(still_open).values(values)).rowcount != 1:
        raise RefusedError(Code.NOT_FOUND, "item")


def with_number(supply: Supply, number: str) -> Supply:
    """The row that waited, now that its number is known; it does not wait for the next round."""
    cells = None if supply.cells is None else replace(supply.cells, number=number)
    return replace(supply, state=RowState.WANTED, cells=cells, waits_for=None, urgent=True)
