"""A simulated system that takes files: two folders behind an SFTP server, which lets in one user by key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import asyncssh


class DoorFault(StrEnum):
    """What can be wrong with the server itself."""

    CLOSED = "dicht"  # lets nobody in
    CUT_BEFORE = "verbreek-voor"  # cuts the connection instead of renaming
    CUT_AFTER = "verbreek-na"  # renames, then cuts the connection


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server keeps its files and keys, and whom it lets in."""

    root: Path
    host_key: Path
    user: str
    authorized_keys: Path

    def prepare(self) -> None:
        """Makes the folders and, once, the host key; its public half is written beside it as `<name>.pub`."""
        for folder in (self.root / "in", self.root / "uit"):
            folder.mkdir(parents=True, exist_ok=True)
        if not self.host_key.exists():
            key = asyncssh.generate_private_key("ssh-ed25519")
            self.host_key.touch(mode=0o600)
            key.write_private_key(str(self.host_key))
            key.write_public_key(f"{self.host_key}.pub")

    def put(self, name: str, text: str) -> None:
        """Puts a result file there, whole or not at all."""
        draft = self.root / "uit" / f"{name}.deel"
        draft.write_text(text, encoding="utf-8", newline="")
        draft.replace(self.root / "uit" / name)


#: Whether the server misbehaves so now; a fault that counts is used up by asking.
Takes = Callable[[DoorFault], bool]
#: The folder of one connection.
MakeFolder = Callable[["asyncssh.SSHServerChannel[bytes]"], "Folder"]


class _Server(asyncssh.SSHServer):
    """Lets in one user, by key."""

    def __init__(self, place: Place, takes: Takes) -> None:
        self._place = place
        self._takes = takes
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        welcome = username == self._place.user and not self._takes(DoorFault.CLOSED)
        if welcome and self._connection is not None:
            self._connection.set_authorized_keys(str(self._place.authorized_keys))
        return True


class Folder(asyncssh.SFTPServer):
    """The folder of that user, and nothing above it."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], place: Place, takes: Takes) -> None:
        super().__init__(channel, chroot=str(place.root).encode())
        self._takes = takes

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
        if self._takes(kind):
            self.connection.abort()
            raise asyncssh.SFTPConnectionLost(kind.value)


@asynccontextmanager
async def files_served(
    place: Place, takes: Takes, port: int = 0, *, folder: MakeFolder | None = None
) -> AsyncIterator[int]:
    """Serve on a loopback port (0: any free one) for as long as the block lasts; yields the port.

    Args:
        place: what is served, and to whom.
        takes: whether the server misbehaves so now.
        port: where.
        folder: a folder that misbehaves in more ways.
    """
    place.prepare()
    server = await asyncssh.listen(
        "127.0.0.1",
        port,
        server_factory=lambda: _Server(place, takes),
        sftp_factory=folder or (lambda channel: Folder(channel, place, takes)),
        server_host_keys=[str(place.host_key)],
        allow_scp=False,
        login_timeout=10,
    )
    try:
        yield server.get_port()
    finally:
        server.close()
        await server.wait_closed()
