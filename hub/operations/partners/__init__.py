"""What operators may do to a partner: pause, resume, test, plan a window in which it is away. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.operations.acts import Done
from schemas.codes import HubNoticeCode

#: A planned window is no way to silence a partner for good.
LONGEST_WINDOW: Final = timedelta(days=7)
#: How far ahead one may be planned.
FURTHEST_WINDOW: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class AskedNotice:
    """A notice that an operator asked for; `about` is when the message in `ref` was carried."""

    row_id: int
    act_id: str
    oin: str
    code: HubNoticeCode
    ref: str | None
    about: datetime | None
    asked: datetime
    sent: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Window:
    """When a partner said that it would be away: no alarm that it is; its terms go on."""

    oin: str
    begins: datetime
    ends: datetime
    id: str
    act: Done | None
    """Who planned it here; None for one that came another way."""

    def lasts(self, now: datetime) -> bool:
        """Whether it is now."""
        return self.begins <= now < self.ends


def window_problem(begins: datetime, ends: datetime, now: datetime) -> str | None:
    """Why a window cannot be planned, as a slug; None where it can."""
    if ends <= begins:
        return "order"
    if ends <= now:
        return "past"
    if ends - begins > LONGEST_WINDOW:
        return "long"
    return "far" if begins - now > FURTHEST_WINDOW else None
