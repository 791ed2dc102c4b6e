"""The register and the keys that a process works with: loaded at the start, replaced when a newer register lies there."""

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
        self.current: Register = file.load()
        if self.current.environment == "production":
            raise RefusedError(Code.PRODUCTION_REFUSED, "environment")

    def refresh(self, now: datetime) -> bool:
        """Looks for a newer one; True when it is in force now. Warns when the present one is past its next update."""
        try:
            newer = self._file.reload(self.current)
        except HubError as error:
            log().error(Event.REGISTER_REFUSED, code=error.code, place=error.place, advice=error.advice())
            newer = None
        if newer is not None and newer.environment == self.current.environment:
            self.current = newer
            log().info(Event.REGISTER_LOADED, version=newer.version)
            return True
        if self.current.outdated(now):
            log().warning(Event.REGISTER_STALE, version=self.current.version)
        return False


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
        self._folder = KeyFolder.load(path, oin, register.current)

    @property
    def folder(self) -> KeyFolder:
        """The keys as listed in the present register."""
        if self._of is not self._register.current:
            self._folder = KeyFolder.load(self._path, self._oin, self._register.current)
            self._of = self._register.current
        return self._folder

    def signing(self, now: datetime) -> PrivateKey:
        """The key to sign with; RefusedError(key_missing) when there is none."""
        return self.folder.signing(now)
