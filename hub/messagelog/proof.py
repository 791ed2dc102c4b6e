"""The proof of one entry: of its leaf, under the best head that was signed over it; checked before it goes out."""

from __future__ import annotations

from collections.abc import Sequence

from hub.database import Connection
from hub.errors import Code, RefusedError
from hub.messagelog.checkpoints.store import cosignatures, covering
from hub.messagelog.reading.records import LogLine
from hub.messagelog.tree.store import leaves, nodes_of, trees
from hub.wire.leaf import leaf_hash
from hub.wire.tlogproof import Proof
from hub.wire.tree import inclusion, verify_inclusion


def prove(connection: Connection, index: int) -> tuple[Proof, bytes]:
    """The proof for the entry with this index, and the leaf that it proves.

    Raises:
        RefusedError: `not_found`, when no signed head covers the entry yet.
        TamperedError: `log_invalid`, when entry, tree and head do not fit.
    """
    tree = next((tree for tree in trees(connection) if tree.holds(index)), None)
    kept = covering(connection, tree.id, index - tree.first + 1) if tree else None
    found = leaves(connection, index, 1)
    if tree is None or kept is None or not found:
        raise RefusedError(Code.NOT_FOUND, "checkpoint: none covers this entry yet")
    place, leaf = index - tree.first, found[0].written
    hashes = inclusion(nodes_of(connection, tree), place, kept.size)
    verify_inclusion(leaf_hash(leaf), place, hashes, kept.size, kept.root)
    lines = "".join(f"{one.line}\n" for one in cosignatures(connection, tree.id, kept.size))
    return Proof(place, tuple(hashes), kept.note + lines), leaf


def entry_of(found: Sequence[LogLine], kind: str | None, oin: str | None) -> int:
    """The index of the entry that is meant among those about a message: the newest of its kind.

    Args:
        found: what the log says of messages with one id.
        kind: of the entry; that it was accepted, else that it was refused, where none is given.
        oin: who sent or got what the entry is about.

    Raises:
        RefusedError: `not_found`.
    """
    for wanted in (kind,) if kind else ("accepted", "refused"):
        mine = [one for one in found if one.kind == wanted and (oin is None or oin in {one.sender, one.recipient})]
        if mine and mine[-1].index is not None:
            return mine[-1].index
    raise RefusedError(Code.NOT_FOUND, "ID")
