"""How much one partner may send: a token bucket per broker-verified user, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class QuotaSettings:
    """`rate` messages a second in the long run, `burst` at once: far above honest use, far below what hurts others."""

    rate: float = 200.0
    burst: int = 20_000


class Quota:
    """Says for each message of a user whether it is within its quota."""

    def __init__(self, settings: QuotaSettings) -> None:
        self._settings = settings
        self._buckets: dict[str, tuple[float, datetime]] = {}

    def takes(self, user: str, now: datetime) -> bool:
        """True and one token less, or False; a clock that goes back adds nothing."""
        tokens, since = self._buckets.get(user, (float(self._settings.burst), now))
        gained = max(0.0, (now - since).total_seconds()) * self._settings.rate
        tokens = min(float(self._settings.burst), tokens + gained)
        allowed = tokens >= 1.0
        self._buckets[user] = (tokens - 1.0 if allowed else tokens, now)
        return allowed
