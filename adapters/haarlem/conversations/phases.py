"""The phases of a case, told to its municipality (messages.md 2, *Case*; 1, row 27). Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from adapters.haarlem.conversations.position import Actor, Position, carriage
from adapters.haarlem.conversations.talk import Talk
from adapters.haarlem.settings import Settings
from schemas.codes import Phase
from schemas.messages import PhaseChange


class PhaseTold(StrEnum):
    """Whether the municipality knows the present phase."""

    TOLD = "meegedeeld"


WORDS: Final[dict[PhaseTold, str]] = {PhaseTold.TOLD: "De fase is aan de gemeente meegedeeld."}


def may_follow(now: Phase, following: Phase) -> bool:
    """Whether a case can go from one phase to the other: on or back, but never out of *uitstroom*."""
    return following is not now and now is not Phase.OUTFLOW


def phases_position(talk: Talk, settings: Settings, now: datetime) -> Position:
    """Where the telling stands: an alarm when the municipality did not get the newest."""
    last = talk.last_said(PhaseChange)
    position = Position(PhaseTold.TOLD, Actor.NOBODY, talk.began if last is None else last.sent)
    wrong = carriage(talk, settings.terms.receipt, now)
    return position if wrong is None else position.alarmed(wrong)
