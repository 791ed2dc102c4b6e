"""Bodies as they come from a file or a pipe, never more of one in memory than a body may be long (wire.md 7, 13)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from hub.wire.jose import MAX_BODY_BYTES


def read_one(stream: BinaryIO, limit: int = MAX_BODY_BYTES) -> bytes:
    """The only body in a stream, without the line end that may close it; cut off where it is longer than `limit`."""
    return stream.read(limit + 2).removesuffix(b"\n")


def read_lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Each body of a stream in which LF ends a body; None for one that is longer than a body may be.

    An empty line is a body. The last body needs no LF.
    """
    while piece := stream.readline(MAX_BODY_BYTES + 1):
        if piece.endswith(b"\n"):
            yield piece[:-1]
        elif len(piece) <= MAX_BODY_BYTES:
            yield piece
        else:
            yield None
            _skip_line(stream)


def _skip_line(stream: BinaryIO) -> None:
    while (piece := stream.readline(MAX_BODY_BYTES)) and not piece.endswith(b"\n"):
        pass
