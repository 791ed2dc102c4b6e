"""The tree over the log entries, as tiles of 256 hashes (the layout of C2SP tlog-tiles): a row per tile.

A tile of level 0 holds hashes of leaves, one of level n those of complete subtrees of 256^n leaves. Growing by a leaf
writes the last tile of level 0 again, and once in 256 leaves one of the level above; a proof reads a tile per level.
Indexes (`leaf_index`) count through all trees; a tree begins at `first`. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.clock import rfc3339
from hub.database import instant, moment
from hub.errors import Code, TamperedError
from hub.messagelog.tables import ENTRY, TILE, TREE
from hub.wire.checkpoint import Origin, read_origin
from hub.wire.leaf import Leaf, leaf_bytes, leaf_hash
from hub.wire.tree import Nodes, node_hash, root_of

HEIGHT: Final = 8  # levels of the tree in a tile
WIDTH: Final = 1 << HEIGHT
HASH_BYTES: Final = 32

_MEMBERS: Final = tuple(name for name in Leaf.__dataclass_fields__ if name != "ts")  # as `Leaf` takes them
_LEAVES: Final = (
    select(ENTRY.c.leaf_index, ENTRY.c.ts, *(ENTRY.c[name] for name in _MEMBERS))
    .where(ENTRY.c.leaf_index >= bindparam("start"))
    .order_by(ENTRY.c.leaf_index)
    .limit(bindparam("most"))
)
_TILE: Final = select(TILE.c.hashes).where(
    TILE.c.tree_id == bindparam("tree"), TILE.c.level == bindparam("level"), TILE.c.place == bindparam("place")
)


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree: its origin, the index of its first leaf, how many it has."""

    id: int
    origin: Origin
    first: int
    size: int

    @property
    def ends(self) -> int:
        """The first instant (Unix microseconds) that is not of its year."""
        return instant(datetime(self.origin.year + 1, 1, 1, tzinfo=UTC))

    def holds(self, index: int) -> bool:
        """Whether the entry with this index is a leaf of this tree."""
        return self.first <= index < self.first + self.size


@dataclass(frozen=True, slots=True)
class LeafRow:
    """An entry as a leaf: its index through all trees, when it was made, and its canonical bytes."""

    index: int
    ts: int
    kind: str
    written: bytes


def trees(connection: Connection) -> list[Tree]:
    """All trees, oldest first."""
    return [_tree(row) for row in connection.execute(select(TREE).order_by(TREE.c.tree_id))]


def newest(connection: Connection) -> Tree | None:
    """The tree that grows."""
    row = connection.execute(select(TREE).order_by(TREE.c.tree_id.desc()).limit(1)).first()
    return None if row is None else _tree(row)


def _tree(row: Row[Any]) -> Tree:
    return Tree(row.tree_id, read_origin(row.origin), row.first, row.size)


def begin_tree(connection: Connection, log: str, year: int, first: int, above: int = -1) -> Tree:
    """A new tree from this index on: the first of its log and year, or the next; its number is higher than `above`."""
    same = [above, *_numbers(connection, log, year)]
    origin = Origin(log, year, max(same) + 1)
    row = {"origin": str(origin), "first": first, "size": 0}
    tree_id = connection.execute(insert(TREE).values(row).returning(TREE.c.tree_id)).scalar_one()
    return Tree(tree_id, origin, first, 0)


def _numbers(connection: Connection, log: str, year: int) -> list[int]:
    return [one.origin.number for one in trees(connection) if (one.origin.log, one.origin.year) == (log, year)]


def leaves(connection: Connection, start: int, most: int) -> list[LeafRow]:
    """Entries that have an index, from `start` on, as leaves."""
    return [
        LeafRow(index, ts, kind, leaf_bytes(Leaf(kind, rfc3339(moment(ts)), *rest)))
        for index, ts, kind, *rest in connection.execute(_LEAVES, {"start": start, "most": most})
    ]


def grow(connection: Connection, log: str, most: int) -> int:
    """Takes the next entries that have an index into the tree of their year; returns how many.

    A new tree begins with the first entry of a later UTC year, or of a log by another name. An entry of the old year
    that is written after that one goes into the new tree: its own `ts` says when it was.

    Raises:
        TamperedError: `log_invalid`, when a tile is not as it was left: nothing grows until a person has looked.
    """
    tree = newest(connection)
    found = leaves(connection, tree.first + tree.size if tree else 0, most)
    for some in _by_year(found):
        if tree is None or some[0].ts >= tree.ends or tree.origin.log != log:
            tree = begin_tree(connection, log, moment(some[0].ts).year, some[0].index)
        if [one.index for one in some] != list(range(tree.first + tree.size, tree.first + tree.size + len(some))):
            raise TamperedError(Code.LOG_INVALID, "index")
        _append(connection, tree, [leaf_hash(one.written) for one in some])
        tree = replace(tree, size=tree.size + len(some))
        connection.execute(update(TREE).where(TREE.c.tree_id == tree.id).values(size=tree.size))
    return len(found)


def _by_year(found: Sequence[LeafRow]) -> Iterator[Sequence[LeafRow]]:
    """Runs of leaves that go into one tree: a new run where the year goes up."""
    begin, latest = 0, moment(found[0].ts).year if found else 0
    for number, one in enumerate(found):
        if one.ts >= instant(datetime(latest + 1, 1, 1, tzinfo=UTC)):
            if number > begin:
                yield found[begin:number]
            begin, latest = number, moment(one.ts).year
    if found:
        yield found[begin:]


def _append(connection: Connection, tree: Tree, hashes: Sequence[bytes]) -> None:
    level, place = 0, tree.size
    while hashes:
        tile, offset = divmod(place, WIDTH)
        held = _read(connection, tree.id, level, tile)[: offset * HASH_BYTES] if offset else b""
        if len(held) != offset * HASH_BYTES:
            raise TamperedError(Code.LOG_INVALID, "tile")
        joined = held + b"".join(hashes)
        step = WIDTH * HASH_BYTES
        parts = [joined[start : start + step] for start in range(0, len(joined), step)]
        rows = [
            {"tree_id": tree.id, "level": level, "place": tile + number, "hashes": part}
            for number, part in enumerate(parts)
        ]
        _put(connection, rows)
        hashes = [root_of(_split(part)) for part in parts if len(part) == step]
        level, place = level + 1, tile


def _put(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(TILE)
    key = [TILE.c.tree_id, TILE.c.level, TILE.c.place]
    connection.execute(
        statement.on_conflict_do_update(index_elements=key, set_={"hashes": statement.excluded.hashes}), rows
    )


def _split(octets: bytes) -> list[bytes]:
    return [octets[start : start + HASH_BYTES] for start in range(0, len(octets), HASH_BYTES)]


def _read(connection: Connection, tree_id: int, level: int, place: int) -> bytes:
    found = connection.execute(_TILE, {"tree": tree_id, "level": level, "place": place}).scalar()
    return b"" if found is None else bytes(found)


def nodes_of(connection: Connection, tree: Tree) -> Nodes:
    """The hashes of complete subtrees, read as they are asked for; TamperedError(log_invalid) for a missing one."""
    read: dict[tuple[int, int], bytes] = {}

    def nodes(level: int, place: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        tile, offset = divmod(place << height, WIDTH)
        if (tile_level, tile) not in read:
            read[tile_level, tile] = _read(connection, tree.id, tile_level, tile)
        row = _split(read[tile_level, tile][offset * HASH_BYTES : (offset + (1 << height)) * HASH_BYTES])
        if len(row) != 1 << height or len(row[-1]) != HASH_BYTES:
            raise TamperedError(Code.LOG_INVALID, "tile")
        while len(row) > 1:
            row = [node_hash(*pair) for pair in zip(row[::2], row[1::2], strict=True)]
        return row[0]

    return nodes
