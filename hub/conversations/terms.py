"""A part of a term of working days, so that a warning comes when something can still be done. Pure.

A term counts working days from the day of the receipt (messages.md 3); a part of one counts the hours of those days in
which somebody is at work.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from hub.workdays import add_working_days, local_instant, term_end

#: From this part of a term on it is in danger (messages.md 3).
WARN_FROM: Final = 0.75
#: From this part on its recipient is reminded, while it can still be in time.
REMIND_FROM: Final = 0.9
_OPENS: Final = time(8)
_AT_WORK: Final = timedelta(hours=10)  # until 18:00


def term_point(day: date, working_days: int, part: float) -> datetime:
    """When `part` of a term of so many working days has passed; never after its end.

    Args:
        day: local day on which the term begins; its first working day is the next one.
        working_days: of the whole term.
        part: from 0 up to, not including, 1.
    """
    whole, rest = divmod(working_days * part, 1)
    point = local_instant(add_working_days(day, int(whole) + 1), _OPENS) + rest * _AT_WORK
    return min(point, term_end(day, working_days))
