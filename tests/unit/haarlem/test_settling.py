"""Settling debts from the desk: balances, proposals, decisions, the arrangement and its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from adapters.haarlem.overview import Line, overview
from hub.workdays import add_working_days
from tests.unit.haarlem.desk import BAKKER, CRED, CRED_WITHOUT_BSN, MUN, TAX, TODAY, Desk, person
from tests.unit.haarlem.test_api import Case
from tests.unit.haarlem.test_csv_import import run_import

CREDITORS = [
    {"naam": "Waterschap", "oin": CRED, "vorderingen": [{"factuurnummer": "W1", "bedrag": "100.00"}]},
    {"naam": "Energie", "oin": CRED_WITHOUT_BSN, "klantnummerSe": "K-7"},
]


@pytest.fixture
def system(desk: Desk) -> Case:
    """A case system that may do everything."""
    return Case(desk)


def settled(desk: Desk, case_id: str) -> dict[str, Line]:
    """The settlements of a case by name of the party."""
    with desk.ledger.begin() as tx:
        return {one.party: one for one in overview(desk.helper, tx, case_id) if one.kind == "schuldregeling"}


def balance(desk: Desk, to: str, *claims: dict[str, Any], agreed: bool = False) -> None:
    """A party says what is owed."""
    letter = next(one for one in reversed(desk.letters(to)) if one.name == "saldoverzoek")
    desk.answer(letter, "saldoverzoek-antwoord", klantOnbekend=False, standaardAkkoord=agreed, vorderingen=list(claims))


def claim(number: str = "F1", outstanding: str = "200.00", **more: object) -> dict[str, Any]:
    return {"factuurnummer": number, "schuldtype": "open", "openstaand": outstanding} | more


def offer(system: Case, case_id: str, **more: object) -> Any:  # noqa: ANN401 - a response
    asked = {
        "typeSchuldregeling": "SB",
        "looptijdMaanden": 18,
        "geldigTot": (TODAY + timedelta(days=60)).isoformat(),
        "percentage": "12.50",
    }
    return system.post(f"/schuldenrust/{case_id}/betaalvoorstellen", asked | more)


def decision(desk: Desk, to: str, said: str, name: str = "betaalvoorstel") -> None:
    letter = next(one for one in reversed(desk.letters(to)) if one.name == name)
    reason = {"reden": "overig"} if said == "afgewezen" else {}
    desk.answer(letter, "betaalvoorstel-antwoord", besluit=said, datum=TODAY.isoformat(), **reason)


def test_a_balance_is_asked_of_everyone_by_their_right_to_the_bsn(desk: Desk, system: Case) -> None:
    number = system.registered(person(), person(BAKKER), schuldeisers=CREDITORS)
    answer = system.post(f"/schuldenrust/{number}/saldoverzoeken", {"typeSchuldregeling": "SB"})
    assert answer.status_code == 200, answer.text
    by_party = {
        to: [one.data for one in desk.letters(to) if one.name == "saldoverzoek"] for to in (TAX, CRED, CRED_WITHOUT_BSN)
    }
    assert [len(found) for found in by_party.values()] == [2, 2, 2]
    assert all("bsn" in one for one in by_party[TAX] + by_party[CRED])
    assert all("bsn" not in one and one["klantnummerSe"] == "K-7" for one in by_party[CRED_WITHOUT_BSN])
    assert by_party[CRED][0]["vorderingen"] == [{"factuurnummer": "W1"}]
    lines = settled(desk, number)
    assert {one.state for one in lines.values()} == {"saldo-gevraagd"}
    assert system.post(f"/schuldenrust/{number}/saldoverzoeken", {}).status_code == 409


def test_a_settlement_from_balance_to_discharge(desk: Desk, system: Case) -> None:
    number = system.registered(schuldeisers=CREDITORS)
    system.post(f"/schuldenrust/{number}/saldoverzoeken", {})
    balance(desk, TAX, claim("T1", "80.01", preferentie=True), agreed=True)
    balance(desk, CRED, claim("W1", "200.00"), claim("W2", "0.10"))
    balance(desk, CRED_WITHOUT_BSN, claim("E1", "50.00"))
    assert offer(system, number, percentagePreferent="25.00").status_code == 200
    sent = [one for one in desk.letters() if one.name == "betaalvoorstel"]
    amounts = {one["factuurnummer"]: one["prognoseBedrag"] for letter in sent for one in letter.data["vorderingen"]}
    assert amounts == {"T1": "20.00", "W1": "25.00", "W2": "0.01", "E1": "6.25"}
    decision(desk, CRED, "akkoord")
    decision(desk, CRED_WITHOUT_BSN, "afgewezen")
    agreed = f"/schuldenrust/{number}/schuldregeling-akkoord"
    assert system.post(agreed, {"betaalreferentie": "R1"}).json()["type"].endswith("niet-allen-akkoord")
    party = settled(desk, number)["Energie"].party_id
    asked = system.post(
        f"/schuldenrust/{number}/partijen/{party}/heroverweging",
        {"motivering": "Het voorstel is het hoogst haalbare.", "dwangakkoordAangekondigd": True},
    )
    assert asked.status_code == 200, asked.text
    assert settled(desk, number)["Energie"].state == "heroverweging"
    decision(desk, CRED_WITHOUT_BSN, "akkoord", "heroverweging")
    for letter in desk.letters(TAX):
        desk.outcome(letter)
    desk.days_pass(30)
    assert settled(desk, number)["Belastingkantoor gemeente 0397"].state == "akkoord-door-stilte"
    assert system.post(agreed, {"betaalreferentie": "R1"}).status_code == 200
    for letter in desk.letters():
        if letter.name == "schuldregeling-akkoord":
            desk.outcome(letter)
    assert {one.state for one in settled(desk, number).values()} == {"regeling-loopt"}
    ended = system.post(f"/schuldenrust/{number}/schuldregeling-beeindiging", {"reden": "afgerond-kwijting"})
    assert ended.status_code == 200, ended.text
    said = [one.data for one in desk.letters() if one.name == "schuldregeling-beeindigd"]
    assert [(one["klasse"], one["finaleKwijting"]) for one in said] == [("afgerond", True)] * 3
    assert {one.state for one in settled(desk, number).values()} == {"kwijting"}


def test_silence_without_agreement_in_advance_is_an_alarm_and_no_consent(desk: Desk, system: Case) -> None:
    number = system.registered(schuldeisers=CREDITORS[:1], belastinggemeenten=[])
    system.post(f"/schuldenrust/{number}/saldoverzoeken", {})
    balance(desk, CRED, claim(belemmering="Er loopt een bezwaar."), agreed=False)
    offer(system, number)
    for letter in (*desk.letters(CRED), *desk.letters(MUN)):
        desk.outcome(letter)
    line = settled(desk, number)["Waterschap"]
    assert (line.state, line.actor, line.days_left) == ("voorgesteld", "partij", 10)
    desk.days_pass((add_working_days(TODAY, 11) - TODAY).days)
    line = settled(desk, number)["Waterschap"]
    assert (line.state, line.actor, line.alarm) == ("voorgesteld", "schuldhulpverlener", "termijn-verstreken")
    desk.office.tick()
    assert [state for kind, state in desk.events(number) if kind == "alarm"].count("termijn-verstreken") == 1
    listed = system.get("/werkpunten").json()["gesprekken"]
    assert sorted(one["alarm"] for one in listed) == ["geen-ontvangst", "termijn-verstreken"]
    decision(desk, CRED, "akkoord")
    assert ("alarm-voorbij", "termijn-verstreken") in desk.events(number)


def test_who_is_not_on_the_road_gets_a_letter_by_hand_and_its_decision_is_written_down(
    desk: Desk, system: Case
) -> None:
    number = system.registered(schuldeisers=[{"naam": "Bakker Jansen"}])
    system.post(f"/schuldenrust/{number}/saldoverzoeken", {})
    line = settled(desk, number)["Bakker Jansen"]
    assert (line.oin, line.state) == ("", "saldo-gevraagd")
    own = {"factuurnummer": "B1", "actueelBedrag": "40.00", "percentage": "10.00", "prognoseBedrag": "4.00"}
    offered = offer(system, number, partijen=[{"partijId": line.party_id, "vorderingen": [own]}])
    assert offered.status_code == 200, offered.text
    written = system.post(
        f"/schuldenrust/{number}/partijen/{line.party_id}/besluit",
        {"besluit": "akkoord", "datum": TODAY.isoformat()},
    )
    assert written.status_code == 200, written.text
    assert settled(desk, number)["Bakker Jansen"].state == "akkoord"
    assert "saldoverzoek" not in {one.name for one in desk.letters() if one.to != TAX}


def test_an_expired_proposal_is_made_anew_while_it_can_still_be_answered(desk: Desk, system: Case) -> None:
    number = system.registered(schuldeisers=CREDITORS[:1])
    system.post(f"/schuldenrust/{number}/saldoverzoeken", {})
    balance(desk, CRED, claim())
    offer(system, number)
    first = desk.letters(CRED)[-1]
    desk.outcome(first, "expired")
    again = desk.letters(CRED)[-1]
    assert (again.name, again.data) == (first.name, first.data)
    assert again.id != first.id
    desk.clock.move(timedelta(days=90))
    desk.outcome(again, "expired")
    assert desk.letters(CRED)[-1].id == again.id
    assert settled(desk, number)["Waterschap"].alarm == "niet-bezorgd"


def test_a_proposal_that_cannot_be_is_refused_with_the_place(desk: Desk, system: Case) -> None:
    number = system.registered(schuldeisers=CREDITORS[:1])
    assert offer(system, number).status_code == 409
    system.post(f"/schuldenrust/{number}/saldoverzoeken", {})
    balance(desk, CRED)
    assert offer(system, number).json()["velden"][0]["pointer"] == "/vorderingen"
    balance(desk, CRED, claim())
    assert offer(system, number, geldigTot=TODAY.isoformat()).json()["velden"][0]["pointer"] == "/geldigTot"
    refused = system.post(f"/schuldenrust/{number}/betaalvoorstellen", {"typeSchuldregeling": "XX"})
    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("reason", "state"),
    [("klant-onbekend", "vordering-onbekend"), ("buiten-convenant", "geen-medewerking")],
)
def test_who_does_not_take_part_says_why(desk: Desk, system: Case, reason: str, state: str) -> None:
    number = system.registered(schuldeisers=CREDITORS[:1])
    system.post(f"/schuldenrust/{number}/saldoverzoeken", {})
    letter = desk.letters(CRED)[-1]
    desk.answer(letter, "geen-medewerking", reden=reason)
    assert settled(desk, number)["Waterschap"].state == state


def test_who_fetches_its_messages_is_silent_only_after_it_fetched_them(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rules={"fetching": [CRED]})
    system = Case(desk)
    number = system.registered(schuldeisers=CREDITORS[:1])
    system.post(f"/schuldenrust/{number}/saldoverzoeken", {})
    balance(desk, CRED, claim(), agreed=True)
    offer(system, number)
    letter = desk.letters(CRED)[-1]
    desk.outcome(letter)
    desk.days_pass(30)
    assert settled(desk, number)["Waterschap"].state == "voorgesteld"
    desk.answer(letter, "statusbericht", status="opgehaald")
    desk.days_pass(30)
    assert settled(desk, number)["Waterschap"].state == "akkoord-door-stilte"


def test_the_same_acts_in_a_file(desk: Desk, system: Case) -> None:
    number = system.registered(klantnummerShv="SHV-C", schuldeisers=CREDITORS[:1])

    def rows(text: str) -> list[str]:
        done = run_import(desk.helper, desk.caller(), text.encode())
        return [line.split(";")[3] for line in done.result.splitlines()[1:]]

    desk.confirm_everything()
    assert rows("handeling;klantnummer_shv;schuldeiser\nsaldo-opvragen;SHV-C;Waterschap\n") == ["gedaan"]
    balance(desk, CRED, claim())
    day = (TODAY + timedelta(days=60)).strftime("%d-%m-%Y")
    header = "handeling;klantnummer_shv;type_schuldregeling;looptijd_maanden;geldig_tot;percentage\n"
    assert rows(f"{header}voorstel-doen;SHV-C;SB;18;{day};12,5\n") == ["gedaan"]
    assert desk.letters(CRED)[-1].data["vorderingen"][0]["prognoseBedrag"] == "25.00"
    decision(desk, CRED, "akkoord")
    assert rows("handeling;klantnummer_shv;betaalreferentie\nregeling-akkoord;SHV-C;R-1\n") == ["gedaan"]
    assert rows("handeling;klantnummer_shv;reden\nregeling-beeindigen;SHV-C;afgerond-kwijting\n") == ["gedaan"]
    assert rows("handeling;klantnummer_shv;fase\nfase-wijzigen;SHV-C;nazorg\n") == ["gedaan"]
    told = "handeling;klantnummer_shv;schuldeiser;maatregel;datum\n"
    today = TODAY.strftime("%d-%m-%Y")
    assert rows(f"{told}incident-melden;SHV-C;Waterschap;aanmaning;{today}\n") == ["gedaan"]
    assert rows(f"{told}incident-melden;SHV-C;Onbekend;aanmaning;{today}\n") == ["geweigerd"]
    assert settled(desk, number)["Waterschap"].state == "kwijting"
