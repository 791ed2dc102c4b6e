"""A case drawn: a lane for each organisation, an arrow for each message, from top to bottom in time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.conversations.questions import CaseMessage

TIMES_WIDTH: Final = 110
LANE_WIDTH: Final = 220
HEAD_HEIGHT: Final = 56
ROW_HEIGHT: Final = 52
_HEAD_GAP: Final = 7  # an arrow ends this far before its lane


@dataclass(frozen=True, slots=True)
class Lane:
    """One organisation's line."""

    oin: str
    x: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """One message between two lanes; `number` is its place in the list beside the drawing."""

    number: int
    message: CaseMessage
    y: int
    start: int
    end: int

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return (self.start + self.end) / 2


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole, in the units of its own view box."""

    lanes: tuple[Lane, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int


def drawing_of(messages: Sequence[CaseMessage]) -> Drawing:
    """Lanes in the order in which organisations first speak or are spoken to."""
    oins = dict.fromkeys(oin for message in messages for oin in (message.sender, message.recipient))
    lanes = {oin: TIMES_WIDTH + LANE_WIDTH * place + LANE_WIDTH // 2 for place, oin in enumerate(oins)}
    arrows = []
    for number, message in enumerate(messages, 1):
        start, end = lanes[message.sender], lanes[message.recipient]
        gap = _HEAD_GAP if end > start else -_HEAD_GAP
        arrows.append(Arrow(number, message, HEAD_HEIGHT + ROW_HEIGHT * number, start, end - gap))
    return Drawing(
        tuple(Lane(oin, x) for oin, x in lanes.items()),
        tuple(arrows),
        TIMES_WIDTH + LANE_WIDTH * max(1, len(lanes)),
        HEAD_HEIGHT + ROW_HEIGHT * (len(messages) + 1),
    )
