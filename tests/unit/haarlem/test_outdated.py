"""A correction and the settlements and referrals that run: asked anew, or left to a person until they know."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.haarlem.overview import Line
from adapters.haarlem.page.site import PageSite
from tests.page import Worker, page_settings
from tests.unit.haarlem.desk import BAKKER, CRED, CRED_WITHOUT_BSN, TAX, Desk, case, person
from tests.unit.haarlem.test_api import Case
from tests.unit.haarlem.test_helping import BUSINESS, lines, refer, status
from tests.unit.haarlem.test_settling import balance, claim
from tests.world import KBN

CREDITORS = [{"naam": "A", "oin": CRED}, {"naam": "B", "oin": CRED_WITHOUT_BSN, "klantnummerSe": "K1"}]
BORN = "1979-03-11"


@pytest.fixture
def system(desk: Desk) -> Case:
    """A case system that may do everything."""
    return Case(desk)


def asked(system: Case, desk: Desk) -> str:
    """A case of which every balance was asked, and that of one creditor is known."""
    number = desk.register(case(person(onderneming=BUSINESS), schuldeisers=CREDITORS))
    desk.confirm_everything()
    assert system.post(f"/schuldenrust/{number}/saldoverzoeken", {"typeSchuldregeling": "SK"}).status_code == 200
    balance(desk, CRED, claim())
    return number


def correct(system: Case, number: str, **changed: object) -> None:
    """The case worker puts something of the person right."""
    who = system.get(f"/schuldenrust/{number}").json()["personen"][0]["id"]
    answer = system.post(f"/schuldenrust/{number}/correctie", {"personen": [{"id": who, **changed}]})
    assert answer.status_code == 200, answer.text


def settled(desk: Desk, number: str) -> dict[str, Line]:
    """The settlements by party."""
    return {one.oin: one for one in lines(desk, number, "schuldregeling")}


def questions(desk: Desk, to: str) -> list[dict[str, object]]:
    """The balance requests to somebody."""
    return [letter.data for letter in desk.letters(to) if letter.name == "saldoverzoek"]


def test_a_balance_that_nobody_answered_is_asked_anew_with_the_right_details(desk: Desk, system: Case) -> None:
    number = asked(system, desk)
    talk = desk.letters(TAX)[-1].conversation
    correct(system, number, geboortedatum=BORN)
    for to in (TAX, CRED_WITHOUT_BSN):
        assert [one["geboortedatum"] for one in questions(desk, to)] == ["1979-11-30", BORN]
        assert questions(desk, to)[1]["typeSchuldregeling"] == "SK"
        assert (settled(desk, number)[to].state, settled(desk, number)[to].corrected) == ("saldo-gevraagd", None)
    assert desk.letters(TAX)[-1].conversation == talk


def test_a_settlement_that_went_on_waits_until_somebody_has_told_it(desk: Desk, system: Case) -> None:
    number = asked(system, desk)
    correct(system, number, geslachtsnaam="Vriesema")
    line = settled(desk, number)[CRED]
    assert (line.state, line.alarm, line.actor) == ("saldo-bekend", "oude-gegevens", "schuldhulpverlener")
    assert line.corrected is not None
    assert "heeft nog de oude gegevens" in line.words
    assert len(questions(desk, CRED)) == 1
    assert [one["id"] for one in system.get("/werkpunten").json()["gesprekken"]].count(line.id) == 1
    place = f"/gesprekken/{line.id}/gegevens-doorgegeven"
    shown = system.post(place, {}).json()
    assert "gegevensGewijzigdOp" not in str(shown)
    assert settled(desk, number)[CRED].alarm is None
    assert system.post(place, {}).status_code == 409
    assert ("gegevens-doorgegeven", None) in desk.events(number)
    correct(system, number, voorletters="Q.")  # not said to who has a BSN: nothing is old there
    assert settled(desk, number)[CRED].alarm is None


def test_asking_the_balance_anew_by_hand_tells_it_too(desk: Desk, system: Case) -> None:
    number = asked(system, desk)
    correct(system, number, geboortedatum=BORN)
    line = settled(desk, number)[CRED]
    again = {"typeSchuldregeling": "SK", "partijen": [line.party_id]}
    assert system.post(f"/schuldenrust/{number}/saldoverzoeken", again).status_code == 200
    assert (settled(desk, number)[CRED].state, settled(desk, number)[CRED].corrected) == ("saldo-gevraagd", None)
    assert questions(desk, CRED)[-1]["geboortedatum"] == BORN


def test_a_referral_that_runs_waits_until_somebody_has_told_it(desk: Desk, system: Case) -> None:
    number = system.registered(person(onderneming=BUSINESS))
    refer(system, number)
    status(desk, desk.letters(KBN)[0], "aangenomen")
    correct(system, number, geboortedatum=BORN)
    (line,) = lines(desk, number, "verwijzing")
    assert (line.state, line.alarm) == ("aangenomen", "oude-gegevens")
    assert "trek de verwijzing in" in line.words
    assert system.post(f"/gesprekken/{line.id}/gegevens-doorgegeven", {}).status_code == 200
    assert lines(desk, number, "verwijzing")[0].alarm is None
    assert len(desk.letters(KBN)) == 1


def test_another_bsn_means_that_it_was_about_somebody_else(desk: Desk, system: Case) -> None:
    number = asked(system, desk)
    refer(system, number)
    correct(system, number, bsn=BAKKER)
    found = [*lines(desk, number, "schuldregeling"), *lines(desk, number, "verwijzing")]
    assert {one.alarm for one in found if one.open} == {"oude-gegevens"}
    again = {"typeSchuldregeling": "SK", "partijen": [settled(desk, number)[CRED].party_id]}
    system.post(f"/schuldenrust/{number}/saldoverzoeken", again)
    assert questions(desk, CRED)[-1]["bsn"] == BAKKER
    assert settled(desk, number)[CRED].corrected is not None  # that it once was somebody else is still to be told


def test_what_changes_nothing_that_was_said_there_is_no_work(desk: Desk, system: Case) -> None:
    number = asked(system, desk)
    refer(system, number)
    before = len(desk.letters())
    correct(system, number, geboortedatum="1979-11-30")
    assert len(desk.letters()) == before
    assert {one.corrected for one in (*lines(desk, number, "schuldregeling"), *lines(desk, number, "verwijzing"))} == {
        None
    }


def test_a_case_worker_writes_it_down_on_the_page_and_only_where_something_is_old(
    desk: Desk, system: Case, tmp_path: Path
) -> None:
    number = asked(system, desk)
    site = PageSite(desk.helper, page_settings(tmp_path), desk.clock)
    worker, talk = Worker.at(desk, site), settled(desk, number)[CRED].id
    path = f"/gesprekken/{talk}/gegevens-doorgegeven"
    assert path not in worker.get(f"/gesprekken/{talk}").text
    correct(system, number, geboortedatum=BORN)
    assert path in worker.get(f"/gesprekken/{talk}").text
    assert "heeft nog de oude gegevens" in worker.get(f"/zaken/{number}").text
    assert worker.confirm(path, worker.send(path, {"gesprek": talk})).status_code == 303
    assert settled(desk, number)[CRED].corrected is None
    site.listening.close()
