"""The heads of the hub's log in this party's ledger. Nothing here commits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from adapters.witness.tables import HEAD
from hub.database import instant, moment
from hub.wire.checkpoint import Checkpoint, read_origin


@dataclass(frozen=True, slots=True)
class Seen:
    """A head as this witness keeps it."""

    head: Checkpoint
    note: str
    at: datetime
    extends: bool
    confirmed: datetime | None
    links: dict[int, list[str]] = field(default_factory=dict)  # of one apart: its proofs, by the size they begin at


def seen(tx: Connection, origin: str, size: int) -> Seen | None:
    """The head of this size, where it was seen."""
    row = tx.execute(select(HEAD).where(HEAD.c.origin == origin, HEAD.c.size == size)).first()
    return None if row is None else _seen(row)


def newest(tx: Connection, origin: str) -> Seen | None:
    """The largest head that extends all before it."""
    query = select(HEAD).where(HEAD.c.origin == origin, HEAD.c.extends).order_by(HEAD.c.size.desc()).limit(1)
    row = tx.execute(query).first()
    return None if row is None else _seen(row)


def add(tx: Connection, head: Checkpoint, note: str, now: datetime) -> None:
    """Remembers a head that is proven to extend all others; what stood apart up to it is settled."""
    _settle(tx, head)
    tx.execute(insert(HEAD), {**_row(head, note, now), "extends": True})


def add_apart(tx: Connection, head: Checkpoint, note: str, now: datetime, previous: int, proof: Sequence[str]) -> None:
    """Remembers a head whose proof begins at a size that was not seen, and the proof."""
    known = seen(tx, str(head.origin), head.size)
    links = json.dumps({**(known.links if known else {}), previous: list(proof)})
    if known is None:
        tx.execute(insert(HEAD), {**_row(head, note, now), "extends": False, "links": links})
    else:
        tx.execute(update(HEAD).where(*_is(head)).values(links=links))


def apart(tx: Connection, origin: str) -> list[Seen]:
    """Heads that nothing linked to what was seen before, the smallest first."""
    query = select(HEAD).where(HEAD.c.origin == origin, HEAD.c.extends.is_(False)).order_by(HEAD.c.size)
    return [_seen(row) for row in tx.execute(query)]


def link(tx: Connection, head: Checkpoint) -> None:
    """A head that stood apart is proven to extend all others now."""
    tx.execute(update(HEAD).where(*_is(head)).values(extends=True, links=None))
    _settle(tx, head)


def _settle(tx: Connection, head: Checkpoint) -> None:
    settled = (HEAD.c.origin == str(head.origin), HEAD.c.extends.is_(False), HEAD.c.size <= head.size)
    tx.execute(delete(HEAD).where(*settled))


def _row(head: Checkpoint, note: str, now: datetime) -> dict[str, object]:
    row = {"origin": str(head.origin), "size": head.size, "root": head.root, "note": note, "seen": instant(now)}
    return {**row, "confirmed": None, "links": None}


def _is(head: Checkpoint) -> tuple[ColumnElement[bool], ...]:
    return (HEAD.c.origin == str(head.origin), HEAD.c.size == head.size)


def to_confirm(tx: Connection, confirmed_before: datetime) -> Sequence[Seen]:
    """The largest head of each origin, where it is not confirmed and none of that origin was since then."""
    last = select(HEAD.c.origin, func.max(HEAD.c.size), func.max(HEAD.c.confirmed)).where(HEAD.c.extends)
    found = []
    for origin, size, confirmed in tx.execute(last.group_by(HEAD.c.origin)):
        head = seen(tx, origin, size)
        if head and head.confirmed is None and (confirmed is None or confirmed <= instant(confirmed_before)):
            found.append(head)
    return found


def mark_confirmed(tx: Connection, head: Checkpoint, now: datetime) -> None:
    """The hub was told."""
    tx.execute(update(HEAD).where(*_is(head)).values(confirmed=instant(now)))


def unlinked(tx: Connection, seen_before: datetime) -> list[str]:
    """Origins with a head that nothing linked to what was seen before, for so long."""
    query = select(HEAD.c.origin).where(HEAD.c.extends.is_(False), HEAD.c.seen <= instant(seen_before)).distinct()
    return sorted(tx.execute(query).scalars())


def _seen(row: Row[Any]) -> Seen:
    head = Checkpoint(read_origin(row.origin), row.size, bytes(row.root))
    confirmed = None if row.confirmed is None else moment(row.confirmed)
    links = {int(size): proof for size, proof in json.loads(row.links or "{}").items()}
    return Seen(head, row.note, moment(row.seen), row.extends, confirmed, links)
