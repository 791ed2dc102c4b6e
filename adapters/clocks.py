"""How far our clock is from the hub's, as far as receipts show it; nothing is asked of anybody. Pure but for its alarm.

Two things are certain whatever a queue did in between: a message was made before the hub received it, and a receipt
was signed before it came. So the offset (ours minus the hub's) is at least `made - received` and at most
`now - signed`. A receipt that waited a day widens the bounds and says nothing; it never looks like a wrong clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from hub.events import Event, log

WARNING: Final = timedelta(seconds=30)
ALARM: Final = timedelta(minutes=2)  # the hub refuses what is five minutes ahead

Level = Literal["ok", "warning", "alarm"]


class ClockOffset:
    """The offset nearest to the one before that fits what was last learnt."""

    def __init__(self) -> None:
        self.value = timedelta(0)
        self._level: Level = "ok"

    def learn_sent(self, made: datetime, received: datetime) -> None:
        """A message that we made then, the hub says to have received then."""
        self.value = max(self.value, made - received)

    def learn_heard(self, signed: datetime, now: datetime) -> None:
        """A receipt that the hub signed then is here now; said last, so that a clock that was set counts as it is."""
        self.value = min(self.value, now - signed)
        self._tell()

    @property
    def level(self) -> Level:
        """How bad it is."""
        size = abs(self.value)
        return "alarm" if size >= ALARM else "warning" if size >= WARNING else "ok"

    def _tell(self) -> None:
        """One line when it begins, gets worse or better, and ends."""
        level = self.level
        if level == self._level:
            return
        self._level = level
        deviation = int(self.value / timedelta(milliseconds=1))
        say = {"ok": log().info, "warning": log().warning, "alarm": log().error}[level]
        say(Event.CLOCK_DEVIATED, deviation_ms=deviation, state=level)
