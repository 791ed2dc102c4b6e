"""Checkpoints as rows: kept before anybody sees them, with the cosignatures that came and what each partner was sent.

Nothing here commits, and nothing here judges: `making` decides what may be signed, `receiving` what a witness said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, delete, exists, func, insert, or_, select, update

from hub.database import instant, moment
from hub.messagelog.tables import CHECKPOINT, CHECKPOINT_SENT, COSIGNATURE, ENTRY, TREE
from hub.messagelog.tree.store import Tree
from hub.rows import insert_if_absent

#: What makes a new checkpoint worth sending: not the hub's own acts.
BUSINESS: Final = ("accepted", "refused", "receipt", "expired")


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint that was signed."""

    tree_id: int
    size: int
    root: bytes
    note: str
    made: datetime
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What a witness confirmed, and when it did."""

    oin: str
    tree_id: int
    size: int
    kid: str
    line: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """How far a partner was told of a tree: the size that its inbox took last, and that which it may have taken."""

    oin: str
    tree_id: int
    size: int
    offered: int
    at: datetime


def last_checkpoint(connection: Connection, tree_id: int, *, published: bool = False) -> Kept | None:
    """The newest checkpoint of a tree, or the newest that went out."""
    query = select(CHECKPOINT).where(CHECKPOINT.c.tree_id == tree_id)
    if published:
        query = query.where(CHECKPOINT.c.published.is_not(None))
    row = connection.execute(query.order_by(CHECKPOINT.c.size.desc()).limit(1)).first()
    return None if row is None else _kept(row)


def checkpoints(connection: Connection, tree_id: int) -> list[Kept]:
    """Every checkpoint of a tree that is kept, smallest first."""
    query = select(CHECKPOINT).where(CHECKPOINT.c.tree_id == tree_id).order_by(CHECKPOINT.c.size)
    return [_kept(row) for row in connection.execute(query)]


def covering(connection: Connection, tree_id: int, size: int) -> Kept | None:
    """The best checkpoint over the first `size` leaves: the newest that a witness cosigned, else the newest."""
    cosigned = exists().where(COSIGNATURE.c.tree_id == CHECKPOINT.c.tree_id, COSIGNATURE.c.size == CHECKPOINT.c.size)
    query = (
        select(CHECKPOINT)
        .where(CHECKPOINT.c.tree_id == tree_id, CHECKPOINT.c.size >= size)
        .order_by(cosigned.desc(), CHECKPOINT.c.size.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else _kept(row)


def checkpoint_of(connection: Connection, origin: str, size: int) -> Kept | None:
    """The checkpoint with this origin and size, where it is kept."""
    joined = CHECKPOINT.join(TREE, TREE.c.tree_id == CHECKPOINT.c.tree_id)
    query = select(CHECKPOINT).select_from(joined).where(TREE.c.origin == origin, CHECKPOINT.c.size == size)
    row = connection.execute(query).first()
    return None if row is None else _kept(row)


def add_checkpoint(connection: Connection, kept: Kept) -> None:
    """Keeps a checkpoint; those of the same tree that nobody was sent make room for it."""
    unseen = and_(CHECKPOINT.c.tree_id == kept.tree_id, CHECKPOINT.c.published.is_(None))
    connection.execute(delete(CHECKPOINT).where(unseen))
    connection.execute(
        insert(CHECKPOINT),
        {
            "tree_id": kept.tree_id,
            "size": kept.size,
            "root": kept.root,
            "note": kept.note,
            "made": instant(kept.made),
            "published": None,
        },
    )


def mark_published(connection: Connection, kept: Kept, oins: Iterable[str], now: datetime) -> None:
    """It is about to go to these partners: from now on it stays, and they may have it."""
    row = (CHECKPOINT.c.tree_id == kept.tree_id, CHECKPOINT.c.size == kept.size)
    connection.execute(update(CHECKPOINT).where(*row).values(published=instant(now)))
    for oin in sorted(oins):
        key = {"oin": oin, "tree_id": kept.tree_id}
        connection.execute(
            insert_if_absent(connection, CHECKPOINT_SENT), {**key, "size": 0, "offered": 0, "sent": instant(now)}
        )
        connection.execute(update(CHECKPOINT_SENT).filter_by(**key).values(offered=kept.size))


def mark_sent(connection: Connection, kept: Kept, oin: str, now: datetime) -> None:
    """The broker has it in the partner's inbox."""
    row = update(CHECKPOINT_SENT).filter_by(oin=oin, tree_id=kept.tree_id)
    connection.execute(row.values(size=kept.size, sent=instant(now)))


def last_published(connection: Connection) -> datetime | None:
    """When a checkpoint last went out, of any tree."""
    found = connection.execute(select(func.max(CHECKPOINT.c.published))).scalar()
    return None if found is None else moment(found)


def sent(connection: Connection) -> list[Sent]:
    """What partners were told, of the oldest tree first."""
    rows = connection.execute(select(CHECKPOINT_SENT).order_by(CHECKPOINT_SENT.c.tree_id, CHECKPOINT_SENT.c.oin))
    return [Sent(row.oin, row.tree_id, row.size, row.offered, moment(row.sent)) for row in rows]


def has_business(connection: Connection, tree: Tree, after: int, until: int) -> bool:
    """Whether messages, receipts or refusals are among the leaves from size `after` to size `until`."""
    query = select(ENTRY.c.leaf_index).where(
        ENTRY.c.leaf_index >= tree.first + after,
        ENTRY.c.leaf_index < tree.first + until,
        ENTRY.c.kind.in_(BUSINESS),
    )
    return connection.execute(query.limit(1)).first() is not None


def add_cosignatures(connection: Connection, confirmed: Sequence[Cosigned]) -> None:
    """Keeps what witnesses confirmed; the first word of each on a checkpoint stays."""
    rows = [
        {"tree_id": one.tree_id, "size": one.size, "oin": one.oin, "kid": one.kid, "line": one.line}
        | {"time": instant(one.at)}
        for one in confirmed
    ]
    if rows:
        connection.execute(insert_if_absent(connection, COSIGNATURE), rows)


def cosignatures(connection: Connection, tree_id: int, size: int) -> list[Cosigned]:
    """What witnesses said of one checkpoint."""
    query = select(COSIGNATURE).where(COSIGNATURE.c.tree_id == tree_id, COSIGNATURE.c.size == size)
    return [_cosigned(row) for row in connection.execute(query.order_by(COSIGNATURE.c.oin))]


def witnesses(connection: Connection) -> dict[str, Cosigned]:
    """The last word of each witness, by OIN."""
    rows = connection.execute(select(COSIGNATURE).order_by(COSIGNATURE.c.tree_id, COSIGNATURE.c.size))
    return {row.oin: _cosigned(row) for row in rows}


def published_after(connection: Connection, confirmed: Cosigned) -> datetime | None:
    """When the first head went out that follows what a witness confirmed; None while none did."""
    follows = or_(
        CHECKPOINT.c.tree_id > confirmed.tree_id,
        and_(CHECKPOINT.c.tree_id == confirmed.tree_id, CHECKPOINT.c.size > confirmed.size),
    )
    query = select(func.min(CHECKPOINT.c.published)).where(follows, CHECKPOINT.c.published.is_not(None))
    found = connection.execute(query).scalar()
    return None if found is None else moment(found)


def oldest_uncovered(connection: Connection, covered: int) -> datetime | None:
    """When the oldest entry was made that no checkpoint covers; `covered` is the first index that none does."""
    by_index = select(ENTRY.c.ts).where(ENTRY.c.leaf_index >= covered).order_by(ENTRY.c.leaf_index).limit(1)
    pending = select(ENTRY.c.ts).where(ENTRY.c.leaf_index.is_(None)).order_by(ENTRY.c.row_id).limit(1)
    found: Sequence[int] = [at for query in (by_index, pending) for at in connection.execute(query).scalars()]
    return moment(min(found)) if found else None


def _kept(row: Row[Any]) -> Kept:
    published = None if row.published is None else moment(row.published)
    return Kept(row.tree_id, row.size, bytes(row.root), row.note, moment(row.made), published)


def _cosigned(row: Row[Any]) -> Cosigned:
    return Cosigned(row.oin, row.tree_id, row.size, row.kid, row.line, moment(row.time))
