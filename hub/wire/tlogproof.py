"""A proof that something is in the message log, as one text for whoever must be convinced (C2SP tlog-proof). Pure.

It holds the place of the leaf, the hashes on the way to the root, and the checkpoint with its cosignatures. The leaf is
a file of its own. Verifying it asks nobody: the log's verifier key, and those of witnesses where they are given.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import rfc8785

from hub.errors import Code, HubError, RefusedError
from hub.wire import strictjson
from hub.wire.checkpoint import Checkpoint, open_checkpoint
from hub.wire.leaf import leaf_hash
from hub.wire.note import Verifier, verify_cosignature
from hub.wire.tree import verify_inclusion

SUFFIX: Final = ".tlog-proof"
LEAF_SUFFIX: Final = ".leaf.json"
MAX_CHARS: Final = 16_384

_FIRST: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile("index (0|[1-9][0-9]{0,17})")
_HASH: Final = re.compile("[A-Za-z0-9+/]{43}=")
_MOST_HASHES: Final = 64


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a leaf stands, its way to the root, and the checkpoint, as text."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def __str__(self) -> str:
        """The text of the file."""
        lines = [_FIRST, f"index {self.index}", *(base64.b64encode(one).decode() for one in self.hashes)]
        return "\n".join(lines) + "\n\n" + self.checkpoint


def read_proof(text: str) -> Proof:
    """A proof, of which nothing is verified yet.

    Raises:
        RefusedError: `log_invalid` when it has not the form of one.
    """
    head, _, checkpoint = text.partition("\n\n")
    first, _, rest = head.partition("\n")
    if rest.startswith("extra "):  # opaque, not authenticated and none of ours
        rest = rest.partition("\n")[2]
    numbered, *hashes = rest.split("\n")
    index = _INDEX.fullmatch(numbered)
    if len(text) > MAX_CHARS or first != _FIRST or index is None or len(hashes) > _MOST_HASHES:
        raise RefusedError(Code.LOG_INVALID, "proof")
    return Proof(int(index[1]), tuple(_hash(one) for one in hashes), checkpoint)


def _hash(text: str) -> bytes:
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if _HASH.fullmatch(text) is None or base64.b64encode(octets).decode() != text:
        raise RefusedError(Code.LOG_INVALID, "proof: hash")
    return octets


def canonical_leaf(written: bytes) -> bytes:
    """The canonical bytes of a leaf, however its JSON is laid out.

    Raises:
        RefusedError: `log_invalid`.
    """
    try:
        return rfc8785.dumps(strictjson.loads(written))  # type: ignore[arg-type]  # what JSON can hold, it takes
    except (HubError, rfc8785.CanonicalizationError):
        raise RefusedError(Code.LOG_INVALID, "leaf") from None


def verify_proof(proof: Proof, leaf: bytes, key: Verifier, witnesses: Sequence[Verifier] = ()) -> Checkpoint:
    """The head that this leaf is proven to be under, cosigned by every one of `witnesses`.

    Raises:
        RefusedError: `log_invalid` for a bad form.
        TamperedError: `log_invalid` for what does not hold.
    """
    head, note = open_checkpoint(proof.checkpoint, key)
    for witness in witnesses:
        verify_cosignature(note.text, note.signatures, witness)
    verify_inclusion(leaf_hash(canonical_leaf(leaf)), proof.index, proof.hashes, head.size, head.root)
    return head
