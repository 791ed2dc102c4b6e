"""Every state of a message says who must act and what happens next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.errors import Code
from hub.keeper.expiry import GRACE
from hub.messagelog.reading.standing import EXPIRED_AFTER, LATE, Facts, MessageState, standing_of, state_of
from hub.messagelog.tables import State
from tests.world import NOW


def facts(state: MessageState, **changes: object) -> Facts:
    """Facts of a message that is on time."""
    values: dict[str, object] = {
        "by": None,
        "code": None,
        "attempts": 1,
        "next_attempt": NOW + timedelta(minutes=1),
        "expirytime": NOW + timedelta(days=7),
    }
    return Facts(state=state, **{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("state", list(MessageState))
def test_every_state_says_who_must_act_and_what_comes_next(state: MessageState) -> None:
    standing = standing_of(facts(state), NOW)
    assert standing.who
    assert standing.why
    assert standing.next_step


def test_what_the_hub_keeps_is_offered_by_itself() -> None:
    standing = standing_of(facts(MessageState.ACCEPTED), NOW)
    assert (standing.cause, standing.who, standing.at) == ("us", "nobody yet", NOW + timedelta(minutes=1))


@pytest.mark.parametrize("state", [MessageState.ACCEPTED, MessageState.FORWARDED])
def test_a_keeper_that_stands_still_is_our_own_fault(state: MessageState) -> None:
    standing = standing_of(facts(state, next_attempt=NOW - LATE - timedelta(seconds=1)), NOW)
    assert (standing.cause, standing.who, standing.at) == ("us", "hub", None)
    assert "schuldhub check" in standing.next_step


def test_an_unread_message_is_its_recipients_to_read() -> None:
    standing = standing_of(facts(MessageState.FORWARDED), NOW)
    assert (standing.cause, standing.who) == ("partner", "recipient")


def test_an_unread_message_past_its_expiry_will_be_reported_to_its_sender() -> None:
    expiry = NOW - timedelta(hours=1)
    standing = standing_of(facts(MessageState.FORWARDED, expirytime=expiry), NOW)
    assert (standing.who, standing.at) == ("sender", expiry + EXPIRED_AFTER)


def test_the_day_of_grace_is_the_keepers() -> None:
    assert EXPIRED_AFTER == GRACE


@pytest.mark.parametrize(
    ("code", "cause", "who"),
    [
        (Code.OPEN_FAILED, "partner", "recipient"),
        (Code.UNKNOWN_TYPE, "partner", "recipient"),
        (Code.SCHEMA_INVALID, "data", "sender"),
        (Code.BSN_NOT_ALLOWED, "policy", "sender"),
        (Code.OUT_OF_ORDER_EXPIRED, "partner", "sender"),
    ],
)
def test_a_refusal_of_the_recipient_names_whose_fault_it_is(code: Code, cause: str, who: str) -> None:
    standing = standing_of(facts(MessageState.REFUSED, by="recipient", code=code.value), NOW)
    assert (standing.cause, standing.who) == (cause, who)


@pytest.mark.parametrize("code", [Code.QUOTA_EXCEEDED, Code.CLOCK_SKEW])
def test_what_passes_by_itself_needs_nobody(code: Code) -> None:
    standing = standing_of(facts(MessageState.REFUSED, by="hub", code=code.value), NOW)
    assert standing.who == "nobody yet"


def test_a_refusal_by_agreement_is_policy() -> None:
    standing = standing_of(facts(MessageState.REFUSED, by="hub", code=Code.NO_AGREEMENT.value), NOW)
    assert (standing.cause, standing.who) == ("policy", "sender")


def test_a_code_that_this_release_does_not_know_is_no_failure() -> None:
    assert standing_of(facts(MessageState.REFUSED, by="recipient", code="later_code"), NOW).why == "It was refused."


@pytest.mark.parametrize(
    ("state", "outcome", "word"),
    [
        (State.ACCEPTED, None, "accepted"),
        (State.FORWARDED, None, "forwarded"),
        (State.EXPIRED, "expired", "expired"),
        (State.ANSWERED, "accepted", "delivered"),
        (State.ANSWERED, "refused", "refused"),
    ],
)
def test_every_row_has_its_word(state: State, outcome: str | None, word: str) -> None:
    assert state_of(state, outcome) == word
