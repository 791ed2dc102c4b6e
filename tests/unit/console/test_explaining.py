"""Every reachable state and cause has its words; nothing is explained in English or not at all."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from hub.console import words
from hub.console.explaining import Explanation, explanation_of
from hub.errors import Code
from hub.messagelog.reading.standing import EXPIRED_AFTER, LATE, Facts, MessageState, standing_of
from schemas.codes import HubRefusal, RecipientRefusal
from tests.world import NOW

SENDER, RECIPIENT = "Schuldhulp Haarlem", "GBKZ"
ENGLISH = {"the", "sender", "recipient", "hub's", "keeper", "nobody", "message", "receipt", "again"}


def explained(facts: Facts) -> Explanation:
    return explanation_of(facts, SENDER, RECIPIENT, NOW)


def on_its_way() -> list[Facts]:
    """Accepted and forwarded, in time, late, and past the expiry time."""
    soon, late = NOW + timedelta(minutes=5), NOW - LATE - timedelta(seconds=1)
    return [
        Facts(state, None, None, 1, attempt, expiry)
        for state in (MessageState.ACCEPTED, MessageState.FORWARDED)
        for attempt, expiry in itertools.product((soon, late, None), (NOW + timedelta(days=7), NOW))
    ]


def ended() -> list[Facts]:
    """Delivered, expired, and refused by hub or recipient with each code that the wire knows."""
    refusals = [("hub", code.value) for code in HubRefusal] + [("recipient", code.value) for code in RecipientRefusal]
    return [
        Facts(MessageState.DELIVERED, "recipient", None, 1, None, NOW),
        Facts(MessageState.EXPIRED, "hub", None, 1, None, NOW),
        *(Facts(MessageState.REFUSED, by, code, 1, None, NOW) for by, code in refusals),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("facts", on_its_way() + ended(), ids=str)
def test_every_reachable_state_is_explained_in_dutch(facts: Facts) -> None:
    found = explained(facts)
    for text in (found.state, found.why, found.cause, found.who, found.next_step):
        assert text.strip()
        assert ENGLISH.isdisjoint(text.lower().replace(".", " ").replace(",", " ").split()), text
    assert found.at == standing_of(facts, NOW).at


def test_every_code_of_the_wire_has_its_reason() -> None:
    assert {Code(code.value) for code in (*HubRefusal, *RecipientRefusal)} <= words.REASONS.keys()


def test_a_message_that_the_hub_forgot_is_the_hubs_to_mend() -> None:
    late = Facts(MessageState.ACCEPTED, None, None, 0, NOW - timedelta(hours=1), NOW + timedelta(days=7))
    found = explained(late)
    assert found.tone == "warning"
    assert "beheerder van de hub" in found.who
    assert found.cause == words.CAUSES["us"]


def test_an_unread_message_is_its_recipients_and_says_when_the_hub_looks_again() -> None:
    at = NOW + timedelta(minutes=10)
    found = explained(Facts(MessageState.FORWARDED, None, None, 1, at, NOW + timedelta(days=7)))
    assert found.who == RECIPIENT
    assert found.at == at
    assert found.tone == "busy"


def test_a_message_past_its_expiry_says_when_its_sender_is_told() -> None:
    found = explained(Facts(MessageState.FORWARDED, None, None, 1, None, NOW))
    assert found.who == SENDER
    assert found.at == NOW + EXPIRED_AFTER


def test_delivered_is_never_called_safe() -> None:
    found = explained(Facts(MessageState.DELIVERED, "recipient", None, 1, None, NOW))
    assert "veilig" not in f"{found.state} {found.why} {found.next_step}"


def test_an_unknown_code_of_a_later_release_is_said_as_it_is() -> None:
    assert words.reason_of("brand_new") == "Geweigerd met de code brand_new."
    assert words.reason_of(None) == "Het bericht is geweigerd."
