"""The Merkle tree of the message log (RFC 6962, 2.1): roots, proofs, and what a verifier makes of them. Pure.

A proof is made from the hashes of complete subtrees, asked one by one by `Nodes`: in a tree of n leaves log2(n) of
them, so that nobody has to read the log to prove a leaf of it. Verifying follows RFC 9162, 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from hub.errors import Code, TamperedError

NODE_PREFIX: Final = b"\x01"
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

#: The hash of a complete subtree by its level (0 is a leaf) and its place among those of that level.
Nodes = Callable[[int, int], bytes]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes that are all at hand."""
    return root(lambda level, place: _complete(leaves, level, place), len(leaves))


def _complete(leaves: Sequence[bytes], level: int, place: int) -> bytes:
    row = leaves[place << level : (place + 1) << level]
    while len(row) > 1:
        row = [node_hash(*pair) for pair in zip(row[::2], row[1::2], strict=True)]
    return row[0]


class Frontier:
    """A tree that only grows, as the few hashes that its root follows from: log2(n) of them for n leaves."""

    def __init__(self) -> None:
        self._complete: list[tuple[int, bytes]] = []  # (level, hash) of complete subtrees, from the left

    def add(self, leaf: bytes) -> None:
        """Appends a leaf by its hash."""
        level, found = 0, leaf
        while self._complete and self._complete[-1][0] == level:
            level, found = level + 1, node_hash(self._complete.pop()[1], found)
        self._complete.append((level, found))

    def root(self) -> bytes:
        """The root as of now."""
        if not self._complete:
            return EMPTY_ROOT
        found = self._complete[-1][1]
        for _, left in reversed(self._complete[:-1]):
            found = node_hash(left, found)
        return found


def root(nodes: Nodes, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return _range(nodes, 0, size) if size else EMPTY_ROOT


def inclusion(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The proof that leaf `index` is in the tree of the first `size` leaves: hashes from the leaf up (2.1.1)."""
    if not 0 <= index < size:
        raise ValueError("no leaf by that index in a tree of that size")  # noqa: EM101 - the caller's own bug
    return _path(nodes, index, 0, size)


def consistency(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """The proof that the tree of the first `new` leaves extends that of the first `old` ones (2.1.2)."""
    if not 0 <= old <= new:
        raise ValueError("a tree extends smaller ones only")  # noqa: EM101 - the caller's own bug
    return _extension(nodes, old, 0, new, whole=True) if 0 < old < new else []


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _range(nodes: Nodes, begin: int, end: int) -> bytes:
    """The hash over leaves `begin` to `end`, where `begin` is where a split lies."""
    size = end - begin
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return nodes(level, begin >> level)
    middle = begin + _split(size)
    return node_hash(_range(nodes, begin, middle), _range(nodes, middle, end))


def _path(nodes: Nodes, index: int, begin: int, end: int) -> list[bytes]:
    if end - begin == 1:
        return []
    middle = begin + _split(end - begin)
    if index < middle:
        return [*_path(nodes, index, begin, middle), _range(nodes, middle, end)]
    return [*_path(nodes, index, middle, end), _range(nodes, begin, middle)]


def _extension(nodes: Nodes, old: int, begin: int, end: int, *, whole: bool) -> list[bytes]:
    """`whole` while the old tree is a subtree that its owner knows the hash of."""
    if old == end:
        return [] if whole else [_range(nodes, begin, end)]
    middle = begin + _split(end - begin)
    if old <= middle:
        return [*_extension(nodes, old, begin, middle, whole=whole), _range(nodes, middle, end)]
    return [*_extension(nodes, old, middle, end, whole=False), _range(nodes, begin, middle)]


def verify_inclusion(leaf: bytes, index: int, proof: Sequence[bytes], size: int, root_hash: bytes) -> None:
    """Return only if the leaf with this hash stands at `index` of the tree with this size and root.

    Raises:
        TamperedError: `log_invalid`.
    """
    if not 0 <= index < size:
        raise TamperedError(Code.LOG_INVALID, "index")
    found = leaf
    for sibling, on_the_left in _steps(index, size - 1, proof):
        found = node_hash(sibling, found) if on_the_left else node_hash(found, sibling)
    if found != root_hash:
        raise TamperedError(Code.LOG_INVALID, "proof")


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Return only if the tree of `new` leaves with this root begins with that of `old` leaves with that root.

    Raises:
        TamperedError: `log_invalid`.
    """
    if not 0 <= old <= new:
        raise TamperedError(Code.LOG_INVALID, "size")
    if old in {0, new}:
        if proof or old_root != (EMPTY_ROOT if old == 0 else new_root):
            raise TamperedError(Code.LOG_INVALID, "root")
        return
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first, rest = (old_root, proof) if old & (old - 1) == 0 else (proof[0] if proof else b"", proof[1:])
    found_old = found_new = first
    for sibling, on_the_left in _steps(place, last, rest):
        if on_the_left:
            found_old, found_new = node_hash(sibling, found_old), node_hash(sibling, found_new)
        else:
            found_new = node_hash(found_new, sibling)
    if found_old != old_root or found_new != new_root:
        raise TamperedError(Code.LOG_INVALID, "proof")


def _steps(place: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each sibling on the way up from a node, and whether it lies to the left; the way ends at the root or is none."""
    for sibling in proof:
        if last == 0:
            raise TamperedError(Code.LOG_INVALID, "proof")
        on_the_left = bool(place & 1) or place == last
        yield sibling, on_the_left
        while on_the_left and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    if last:
        raise TamperedError(Code.LOG_INVALID, "proof")
