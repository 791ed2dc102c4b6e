"""Checkpoints (C2SP tlog-checkpoint): the origin, size and root of the message log, signed by its key (wire.md 11).

The origin is `<hub>/<UTC year>`, and `/<n>` where the log of a year began anew; `<hub>` is the name of the log's key.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from hub.errors import Code, RefusedError
from hub.wire.note import Note, Verifier, read_note, verify

_ORIGIN: Final = re.compile(r"(?P<log>[!-*,-~]{1,200})/(?P<year>[0-9]{4})(?:/(?P<number>[1-9][0-9]{0,5}))?")
_SIZE: Final = re.compile("0|[1-9][0-9]{0,17}")
_HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Origin:
    """The name of one tree: of a hub's log, in a year, begun `number` times after the first."""

    log: str
    year: int
    number: int = 0

    def __str__(self) -> str:
        """As the first line of a checkpoint."""
        return f"{self.log}/{self.year:04d}" + (f"/{self.number}" if self.number else "")


def read_origin(text: str) -> Origin:
    """An origin.

    Raises:
        RefusedError: `log_invalid`.
    """
    found = _ORIGIN.fullmatch(text)
    if found is None:
        raise RefusedError(Code.LOG_INVALID, "origin")
    return Origin(found["log"], int(found["year"]), int(found["number"] or 0))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a tree."""

    origin: Origin
    size: int
    root: bytes

    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_body(text: str) -> Checkpoint:
    """The head that a note's text names; lines of extensions are none of ours.

    Raises:
        RefusedError: `log_invalid`.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or _SIZE.fullmatch(lines[1]) is None:  # noqa: PLR2004 - three lines and their end
        raise RefusedError(Code.LOG_INVALID, "checkpoint")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError(Code.LOG_INVALID, "checkpoint: root") from None
    found = Checkpoint(read_origin(lines[0]), int(lines[1]), root)
    if len(root) != _HASH_BYTES or found.body() != text:
        raise RefusedError(Code.LOG_INVALID, "checkpoint: root")
    return found


def open_checkpoint(text: str, key: Verifier) -> tuple[Checkpoint, Note]:
    """The head that a checkpoint names, if the log's key signed it and the log is that key's.

    Raises:
        RefusedError: `log_invalid` for a bad form.
        TamperedError: `log_invalid` for a signature that is not there or does not hold.
    """
    note = read_note(text)
    verify(note, key)
    head = read_body(note.text)
    if head.origin.log != key.name:
        raise RefusedError(Code.LOG_INVALID, "origin: not of this key")
    return head, note
