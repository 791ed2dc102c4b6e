"""Signed notes (C2SP signed-note): text that a key signs, as checkpoints of the message log travel. Pure.

Ed25519 only: notes by the log's own key (type 1), and cosignatures of witnesses (C2SP tlog-cosignature, type 4), which
say when they were made. A verifier key is public; a signer key is the same with the private half, in a file of 0600.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.errors import Code, RefusedError, TamperedError

NOTE: Final = 1
COSIGNATURE: Final = 4
KeyType = Literal[1, 4]
NAME: Final = re.compile(r"[!-*,-~]{1,200}")  # visible ASCII without a plus: narrower than C2SP, as wire.md 11 is
MAX_CHARS: Final = 8_192
MAX_LINES: Final = 64

_DASH: Final = "\N{EM DASH}"
_PRIVATE: Final = "PRIVATE+KEY"
_KEY_ID_BYTES: Final = 4
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_TIME_BYTES: Final = 8
_TYPES: Final[dict[int, KeyType]] = {1: 1, 4: 4}


@dataclass(frozen=True, slots=True)
class Verifier:
    """Who may have signed: a name and a public key, of one type."""

    name: str
    type: KeyType
    public: Ed25519PublicKey

    @property
    def key_id(self) -> bytes:
        """What a signature names its key by, beside the name."""
        return hashlib.sha256(f"{self.name}\n".encode() + self._encoded).digest()[:_KEY_ID_BYTES]

    @property
    def _encoded(self) -> bytes:
        return bytes([self.type]) + self.public.public_bytes_raw()

    def __str__(self) -> str:
        """The verifier key as it is handed over: `<name>+<key id>+<base64>`."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._encoded).decode()}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that signs notes or cosigns checkpoints."""

    name: str
    type: KeyType
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.type, self.private.public_key())

    def exported(self) -> str:
        """The private half as text, for its owner's file only."""
        encoded = base64.b64encode(bytes([self.type]) + self.private.private_bytes_raw()).decode()
        return f"{_PRIVATE}+{self.name}+{self.verifier.key_id.hex()}+{encoded}"

    def __repr__(self) -> str:
        """Its name only."""
        return f"Signer({self.name})"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line, not verified yet."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        """The line, without its line end."""
        return f"{_DASH} {self.name} {base64.b64encode(self.key_id + self.signature).decode()}"

    def is_by(self, key: Verifier) -> bool:
        """Whether it says to be made by this key."""
        return (self.name, self.key_id) == (key.name, key.key_id)


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a line end, and who says to have signed it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        """The note as it travels."""
        return self.text + "\n" + "".join(f"{line}\n" for line in self.signatures)


def new_signer(name: str) -> Signer:
    """A fresh key for a log of this name.

    Raises:
        RefusedError: `key_invalid` for a name of bad form.
    """
    if NAME.fullmatch(name) is None:
        raise RefusedError(Code.KEY_INVALID, "name")
    return Signer(name, NOTE, Ed25519PrivateKey.generate())


def witness_verifier(kid: str, public: object) -> Verifier:
    """The key of a witness that cosigns with its signing key of the road, named by its kid.

    Raises:
        RefusedError: `unknown_key`; only Ed25519 cosigns.
    """
    if not isinstance(public, Ed25519PublicKey):
        raise RefusedError(Code.UNKNOWN_KEY, "cosignature: not Ed25519")
    return Verifier(kid, COSIGNATURE, public)


def witness_signer(kid: str, private: object) -> Signer | None:
    """The same with the private half; None where the key is of another kind and cannot cosign."""
    return Signer(kid, COSIGNATURE, private) if isinstance(private, Ed25519PrivateKey) else None


def read_verifier(text: str) -> Verifier:
    """A verifier key.

    Raises:
        RefusedError: `key_invalid`.
    """
    name, key_id, kind, octets = _key_parts(text)
    try:
        found = Verifier(name, kind, Ed25519PublicKey.from_public_bytes(octets))
    except ValueError:
        raise RefusedError(Code.KEY_INVALID, "verifier key") from None
    if found.key_id.hex() != key_id:
        raise RefusedError(Code.KEY_INVALID, "verifier key: id")
    return found


def read_signer(text: str) -> Signer:
    """A signer key, as `exported` wrote it.

    Raises:
        RefusedError: `key_invalid`.
    """
    if not text.startswith(f"{_PRIVATE}+"):
        raise RefusedError(Code.KEY_INVALID, "signer key")
    name, key_id, kind, octets = _key_parts(text.removeprefix(f"{_PRIVATE}+"))
    found = Signer(name, kind, Ed25519PrivateKey.from_private_bytes(octets))
    if found.verifier.key_id.hex() != key_id:
        raise RefusedError(Code.KEY_INVALID, "signer key: id")
    return found


def _key_parts(text: str) -> tuple[str, str, KeyType, bytes]:
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    octets = _octets(encoded) or b"\x00"
    kind = _TYPES.get(octets[0])
    if NAME.fullmatch(name) is None or kind is None or len(octets) != 1 + _KEY_BYTES:
        raise RefusedError(Code.KEY_INVALID, "note key")
    return name, key_id, kind, octets[1:]


def _octets(encoded: str) -> bytes | None:
    """Canonical base64, or None."""
    try:
        octets = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return octets if base64.b64encode(octets).decode() == encoded else None


def read_note(text: str) -> Note:
    """A note, of which no signature is verified yet.

    Raises:
        RefusedError: `log_invalid` when it has not the form of one.
    """
    body, blank, tail = text.rpartition("\n\n")
    lines = tail.split("\n")
    fits = len(text) <= MAX_CHARS and blank and tail.endswith("\n") and len(lines) - 1 <= MAX_LINES
    if not fits or any(char < " " and char != "\n" for char in text):
        raise RefusedError(Code.LOG_INVALID, "note")
    return Note(f"{body}\n", tuple(read_signature(line) for line in lines[:-1]))


def read_signature(line: str) -> Signature:
    """One signature line, without its line end.

    Raises:
        RefusedError: `log_invalid`.
    """
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    octets = _octets(encoded)
    if dash != _DASH or NAME.fullmatch(name) is None or octets is None or len(octets) <= _KEY_ID_BYTES:
        raise RefusedError(Code.LOG_INVALID, "signature line")
    return Signature(name, octets[:_KEY_ID_BYTES], octets[_KEY_ID_BYTES:])


def sign(text: str, signer: Signer) -> Note:
    """The text as a note signed by one key."""
    return Note(text, (Signature(signer.name, signer.verifier.key_id, signer.private.sign(text.encode())),))


def verify(note: Note, key: Verifier) -> None:
    """Return only if this key signed the note; a signature by it that does not hold refuses the whole.

    Raises:
        TamperedError: `log_invalid`.
    """
    mine = [line for line in note.signatures if line.is_by(key)]
    if not mine or key.type != NOTE:
        raise TamperedError(Code.LOG_INVALID, "signature: not by the log's key")
    for line in mine:
        _check(key.public, line.signature, note.text.encode())


def cosign(text: str, signer: Signer, now: datetime) -> Signature:
    """A witness says: as of now this is the largest tree of this log that I saw, and it extends all before it."""
    seconds = int(now.timestamp())
    signature = signer.private.sign(_cosigned(text, seconds))
    return Signature(signer.name, signer.verifier.key_id, seconds.to_bytes(_TIME_BYTES, "big") + signature)


def verify_cosignature(text: str, lines: Sequence[Signature], key: Verifier) -> datetime:
    """When this witness cosigned the text.

    Raises:
        TamperedError: `log_invalid` when it did not.
    """
    mine = [line for line in lines if line.is_by(key)]
    if not mine or key.type != COSIGNATURE or len(mine[0].signature) != _TIME_BYTES + _SIGNATURE_BYTES:
        raise TamperedError(Code.LOG_INVALID, "cosignature")
    seconds = int.from_bytes(mine[0].signature[:_TIME_BYTES], "big")
    _check(key.public, mine[0].signature[_TIME_BYTES:], _cosigned(text, seconds))
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise TamperedError(Code.LOG_INVALID, "cosignature: time") from None


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _check(public: Ed25519PublicKey, signature: bytes, signed: bytes) -> None:
    try:
        public.verify(signature, signed)
    except InvalidSignature:
        raise TamperedError(Code.LOG_INVALID, "signature") from None
