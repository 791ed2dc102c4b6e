"""One thing that was looked at, how it is, and what to do where it is not well. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hub.errors import HubError

#: Before an end somebody is told (console.md 7); from the last of these on it is urgent.
WARN_BEFORE: Final = timedelta(days=60)
URGENT_BEFORE: Final = timedelta(days=7)
#: Two clocks that differ this much are said, and this much are a problem (guarantees.md, back-up and restore).
CLOCK_WARN: Final = timedelta(seconds=30)
CLOCK_PROBLEM: Final = timedelta(minutes=2)


class Level(StrEnum):
    """How it is."""

    OK = "ok"
    WARN = "warn"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is what was looked at, `says` how it is, `advice` what to do."""

    level: Level
    check: str
    says: str
    advice: str | None = None

    def row(self) -> dict[str, object]:
        """As a line of the report."""
        return {"level": self.level.value, "check": self.check, "finding": self.says, "advice": self.advice}


def ok(check: str, says: str) -> Finding:
    """It is well."""
    return Finding(Level.OK, check, says)


def warn(check: str, says: str, advice: str) -> Finding:
    """It works, and somebody should look."""
    return Finding(Level.WARN, check, says, advice)


def problem(check: str, says: str, advice: str) -> Finding:
    """It does not work, or will not for long."""
    return Finding(Level.PROBLEM, check, says, advice)


def failed(check: str, error: HubError) -> Finding:
    """What an error of ours says about it."""
    says = f"{error.code.value}: {error.place}" if error.place else error.code.value
    return problem(check, says, error.advice())


def ends(check: str, what: str, end: datetime, now: datetime, advice: str) -> Finding:
    """How long something still holds: said from 60 days before its end, urgent from 7."""
    left = end - now
    if left <= timedelta(0):
        return problem(check, f"{what} ended on {end:%Y-%m-%d}", advice)
    says = f"{what} ends on {end:%Y-%m-%d}, in {left.days} days"
    if left <= URGENT_BEFORE:
        return problem(check, says, advice)
    return warn(check, says, advice) if left <= WARN_BEFORE else ok(check, says)


def clocks(check: str, what: str, offset: timedelta, advice: str) -> Finding:
    """How far two clocks are apart."""
    says = f"{what} differs {offset.total_seconds():+.1f} s"
    if abs(offset) >= CLOCK_PROBLEM:
        return problem(check, says, advice)
    return warn(check, says, advice) if abs(offset) >= CLOCK_WARN else ok(check, says)
