"""The state machines of the debt helper, one module per conversation (messages.md 2): facts and time in, state out.

All are pure. A conversation is a growing set of facts: adding one twice or in another order gives the same set, so the
state at the end is what the last `sequence` of each side says, however often and in whatever order things came.
"""

from __future__ import annotations

from datetime import datetime

from adapters.haarlem.conversations.letters import danger_day, opening_of, term_passed
from adapters.haarlem.conversations.pause import PauseState, governing, pause_state
from adapters.haarlem.conversations.registration import RegistrationState, registration_number, registration_state
from adapters.haarlem.facts import Conversation, Kind

__all__ = [
    "PauseState",
    "RegistrationState",
    "danger_day",
    "governing",
    "is_over",
    "opening_of",
    "pause_state",
    "registration_number",
    "registration_state",
    "term_passed",
]


def is_over(conversation: Conversation, now: datetime) -> bool:
    """Whether nothing more is to be waited for: rest ended on purpose, or the registration is off."""
    if conversation.kind is Kind.PAUSE:
        return pause_state(conversation, now) is PauseState.ENDED
    return registration_state(conversation, now) is RegistrationState.WITHDRAWN
