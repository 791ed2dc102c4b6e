"""A line of a site's audit trail: who, when, what act, on which page. Where it is kept is the site's own affair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

#: Permissions of the kit itself; a site adds its own.
ANYBODY: Final = "anybody"
SIGNED_IN: Final = "signed-in"


class Entry(StrEnum):
    """What the kit itself notes; a site adds acts of its own."""

    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Visit:
    """One line of the trail.

    `page` is the name of the page; `target` what was looked at; `detail` the filter of a search or why something was
    refused. None of them holds what a visitor typed unless it was validated.
    """

    at: datetime
    subject: str | None
    name: str | None
    act: StrEnum
    page: str
    target: str | None = None
    detail: str | None = None
