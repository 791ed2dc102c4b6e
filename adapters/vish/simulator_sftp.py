"""The SFTP server before the simulated index: its own host key, one user with a key, the folders `in` and `uit`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import asyncssh


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server keeps its files and keys, and whom it lets in."""

    root: Path
    host_key: Path
    user: str
    authorized_keys: Path


class _Server(asyncssh.SSHServer):
    """Lets in one user, by key."""

    def __init__(self, place: Place, door: Door) -> None:
        self._place = place
        self._door = door
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        welcome = username == self._place.user and not self._door.takes(DoorFault.CLOSED)
        if welcome and self._connection is not None:
            self._connection.set_authorized_keys(str(self._place.authorized_keys))
        return True


class _Folder(asyncssh.SFTPServer):
    """The folder of that user, and nothing above it."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], place: Place, door: Door) -> None:
        super().__init__(channel, chroot=str(place.root).encode())
        self._door = door

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open a file, or take long."""
        if self._door.takes(DoorFault.SLOW):
            await asyncio.sleep(self._door.duration_s)
        return super().open(path, pflags, attrs)

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename a file, or cut the connection before or after it."""
        self._cut(DoorFault.CUT_BEFORE)
        super().rename(oldpath, newpath)
        self._cut(DoorFault.CUT_AFTER)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename a file over another, or cut the connection before or after it."""
        self._cut(DoorFault.CUT_BEFORE)
        super().posix_rename(oldpath, newpath)
        self._cut(DoorFault.CUT_AFTER)

    def _cut(self, kind: DoorFault) -> None:
        if self._door.takes(kind):
            self.connection.abort()
            raise asyncssh.SFTPConnectionLost(kind.value)


def prepared(root: Path, host_key: Path) -> None:
    """Makes the folders and, once, the host key; its public half is written beside it as `<name>.pub`."""
    for folder in (root / "in", root / "uit"):
        folder.mkdir(parents=True, exist_ok=True)
    if not host_key.exists():
        key = asyncssh.generate_private_key("ssh-ed25519")
        host_key.touch(mode=0o600)
        key.write_private_key(str(host_key))
        key.write_public_key(f"{host_key}.pub")


@asynccontextmanager
async def sftp_serving(place: Place, door: Door, port: int = 0) -> AsyncIterator[int]:
    """Serve on a loopback port (0: any free one) for as long as the block lasts; yields the port."""
    prepared(place.root, place.host_key)
    server = await asyncssh.listen(
        "127.0.0.1",
        port,
        server_factory=lambda: _Server(place, door),
        sftp_factory=lambda channel: _Folder(channel, place, door),
        server_host_keys=[str(place.host_key)],
        allow_scp=False,
        login_timeout=10,
    )
    try:
        yield server.get_port()
    finally:
        server.close()
        await server.wait_closed()
