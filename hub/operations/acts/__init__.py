"""One act of one operator: what, who, why, once. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ActName(StrEnum):
    """The closed list of what operators do; each is a leaf of the message log by this name."""

    EVIDENCE_REJECTED = "evidence-rejected"
    EVIDENCE_ARCHIVED = "evidence-archived"
    EVIDENCE_NOTED = "evidence-noted"
    EVIDENCE_ASSIGNED = "evidence-assigned"
    RECOVERY_CONFIRMED = "recovery-confirmed"
    RECOVERY_APPROVED = "recovery-approved"
    RECOVERY_CANCELLED = "recovery-cancelled"
    PARTNER_PAUSED = "partner-paused"
    PARTNER_RESUMED = "partner-resumed"
    PARTNER_TESTED = "partner-tested"
    WINDOW_PLANNED = "window-planned"
    WINDOW_WITHDRAWN = "window-withdrawn"
    TERM_ESCALATED = "term-escalated"
    TERM_NOTED = "term-noted"
    CASE_BLANKED = "case-blanked"


@dataclass(frozen=True, slots=True)
class Doer:
    """Who acts: as the issuer of the console or the machine of the command line names him."""

    subject: str
    name: str


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `id` is its idempotency key: made with the form, and good for one act.

    `target` says what it is about (a group, a recovery, an OIN, a message id), `cases` which case pseudonyms the reason
    may speak of: when one of them is blanked, so is the reason.
    """

    id: str
    name: ActName
    at: datetime
    doer: Doer
    target: str | None = None
    reason: str | None = None
    message: str | None = None
    oin: str | None = None
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """An act as it was kept; `reason` is None where none was asked, or once it was blanked."""

    id: str
    name: str
    at: datetime
    doer: Doer
    target: str | None
    reason: str | None
    blanked: bool


class Overtaken(StrEnum):
    """Why an act was not done."""

    KEY = "key"
    """Its key was used for another act."""
    SETTLED = "settled"
    """Some of the evidence was settled, or is being released, in the meantime."""
    CONFIRMED = "confirmed"
    """The recovery is a step further already, or ended."""
    CHANGED = "changed"
    """The plan is not the one that was shown."""
    STALE = "stale"
    """The plan is too old."""
    EMPTY = "empty"
    """There is nothing to send."""
    SAME_PERSON = "same-person"
    """Who confirmed cannot be the second person."""
    PAUSED = "paused"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"


class OvertakenError(Exception):
    """Nothing was done: somebody else was first, or what the form showed is no longer so."""

    def __init__(self, why: Overtaken) -> None:
        super().__init__(why.value)
        self.why = why
