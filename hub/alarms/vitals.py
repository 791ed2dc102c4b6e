"""Whether database, broker, hub and disk move, asked by ways of its own: what hangs there does not hang here."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from hub.alarms.kinds import AlarmKind
from hub.clock import Clock, new_id
from hub.database import Connection, Database, RowError
from hub.errors import Code, HubError, UnavailableError
from hub.messagelog import store
from hub.wire.link import Link, LinkSettings, Outgoing
from hub.wire.topology import OUT, lane

#: What was found: True is wrong, False is well, None is that nobody can tell.
Findings = Mapping[AlarmKind, bool | None]

#: The keeper says every half minute that it is at work.
AT_WORK_WITHIN: Final = timedelta(minutes=2)
ANSWERS_WITHIN_S: Final = 30.0
NOWHERE: Final = "niemand"  # a routing key that leads to no inbox: what is published to it leaves nothing behind


@dataclass(frozen=True, slots=True)
class VitalsSettings:
    """What is looked at."""

    link: LinkSettings
    lane_count: int
    folders: Sequence[Path]
    disk_free_bytes: int


class Vitals:
    """Looks at everything that must move for messages to move."""

    def __init__(self, database: Database, settings: VitalsSettings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._link: Link | None = None

    async def look(self) -> Findings:
        """One look; takes no longer than its limits."""
        database = await self._database_fails()
        broker, unread = await self._broker()
        stopped = None if database else await self._keeper_stopped()
        # without a database the relay gives its lanes back: that is no second alarm
        idle = [found for found in (stopped, None if database else unread) if found is not None]
        return {
            AlarmKind.DATABASE: database,
            AlarmKind.BROKER: broker,
            AlarmKind.HUB: any(idle) if idle else None,
            AlarmKind.DISK: self._disk_fills(),
        }

    async def close(self) -> None:
        """Gives the connection to the broker back."""
        if self._link is not None:
            await self._link.close()
            self._link = None

    async def _database_fails(self) -> bool:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await self._database.run(store.probe, self._clock.now())
        except (HubError, RowError, TimeoutError):
            return True
        return False

    async def _keeper_stopped(self) -> bool | None:
        """Whether no keeper said lately that it is at work; None where none ever did."""
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                said = await self._database.read(_last_said)
        except (HubError, RowError, TimeoutError):
            return None
        return None if said is None else self._clock.now() - said > AT_WORK_WITHIN

    async def _broker(self) -> tuple[bool, bool | None]:
        """(the broker does not move, messages wait on a lane that nobody reads)."""
        try:
            if self._link is None or self._link.lost.is_set():
                self._link = await Link.open(self._settings.link)
            results = await self._link.publish([self._probe()])
            if any(error is not None and error.code is not Code.UNROUTABLE for error in results):
                raise UnavailableError(Code.BROKER_UNAVAILABLE)
            return False, await self._lanes_unread(self._link)
        except HubError:
            await self.close()
            return True, None

    def _probe(self) -> Outgoing:
        return Outgoing(OUT, NOWHERE, b"", new_id(self._clock), "probe", NOWHERE)

    async def _lanes_unread(self, link: Link) -> bool:
        found = [await link.inspect(lane(number)) for number in range(self._settings.lane_count)]
        return any(waits > 0 and readers == 0 for waits, readers in filter(None, found))

    def _disk_fills(self) -> bool | None:
        try:
            free = min(shutil.disk_usage(folder).free for folder in self._settings.folders)
        except OSError:
            return None
        return free < self._settings.disk_free_bytes


def _last_said(connection: Connection) -> datetime | None:
    return store.said(connection, store.AT_WORK)
