"""Their messages as facts of a conversation. Pure."""

from __future__ import annotations

from typing import Final, TypeVar

from adapters.contract import Received
from adapters.haarlem.facts import Answer, Reaction, Unstopped
from schemas.codes import RegistrationResult, Status
from schemas.messages import DebtRestRegistrationResult, Message, NoCooperation, NoticeAnswer, StatusReport
from schemas.shapes import MeasureNotStopped

M = TypeVar("M", bound=Message)
_RESULT: Final = {
    RegistrationResult.REGISTERED: Reaction.REGISTERED,
    RegistrationResult.REJECTED: Reaction.REJECTED,
    RegistrationResult.ENDED: Reaction.STRUCK_OFF,
}
_STATUS: Final = {
    Status.WRONG_CUSTOMER_PAUSED: Reaction.WRONG_CUSTOMER,
    Status.MEASURE_RESUMED: Reaction.RESUMED,
    Status.ANSWERED: Reaction.HANDLED,
}


def answer_of_notice(received: Received[NoticeAnswer]) -> Answer:
    """What stopped and what did not: it is rest only when nothing went on."""
    message = received.message
    return Answer(
        id=received.id,
        sequence=received.sequence,
        at=received.time,
        answers=received.causation,
        reaction=Reaction.PARTIAL if message.measures_not_stopped else Reaction.CONFIRMED,
        end=message.end_date,
        stopped=tuple(measure.value for measure in message.measures_stopped),
        unstopped=tuple(_unstopped(one) for one in message.measures_not_stopped),
    )


def _unstopped(one: MeasureNotStopped) -> Unstopped:
    handler = one.handler
    return Unstopped(
        measure=one.measure.value,
        reason=one.reason.value,
        since=one.since,
        handler=handler.name if handler else None,
        handler_phone=handler.phone if handler else None,
        handler_reference=handler.mark if handler else None,
    )


def answer_of_refusal(received: Received[NoCooperation]) -> Answer:
    """The party does not take part."""
    return _answer(received, Reaction.REFUSED, received.message.reason.value)


def answer_of_status(received: Received[StatusReport]) -> Answer | None:
    """A report that may change what holds; nothing for one that only tells."""
    reaction = _STATUS.get(received.message.status)
    return None if reaction is None else _answer(received, reaction, received.message.status.value)


def answer_of_result(received: Received[DebtRestRegistrationResult]) -> Answer:
    """What VISH did."""
    message = received.message
    return Answer(
        id=received.id,
        sequence=received.sequence,
        at=received.time,
        answers=received.causation,
        reaction=_RESULT[message.result],
        reason=message.reason,
        number=message.registration_number,
    )


def _answer(received: Received[M], reaction: Reaction, reason: str) -> Answer:
    return Answer(
        id=received.id,
        sequence=received.sequence,
        at=received.time,
        answers=received.causation,
        reaction=reaction,
        reason=reason,
    )
