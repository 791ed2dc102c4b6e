"""What is said beside a pause: a court's cooling-off period, and collecting in spite of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.haarlem.conversations import PauseState, pause_state
from adapters.haarlem.facts import Answer, Carried, Conversation, Letter, LetterKind, Reaction
from tests.unit.haarlem.desk import CRED, TAX, TODAY, VISH, VRIES, Desk
from tests.unit.haarlem.test_api import Case
from tests.unit.haarlem.test_conversations import END, HOUR, answer, delivered, letter, pause
from tests.unit.haarlem.test_handlers import RUNNING
from tests.world import NOW

COURT = {
    "soort": "fw-287b",
    "rechtbank": "Noord-Holland",
    "kenmerk": "C/15/1",
    "ingangsdatum": TODAY.isoformat(),
    "einddatum": (TODAY + timedelta(days=180)).isoformat(),
}


@pytest.fixture
def system(desk: Desk) -> Case:
    """A case system that may do everything."""
    return Case(desk)


def party(desk: Desk, number: str) -> str:
    return str(desk.party(number, "belastingkantoor")["id"])


def incident(system: Case, number: str, **more: object) -> Any:  # noqa: ANN401 - a response
    told = {"maatregel": "dwangbevel", "datum": TODAY.isoformat()} | more
    return system.post(f"/schuldenrust/{number}/partijen/{party(system.desk, number)}/incidenten", told)


def test_a_cooling_off_period_goes_to_everyone_and_its_end_holds_when_it_is_later(desk: Desk, system: Case) -> None:
    number = system.registered(einddatum="2027-01-29", schuldeisers=[{"naam": "A", "oin": CRED}])
    desk.confirm_everything()
    told = system.post(f"/schuldenrust/{number}/afkoelingsperiode", COURT)
    assert told.status_code == 200, told.text
    sent = [one for one in desk.letters() if one.name == "afkoelingsperiode"]
    assert {one.to for one in sent} == {TAX, CRED, VISH}
    assert all(one.data == COURT for one in sent)
    assert desk.party(number, "belastingkantoor")["einddatum"] == COURT["einddatum"]
    for one in sent:
        if one.to != VISH:
            desk.confirm(one)
    desk.clock.move(date(2027, 2, 10) - TODAY)
    assert desk.party(number, "belastingkantoor")["stand"] == "actief"


def test_an_end_does_not_come_before_that_of_the_court(desk: Desk, system: Case) -> None:
    number = system.registered()
    desk.confirm_everything()
    system.post(f"/schuldenrust/{number}/afkoelingsperiode", COURT)
    system.post(f"/schuldenrust/{number}/beeindiging", {"reden": "zelf"})
    desk.days_pass(30)
    assert desk.party(number, "belastingkantoor")["stand"] == "aflopend"
    desk.clock.move(timedelta(days=160))
    assert desk.party(number, "belastingkantoor")["stand"] == "beeindigd"


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"einddatum": "2028-01-01"}, ""),
        ({"ingangsdatum": "2026-06-01", "einddatum": "2026-11-01"}, "/einddatum"),
        ({"kenmerk": VRIES}, "/kenmerk"),
    ],
)
def test_a_period_that_cannot_be_is_refused(desk: Desk, system: Case, more: dict[str, str], place: str) -> None:
    number = system.registered()
    refused = system.post(f"/schuldenrust/{number}/afkoelingsperiode", COURT | more)
    assert refused.status_code == 400
    assert refused.json()["velden"][0]["pointer"] == place
    assert "afkoelingsperiode" not in {one.name for one in desk.letters()}


def test_collecting_in_spite_of_a_pause_is_danger_until_the_party_says_that_it_stopped(
    desk: Desk, system: Case
) -> None:
    number = system.registered()
    desk.confirm_everything()
    assert desk.rust(number) == "volledig"
    assert incident(system, number, toelichting="Brief van gisteren.").status_code == 200
    letter = desk.letters(TAX)[-1]
    assert (letter.name, letter.data["maatregel"]) == ("incasso-ondanks-pauze", "dwangbevel")
    assert (desk.party(number, "belastingkantoor")["stand"], desk.rust(number)) == ("geschonden", "in-gevaar")
    assert desk.calls(number) == ["incasso-ondanks-pauze"]
    desk.outcome(letter)
    desk.days_pass(3)
    assert sorted(desk.calls(number)) == ["incasso-ondanks-pauze", "incident-onbeantwoord"]
    desk.answer(letter, "statusbericht", status="in-behandeling")
    assert desk.rust(number) == "in-gevaar"
    desk.answer(letter, "statusbericht", status="beantwoord", toelichting="Ingetrokken.")
    assert (desk.party(number, "belastingkantoor")["stand"], desk.rust(number)) == ("actief", "volledig")
    assert desk.calls(number) == []


def test_an_incident_that_expired_is_told_anew_and_one_with_nobody_paused_is_none(desk: Desk, system: Case) -> None:
    number = system.registered()
    desk.confirm_everything()
    incident(system, number)
    first = desk.letters(TAX)[-1]
    desk.outcome(first, "expired")
    again = desk.letters(TAX)[-1]
    assert (again.name, again.data) == (first.name, first.data)
    assert again.id != first.id
    desk.answer(desk.letters(TAX)[0], "geen-medewerking", reden="klant-onbekend")
    assert incident(system, number).status_code == 409


def test_what_runs_already_is_made_known_before_what_is_said_beside_it(desk: Desk, system: Case) -> None:
    number = system.registered(ingangsdatum="2026-10-01", bestaand=RUNNING)
    assert desk.letters() == []
    assert system.post(f"/schuldenrust/{number}/afkoelingsperiode", COURT).status_code == 200
    assert [one.name for one in desk.letters(TAX)] == ["kennisgeving-publiek", "afkoelingsperiode"]
    assert [one.name for one in desk.letters(VISH)] == ["schuldenrust-aanmelding", "afkoelingsperiode"]
    assert incident(system, number).status_code == 200
    assert [one.name for one in desk.letters(TAX)][2:] == ["incasso-ondanks-pauze"]


def aside(number: int, kind: LetterKind, **more: object) -> Letter:
    return letter(number, kind, end=more.pop("end", None), **more)  # type: ignore[arg-type]  # a day or nothing


_EVERY: list[Letter | Answer] = [
    letter(1),
    letter(2, LetterKind.EXTENSION),
    aside(3, LetterKind.MORATORIUM, end=END + timedelta(days=30)),
    aside(4, LetterKind.INCIDENT),
    aside(5, LetterKind.MORATORIUM, end=END - timedelta(days=60)),
    answer(6, Reaction.CONFIRMED),
    answer(7, Reaction.HANDLED, to=4),
    answer(8, Reaction.CONFIRMED, to=3),
    answer(9, Reaction.RESUMED, to=None),
]
_FACTS = st.lists(st.sampled_from(_EVERY), unique_by=lambda one: one.id)


def made(facts: list[Letter | Answer]) -> Conversation:
    known = pause()
    for one in facts:
        known = known.sent(one) if isinstance(one, Letter) else known.answered(one)
    return known


@settings(deadline=None)  # a slow machine, not a slow rule
@given(_FACTS, st.data(), st.sampled_from([0, 100, 300, 400]))
def test_order_and_repetition_change_nothing(facts: list[Letter | Answer], data: st.DataObject, days: int) -> None:
    other = data.draw(st.permutations([*facts, *data.draw(st.lists(st.sampled_from(facts)) if facts else st.just([]))]))
    straight, jumbled = made(facts), made(list(other))
    assert straight == jumbled
    now = NOW + timedelta(days=days)
    assert pause_state(straight, now) is pause_state(jumbled, now)


def test_an_answer_to_the_court_says_nothing_of_the_end_of_the_pause() -> None:
    facts = delivered(pause(letter(1))).answered(answer(1, Reaction.CONFIRMED, end=END))
    court = END - timedelta(days=90)
    facts = facts.sent(aside(2, LetterKind.MORATORIUM, end=court)).answered(
        answer(3, Reaction.CONFIRMED, to=2, end=court)
    )
    assert facts.believed_end() == END
    assert facts.sent(aside(4, LetterKind.MORATORIUM, end=END + HOUR * 48)).believed_end() == END + timedelta(days=2)


def test_news_of_an_aside_is_news_of_it_alone() -> None:
    facts = pause(letter(1)).sent(aside(2, LetterKind.INCIDENT)).carried("L2", Carried.DELIVERED, NOW)
    assert facts.asides[0].carried is Carried.DELIVERED
    assert facts.letters[0].carried is Carried.SENT
    assert pause_state(facts, NOW) is PauseState.SENT
