"""When to try an outside system again: exponential backoff with full jitter, and a circuit breaker per system. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Circuit = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Between 0 and min(first * 2^attempt, most) seconds, uniformly: many waiting rows must not come back together."""

    first_s: float = 2.0
    most_s: float = 900.0

    def after(self, attempt: int, chance: random.Random, at_least_s: float | None = None) -> timedelta:
        """How long to wait after the `attempt`-th failure (from 1); never less than the other side asked for."""
        ceiling = min(self.first_s * 2 ** min(attempt - 1, 20), self.most_s)
        # Full jitter may come out near zero; a floor of a tenth keeps a failing system from being hammered.
        wait = max(chance.uniform(0, ceiling), ceiling / 10)
        return timedelta(seconds=max(wait, at_least_s or 0.0))


@dataclass(slots=True)
class Breaker:
    """Opens after `threshold` failures in a row, lets one probe through after `pause`, closes when that succeeds.

    After it closed, calls come back slowly: one at once, doubling with every success, so that a system that has just
    recovered is not met by everything that waited for it.
    """

    threshold: int = 5
    pause: timedelta = timedelta(seconds=30)
    failures: int = 0
    state: Circuit = "closed"
    retry_at: datetime | None = field(default=None)
    recovering: int | None = field(default=None)
    """How many calls may be made at once while the system is recovering."""

    def allows(self, now: datetime) -> bool:
        """True when a call may be made now; an open breaker becomes half-open when its pause is over."""
        if self.state == "open" and self.retry_at is not None and now >= self.retry_at:
            self.state = "half-open"
        return self.state != "open"

    def width(self, now: datetime, most: int) -> int:
        """How many calls may be under way at once now, at most `most`."""
        if not self.allows(now):
            return 0
        if self.state == "half-open":
            return 1
        return most if self.recovering is None else min(self.recovering, most)

    def succeeded(self, most: int = 1) -> bool:
        """A call worked; True when that closed the breaker. `most` is where the slow return ends."""
        changed = self.state != "closed"
        self.failures, self.state, self.retry_at = 0, "closed", None
        if changed:
            self.recovering = 1
        elif self.recovering is not None:
            self.recovering = self.recovering * 2 if self.recovering * 2 < most else None
        return changed

    def failed(self, now: datetime, at_least_s: float | None = None) -> bool:
        """A call failed; True when that opened the breaker."""
        self.failures += 1
        if self.state == "half-open" or self.failures >= self.threshold:
            changed = self.state != "open"
            self.state = "open"
            self.retry_at = now + max(self.pause, timedelta(seconds=at_least_s or 0.0))
            return changed
        return False
