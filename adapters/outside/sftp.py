"""The two folders of an outside system on its SFTP server: a small promise, so that another way of files is a class."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path, PurePosixPath
from typing import Final, Protocol, cast

import asyncssh
from pydantic import Field

from adapters.outside import Settings
from adapters.outside.results import ResultFolder
from hub.errors import Code, RefusedError, UnavailableError

#: Far more than the results of the largest batch.
RESULT_BYTES: Final = 5_000_000
SUFFIX: Final = ".csv"
DRAFT_SUFFIX: Final = ".deel"
#: Of a result file that is none.
ASIDE_SUFFIX: Final = ".onleesbaar"


class SftpSettings(Settings):
    """The file server of an outside system: batches go into one folder, results come from another."""

    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65_535)
    user: str = Field(min_length=1)
    #: Our private key, 0600.
    key_file: Path
    #: The server's public key: no other server is spoken to.
    host_key_file: Path
    in_folder: str = "in"
    out_folder: str = "uit"
    deadline_s: float = Field(default=30, gt=0, le=600)


class Folders(ResultFolder, Protocol):
    """The folders, while a session lasts. Every method raises UnavailableError when it cannot."""

    async def supply(self, name: str, content: bytes) -> None:
        """Puts a batch there whole or not at all; again under the same name is the same batch."""
        ...

    async def waiting(self) -> frozenset[str]:
        """The batches that their system has not fetched."""
        ...


class Place(Protocol):
    """Opens a session with the outside system."""

    def session(self) -> AbstractAsyncContextManager[Folders]:
        """The folders, for as long as the block lasts; UnavailableError when there is no connection."""
        ...


class SftpPlace:
    """An outside system behind an SFTP server."""

    def __init__(self, settings: SftpSettings) -> None:
        self._settings = settings

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Folders]:
        """One connection; only to the server whose key we know, only with our own key."""
        settings = self._settings
        try:
            known = asyncssh.read_public_key(str(settings.host_key_file))
            own = asyncssh.read_private_key(str(settings.key_file))
        except (OSError, asyncssh.KeyImportError):
            raise RefusedError(Code.SETTINGS_INVALID, "sftp") from None
        with _translated("connect"):
            async with asyncio.timeout(settings.deadline_s):
                connection = await asyncssh.connect(
                    settings.host,
                    settings.port,
                    username=settings.user,
                    client_keys=[own],
                    known_hosts=([known], [], []),
                    agent_path=None,
                    config=None,
                    preferred_auth="publickey",
                    keepalive_interval=settings.deadline_s,
                )
        try:
            with _translated("session"):
                async with asyncio.timeout(settings.deadline_s):
                    client = await connection.start_sftp_client()
            yield _SftpFolders(client, settings)
        finally:
            connection.abort()


class _SftpFolders:
    """The folders on an SFTP server."""

    def __init__(self, client: asyncssh.SFTPClient, settings: SftpSettings) -> None:
        self._client = client
        self._settings = settings

    async def supply(self, name: str, content: bytes) -> None:
        """Writes under another name and renames: their system never sees half a batch."""
        target = PurePosixPath(self._settings.in_folder) / name
        draft = target.with_suffix(DRAFT_SUFFIX)
        with _translated("supply"):
            async with asyncio.timeout(self._settings.deadline_s):
                async with self._client.open(str(draft), "wb") as file:
                    await file.write(content)
                try:
                    await self._client.posix_rename(str(draft), str(target))
                except asyncssh.SFTPOpUnsupported:
                    await self._client.rename(str(draft), str(target))

    async def waiting(self) -> frozenset[str]:
        """Whole batches that still lie there."""
        return frozenset(await self._names(self._settings.in_folder))

    async def results(self) -> list[str]:
        """Whole result files, oldest name first."""
        return sorted(await self._names(self._settings.out_folder))

    async def fetch(self, name: str) -> bytes | None:
        """The content, when it can be a result."""
        with _translated("fetch"):
            async with asyncio.timeout(self._settings.deadline_s):
                async with self._client.open(self._result(name), "rb") as file:
                    content = cast("bytes", await file.read(RESULT_BYTES + 1))
        return content if len(content) <= RESULT_BYTES else None

    async def discard(self, name: str) -> None:
        """Removes it; gone already is just as well."""
        with _translated("discard"):
            async with asyncio.timeout(self._settings.deadline_s):
                try:
                    await self._client.remove(self._result(name))
                except asyncssh.SFTPNoSuchFile:
                    return

    async def set_aside(self, name: str) -> None:
        """Renames it; where the server does not want that it stays, and is looked at again."""
        with _translated("set aside"):
            async with asyncio.timeout(self._settings.deadline_s):
                try:
                    await self._client.rename(self._result(name), self._result(name) + ASIDE_SUFFIX)
                except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure):
                    return

    async def _names(self, folder: str) -> list[str]:
        with _translated("list"):
            async with asyncio.timeout(self._settings.deadline_s):
                names = await self._client.listdir(folder)
        return [name for name in names if name.endswith(SUFFIX) and "/" not in name]

    def _result(self, name: str) -> str:
        return str(PurePosixPath(self._settings.out_folder) / name)


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """Whatever goes wrong at the server or on the way is worth another attempt."""
    try:
        yield
    except (asyncssh.Error, OSError, TimeoutError):
        raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, f"sftp {what}") from None
