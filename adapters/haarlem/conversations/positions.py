"""Where a conversation of any kind stands: the one place that knows which machine belongs to which kind. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from adapters.haarlem.conversations import settlement
from adapters.haarlem.conversations.letters import term_passed
from adapters.haarlem.conversations.position import Alarm, Position
from adapters.haarlem.conversations.settlement import settlement_position
from adapters.haarlem.conversations.talk import Talk
from adapters.haarlem.settings import Settings

#: Every state of every machine in words.
WORDS: Final[dict[str, str]] = {state.value: words for state, words in settlement.WORDS.items()}


def position_of(talk: Talk, settings: Settings, now: datetime, case_ended: datetime | None = None) -> Position:
    """Where it stands at `now`; what goes on after its case ended is an alarm."""
    position = settlement_position(talk, settings, now)
    if not position.over and term_passed(case_ended, settings.terms.call, now):
        return position.alarmed(Alarm.CASE_CLOSED)
    return position
