"""Every reachable state and cause has its words; nothing is explained in English or not at all.

What is reachable is not listed by hand: it is made from the enumerations of states, codes, causes and times themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

import pytest

from hub.console import phrases, words
from hub.console.explaining import Explanation, explanation_of, explanation_of_evidence
from hub.errors import Code
from hub.messagelog.reading.standing import EXPIRED_AFTER, LATE, Facts, MessageState, standing_of
from hub.operations.acts import ActName, Overtaken
from hub.operations.evidence import Attributes, Evidence, Settlement
from hub.operations.evidence import Cause as EvidenceCause
from hub.operations.recovery import Kind, Outcome, Skip
from hub.operations.recovery import Stage as RecoveryStage
from hub.operations.texts import Wrong
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
        Facts(state, None, None, 1, attempt, expiry, paused)
        for state in (MessageState.ACCEPTED, MessageState.FORWARDED)
        for attempt, expiry, paused in itertools.product(
            (soon, late, None), (NOW + timedelta(days=7), NOW), (False, True)
        )
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


#: Where a message can be, and who has to do with it there.
REACHABLE = {
    (MessageState.ACCEPTED, "us"),
    (MessageState.FORWARDED, "partner"),
    (MessageState.FORWARDED, "us"),
    (MessageState.DELIVERED, "none"),
    (MessageState.EXPIRED, "partner"),
    (MessageState.REFUSED, "partner"),
    (MessageState.REFUSED, "policy"),
    (MessageState.REFUSED, "data"),
}


def test_each_pair_of_state_and_cause_is_reached_and_no_other() -> None:
    assert {(facts.state, standing_of(facts, NOW).cause) for facts in on_its_way() + ended()} == REACHABLE
    assert {state for state, _ in REACHABLE} == set(MessageState)
    assert {cause for _, cause in REACHABLE} == words.CAUSES.keys()


def test_what_is_kept_for_a_paused_partner_is_an_administrators_to_let_go() -> None:
    kept = Facts(MessageState.ACCEPTED, None, None, 0, NOW - timedelta(days=1), NOW + timedelta(days=7), paused=True)
    found = explained(kept)
    assert found.who == "een beheerder: hervat GBKZ zodra het kan"
    assert (found.tone, found.at) == ("warning", None)


def evidence(cause: EvidenceCause, body: bytes | None, settlement: Settlement | None, claimed: str | None) -> Evidence:
    """A piece of evidence."""
    settled = NOW if settlement else None
    return Evidence(1, cause, NOW, "sha-256:", None, body, settled, settlement, None, claimed)


@pytest.mark.parametrize("cause", EvidenceCause)
@pytest.mark.parametrize("settlement", [None, *Settlement])
@pytest.mark.parametrize(
    "attributes", [None, Attributes("hub-envelope+jws", None), Attributes("hub-receipt+jws", None)]
)
@pytest.mark.parametrize("claimed", [None, "x"])
def test_every_piece_of_evidence_is_explained_in_dutch(
    cause: EvidenceCause, settlement: Settlement | None, attributes: Attributes | None, claimed: str | None
) -> None:
    one = evidence(cause, None if cause is EvidenceCause.ROW else b"x", settlement, claimed)
    found = explanation_of_evidence(one, attributes)
    for text in (found.state, found.why, found.cause, found.who, found.next_step):
        assert text.strip()
        assert ENGLISH.isdisjoint(text.lower().replace(".", " ").replace(",", " ").split()), text


@pytest.mark.parametrize(
    ("said", "values"),
    [
        (phrases.EVIDENCE, EvidenceCause),
        (phrases.SETTLEMENTS, Settlement),
        (phrases.KINDS, Kind),
        (phrases.STAGES, RecoveryStage),
        (phrases.SKIPS, Skip),
        (phrases.OUTCOMES, Outcome),
        (phrases.OVERTAKEN, Overtaken),
        (phrases.WRONG, Wrong),
        (phrases.ACTS, ActName),
    ],
)
def test_nothing_that_an_operator_meets_is_without_its_words(said: Mapping[str, object], values: type[StrEnum]) -> None:
    assert said.keys() == set(values)


@pytest.mark.parametrize("code", HubRefusal)
def test_why_the_road_would_refuse_an_item_is_said_with_the_reason_of_its_code(code: HubRefusal) -> None:
    if code.value not in set(Skip):  # what has expired is said in its own words
        assert words.REASONS[Code(code.value)] in phrases.skip_text(code.value)
    assert words.REASONS[Code(code.value)] in phrases.outcome_text(code.value)[0]
