"""What an audit asks besides the leaves, and the record of audits. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, select, update

from hub.database import instant, moment
from hub.messagelog.checkpoints.making import RESTORED
from hub.messagelog.tables import ENTRY, MESSAGE, TILE, TREE, VERIFICATION
from hub.messagelog.tree.store import HASH_BYTES, Tree


@dataclass(frozen=True, slots=True)
class Verification:
    """One full audit, under way or done; `problems` is None while it runs."""

    id: int
    begun: datetime
    seen: datetime
    ended: datetime | None
    done: int
    total: int
    problems: tuple[str, ...] | None


def total_leaves(connection: Connection) -> int:
    """How many leaves all trees have."""
    return int(connection.execute(select(func.coalesce(func.sum(TREE.c.size), 0))).scalar_one())


def tile_hashes(connection: Connection, tree: Tree, place: int) -> list[bytes]:
    """The leaf hashes that the tree has in one tile of its lowest level."""
    query = select(TILE.c.hashes).filter_by(tree_id=tree.id, level=0, place=place)
    found = bytes(connection.execute(query).scalar() or b"")
    return [found[start : start + HASH_BYTES] for start in range(0, len(found), HASH_BYTES)]


def unlogged(connection: Connection, most: int) -> Sequence[str]:
    """Ids of accepted messages without an entry that says the same of sender and bytes."""
    same = and_(
        ENTRY.c.kind == "accepted",
        ENTRY.c.id == MESSAGE.c.id,
        ENTRY.c.src == MESSAGE.c.source_oin,
        ENTRY.c.rcpt == MESSAGE.c.recipient_oin,
        ENTRY.c.type == MESSAGE.c.type,
        ENTRY.c.refhash == MESSAGE.c.refhash,
    )
    query = select(MESSAGE.c.id).select_from(MESSAGE.outerjoin(ENTRY, same)).where(ENTRY.c.id.is_(None))
    return connection.execute(query.limit(most)).scalars().all()


def restored(connection: Connection) -> frozenset[str]:
    """Hashes of the heads that the log was begun anew after, as their leaves say."""
    query = select(ENTRY.c.refhash).where(ENTRY.c.kind == "operator", ENTRY.c.code == RESTORED)
    return frozenset(connection.execute(query).scalars())


def begin_verification(connection: Connection, total: int, now: datetime) -> int:
    """An audit begins; returns its number."""
    row = {"begun": instant(now), "seen": instant(now), "done": 0, "total": total}
    return int(
        connection.execute(insert(VERIFICATION).values(row).returning(VERIFICATION.c.row_id)).scalar_one(),
    )


def note_progress(connection: Connection, number: int, done: int, now: datetime) -> None:
    """How far an audit is."""
    row = update(VERIFICATION).where(VERIFICATION.c.row_id == number)
    connection.execute(row.values(done=done, seen=instant(now)))


def end_verification(connection: Connection, number: int, problems: Sequence[str], now: datetime) -> None:
    """An audit is over."""
    values = {"ended": instant(now), "seen": instant(now), "problems": "\n".join(problems)}
    connection.execute(update(VERIFICATION).where(VERIFICATION.c.row_id == number).values(values))


def verifications(connection: Connection, most: int) -> list[Verification]:
    """The latest audits, newest first."""
    query = select(VERIFICATION).order_by(VERIFICATION.c.row_id.desc()).limit(most)
    return [_verification(row) for row in connection.execute(query)]


def _verification(row: Row[Any]) -> Verification:
    ended = None if row.ended is None else moment(row.ended)
    problems = None if row.problems is None else tuple(filter(None, row.problems.split("\n")))
    return Verification(row.row_id, moment(row.begun), moment(row.seen), ended, row.done, row.total, problems)
