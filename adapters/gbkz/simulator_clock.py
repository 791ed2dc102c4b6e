"""The clock of the simulated tax system: its own, settable, with its own speed, kept over restarts in its database."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, date, datetime, timedelta

from adapters.simulators.days import day_of

CREATE = """
CREATE TABLE IF NOT EXISTS klok (
  id INTEGER PRIMARY KEY CHECK (id = 1), echt REAL NOT NULL, eigen REAL NOT NULL, snelheid REAL NOT NULL
)
"""


class SimulatedClock:
    """Tells the tax system's time: what it was last set to plus the real time since, times the speed."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(CREATE)
        now = time.time()
        database.execute("INSERT OR IGNORE INTO klok VALUES (1, ?, ?, 1.0)", (now, now))

    def now(self) -> datetime:
        """The present instant of the tax system, in UTC."""
        real, own, speed = self._database.execute("SELECT echt, eigen, snelheid FROM klok").fetchone()
        return datetime.fromtimestamp(own + (time.time() - real) * speed, UTC)

    def today(self) -> date:
        """The present day of the tax system, as the calendar at its counter says."""
        return day_of(self.now())

    def set(self, moment: datetime | None = None, speed: float | None = None) -> None:
        """Make it `moment` (default: now), and let it run at `speed` seconds a second (default: as it runs)."""
        own = moment or self.now()
        self._database.execute(
            "UPDATE klok SET echt = ?, eigen = ?, snelheid = coalesce(?, snelheid)",
            (time.time(), own.timestamp(), speed),
        )

    def advance(self, by: timedelta) -> None:
        """Jump forward by `by`."""
        self.set(self.now() + by)
