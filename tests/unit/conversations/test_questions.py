"""The one machine: what was asked, what came of it, and when a term passes; from headers alone, in any order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import named_id, new_pseudonym
from hub.console.cases.lanes import drawing_of
from hub.conversations.questions import CaseMessage, Progress, Question, Stage, act_began, agreed_in, questions_of
from hub.messagelog.reading.standing import MessageState
from tests.world import SHV, TAX, VISH, World, full_type, make_world

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CASE, CONVERSATION = new_pseudonym(), new_pseudonym()
OTHER = new_pseudonym()
DAY = timedelta(days=1)
_COUNT = itertools.count(1)
make_world_once = cache(make_world)


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
        sequence=next(_COUNT),
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


def asked(world: World, *messages: CaseMessage) -> Question:
    """The one question among these."""
    (found,) = questions_of(messages, agreed_in(world.register))
    return found


def test_a_question_is_answered_by_what_names_it(world: World) -> None:
    question = message()
    found = asked(world, question, answer(question))
    assert found.progress_at(MONDAY) is Progress.ANSWERED
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
    found = next(one for one in questions_of([question, answer(question, **strange)], agreed_in(world.register)))
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
    assert asked(world, message()).progress_at(MONDAY + after) is progress


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
    assert (found.progress_at(MONDAY), found.due) == (progress, None)


def test_what_no_agreement_wants_answered_is_no_question(world: World) -> None:
    assert questions_of([message("statusbericht")], agreed_in(world.register)) == []
    assert questions_of([message(recipient="00000099000000009999")], agreed_in(world.register)) == []


def test_the_clock_runs_from_the_first_request_for_rest(world: World) -> None:
    later = message(received=MONDAY + timedelta(hours=2), conversation=new_pseudonym())
    extension = message("pauze-verlenging", received=MONDAY - timedelta(days=1), conversation=new_pseudonym())
    assert act_began(questions_of([extension, later, message()], agreed_in(world.register))) == MONDAY
    assert act_began([]) is None


def later(name: str, **changes: object) -> CaseMessage:
    """A message that comes a day after the others of the conversation."""
    return message(name, received=MONDAY + DAY, outcome_at=MONDAY + DAY, **changes)


def stages(world: World, *messages: CaseMessage) -> list[Stage]:
    """Of the questions among these, oldest first."""
    return [question.stage for question in questions_of(messages, agreed_in(world.register))]


def test_an_answer_that_was_refused_is_none(world: World) -> None:
    question = message()
    assert asked(world, question, answer(question, state=MessageState.REFUSED)).stage is Stage.DELIVERED


def test_a_question_put_again_is_closed_when_the_later_one_is_answered_and_not_before(world: World) -> None:
    first, second = message(), later("kennisgeving-publiek")
    assert stages(world, first, second) == [Stage.DELIVERED, Stage.DELIVERED]
    said = answer(second, received=MONDAY + 2 * DAY)
    assert stages(world, first, second, said) == [Stage.CLOSED, Stage.ANSWERED]
    other = replace(second, conversation=new_pseudonym())
    assert stages(world, first, other, replace(said, conversation=other.conversation)) == [
        Stage.DELIVERED,
        Stage.ANSWERED,
    ]


@pytest.mark.parametrize("state", [MessageState.REFUSED, MessageState.EXPIRED])
def test_what_failed_is_closed_when_it_was_made_anew_and_delivered(world: World, state: MessageState) -> None:
    failed = message(state=state)
    again = later("kennisgeving-publiek", state=MessageState.FORWARDED)
    assert stages(world, failed, again)[0] is Stage(Stage[state.name])
    assert stages(world, failed, replace(again, state=MessageState.DELIVERED)) == [Stage.CLOSED, Stage.DELIVERED]


def test_a_pause_that_was_ended_waits_for_no_confirmation_any_more_but_its_end_does(world: World) -> None:
    notice, end = message(), later("pauze-beeindiging")
    assert stages(world, notice, end) == [Stage.CLOSED, Stage.DELIVERED]
    assert stages(world, notice, replace(end, state=MessageState.FORWARDED)) == [Stage.DELIVERED, Stage.OPENED]
    assert stages(world, replace(notice, sequence=end.sequence + 1), end)[0] is Stage.DELIVERED


# — any order, any number of times ————————————————————————————————————————————————————————————————————————————————————


@st.composite
def conversations(draw: st.DrawFn) -> list[CaseMessage]:
    """What two parties may say to each other: notices, ends, answers that name one, another, or nothing."""
    said: list[CaseMessage] = []
    for number in range(draw(st.integers(1, 8))):
        at = MONDAY + timedelta(hours=draw(st.integers(0, 200)))
        state = draw(st.sampled_from(list(MessageState)))
        outcome_at = at + timedelta(minutes=draw(st.integers(0, 5_000)))
        name = draw(st.sampled_from(["kennisgeving-publiek", "pauze-verlenging", "pauze-beeindiging", "antwoord"]))
        given: dict[str, object] = {"received": at, "state": state, "outcome_at": outcome_at, "sequence": number}
        given["id"] = named_id("said", str(number))
        if name == "antwoord":
            named = draw(st.sampled_from([None, OTHER, *(one.id for one in said)]))
            said.append(message("kennisgeving-antwoord", **given, sender=TAX, recipient=SHV, causation=named))
        else:
            said.append(message(name, **given))
    return said


@given(conversations(), st.randoms())
def test_whatever_the_order_and_however_often_the_end_is_the_same(said: list[CaseMessage], random: Random) -> None:
    register = make_world_once().register
    shuffled = [*said, *random.choices(said, k=3)]
    random.shuffle(shuffled)
    once = {one.id: one for one in shuffled}
    expected = questions_of(said, agreed_in(register))
    assert questions_of(once.values(), agreed_in(register)) == expected


@given(conversations(), conversations())
def test_what_is_said_elsewhere_changes_nothing(said: list[CaseMessage], elsewhere: list[CaseMessage]) -> None:
    agreed = agreed_in(make_world_once().register)
    moved = [replace(one, id=named_id(one.id), conversation=OTHER) for one in elsewhere]
    mine = [question for question in questions_of([*moved, *said], agreed) if question.conversation == CONVERSATION]
    assert mine == questions_of(said, agreed)


@given(conversations())
def test_more_news_never_opens_again_what_an_accepted_answer_closed(said: list[CaseMessage]) -> None:
    agreed = agreed_in(make_world_once().register)
    for question in questions_of(said, agreed):
        asked_for = next(one for one in said if one.id == question.id)
        reply = answer(asked_for, received=MONDAY + 30 * DAY)
        after = {one.id: one.stage for one in questions_of([*said, reply], agreed)}
        assert after[question.id] is Stage.ANSWERED
        for one in questions_of(said, agreed):
            assert one.open or after[one.id] >= Stage.ANSWERED


@given(conversations())
def test_every_question_is_in_one_stage_and_says_since_when(said: list[CaseMessage]) -> None:
    for question in questions_of(said, agreed_in(make_world_once().register)):
        assert question.since >= question.received or not question.open
        assert (question.answer is not None) == (question.stage is Stage.ANSWERED)
        assert question.open == (question.stage in {Stage.OPENED, Stage.DELIVERED, Stage.REFUSED, Stage.EXPIRED})


# — drawn —————————————————————————————————————————————————————————————————————————————————————————————————————————————


def test_a_drawing_has_a_lane_for_each_party_and_an_arrow_for_each_message() -> None:
    question = message()
    drawing = drawing_of([question, answer(question)])
    assert [lane.oin for lane in drawing.lanes] == [SHV, TAX]
    there, back = drawing.arrows
    assert there.start < there.end < drawing.lanes[1].x
    assert back.start > back.end > drawing.lanes[0].x
    assert there.y < back.y < drawing.height
    assert drawing_of([]).arrows == ()
