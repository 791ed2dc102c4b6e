"""Who looked at what: every view of a case or message, search, export, sign-in and refusal leaves a row."""

from __future__ import annotations

from enum import StrEnum

from hub.web.visits import Visit

__all__ = ["Act", "Visit"]


class Act(StrEnum):
    """The closed list of what is audited."""

    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    VIEWED = "viewed"
    SEARCHED = "searched"
    FOLLOWED = "followed"
    PLANNED = "planned"
    ACTED = "acted"
    REFUSED = "refused"
