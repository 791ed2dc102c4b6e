"""The register while the hub runs: a newer one is taken up at once, and every version in use is a leaf of the log."""

from __future__ import annotations

import asyncio
from typing import Final

from hub.errors import Code, HubError, RefusedError
from hub.events import Event, log
from hub.messagelog.entries.store import add_register_version
from hub.relay.office import Office
from hub.waiting import pause

LOOK_S: Final = 5.0


class RegisterWatch:
    """One per process; each process reads the register for itself."""

    def __init__(self, office: Office, look_s: float = LOOK_S) -> None:
        self._office = office
        self._look_s = look_s
        self._kept: int | None = None
        self._told: object = None

    async def run(self, stop: asyncio.Event) -> None:
        """Looks until `stop`; what cannot be done now is done at a later look."""
        while True:
            try:
                await self.look()
                self._told = None
            except HubError as error:
                if self._told != (error.code, error.place):
                    self._told = (error.code, error.place)
                    log().error(Event.REGISTER_REFUSED, code=error.code, place=error.place, advice=error.advice())
            if await pause(stop, self._look_s):
                return

    async def look(self) -> None:
        """Takes up a newer register and changed keys, and keeps which version is in use.

        Raises:
            RefusedError: `key_invalid`; `register_invalid` when another process of this hub uses other bytes by the
                same number.
            UnavailableError: the database is away.
        """
        register, now = self._office.register, self._office.clock.now()
        await asyncio.get_running_loop().run_in_executor(None, register.refresh, now)
        self._office.keys.refresh()
        used = register.current
        if self._kept == used.version:
            return
        body = self._office.register.body()
        kept = await self._office.database.run(add_register_version, used.version, used.hash, now, body)
        if kept != used.hash:
            raise RefusedError(Code.REGISTER_INVALID, "version: other bytes")
        self._kept = used.version
