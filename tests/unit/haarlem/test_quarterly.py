"""The figures of a municipality over a quarter."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adapters.haarlem.quarterly import Quarter
from tests.unit.haarlem.desk import TAX, VISH, Desk, case, person
from tests.unit.haarlem.test_api import Case


@pytest.fixture
def system(desk: Desk) -> Case:
    """A case system that may do everything."""
    return Case(desk)


def test_a_quarter_holds_its_own_days_and_no_others() -> None:
    assert date(2026, 10, 1) in Quarter.named("2026Q4")
    assert date(2026, 12, 31) in Quarter.named("2026Q4")
    assert date(2026, 9, 30) not in Quarter.named("2026Q4")
    assert date(2027, 10, 1) not in Quarter.named("2026Q4")


def bsns() -> list[str]:
    """Fictitious numbers that pass the elfproef."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    every = (f"9993{number:05d}" for number in range(200))
    return [one for one in every if sum(int(d) * w for d, w in zip(one, weights, strict=True)) % 11 == 0]


def test_figures_are_told_from_five_on_and_withheld_below(desk: Desk, system: Case) -> None:
    address = "/rapportage?gemeentecode=0397&kwartaal=2026Q4"
    for bsn in bsns()[:4]:
        desk.register(case(person(bsn)))
    few = system.get(address).json()
    assert "inwoners" not in few
    assert few["achtergehouden"] == ["inwoners", "mediaanUren", "schendingen"]
    for bsn in bsns()[4:6]:
        desk.register(case(person(bsn)))
    desk.register(case(person(bsns()[6]), gemeentecode="0377"))
    desk.clock.move(timedelta(hours=5))
    desk.confirm_everything()
    told = system.get(address).json()
    assert (told["inwoners"], told["mediaanUren"]) == (6, 5)
    assert told["weigeringen"] == []
    assert "schendingen" in told["achtergehouden"]
    for letter in desk.letters(TAX)[:5]:
        desk.answer(letter, "geen-medewerking", reden="klant-onbekend")
    desk.answer(desk.letters(TAX)[5], "geen-medewerking", reden="buiten-convenant")
    refused = system.get(address).json()
    assert refused["weigeringen"] == [{"reden": "klant-onbekend", "aantal": 5}]
    assert "weigeringen" in refused["achtergehouden"]
    assert system.get("/rapportage?gemeentecode=0397&kwartaal=2026Q3").json()["achtergehouden"] == [
        "inwoners",
        "mediaanUren",
        "schendingen",
    ]


def test_a_resident_with_a_party_that_did_not_confirm_has_no_hours_yet(desk: Desk, system: Case) -> None:
    for bsn in bsns()[:5]:
        desk.register(case(person(bsn)))
    for letter in desk.letters(VISH):
        desk.registered(letter, f"V-{letter.conversation[:8]}")
    told = system.get("/rapportage?gemeentecode=0397&kwartaal=2026Q4").json()
    assert told["inwoners"] == 5
    assert "mediaanUren" in told["achtergehouden"]


@pytest.mark.parametrize("query", ["gemeentecode=397&kwartaal=2026Q4", "gemeentecode=0397&kwartaal=2026Q5", ""])
def test_a_question_that_cannot_be_is_refused(system: Case, query: str) -> None:
    assert system.get(f"/rapportage?{query}").status_code == 400
