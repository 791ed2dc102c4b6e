"""A conversation is its facts: whatever order they come in, and however often, the state at the end is the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.haarlem.conversations import (
    PauseState,
    RegistrationState,
    pause_state,
    registration_number,
    registration_state,
)
from adapters.haarlem.facts import Answer, Carried, Conversation, Kind, Letter, LetterKind, Reaction
from hub.workdays import add_working_days
from schemas.codes import EndClass
from tests.world import NOW

TODAY = NOW.date()
END = date(2027, 7, 23)
HOUR = timedelta(hours=1)


def pause(*letters: Letter, **more: object) -> Conversation:
    """A pause with these letters."""
    known = {"kind": Kind.PAUSE, "start": TODAY, "latest_end": END, "term_days": 2, "end_term_days": 2}
    made = Conversation.model_validate(known | more)
    for one in letters:
        made = made.sent(one)
    return made


def letter(number: int, kind: LetterKind = LetterKind.NOTICE, *, end: date | None = END, **more: object) -> Letter:
    """A letter that was sent `number` hours from now."""
    known = {"id": f"L{number}", "number": number, "kind": kind, "sent": NOW + number * HOUR, "end": end}
    return Letter.model_validate(known | more)


def answer(sequence: int, reaction: Reaction, *, to: int | None = 1, **more: object) -> Answer:
    """An answer to letter `to`."""
    known = {"id": f"A{sequence}", "sequence": sequence, "at": NOW + (sequence + 1) * HOUR, "reaction": reaction}
    return Answer.model_validate(known | {"answers": f"L{to}" if to else None} | more)


def delivered(facts: Conversation, number: int = 1) -> Conversation:
    """Letter `number` came to the other side half an hour after it was sent."""
    return facts.carried(f"L{number}", Carried.DELIVERED, NOW + number * HOUR + HOUR / 2)


def test_a_notice_walks_from_sent_by_delivered_to_active() -> None:
    sent = pause(letter(1))
    assert pause_state(sent, NOW) is PauseState.SENT
    assert pause_state(sent.carried("L1", Carried.ACCEPTED, NOW), NOW) is PauseState.SENT
    there = delivered(sent)
    assert pause_state(there, NOW) is PauseState.DELIVERED
    assert pause_state(there.answered(answer(1, Reaction.CONFIRMED)), NOW) is PauseState.ACTIVE


@pytest.mark.parametrize(
    ("reaction", "state"),
    [
        (Reaction.PARTIAL, PauseState.ACTIVE_PARTIAL),
        (Reaction.REFUSED, PauseState.REFUSED),
        (Reaction.WRONG_CUSTOMER, PauseState.REFUSED),
        (Reaction.RESUMED, PauseState.BREACHED),
    ],
)
def test_what_is_no_full_stop_is_no_rest(reaction: Reaction, state: PauseState) -> None:
    facts = delivered(pause(letter(1))).answered(answer(1, Reaction.CONFIRMED)).answered(answer(2, reaction))
    assert pause_state(facts, NOW) is state
    assert pause_state(facts.answered(answer(3, Reaction.CONFIRMED)), NOW) is PauseState.ACTIVE


def test_silence_past_the_term_is_no_rest_except_under_a_covenant() -> None:
    facts = delivered(pause(letter(1)))
    last_day = add_working_days(TODAY, 2)
    late = datetime(last_day.year, last_day.month, last_day.day, 23, 0, tzinfo=NOW.tzinfo)
    assert pause_state(facts, late - HOUR) is PauseState.DELIVERED
    assert pause_state(facts, late) is PauseState.UNCONFIRMED
    covenant = delivered(pause(letter(1), counts_from_delivery=True))
    assert pause_state(covenant, late) is PauseState.ACTIVE_UNCONFIRMED


def test_what_expired_is_undeliverable_until_a_late_receipt_replaces_it() -> None:
    facts = pause(letter(1)).carried("L1", Carried.EXPIRED, NOW)
    assert pause_state(facts, NOW) is PauseState.UNDELIVERABLE
    assert pause_state(delivered(facts), NOW) is PauseState.DELIVERED


def test_an_extension_takes_an_end_back_while_its_day_is_ahead() -> None:
    near = TODAY + timedelta(days=9)
    facts = delivered(pause(letter(1))).answered(answer(1, Reaction.CONFIRMED))
    ending = facts.sent(letter(2, LetterKind.END, end=near, end_class=EndClass.ENDED))
    assert pause_state(ending, NOW) is PauseState.ENDING
    assert pause_state(ending, NOW + timedelta(days=10)) is PauseState.ENDED
    extended = ending.sent(letter(3, LetterKind.EXTENSION, end=END))
    assert pause_state(extended, NOW + timedelta(days=10)) is PauseState.ACTIVE
    assert pause_state(extended.answered(answer(4, Reaction.CONFIRMED, to=3)), NOW) is PauseState.EXTENDED


def test_a_pause_that_runs_out_unasked_has_lapsed() -> None:
    facts = delivered(pause(letter(1))).answered(answer(1, Reaction.CONFIRMED, end=TODAY + timedelta(days=3)))
    assert pause_state(facts, NOW + timedelta(days=3)) is PauseState.ACTIVE
    assert pause_state(facts, NOW + timedelta(days=4)) is PauseState.LAPSED


def test_what_was_a_mistake_is_ended_by_the_answer_and_not_by_the_calendar() -> None:
    taken_back = letter(2, LetterKind.END, end=TODAY, end_class=EndClass.WRONGLY_REGISTERED)
    facts = delivered(pause(letter(1))).sent(taken_back)
    assert pause_state(facts, NOW + timedelta(days=30)) is PauseState.ENDING
    answered = delivered(facts, 2).answered(answer(3, Reaction.CONFIRMED, to=2))
    assert pause_state(answered, NOW) is PauseState.ENDED


def test_a_refusal_of_an_earlier_notice_says_nothing_of_the_corrected_one() -> None:
    facts = delivered(pause(letter(1))).answered(answer(1, Reaction.REFUSED)).sent(letter(3))
    assert pause_state(facts, NOW) is PauseState.SENT
    assert pause_state(facts.answered(answer(4, Reaction.REFUSED, to=3)), NOW) is PauseState.REFUSED


LETTERS = (
    letter(1),
    letter(2, LetterKind.EXTENSION, end=END),
    letter(3, LetterKind.END, end=TODAY + timedelta(days=9), end_class=EndClass.ENDED),
)
carriages = st.tuples(st.just("carried"), st.integers(1, 3), st.sampled_from(Carried), st.integers(0, 5))
answers = st.tuples(
    st.just("answered"), st.integers(1, 6), st.sampled_from(Reaction), st.one_of(st.none(), st.integers(1, 3))
)


def _add(facts: Conversation, fact: tuple[str, int, object, int | None]) -> Conversation:
    kind, number, what, which = fact
    if kind == "carried":
        assert isinstance(what, Carried)
        return facts.carried(f"L{number}", what, NOW, None)
    assert isinstance(what, Reaction)
    return facts.answered(answer(number, what, to=which))


def _one_answer_per_id(facts: list[tuple[str, int, object, int | None]]) -> list[tuple[str, int, object, int | None]]:
    """Two different answers cannot bear one id: the edge keeps the second out."""
    seen: dict[int, tuple[str, int, object, int | None]] = {}
    return [seen.setdefault(fact[1], fact) if fact[0] == "answered" else fact for fact in facts]


@given(st.lists(st.one_of(carriages, answers), max_size=8).map(_one_answer_per_id), st.data())
def test_reordered_and_duplicated_news_ends_in_the_same_facts(
    news: list[tuple[str, int, object, int | None]], data: st.DataObject
) -> None:
    again = data.draw(
        st.permutations(news + data.draw(st.lists(st.sampled_from(news), max_size=4) if news else st.just([])))
    )
    straight, shuffled = pause(*LETTERS), pause(*LETTERS)
    for fact in news:
        straight = _add(straight, fact)
    for fact in again:
        shuffled = _add(shuffled, fact)
    later = NOW + timedelta(days=data.draw(st.integers(0, 400)))
    assert pause_state(straight, later) is pause_state(shuffled, later)
    assert straight.answers == shuffled.answers
    assert [one.carried for one in straight.letters] == [one.carried for one in shuffled.letters]


@given(st.lists(answers, max_size=6))
def test_no_answer_whatever_undoes_an_end(news: list[tuple[str, int, object, int | None]]) -> None:
    facts = pause(*LETTERS)
    for fact in news:
        facts = _add(facts, fact)
    assert pause_state(facts, NOW) is PauseState.ENDING
    assert pause_state(facts, NOW + timedelta(days=10)) is PauseState.ENDED


# — VISH ——————————————————————————————————————————————————————————————————————————————————————————————————————————


def registration(*letters: Letter) -> Conversation:
    """A registration with these letters."""
    return pause(*letters, kind=Kind.REGISTRATION)


def asked(number: int = 1) -> Letter:
    """A registration that was sent."""
    return letter(number, LetterKind.REGISTRATION, end=None)


def withdrawal(number: int = 2) -> Letter:
    """A withdrawal that was sent."""
    return letter(number, LetterKind.WITHDRAWAL, end=TODAY, end_class=EndClass.ENDED)


def test_a_registration_walks_to_registered_and_withdrawn() -> None:
    facts = registration(asked())
    assert registration_state(facts, NOW) is RegistrationState.REQUESTED
    facts = delivered(facts)
    assert registration_state(facts, NOW) is RegistrationState.SUBMITTED
    assert registration_state(facts, NOW + timedelta(days=7)) is RegistrationState.UNKNOWN
    facts = facts.answered(answer(1, Reaction.REGISTERED, number="V-1"))
    assert registration_state(facts, NOW) is RegistrationState.REGISTERED
    assert registration_number(facts) == "V-1"
    facts = facts.sent(withdrawal())
    assert registration_state(facts, NOW) is RegistrationState.WITHDRAWAL_SUBMITTED
    facts = facts.answered(answer(3, Reaction.STRUCK_OFF, to=2))
    assert registration_state(facts, NOW) is RegistrationState.WITHDRAWN


def test_a_number_that_comes_after_the_withdrawal_does_not_make_it_registered() -> None:
    facts = registration(asked(), withdrawal()).answered(answer(3, Reaction.REGISTERED, number="V-1"))
    assert registration_state(facts, NOW) is RegistrationState.WITHDRAWAL_SUBMITTED


def test_vish_may_reject_or_strike_off_unasked() -> None:
    facts = delivered(registration(asked()))
    assert registration_state(facts.answered(answer(1, Reaction.REJECTED)), NOW) is RegistrationState.REJECTED
    lapsed = facts.answered(answer(1, Reaction.REGISTERED)).answered(answer(2, Reaction.STRUCK_OFF, to=None))
    assert registration_state(lapsed, NOW) is RegistrationState.LAPSED


def test_what_was_said_before_a_withdrawal_does_not_count_for_a_registration_made_anew() -> None:
    facts = delivered(registration(asked())).answered(answer(1, Reaction.REGISTERED, number="V-1"))
    facts = facts.sent(withdrawal()).answered(answer(2, Reaction.STRUCK_OFF, to=2)).sent(asked(4))
    assert registration_state(facts, NOW) is RegistrationState.REQUESTED
    facts = facts.answered(answer(5, Reaction.REGISTERED, to=4, number="V-2"))
    assert registration_state(facts, NOW) is RegistrationState.REGISTERED
    assert registration_number(facts) == "V-2"


@given(st.permutations([answer(1, Reaction.REGISTERED, number="V-1"), answer(3, Reaction.STRUCK_OFF, to=2)]))
def test_results_in_any_order_end_withdrawn(results: list[Answer]) -> None:
    facts = registration(asked(), withdrawal())
    for one in (*results, *results):
        facts = facts.answered(one)
    assert registration_state(facts, NOW) is RegistrationState.WITHDRAWN
