"""The full audit of the message log: every leaf hashed anew from its entry and held against all that was signed.

It shares nothing with the sequencer but the form of a leaf: the root grows here from the entries alone, while tiles,
checkpoints, cosignatures, the floor and what witnesses hold must each agree with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from hub.database import Connection
from hub.errors import HubError
from hub.messagelog.auditing import store
from hub.messagelog.checkpoints.making import head_hash
from hub.messagelog.checkpoints.receiving import witness_key
from hub.messagelog.checkpoints.store import Kept, checkpoints, cosignatures
from hub.messagelog.tree.store import WIDTH, LeafRow, Tree, leaves, nodes_of, trees
from hub.register.model import Register
from hub.wire.checkpoint import Checkpoint, open_checkpoint
from hub.wire.leaf import leaf_hash
from hub.wire.note import Note, Verifier, read_signature, verify_cosignature
from hub.wire.tree import EMPTY_ROOT, Frontier, root

AT_ONCE: Final = 5_000
MOST_PROBLEMS: Final = 50

#: Told how many leaves of how many are done.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Trust:
    """What an audit holds the log against, besides what is in the database."""

    keys: Sequence[Verifier]
    """The log's key, and those that it had before."""
    register: Register
    floor: Checkpoint | None = None
    witnessed: Sequence[str] = ()
    """Checkpoints as witnesses hold them."""


@dataclass(slots=True)
class Audit:
    """What was looked at, and what is wrong: a place and a few words each, never a value of an entry."""

    leaves: int = 0
    checkpoints: int = 0
    cosignatures: int = 0
    problems: list[str] = field(default_factory=list)
    restored: frozenset[str] = frozenset()
    """Hashes of the heads after which a log was begun anew: what they had more than their tree is known to be gone."""

    def find(self, problem: str) -> None:
        """Notes a problem; of a log that is wrong all over the first will do."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


@dataclass(frozen=True, slots=True)
class _Head:
    """A head that the log must have had, and who says so."""

    by: str
    head: Checkpoint


def audit(connection: Connection, trust: Trust, progress: Progress) -> Audit:
    """Recomputes everything."""
    found, total = Audit(), store.total_leaves(connection)
    present = trees(connection)
    signed = [head for tree in present for head in _signed(connection, tree, trust, found)]
    signed += _elsewhere(trust, found)
    found.restored = store.restored(connection)
    after = 0
    for tree in present:
        if tree.first != after:
            found.find(f"{tree.origin}: begins at {tree.first} and not at {after}")
        after = tree.first + tree.size
        mine = [one for one in signed if one.head.origin == tree.origin]
        _grow(connection, tree, mine, found, lambda done: progress(done, total))
    for one in signed:
        if all(tree.origin != one.head.origin for tree in present):
            found.find(f"{one.head.origin}: gone; {one.by} has it with {one.head.size} leaves")
    for message_id in store.unlogged(connection, MOST_PROBLEMS):
        found.find(f"message {message_id}: no entry says the same of it")
    return found


def _signed(connection: Connection, tree: Tree, trust: Trust, found: Audit) -> Iterator[_Head]:
    """The checkpoints of a tree whose signature holds; their cosignatures are looked at too."""
    for kept in checkpoints(connection, tree.id):
        found.checkpoints += 1
        opened = _opened(kept.note, trust.keys)
        if opened is None:
            found.find(f"{tree.origin}: checkpoint at {kept.size} is not by the log's key")
            continue
        head, note = opened
        if (head.origin, head.size, head.root) != (tree.origin, kept.size, kept.root):
            found.find(f"{tree.origin}: checkpoint at {kept.size} says another size or root than its row")
        _check_cosignatures(connection, tree, kept, note, trust, found)
        yield _Head("the checkpoint", head)


def _check_cosignatures(connection: Connection, tree: Tree, kept: Kept, note: Note, trust: Trust, found: Audit) -> None:
    for one in cosignatures(connection, tree.id, kept.size):
        found.cosignatures += 1
        organisation = trust.register.organisation(one.oin)
        try:
            if organisation is not None:
                verify_cosignature(note.text, (read_signature(one.line),), witness_key(organisation, one.kid))
                continue
        except HubError:
            pass
        found.find(f"{tree.origin}: the cosignature of {one.oin} at {kept.size} does not hold")


def _elsewhere(trust: Trust, found: Audit) -> Iterator[_Head]:
    if trust.floor is not None:
        yield _Head("the floor", trust.floor)
    for number, text in enumerate(trust.witnessed, 1):
        opened = _opened(text, trust.keys)
        if opened is None:
            found.find(f"witnessed checkpoint {number}: not by the log's key")
        else:
            yield _Head(f"witnessed checkpoint {number}", opened[0])


def _opened(text: str, keys: Sequence[Verifier]) -> tuple[Checkpoint, Note] | None:
    for key in keys:
        try:
            return open_checkpoint(text, key)
        except HubError:
            continue
    return None


def _grow(
    connection: Connection, tree: Tree, signed: Sequence[_Head], found: Audit, progress: Callable[[int], None]
) -> None:
    """Hashes the leaves of one tree in order; every head that was signed must come by."""
    frontier, size, tile = Frontier(), 0, list[bytes]()
    for one in _in_order(connection, tree):
        if one.index != tree.first + size:
            found.find(f"{tree.origin}: leaf {size} is gone")
            break
        if size % WIDTH == 0:
            tile = store.tile_hashes(connection, tree, size // WIDTH)
            progress(found.leaves)
        hashed = leaf_hash(one.written)
        if tile[size % WIDTH : size % WIDTH + 1] != [hashed]:
            found.find(f"{tree.origin}: leaf {size} (entry {one.index}) is not what the tree took")
        frontier.add(hashed)
        size, found.leaves = size + 1, found.leaves + 1
        for claim in (claim for claim in signed if claim.head.size == size):
            if claim.head.root != frontier.root():
                found.find(f"{tree.origin}: the first {size} leaves are not those of {claim.by}")
    if size < tree.size:
        found.find(f"{tree.origin}: {size} leaves of {tree.size}")
    elif _tree_root(connection, tree) != frontier.root():
        found.find(f"{tree.origin}: the tiles have another root than the entries")
    lost = (claim for claim in signed if claim.head.size > size and head_hash(claim.head) not in found.restored)
    for claim in lost:
        found.find(f"{tree.origin}: {size} leaves, and {claim.by} has {claim.head.size}")
    progress(found.leaves)


def _tree_root(connection: Connection, tree: Tree) -> bytes | None:
    try:
        return root(nodes_of(connection, tree), tree.size) if tree.size else EMPTY_ROOT
    except HubError:
        return None


def _in_order(connection: Connection, tree: Tree) -> Iterator[LeafRow]:
    """The entries of a tree, by index."""
    start, end = tree.first, tree.first + tree.size
    while start < end:
        some = leaves(connection, start, min(AT_ONCE, end - start))
        some = [one for one in some if one.index < end]
        if not some:
            return
        yield from some
        start = some[-1].index + 1
