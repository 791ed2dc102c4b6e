"""The register and keys that a process works with: loaded at the start, replaced when a newer register lies there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hub.errors import Code, HubError, RefusedError
from hub.events import Event, log
from hub.register.file import RegisterFile
from hub.register.model import Register
from hub.wire.keys import KeyFolder, PrivateKey


class CurrentRegister:
    """Holds the newest usable register; a bad file never takes the place of a good register."""

    def __init__(self, file: RegisterFile) -> None:
        """Loads it.

        Raises:
            RefusedError: `register_invalid`, `register_stale`; `production_refused` for a register of production,
                until retention, access reports and a processing log exist.
        """
        self._file = file
        self._told: object = None  # what was last warned of: an alarm is given once, not at every look
        self.current: Register = file.load()
        if self.current.environment == "production":
            raise RefusedError(Code.PRODUCTION_REFUSED, "environment")

    def refresh(self, now: datetime) -> bool:
        """Looks for a newer one; True when it is in force now. Warns when the present one is past its next update."""
        try:
            newer = self._file.reload(self.current)
        except HubError as error:
            if self._news((error.code, error.place)):
                log().error(Event.REGISTER_REFUSED, code=error.code, place=error.place, advice=error.advice())
            return False
        if newer is not None and newer.environment == self.current.environment:
            self.current = newer
            log().info(Event.REGISTER_LOADED, version=newer.version)
            return True
        if newer is not None:
            refused = RefusedError(Code.PRODUCTION_REFUSED, "environment")
            if self._news((refused.code, refused.place)):
                log().error(Event.REGISTER_REFUSED, code=refused.code, place=refused.place, advice=refused.advice())
            return False
        if self.current.outdated(now) and self._news(self.current.version):
            log().warning(Event.REGISTER_STALE, version=self.current.version)
        return False

    def body(self) -> bytes | None:
        """The signed bytes of the present register; None where the file holds others by now."""
        return self._file.body_of(self.current)

    def read(self, body: bytes) -> Register:
        """An earlier version of the same register, verified; RefusedError(register_invalid)."""
        return self._file.verified(body)

    def _news(self, what: object) -> bool:
        told, self._told = self._told, what
        return what != told


class CurrentKeys:
    """The private keys that the present register lists for `oin`; read anew when the register changes."""

    def __init__(self, path: Path, oin: str, register: CurrentRegister) -> None:
        """Loads them.

        Raises:
            RefusedError: `key_invalid`.
        """
        self._path = path
        self._oin = oin
        self._register = register
        self._of = register.current
        self._seen = self._files()
        self._folder = KeyFolder.load(path, oin, register.current)

    @property
    def folder(self) -> KeyFolder:
        """The keys as listed in the present register.

        Raises:
            RefusedError: `key_invalid`.
        """
        if self._of is not self._register.current:
            self._load()
        return self._folder

    def refresh(self) -> None:
        """Reads the folder anew when a file in it came, went or changed: a lost key may have been put back.

        Raises:
            RefusedError: `key_invalid`; what was read before stays.
        """
        if self._files() != self._seen:
            self._load()

    def signing(self, now: datetime) -> PrivateKey:
        """The key to sign with; RefusedError(key_missing) when there is none."""
        return self.folder.signing(now)

    def _load(self) -> None:
        register, seen = self._register.current, self._files()
        self._folder = KeyFolder.load(self._path, self._oin, register)
        self._of, self._seen = register, seen

    def _files(self) -> frozenset[tuple[str, int, int]]:
        """Which files are there, and as of when."""
        try:
            found = [(file.name, file.stat()) for file in self._path.iterdir()]
        except OSError:
            return frozenset()
        return frozenset((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)
