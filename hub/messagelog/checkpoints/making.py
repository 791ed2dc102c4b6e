"""Signing the head of the log: only what extends everything that was signed before, as far as anybody here remembers.

Two memories are asked: the checkpoints in the database, and the *floor*, the last signed one in a file outside it. A
database that was put back from a back-up contradicts the floor; then nothing is signed until `schuldhub log restore`.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from hub.database import Connection
from hub.errors import Code, HubError, TamperedError
from hub.messagelog.checkpoints.store import Kept, add_checkpoint, last_checkpoint
from hub.messagelog.tree.store import Tree, nodes_of, trees
from hub.wire.checkpoint import Checkpoint, read_body
from hub.wire.note import Signer, read_note, sign
from hub.wire.tree import Nodes, root

#: The act of which the first leaf of a log tells that was begun anew.
RESTORED: Final = "log-restored"


def head_hash(head: Checkpoint) -> str:
    """The hash of what was signed of a head, as a leaf refers to it."""
    return "sha-256:" + hashlib.sha256(head.body().encode()).hexdigest()


def make_checkpoints(connection: Connection, signer: Signer, floor: str | None, now: datetime) -> list[Kept]:
    """Signs and keeps the head of every tree that grew since its last checkpoint; returns those, oldest tree first.

    Raises:
        TamperedError: `log_invalid`, when a tree does not extend what was signed; nothing is kept then.
    """
    present = trees(connection)
    grown = [tree for tree in present if tree.size and _last_size(connection, tree) != tree.size]
    if not grown:
        return []
    if floor is not None:
        check_floor(connection, present, read_floor(floor))
    made = []
    for tree in grown:
        nodes = nodes_of(connection, tree)
        last = last_checkpoint(connection, tree.id)
        if last is not None:
            check_extends(tree, nodes, last.size, last.root)
        head = Checkpoint(tree.origin, tree.size, root(nodes, tree.size))
        kept = Kept(tree.id, tree.size, head.root, str(sign(head.body(), signer)), now, None)
        add_checkpoint(connection, kept)
        made.append(kept)
    return made


def _last_size(connection: Connection, tree: Tree) -> int | None:
    last = last_checkpoint(connection, tree.id)
    return None if last is None else last.size


def check_extends(tree: Tree, nodes: Nodes, size: int, root_hash: bytes) -> None:
    """Return only if the tree began as it was when a checkpoint with this size and root was signed.

    Raises:
        TamperedError: `log_invalid`.
    """
    if tree.size < size:
        raise TamperedError(Code.LOG_INVALID, f"{tree.origin}: shorter than what was signed")
    if root(nodes, size) != root_hash:
        raise TamperedError(Code.LOG_INVALID, f"{tree.origin}: not what was signed")


def check_floor(connection: Connection, present: list[Tree], floor: Checkpoint) -> None:
    """Return only if the database holds what the floor says was signed.

    Raises:
        TamperedError: `log_invalid`.
    """
    tree = next((tree for tree in present if tree.origin == floor.origin), None)
    if tree is None:
        raise TamperedError(Code.LOG_INVALID, f"{floor.origin}: gone")
    check_extends(tree, nodes_of(connection, tree), floor.size, floor.root)


def read_floor(text: str) -> Checkpoint:
    """The head that the floor names; it is our own file, so its signature is not asked about."""
    return read_body(read_note(text).text)


def load_floor(file: Path) -> str | None:
    """The last checkpoint that was signed on this machine, or None where none was.

    Raises:
        TamperedError: `log_invalid`, when the file is there and cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8")
        read_floor(text)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, HubError):
        raise TamperedError(Code.LOG_INVALID, file.name) from None
    return text


def save_floor(file: Path, text: str) -> None:
    """Remembers a checkpoint: whole or not at all."""
    partial = file.with_name(f"{file.name}.new")
    with partial.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    partial.replace(file)
