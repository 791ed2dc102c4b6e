"""What changed since somebody was here last: counts, so that the first screen begins where he left off. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

#: No count goes further than this: who was away that long reads the log.
COUNTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class LastVisit:
    """Where somebody was when he left: the instant, and the index of the log."""

    at: datetime
    index: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What came since; each counted to the limit."""

    accepted: int
    receipts: int
    refused: int
    expired: int
    acts: int
    evidence: int
    cut: bool

    @property
    def none(self) -> bool:
        """Nothing at all."""
        return not (self.accepted or self.receipts or self.refused or self.expired or self.acts or self.evidence)
