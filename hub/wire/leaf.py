"""A leaf of the message log (wire.md 11): its canonical bytes and its hash. Pure, and without personal data.

The bytes are JCS (RFC 8785) and the hash is RFC 6962's, so anyone can compute both from the parts.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final, Literal

LEAF_PREFIX: Final = b"\x00"
VERSION: Final = 1
#: Of a flat object of strings and small whole numbers with names in ASCII this is RFC 8785, at a quarter of the cost of
#: a library for all of it; a test holds it against that library.
_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)

LeafKind = Literal["accepted", "refused", "receipt", "expired", "register", "operator"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry as it is proven; what does not apply is None and absent from the bytes."""

    kind: LeafKind
    ts: str
    """When, as `hub.clock.rfc3339` writes it."""
    id: str | None = None
    ref: str | None = None
    type: str | None = None
    src: str | None = None
    rcpt: str | None = None
    kid: str | None = None
    refhash: str | None = None
    result: str | None = None
    code: str | None = None
    subj: str | None = None
    """`subject_hash` of the case pseudonym."""


def subject_hash(salt: bytes, subject: str) -> str:
    """Hex SHA-256 of salt and case pseudonym: without the salt, which can be erased, it points to no case."""
    return hashlib.sha256(salt + subject.encode("utf-8")).hexdigest()


def leaf_bytes(leaf: Leaf) -> bytes:
    """The canonical JSON of a leaf."""
    members = {
        "v": VERSION,
        "kind": leaf.kind,
        "ts": leaf.ts,
        "id": leaf.id,
        "ref": leaf.ref,
        "type": leaf.type,
        "src": leaf.src,
        "rcpt": leaf.rcpt,
        "kid": leaf.kid,
        "refhash": leaf.refhash,
        "result": leaf.result,
        "code": leaf.code,
        "subj": leaf.subj,
    }
    return _CANONICAL.encode({name: value for name, value in members.items() if value is not None}).encode()


def leaf_hash(written: bytes) -> bytes:
    """The 32 bytes that the Merkle tree holds for a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(LEAF_PREFIX + written).digest()
