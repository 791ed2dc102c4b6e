"""The state of a question to Haarlem: rest that another helper asks for (29), or how it stands (12). Pure.

One question is one such conversation, under the correlationid of the one in which it was asked. It is over once a
*statusbericht* other than `in-behandeling` answered it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from adapters.haarlem.conversations.position import Actor, Position, carriage, delivered_at, within
from adapters.haarlem.conversations.talk import Said, Talk, TalkKind, name_of
from adapters.haarlem.settings import Settings
from schemas.codes import Status
from schemas.messages import DebtRestRequest, StatusReport, StatusRequest


class QuestionState(StrEnum):
    """The states, in the words that the API says."""

    OPEN = "gevraagd"
    ANSWERED = "beantwoord"


WORDS: Final[dict[QuestionState, str]] = {
    QuestionState.OPEN: "De vraag wacht op een antwoord van een consulent.",
    QuestionState.ANSWERED: "De vraag is beantwoord.",
}


def question_position(talk: Talk, settings: Settings, now: datetime) -> Position:
    """Where a question stands at `now`."""
    answer = _answer(talk)
    if answer is not None:
        there = delivered_at(answer) is not None
        position = Position(QuestionState.ANSWERED, Actor.NOBODY, answer.sent, over=there)
    else:
        asked = talk.newest(DebtRestRequest, StatusRequest)
        since = talk.began if asked is None else asked.at
        terms = settings.terms
        days = terms.rest_request if talk.kind is TalkKind.REST_REQUEST else terms.status_request
        position = Position(QuestionState.OPEN, Actor.HELPER, since, within(since, days)).at(now)
    wrong = carriage(talk, settings.terms.receipt, now)
    return position if wrong is None or position.over else position.alarmed(wrong)


def _answer(talk: Talk) -> Said | None:
    """The answer, when it was more than that somebody looks at it."""
    found = (one for one in reversed(talk.said) if one.name == name_of(StatusReport))
    return next((one for one in found if one.message(StatusReport).status is not Status.IN_PROGRESS), None)
