"""The schuldenrust clock: what was asked, what came of it, and when a term passes; from headers alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.clock import new_pseudonym
from hub.console.cases import CaseMessage, Progress, Question, act_began, questions_of
from hub.console.cases.lanes import drawing_of
from hub.console.overview import Unconfirmed, needs_attention, terms_at_risk, unconfirmed_of
from hub.messagelog.reading.standing import MessageState
from tests.world import SHV, TAX, VISH, World, full_type, make_world

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CASE, CONVERSATION = new_pseudonym(), new_pseudonym()


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def message(name: str = "kennisgeving-publiek", **changes: object) -> CaseMessage:
    """A message from the debt helper to the tax office, delivered on a Monday at noon."""
    made = CaseMessage(
        id=new_pseudonym(),
        sender=SHV,
        recipient=TAX,
        type=full_type(name),
        case=CASE,
        conversation=CONVERSATION,
        causation=None,
        received=MONDAY,
        state=MessageState.DELIVERED,
        code=None,
        outcome_at=MONDAY,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields of the message


def answer(question: CaseMessage, **changes: object) -> CaseMessage:
    """The answer to it, an hour later."""
    given = {"sender": TAX, "recipient": SHV, "causation": question.id, "received": MONDAY + timedelta(hours=1)}
    return message("kennisgeving-antwoord", **(given | changes))


def asked(world: World, *messages: CaseMessage, now: datetime = MONDAY) -> Question:
    """The one question among these."""
    (found,) = questions_of(messages, world.register, now)
    return found


def test_a_question_is_answered_by_what_names_it(world: World) -> None:
    question = message()
    found = asked(world, question, answer(question))
    assert found.progress is Progress.ANSWERED
    assert not found.open


def test_an_answer_that_names_nothing_counts_when_it_comes_after(world: World) -> None:
    question = message()
    late, early = MONDAY + timedelta(minutes=1), MONDAY - timedelta(minutes=1)
    assert asked(world, question, answer(question, causation=None, received=late)).answer
    assert not asked(world, question, answer(question, causation=None, received=early)).answer


@pytest.mark.parametrize(
    "strange",
    [
        {"causation": new_pseudonym()},
        {"conversation": new_pseudonym()},
        {"sender": VISH},
        {"type": full_type("statusbericht")},
    ],
)
def test_what_answers_something_else_is_no_answer(world: World, strange: dict[str, object]) -> None:
    question = message()
    found = next(one for one in questions_of([question, answer(question, **strange)], world.register, MONDAY))
    assert found.answer is None


def test_a_term_counts_working_days_from_the_receipt(world: World) -> None:
    found = asked(world, message())
    assert found.due == datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC)  # two working days, in Amsterdam


@pytest.mark.parametrize(
    ("after", "progress"),
    [
        (timedelta(hours=1), Progress.DELIVERED),
        (timedelta(hours=50), Progress.IN_DANGER),
        (timedelta(days=3), Progress.OVERDUE),
    ],
)
def test_a_term_is_in_danger_before_it_passes(world: World, after: timedelta, progress: Progress) -> None:
    assert asked(world, message(), now=MONDAY + after).progress is progress


@pytest.mark.parametrize(
    ("state", "progress"),
    [
        (MessageState.ACCEPTED, Progress.ON_ITS_WAY),
        (MessageState.FORWARDED, Progress.ON_ITS_WAY),
        (MessageState.REFUSED, Progress.REFUSED),
        (MessageState.EXPIRED, Progress.EXPIRED),
    ],
)
def test_without_a_receipt_no_term_runs(world: World, state: MessageState, progress: Progress) -> None:
    found = asked(world, message(state=state, outcome_at=None))
    assert (found.progress, found.due) == (progress, None)


def test_what_no_agreement_wants_answered_is_no_question(world: World) -> None:
    assert questions_of([message("statusbericht")], world.register, MONDAY) == []
    assert questions_of([message(recipient="00000099000000009999")], world.register, MONDAY) == []


def test_the_clock_runs_from_the_first_request_for_rest(world: World) -> None:
    later = message(received=MONDAY + timedelta(hours=2), conversation=new_pseudonym())
    extension = message("pauze-verlenging", received=MONDAY - timedelta(days=1), conversation=new_pseudonym())
    assert act_began(questions_of([extension, later, message()], world.register, MONDAY)) == MONDAY
    assert act_began([]) is None


def test_attention_goes_to_what_failed_and_to_what_is_not_there_after_an_hour(world: World) -> None:
    states = {MessageState.REFUSED, MessageState.EXPIRED, MessageState.FORWARDED}
    questions = [asked(world, message(state=state, outcome_at=None)) for state in states]
    now = MONDAY + timedelta(hours=1)
    assert all(needs_attention(question, now) for question in questions)
    assert unconfirmed_of(questions, now) == Unconfirmed(undelivered=1, failed=2, overdue=0)
    assert unconfirmed_of(questions, MONDAY).total == 2


def test_terms_are_counted_apart_when_in_danger_and_when_passed(world: World) -> None:
    hours = (1, 50, 80, 90)
    found = [asked(world, message(), now=MONDAY + timedelta(hours=hour)) for hour in hours]
    assert terms_at_risk(found) == (1, 2)


def test_a_drawing_has_a_lane_for_each_party_and_an_arrow_for_each_message() -> None:
    question = message()
    drawing = drawing_of([question, answer(question)])
    assert [lane.oin for lane in drawing.lanes] == [SHV, TAX]
    there, back = drawing.arrows
    assert there.start < there.end < drawing.lanes[1].x
    assert back.start > back.end > drawing.lanes[0].x
    assert there.y < back.y < drawing.height
    assert drawing_of([]).arrows == ()
