"""The register that a process works with: loaded at the start, replaced when a newer one lies in its file."""

from __future__ import annotations

from datetime import datetime

from hub.errors import Code, HubError, RefusedError
from hub.events import Event, log
from hub.register.file import RegisterFile
from hub.register.model import Register


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
