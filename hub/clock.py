"""Time and ids come from here and are passed as arguments; nothing else asks the machine for them."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Tells the time; tests and simulators bring their own."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant by the machine's clock, in UTC."""
        return datetime.fromtimestamp(time.time(), UTC)


class ShiftedClock:
    """The machine's clock, moved by the seconds in a file: a week passes in a demo when somebody writes 604800 there.

    Only for registers of `environment: test`; whoever composes a process refuses it elsewhere.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        """The present instant, moved; an absent or half-written file moves nothing."""
        try:
            seconds = float(self._file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            seconds = 0.0
        return datetime.fromtimestamp(time.time() + seconds, UTC)


def clock_of(shift: Path | None) -> Clock:
    """The machine's clock, or one that a file moves. Registers of production are refused before anybody asks."""
    return SystemClock() if shift is None else ShiftedClock(shift)


def milliseconds(moment: datetime) -> int:
    """Unix milliseconds of an aware instant."""
    return int(moment.timestamp() * 1000)


def new_id(clock: Clock) -> str:
    """A fresh UUID version 7 (RFC 9562): 48 bits of Unix milliseconds, the rest random; lower case."""
    value = (milliseconds(clock.now()) & (2**48 - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def new_pseudonym() -> str:
    """A fresh random UUID version 4 for a case or a conversation: nothing can be derived from it, not even its time."""
    value = int.from_bytes(os.urandom(16), "big")
    value = value & ~(0xF << 76) | 0x4 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def named_id(*names: str) -> str:
    """The UUID version 8 (RFC 9562) of these names: the same for the same ones, so that what is said twice is known."""
    value = int.from_bytes(hashlib.sha256("\0".join(names).encode()).digest()[:16], "big")
    value = value & ~(0xF << 76) | 0x8 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def rfc3339(moment: datetime) -> str:
    """An aware instant as `YYYY-MM-DDThh:mm:ss.mmmZ` (wire.md 4, `time`)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
