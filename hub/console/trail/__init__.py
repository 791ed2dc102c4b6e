"""The audit trail cannot be rewritten either: once an hour the hash of its lines becomes a leaf of the message log.

Who looked at what stays here, where it can be blanked in time; that nothing was altered is proven by the log.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from hub.clock import Clock
from hub.console.trail.store import HOUR, add_hour, next_hour
from hub.database import Connection, Database
from hub.errors import UnavailableError
from hub.events import Event, log
from hub.waiting import pause

LOOK_S: Final = 60.0
#: A line that was begun in an hour may be written a little after it.
SETTLED: Final = timedelta(minutes=5)


async def run(database: Database, clock: Clock, stop: asyncio.Event) -> None:
    """Writes the leaves of hours that are over until `stop`."""
    while not await pause(stop, LOOK_S):
        try:
            await database.run(seal, clock.now())
        except UnavailableError as error:
            log().warning(Event.TASK_FAILED, task="trail-hour", code=error.code, advice=error.advice())


def seal(connection: Connection, now: datetime) -> int:
    """Writes the leaf of every hour that is over; returns how many."""
    count = 0
    while (begins := next_hour(connection)) is not None and begins + HOUR + SETTLED <= now:
        count += add_hour(connection, begins)
    return count
