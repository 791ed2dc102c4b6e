"""The words of each kind of creditor, both ways."""

from __future__ import annotations

import json
from datetime import date

import pytest
from pydantic import ValidationError

from adapters.convenant import words_municipality, words_water_board
from adapters.convenant.orders import Act, Incident, Order, Outcome, Reason
from adapters.convenant.settings import Words
from adapters.convenant.simulator_books import Said
from adapters.convenant.simulator_words import HOUSES
from adapters.convenant.words import VOCABULARIES, Vocabulary
from schemas.codes import Measure, NoCooperationReason

EVERY = pytest.mark.parametrize("name", list(Words))


def vocabulary(name: Words) -> Vocabulary:
    """Ours for this creditor."""
    return VOCABULARIES[name]


@EVERY
@pytest.mark.parametrize("act", list(Act))
def test_every_act_can_be_said_and_is_understood(name: Words, act: Act) -> None:
    incident = Incident(measure=Measure.FINAL_DEMAND, day=date(2026, 11, 30)) if act is Act.INCIDENT else None
    order = Order(key="k-1", act=act, conversation="c-1", turn=3, until=date(2027, 1, 8), incident=incident)
    document = json.loads(json.dumps(vocabulary(name).asked(order)))
    asked = HOUSES[name.value].asked(document)
    assert (asked.sleutel, asked.kenmerk, asked.volgorde, asked.tot) == ("k-1", "c-1", 3, "2027-01-08")
    assert asked.maatregel == (incident and "aanmaning")


@EVERY
@pytest.mark.parametrize(
    ("said", "outcome", "refusal"),
    [
        (Said("k-1", 1, "gedaan", klantnummer="K1"), Outcome.DONE, None),
        (Said("k-1", 2, "bezig"), Outcome.IN_PROGRESS, None),
        (Said("k-1", 1, "geweigerd", "onbekend"), Outcome.REFUSED, NoCooperationReason.CUSTOMER_UNKNOWN),
        (Said("k-1", 1, "verkeerd"), Outcome.WRONG_CUSTOMER, None),
        (Said("k-1", 1, "hervat"), Outcome.RESUMED, None),
    ],
)
def test_every_answer_is_understood(
    name: Words, said: Said, outcome: Outcome, refusal: NoCooperationReason | None
) -> None:
    answer = vocabulary(name).answer(HOUSES[name.value].said(said))
    assert answer is not None
    assert (answer.key, answer.number, answer.outcome, answer.refusal) == ("k-1", said.nummer, outcome, refusal)


@EVERY
@pytest.mark.parametrize("document", [None, [], "ja", {}, {"opdracht": "k-1"}, {"verzoekreferentie": "k-1"}])
def test_what_is_no_answer_is_refused_without_the_value(name: Words, document: object) -> None:
    with pytest.raises(ValidationError) as caught:
        vocabulary(name).answer(document)
    assert "k-1" not in str(caught.value)


@EVERY
def test_a_word_that_we_do_not_know_is_never_guessed_at(name: Words) -> None:
    document = HOUSES[name.value].said(Said("k-1", 1, "gedaan"))
    member = "resultaat" if "resultaat" in document else "uitspraak"
    with pytest.raises(ValueError, match="not in the list"):
        vocabulary(name).answer(document | {member: "MISSCHIEN"})


def test_every_act_and_reason_has_a_word() -> None:
    assert set(words_water_board.ACT) == set(words_municipality.KIND_OF_REQUEST) == set(Act)
    assert set(words_water_board.REASON) == set(words_municipality.GROUND) == set(Reason)
    assert set(words_water_board.OUTCOME.values()) == set(words_municipality.DECISION.values()) == set(Outcome)
