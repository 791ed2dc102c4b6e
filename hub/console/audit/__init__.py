"""Who looked at what: every view of a case or message, search, export, sign-in and refusal leaves a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """The closed list of what is audited."""

    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    VIEWED = "viewed"
    SEARCHED = "searched"
    FOLLOWED = "followed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Visit:
    """One line of the trail.

    `page` is the name of the page; `target` what was looked at (a case pseudonym, a message id); `detail` the filter
    of a search or why something was refused. None of them holds what a visitor typed unless it was validated.
    """

    at: datetime
    subject: str | None
    name: str | None
    act: Act
    page: str
    target: str | None = None
    detail: str | None = None
