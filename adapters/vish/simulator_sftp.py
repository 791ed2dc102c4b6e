"""The SFTP server before the simulated index: its own host key, one user with a key, the folders `in` and `uit`."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum

import asyncssh

from adapters.simulators.files import Folder, Place, files_served


class DoorFault(StrEnum):
    """How the server misbehaves towards whoever is connected."""

    NONE = "geen"
    CLOSED = "dicht"  # refuses every user
    CUT_BEFORE = "verbreek-voor"  # cuts the connection instead of renaming
    CUT_AFTER = "verbreek-na"  # renames, then cuts the connection
    SLOW = "traag"  # takes long to open a file


@dataclass
class Door:
    """What the server does badly at present, and how often still (None: until told otherwise)."""

    fault: DoorFault = DoorFault.NONE
    times: int | None = None
    duration_s: float = 30.0

    def takes(self, *kinds: DoorFault) -> bool:
        """Whether the present fault is one of these; using a counted one up."""
        if self.fault not in kinds:
            return False
        if self.times is not None:
            self.times -= 1
            if not self.times:
                self.fault, self.times = DoorFault.NONE, None
        return True


class _Folder(Folder):
    """The folder, which may take long."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], place: Place, door: Door) -> None:
        super().__init__(channel, place, lambda kind: door.takes(DoorFault(kind.value)))
        self._door = door

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open a file, or take long."""
        if self._door.takes(DoorFault.SLOW):
            await asyncio.sleep(self._door.duration_s)
        return super().open(path, pflags, attrs)


def sftp_serving(place: Place, door: Door, port: int = 0) -> AbstractAsyncContextManager[int]:
    """Serve on a loopback port (0: any free one) for as long as the block lasts; yields the port."""
    return files_served(
        place,
        lambda kind: door.takes(DoorFault(kind.value)),
        port,
        folder=lambda channel: _Folder(channel, place, door),
    )
