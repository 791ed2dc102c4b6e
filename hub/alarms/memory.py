"""What the watchman knows of its alarms, in a file beside the hub's other state: a database may be what is away.

A disk that takes no file any more is itself an alarm: then memory alone serves, and nothing fails.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

#: A holder of the lock that has not looked for so long (seconds) stands still itself: then others look too.
STALE_S: Final = 180.0


@dataclass(slots=True)
class Raised:
    """An alarm of the watchman; instants are Unix microseconds. `told` holds `<channel>:<start|clear>`."""

    kind: str
    started: int
    cleared: int | None
    told: list[str]
    recorded: bool = False


class Memory:
    """The alarms that stand or are still to be told, and the right to look after them: one process has it at a time."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "alarms.json"
        self._lock_file = folder / "alarms.lock"
        self._descriptor: int | None = None
        self.raised: list[Raised] = []

    def __enter__(self) -> Self:
        """The same."""
        return self

    def __exit__(self, *_: object) -> None:
        """Lets another process look."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def mine(self) -> bool:
        """Whether this process is to look now: it has the lock, or who has it stands still."""
        with suppress(OSError):
            if self._descriptor is None and self._take():
                self.load()
            if self._descriptor is not None:
                os.utime(self._lock_file)
                return True
            stale = time.time() - self._lock_file.stat().st_mtime > STALE_S
            if stale:
                self.load()
            return stale
        return True  # no file can be made here: whoever can still speak does

    def _take(self) -> bool:
        descriptor = os.open(self._lock_file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def load(self) -> None:
        """Takes over what the file says; a file that is not there or half written says nothing."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            self.raised = [Raised(**one) for one in json.loads(self._file.read_bytes())["alarms"]]

    def save(self) -> None:
        """Writes it down, whole or not at all."""
        with suppress(OSError):
            new = self._file.with_suffix(".new")
            with new.open("w", encoding="ascii") as file:
                os.chmod(new, 0o600)  # noqa: PTH101 - open in the same breath
                json.dump({"alarms": [asdict(one) for one in self.raised]}, file)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._file)
